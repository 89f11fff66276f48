use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, ReadNorFlash, check_read, check_write,
};
use embedded_storage_async::nor_flash as asynchronous;
use fastrand::Rng;

use crate::cells::{Cells, UNIT_MAX};
use crate::{Change, Chip, Damage, Fault, FlashError, Misuse, Planned, Programming, Work};

/// A NOR flash with write units of `WRITE` bytes, whose sectors all have a multiple of `ERASE` bytes: its `WRITE_SIZE` and
/// `ERASE_SIZE`.
///
/// A clone is another handle of the same flash, so that a test keeps one while it gives the other to what it tests. It is
/// `MultiwriteNorFlash` on every chip, and where the chip is not, writing twice is a [`Misuse`].
///
/// A misuse is an error for who did it, and stays to be [taken](Self::take_misuse) by the test. If nobody takes it, dropping
/// the last handle panics.
///
/// ```
/// use corelet_fault_flash::{Chip, Damage, Fault, Flash, FlashError, Planned};
/// use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
/// let mut flash = Flash::<4, 4096>::new(&Chip::uniform(4096, 2));
/// flash.plan(Planned::after(1, Fault::Cut(Damage::Prefix(3))));
/// assert_eq!(flash.write(0, &[1, 2, 3, 4]), Ok(()));
/// assert_eq!(flash.write(4, &[5, 6, 7, 8]), Err(FlashError::NoPower));
/// assert_eq!(flash.read(0, &mut [0]), Err(FlashError::NoPower));
/// flash.restart();
/// let mut bytes = [0; 8];
/// assert_eq!(flash.read(0, &mut bytes), Ok(()));
/// assert_eq!(bytes, [1, 2, 3, 4, 5, 6, 7, 0xff]);
/// ```
pub struct Flash<const WRITE: usize, const ERASE: usize>(Rc<RefCell<State>>);

struct State {
    cells: Cells,
    programming: Programming,
    rng: Rng,
    powered: bool,
    planned: Option<Planned>,
    fired: bool,
    misuse: Option<Misuse>,
    work: Work,
    trace: Vec<Change>,
}

/// What is in a flash, to go on from more than once.
#[derive(Clone)]
pub struct Snapshot {
    cells: Cells,
    rng: Rng,
}

impl<const WRITE: usize, const ERASE: usize> Flash<WRITE, ERASE> {
    /// An erased flash, under power.
    ///
    /// # Panics
    /// If a sector is not a multiple of `ERASE`, `ERASE` not one of `WRITE`, or `WRITE` above 32.
    pub fn new(chip: &Chip) -> Self {
        /// Each flash numbers the versions of its sectors from a place of its own.
        static FLASHES: AtomicU64 = AtomicU64::new(0);
        assert!(
            WRITE <= UNIT_MAX && ERASE.is_multiple_of(WRITE),
            "units of {WRITE} bytes"
        );
        let multiple = |sector: &u32| (*sector as usize).is_multiple_of(ERASE);
        assert!(
            chip.sectors().iter().all(multiple),
            "a sector that is no multiple of {ERASE} bytes"
        );
        let version = FLASHES.fetch_add(1, Ordering::Relaxed) << 40;
        Self(Rc::new(RefCell::new(State {
            cells: Cells::new(chip, WRITE, version),
            programming: chip.programming(),
            rng: Rng::with_seed(0),
            powered: true,
            planned: None,
            fired: false,
            misuse: None,
            work: Work::default(),
            trace: Vec::new(),
        })))
    }

    /// Lets one access go wrong, counted from here on; takes the place of what was planned before.
    pub fn plan(&self, planned: Planned) {
        let mut state = self.0.borrow_mut();
        state.planned = Some(planned);
        state.fired = false;
    }

    /// Nothing that was planned goes wrong any more.
    pub fn cancel(&self) {
        self.0.borrow_mut().planned = None;
    }

    /// Whether what was planned has gone wrong since it was last asked.
    pub fn take_fired(&self) -> bool {
        std::mem::take(&mut self.0.borrow_mut().fired)
    }

    /// Whether there is power.
    pub fn is_powered(&self) -> bool {
        self.0.borrow().powered
    }

    /// Power fails now.
    pub fn cut(&self) {
        self.0.borrow_mut().powered = false;
    }

    /// Power comes back, or the device starts anew.
    pub fn restart(&self) {
        let State {
            cells,
            rng,
            powered,
            ..
        } = &mut *self.0.borrow_mut();
        *powered = true;
        cells.start(rng);
    }

