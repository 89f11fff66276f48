//! What a device does with a flash whatever is in it, and what holds all the while.

use arbitrary::{Result, Unstructured};
use corelet_fault_flash::{Change, Flash, Misuse, Programming};
use corelet_image::{Keys, PublicKey};
use corelet_store::{
    Bank, BankId, BankState, Error, Reason, Region, Rejection, SlotId, Start, Store,
};

use super::board::{ALL, BANKS, ERASE, FLOORS, MAP, PLUGINS, SLOTS, chip, plugin};
use super::forgery::{About, Forged, few, forge, right_header};
use super::key_sets::{EPOCHS, Rises, key_set};
use super::values;

type Opened<const WRITE: usize> = Store<Flash<WRITE, ERASE>, BANKS, FLOORS>;

/// Calls in a life at most.
const CALLS: usize = 80;

/// How often it is asked again at most what waits for erases: more sectors and records than an image needs.
const TURNS: usize = 200;

const REASONS: [Reason; 4] = [
    Reason::Damaged,
    Reason::Trapped,
    Reason::Silent,
    Reason::Command,
];

/// Forges a flash from `data`, of images or of values, lets a device live on it, and formats it at the end.
///
/// # Panics
/// If the store does, or something does not hold.
pub(crate) fn live(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    // Where the data ends, so does the life.
    let _ = match u.int_in_range(0..=9) {
        Ok(0) => Life::<1>::run(u),
        Ok(1) => Life::<4>::run(u),
        Ok(2) => Life::<8>::run(u),
        Ok(3) => Life::<16>::run(u),
        Ok(4) => Life::<32>::run(u),
        Ok(5) => values::Life::<1>::run(u),
        Ok(6) => values::Life::<4>::run(u),
        Ok(7) => values::Life::<8>::run(u),
        Ok(8) => values::Life::<16>::run(u),
        _ => values::Life::<32>::run(u),
    };
}

/// What a store says that a start must not change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Memory {
    banks: Vec<Bank>,
    floors: Vec<u32>,
    rejections: Vec<Rejection>,
    epoch: u32,
    keys: Vec<PublicKey>,
}

impl Memory {
    fn of<const WRITE: usize>(store: &Opened<WRITE>) -> Self {
        let keys = store.keys(Keys::new(&[]));
        Self {
            banks: store.banks().map(|(_, bank)| *bank).collect(),
            floors: (0..PLUGINS).map(|one| store.floor(plugin(one))).collect(),
            rejections: store.rejections().to_vec(),
            epoch: store.key_epoch(),
            keys: keys.trusted().to_vec(),
        }
    }
}

struct Life<const WRITE: usize> {
    flash: Flash<WRITE, ERASE>,
    /// Whether there may be bytes in the journal's free places: no store writes such.
    forged: bool,
}

impl<const WRITE: usize> Life<WRITE> {
    fn run(u: &mut Unstructured<'_>) -> Result<()> {
        let programming = *u.choose(&Programming::ALL)?;
        let flash = Flash::new(&chip().programmed(programming));
        let forged = Forged {
            regions: MAP.journal(),
            header: right_header(),
            about: About::Banks,
        };
        let forged = forge(&flash, &forged, u);
        let life = Self {
            flash,
            forged: true,
        };
        let lived = forged.and_then(|()| life.calls(u));
        life.format();
        lived
    }

    /// Recovers, which erases the sectors of one of the journal's regions at most.
    fn mount(&self) -> std::result::Result<Opened<WRITE>, Error> {
        self.flash.take_trace();
        let store = Store::mount(self.flash.clone(), &MAP, Start::Ordinary);
        self.check_misuse();
        let erased = self.flash.take_trace();
        let erased = erased.iter().filter_map(|change| match change {
            Change::Erase { offset, .. } => Some(*offset),
            Change::Write { .. } => None,
        });
        let erased: Vec<u32> = erased.collect();
        let journal = MAP.journal();
        let of_one = |region: Region| erased.iter().all(|at| region.range().contains(at));
        assert!(journal.into_iter().any(of_one), "erased: {erased:?}");
        store
    }

    /// Starts anew, which changes nothing that the store says.
    fn restart(&self, store: Opened<WRITE>) -> Opened<WRITE> {
        let (before, starts) = (Memory::of(&store), store.boots().all);
        drop(store);
        self.flash.restart();
        let store = self.mount().expect("what was mounted is mounted again");
        assert_eq!(Memory::of(&store), before);
        assert_eq!(store.boots().all, starts.wrapping_add(1));
        store
    }

    fn calls(&self, u: &mut Unstructured<'_>) -> Result<()> {
        let Ok(store) = self.mount() else {
            return Ok(());
        };
        let mut store = self.restart(store);
        let mut counter = Rises::default();
        for _ in 0..CALLS {
            if u.is_empty() {
                break;
            }
            let before = Memory::of(&store);
            if u.ratio(1, 16)? {
                store = self.restart(store);
            } else {
                // A call that does not fit is an error.
                let _ = call(&mut store, &mut counter, u)?;
            }
            self.check(&before, &store);
        }
        self.restart(store);
        Ok(())
    }

    /// Floors and the epoch of the keys do not fall, and no image is touched that is all there and stays.
    fn check(&self, before: &Memory, store: &Opened<WRITE>) {
        self.check_misuse();
        let after = Memory::of(store);
        let floors = before.floors.iter().zip(&after.floors);
        assert!(
            before.epoch <= after.epoch && floors.clone().all(|(one, other)| one <= other),
            "{before:?}, and then {after:?}"
        );
        for change in self.flash.take_trace() {
            let (Change::Write { offset, .. } | Change::Erase { offset, .. }) = change;
            let of = |bank: &u8| {
                MAP.bank(BankId(*bank))
                    .is_some_and(|bank| bank.range().contains(&offset))
            };
            if let Some(bank) = (0..BANKS as u8).find(of) {
                let bank = usize::from(bank);
                let (before, after) = (&before.banks[bank], &after.banks[bank]);
                let stays = holds_all(before) && before.image == after.image;
                assert!(!stays, "{change:?}, where {before:?} became {after:?}");
            }
        }
    }

