use corelet_store::{Counter, CounterFailed, Region};
use embedded_storage::nor_flash::NorFlash;

/// The most bytes that a flash writes at once.
const UNIT_MAX: usize = 32;

/// A [`Counter`] in a region that is never erased: for each number one unit of what the flash writes at once, and the last that is
/// programmed is the number. So many as the region has units, and then it is used up.
///
/// The region stands for bits of one-time-programmable memory, or for sectors that the chip protects against erasing: where whoever can write
/// the flash can erase it too, it guards against nothing.
///
/// A cut may leave a unit that reads either way. The store asks for the same number again then, since it has it in its journal; and of
/// one that reads as programmed nobody can know that it will tomorrow. So after each start the last one is programmed again: the same
/// bits, all 0, and a flash that refuses that leaves it as it is. Not for chips that cannot read units which are erased or half programmed.
#[derive(Debug)]
pub struct FlashCounter<F> {
    flash: F,
    region: Region,
    /// Whether the last unit was programmed whole since the start.
    firm: bool,
}

impl<F: NorFlash> FlashCounter<F> {
    /// The counter in this region of the flash, which is erased when the device is made, and never again.
    ///
    /// A flash that reads or writes more than 32 bytes at once, or reads more than it writes, is an error of the compiler.
    pub const fn new(flash: F, region: Region) -> Self {
        const {
            assert!(
                F::READ_SIZE <= F::WRITE_SIZE && F::WRITE_SIZE.is_multiple_of(F::READ_SIZE),
                "a number is a unit that is written, and is read by itself"
            );
            assert!(
                F::WRITE_SIZE <= UNIT_MAX,
                "the flash writes 32 bytes at once, or less"
            );
        }
        Self {
            flash,
            region,
            firm: false,
        }
    }

    /// How far it counts.
    const fn most(&self) -> u32 {
        self.region.size() / F::WRITE_SIZE as u32
    }

    /// Where unit `number` lies: they are numbered from 1 on.
    const fn place(&self, number: u32) -> u32 {
        let before = number
            .saturating_sub(1)
            .saturating_mul(F::WRITE_SIZE as u32);
        self.region.offset().saturating_add(before)
    }

    fn is_programmed(&mut self, number: u32) -> Result<bool, CounterFailed> {
        let mut unit = [0; UNIT_MAX];
        let unit = unit.get_mut(..F::WRITE_SIZE).ok_or(CounterFailed)?;
        let read = self.flash.read(self.place(number), unit);
        read.map_err(|_| CounterFailed)?;
        Ok(unit.iter().any(|byte| *byte != 0xff))
    }

    fn program(&mut self, number: u32) -> Result<(), CounterFailed> {
        let unit = [0; UNIT_MAX];
        let unit = unit.get(..F::WRITE_SIZE).ok_or(CounterFailed)?;
        let written = self.flash.write(self.place(number), unit);
        written.map_err(|_| CounterFailed)
    }
}

impl<F: NorFlash> Counter for FlashCounter<F> {
    fn value(&mut self) -> Result<u32, CounterFailed> {
        // From the end, since a unit before the last may read as if it were erased.
        for number in (1..=self.most()).rev() {
            if self.is_programmed(number)? {
                if !self.firm {
                    let _ = self.program(number);
                    self.firm = self.is_programmed(number)?;
                }
                return Ok(number);
            }
        }
        Ok(0)
    }

    fn raise(&mut self, to: u32) -> Result<(), CounterFailed> {
        if to > self.most() {
            return Err(CounterFailed);
        }
        let before = self.is_programmed(to)?;
        self.firm = false;
        let programmed = self.program(to);
        if !before {
            programmed?;
        }
        match self.is_programmed(to)? {
            true => {
                self.firm = true;
                Ok(())
            }
            false => Err(CounterFailed),
        }
    }
}