    /// What was done wrong first, since it was last asked.
    pub fn take_misuse(&self) -> Option<Misuse> {
        self.0.borrow_mut().misuse.take()
    }

    /// The changes that were begun since it was last asked.
    pub fn take_trace(&self) -> Vec<Change> {
        std::mem::take(&mut self.0.borrow_mut().trace)
    }

    /// How many changes were begun since the trace was last taken.
    pub fn changes(&self) -> usize {
        self.0.borrow().trace.len()
    }

    /// What was done with the flash since it was made, whatever was restored meanwhile.
    pub fn work(&self) -> Work {
        self.0.borrow().work
    }

    /// How often each sector was erased; restoring a snapshot restores that too.
    pub fn erases(&self) -> Vec<u32> {
        self.0.borrow().cells.erases().collect()
    }

    /// What is in the flash.
    pub fn snapshot(&self) -> Snapshot {
        let state = self.0.borrow();
        Snapshot {
            cells: state.cells.clone(),
            rng: state.rng.clone(),
        }
    }

    /// Makes `snapshot`, which is one of a flash with the same chip, what is in this one.
    pub fn snapshot_into(&self, snapshot: &mut Snapshot) {
        let state = self.0.borrow();
        snapshot.cells.copy_from(&state.cells);
        snapshot.rng = state.rng.clone();
    }

    /// Goes back to what was in this flash, or in another with the same chip: under power, with nothing planned, traced or
    /// wrong. What differs is copied, so it takes as long as the flash changed since.
    pub fn restore(&self, snapshot: &Snapshot) {
        let mut state = self.0.borrow_mut();
        state.cells.copy_from(&snapshot.cells);
        state.rng = snapshot.rng.clone();
        state.powered = true;
        state.planned = None;
        state.fired = false;
        state.misuse = None;
        state.trace.clear();
    }

    /// All bytes, as they are, without a read.
    pub fn with_bytes<T>(&self, use_them: impl FnOnce(&[u8]) -> T) -> T {
        use_them(self.0.borrow().cells.bytes())
    }

    /// Puts bytes where no rule of the chip would let them be written.
    ///
    /// # Panics
    /// If they reach beyond the flash.
    pub fn put(&self, offset: u32, bytes: &[u8]) {
        self.0.borrow_mut().cells.put(offset as usize, bytes);
    }

    /// Makes a bit what it is not: bit `bit % 8` of byte `bit / 8`. What was erased still may be written, for all it is worth.
    ///
    /// # Panics
    /// If it is beyond the flash.
    pub fn flip(&self, bit: usize) {
        self.0.borrow_mut().cells.flip(bit);
    }

    /// Whether the byte at `offset` is of a unit that was written since it was erased.
    ///
    /// # Panics
    /// If it is beyond the flash.
    pub fn is_written(&self, offset: u32) -> bool {
        self.0.borrow().cells.is_written(offset as usize)
    }
}

impl State {
    fn misused<T>(&mut self, misuse: Misuse) -> Result<T, FlashError> {
        self.misuse.get_or_insert(misuse);
        Err(FlashError::Misuse(misuse))
    }

    /// Counts a read or a change, and says what goes wrong with it.
    fn due(&mut self, read: bool) -> Option<Fault> {
        let planned = self.planned.as_mut()?;
        if planned.fault.is_for_reads() != read {
            return None;
        }
        if let Some(after) = planned.after.checked_sub(1) {
            planned.after = after;
            return None;
        }
        let Planned { fault, seed, .. } = self.planned.take()?;
        self.fired = true;
        self.rng.seed(seed);
        Some(fault)
    }