    /// In a forged journal a record may have to go where bytes are, which are an error of the driver then. Nothing else is done wrong.
    fn check_misuse(&self) {
        let [first, second] = MAP.journal();
        match self.flash.take_misuse() {
            Some(Misuse::SetsBit { offset } | Misuse::ProgrammedTwice { offset })
                if self.forged
                    && (first.range().contains(&offset) || second.range().contains(&offset)) => {}
            Some(misuse) => panic!("the flash was misused: {misuse}"),
            None => {}
        }
    }

    /// Whatever is in it, a flash can be formatted, and then does its work.
    fn format(mut self) {
        self.flash.restart();
        let formatted: std::result::Result<Opened<WRITE>, _> =
            Store::format(self.flash.clone(), &MAP);
        let store = formatted.expect("every flash can be formatted");
        self.forged = false;
        let memory = Memory::of(&store);
        assert_eq!((memory.epoch, memory.floors), (0, vec![0; PLUGINS.into()]));
        assert_eq!((store.boots().all, memory.rejections.len()), (1, 0));
        let mut store = self.restart(store);
        install(&mut store, SlotId(0), 3).expect("a formatted flash takes an image");
        self.restart(store);
    }
}

const fn holds_all(bank: &Bank) -> bool {
    use BankState::{Confirmed, Received, Trial, Verified};
    matches!(bank.state, Received | Verified | Trial { .. } | Confirmed)
}

/// Receives all of an image, and confirms it.
fn install<const WRITE: usize>(
    store: &mut Opened<WRITE>,
    slot: SlotId,
    image: usize,
) -> std::result::Result<(), Error> {
    let bank = receive(store, slot, image)?;
    let (_, offered) = &ALL[image];
    store.verify(bank, offered.plugin, offered.security_version)?;
    store.begin_trial(slot)?;
    store.confirm(slot)
}

/// Receives all of an image, with the erases that it waits for.
fn receive<const WRITE: usize>(
    store: &mut Opened<WRITE>,
    slot: SlotId,
    image: usize,
) -> std::result::Result<BankId, Error> {
    let (bytes, offered) = &ALL[image];
    let mut opened = store.open(slot, *offered);
    if opened == Err(Error::WantsErase) {
        erase(store)?;
        opened = store.open(slot, *offered);
    }
    let opened = opened?;
    let mut offset = opened.offset as usize;
    for _ in 0..TURNS {
        let under_way = |store: &Opened<WRITE>| {
            store
                .bank(opened.bank)
                .is_some_and(|bank| bank.state.is_under_way())
        };
        if !under_way(store) {
            return Ok(opened.bank);
        }
        erase(store)?;
        let rest = bytes.get(offset..).unwrap_or_default();
        match store.receive(slot, offset as u32, &rest[..rest.len().min(700)]) {
            Ok(taken) => offset = taken as usize,
            Err(Error::WantsErase) => {}
            Err(error) => return Err(error),
        }
    }
    panic!(
        "an image is not received in {TURNS} turns: {:?}",
        store.bank(opened.bank)
    );
}

/// Erases until nothing is to be erased, which comes.
fn erase<const WRITE: usize>(store: &mut Opened<WRITE>) -> std::result::Result<(), Error> {
    for _ in 0..TURNS {
        if store.wants_erase().is_none() {
            return Ok(());
        }
        store.erase_step()?;
    }
    panic!("{:?} is to be erased for ever", store.wants_erase());
}

/// Some call, with some arguments.
fn call<const WRITE: usize>(
    store: &mut Opened<WRITE>,
    counter: &mut Rises,
    u: &mut Unstructured<'_>,
) -> Result<std::result::Result<(), Error>> {
    let slot = SlotId(few(u, SLOTS)?);
    let bank = BankId(few(u, BANKS as u8)?);
    let image = usize::from(u.int_in_range(0..=ALL.len() as u8 - 1)?);
    let (bytes, offered) = &ALL[image];
    let reason = *u.choose(&REASONS)?;
    Ok(match u.int_in_range(0..=18)? {
        0 => store.open(slot, *offered).map(drop),
        1 => {
            let offset = u.int_in_range(0..=bytes.len())?;
            store
                .receive(slot, offset as u32, &bytes[offset..])
                .map(drop)
        }
        2 => receive(store, slot, image).map(drop),
        3 | 4 => install(store, slot, image),
        5 => erase(store),
        6 => store.erase_step(),
        7 => store.verify(bank, offered.plugin, offered.security_version),
        8 => store.begin_trial(slot),
        9 => store.begin_trial_of(&[SlotId(0), SlotId(1), slot]),
        10 => store.confirm(slot),
        11 => store.reject(bank, reason),
        12 => store.withdraw(slot),
        13 => store.clear(bank),
        14 => store.forgive(&offered.digest),
        15 => {
            let epoch = u.int_in_range(1..=EPOCHS)?;
            store.set_keys(&key_set(epoch))
        }
        16 => store.guard(counter),
        17 => store.accept_old(counter),
        _ => {
            let _ = (
                store.runs(slot),
                store.staged(slot),
                store.trial_boots(slot),
            );
            let _ = store.tried_with(slot).count();
            store.digest_ok(bank).map(drop)
        }
    })
}