    /// Begins a change: how far it comes, and what is answered.
    fn begin(&mut self, change: Change) -> (Damage, Result<(), FlashError>) {
        self.trace.push(change);
        let mut due = self.due(false);
        if let Some(Fault::Any(kind)) = due {
            let mut faults = Vec::new();
            kind.faults(change, self.cells.unit() as u32, &mut faults);
            due = Some(
                *self
                    .rng
                    .choice(&faults)
                    .unwrap_or(&Fault::Cut(Damage::None)),
            );
        }
        match due {
            Some(Fault::Cut(damage)) => {
                self.powered = false;
                (damage, Err(FlashError::NoPower))
            }
            Some(Fault::Refused(damage)) => (damage, Err(FlashError::Driver)),
            Some(Fault::Worn(damage)) => (damage, Ok(())),
            _ => (Damage::Whole, Ok(())),
        }
    }

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        self.work.reads += 1;
        self.work.bytes_read += bytes.len() as u64;
        if self.due(true).is_some() {
            return Err(FlashError::Driver);
        }
        match self.cells.read(offset as usize, bytes, &mut self.rng) {
            true => Ok(()),
            false => Err(FlashError::Checksum),
        }
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let start = offset as usize;
        let wrong = match self.programming {
            Programming::Multiwrite => self
                .cells
                .sets_bit(start, bytes)
                .map(|at| Misuse::SetsBit { offset: at as u32 }),
            _ => self
                .cells
                .programmed(start, bytes.len())
                .map(|at| Misuse::ProgrammedTwice { offset: at as u32 }),
        };
        if let Some(misuse) = wrong {
            return self.misused(misuse);
        }
        self.work.writes += 1;
        self.work.bytes_written += bytes.len() as u64;
        let (damage, answer) = self.begin(Change::Write {
            offset,
            length: bytes.len() as u32,
        });
        self.cells.program(start, bytes, damage, &mut self.rng);
        answer
    }

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        let Some(sectors) = self.cells.sectors(from, to) else {
            return self.misused(Misuse::NotWholeSectors { from, to });
        };
        for index in sectors {
            let sector = self.cells.sector(index);
            self.work.erases += 1;
            let (damage, answer) = self.begin(Change::Erase {
                offset: sector.start as u32,
                length: sector.len() as u32,
            });
            self.cells.erase(index, damage, &mut self.rng);
            answer?;
        }
        Ok(())
    }
}

impl<const WRITE: usize, const ERASE: usize> ErrorType for Flash<WRITE, ERASE> {
    type Error = FlashError;
}

impl<const WRITE: usize, const ERASE: usize> ReadNorFlash for Flash<WRITE, ERASE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        let checked = check_read(self, offset, bytes.len());
        let mut state = self.0.borrow_mut();
        if !state.powered {
            return Err(FlashError::NoPower);
        }
        if checked.is_err() {
            let length = bytes.len();
            return state.misused(Misuse::OutOfBounds { offset, length });
        }
        state.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.borrow().cells.bytes().len()
    }
}

impl<const WRITE: usize, const ERASE: usize> NorFlash for Flash<WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        let capacity = self.capacity();
        let mut state = self.0.borrow_mut();
        if !state.powered {
            return Err(FlashError::NoPower);
        }
        if from > to || to as usize > capacity {
            let length = to.saturating_sub(from) as usize;
            let offset = from;
            return state.misused(Misuse::OutOfBounds { offset, length });
        }
        state.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        use embedded_storage::nor_flash::NorFlashErrorKind::OutOfBounds;
        let checked = check_write(self, offset, bytes.len());
        let mut state = self.0.borrow_mut();
        if !state.powered {
            return Err(FlashError::NoPower);
        }
        let length = bytes.len();
        match checked {
            Ok(()) => state.write(offset, bytes),
            Err(OutOfBounds) => state.misused(Misuse::OutOfBounds { offset, length }),
            Err(_) => state.misused(Misuse::NotWholeUnits { offset, length }),
        }
    }
}

impl<const WRITE: usize, const ERASE: usize> MultiwriteNorFlash for Flash<WRITE, ERASE> {}

impl<const WRITE: usize, const ERASE: usize> asynchronous::ReadNorFlash for Flash<WRITE, ERASE> {
    const READ_SIZE: usize = 1;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        ReadNorFlash::read(self, offset, bytes)
    }

    fn capacity(&self) -> usize {
        ReadNorFlash::capacity(self)
    }
}

impl<const WRITE: usize, const ERASE: usize> asynchronous::NorFlash for Flash<WRITE, ERASE> {
    const WRITE_SIZE: usize = WRITE;
    const ERASE_SIZE: usize = ERASE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        NorFlash::erase(self, from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        NorFlash::write(self, offset, bytes)
    }
}

impl<const WRITE: usize, const ERASE: usize> asynchronous::MultiwriteNorFlash
    for Flash<WRITE, ERASE>
{
}

impl<const WRITE: usize, const ERASE: usize> Clone for Flash<WRITE, ERASE> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<const WRITE: usize, const ERASE: usize> fmt::Debug for Flash<WRITE, ERASE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let work = self.work();
        f.debug_struct("Flash")
            .field("work", &work)
            .finish_non_exhaustive()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(misuse) = self.misuse
            && !std::thread::panicking()
        {
            panic!("the flash was misused: {misuse}");
        }
    }
}
