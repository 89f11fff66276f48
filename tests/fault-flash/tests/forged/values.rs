//! What becomes of values whatever is in their flash.

use std::collections::BTreeMap;

use arbitrary::{Result, Unstructured};
use corelet_fault_flash::{Change, Chip, Flash, Misuse, Programming};
use corelet_store::{
    DataMap, Error, Region, Sectors, VALUE_MAX, Values, entry_bytes, entry_records,
};

use super::board::{ERASE, KIB, plugin};
use super::entries::{KEYS, OWNERS};
use super::forgery::{About, Forged, few, forge};
use super::record::header_of_values;

/// Behind a sector that is somebody else's: a half of four sectors, and one of a larger sector.
const SECTORS: &[Sectors] = &[
    Sectors {
        count: 5,
        size: KIB,
    },
    Sectors {
        count: 1,
        size: 6 * KIB,
    },
];

const MAP: DataMap = DataMap::new(SECTORS, Region::new(KIB, 10 * KIB));

/// Calls in a life at most.
const CALLS: usize = 80;

/// How many keys an owner has at most: as many as a half has places.
const KEYS_MAX: usize = 80;

type Opened<const WRITE: usize> = Values<Flash<WRITE, ERASE>>;

/// A key, and its value; none if that cannot be read.
type Kept = (String, Option<Vec<u8>>);

/// What values say that a start must not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Memory {
    /// Each owner's values, in the order in which the keys are listed, as far as they can be read.
    kept: BTreeMap<u8, Vec<Kept>>,
    /// What is said of each owner's use; none if that cannot be read.
    used: Vec<Option<u32>>,
    live: u16,
}

impl Memory {
    fn of<const WRITE: usize>(values: &mut Opened<WRITE>) -> Self {
        let (mut key, mut value) = ([0; 24], [0; VALUE_MAX]);
        let mut memory = Self::default();
        for owner in 0..OWNERS {
            let (mut cursor, id) = (0, plugin(owner));
            while let Ok(Some((key, next))) = values.keys(id, cursor, &mut key) {
                assert!(next > cursor, "the cursor {cursor} is followed by {next}");
                cursor = next;
                let found = values.get(id, key, &mut value);
                let found = found.map(|found| found.expect("what is listed is there").to_vec());
                let kept = memory.kept.entry(owner).or_default();
                kept.push((key.into(), found.ok()));
                assert!(kept.len() <= KEYS_MAX, "more keys than places: {kept:?}");
            }
            memory.used.push(values.used(id).ok());
        }
        memory.live = values.live();
        memory
    }

    /// Whether a store could have come to this: each key is there once, its value can be read, and there is nothing else.
    fn is_whole(&self) -> bool {
        let mut records = 0;
        for (owner, used) in (0..).zip(&self.used) {
            let mut sum = 0;
            for (key, value) in self.kept.get(&owner).into_iter().flatten() {
                let Some(value) = value else {
                    return false;
                };
                sum += entry_bytes(key.len(), value.len());
                records += entry_records(key.len(), value.len());
            }
            if *used != Some(sum) {
                return false;
            }
        }
        records == self.live
    }

    fn get(&self, owner: u8, key: &str) -> Option<&[u8]> {
        let mut kept = self.kept.get(&owner).into_iter().flatten();
        let (_, value) = kept.find(|(one, _)| one == key)?;
        value.as_deref()
    }
}

pub(crate) struct Life<const WRITE: usize> {
    flash: Flash<WRITE, ERASE>,
    /// Whether there may be bytes in the journal's free places: no store writes such.
    forged: bool,
}

/// What a call says that it did.
#[derive(Clone, Debug)]
enum Did {
    Set(u8, String, Vec<u8>),
    Deleted(u8, String),
    Forgot(u8),
    Retained(u8),
    /// The same for some of the owners, and then there was an error.
    RetainedInPart(u8),
    /// Nothing that shows.
    Else,
}

impl<const WRITE: usize> Life<WRITE> {
    pub(crate) fn run(u: &mut Unstructured<'_>) -> Result<()> {
        let programming = *u.choose(&Programming::ALL)?;
        let sectors = SECTORS.iter().map(|run| (run.count, run.size));
        let flash = Flash::new(&Chip::runs(sectors).programmed(programming));
        let halves = MAP.halves();
        let forged = Forged {
            regions: halves,
            header: header_of_values(halves.map(|half| half.size())),
            about: About::Values,
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

    /// Recovers, which erases the sectors of one half at most.
    fn mount(&self) -> std::result::Result<Opened<WRITE>, Error> {
        self.flash.take_trace();
        let values = Values::mount(self.flash.clone(), MAP);
        let mut erased = Vec::new();
        for change in self.check() {
            if let Change::Erase { offset, .. } = change {
                erased.push(offset);
            }
        }
        let of_one = |half: Region| erased.iter().all(|at| half.range().contains(at));
        assert!(MAP.halves().into_iter().any(of_one), "erased: {erased:?}");
        values
    }

    /// The changes since it was last asked: nothing but the halves is touched, and nothing done that the chip does not do.
    fn check(&self) -> Vec<Change> {
        let ours = |offset: &u32| {
            MAP.halves()
                .iter()
                .any(|half| half.range().contains(offset))
        };
        match self.flash.take_misuse() {
            // In a forged journal a record may have to go where bytes are, which are an error of the driver then.
            Some(Misuse::SetsBit { offset } | Misuse::ProgrammedTwice { offset })
                if self.forged && ours(&offset) => {}
            Some(misuse) => panic!("the flash was misused: {misuse}"),
            None => {}
        }
        let trace = self.flash.take_trace();
        for change in &trace {
            let (Change::Write { offset, .. } | Change::Erase { offset, .. }) = change;
            assert!(ours(offset), "{change:?}, of somebody else's");
        }
        trace
    }

    /// Starts anew, which changes nothing of what is whole.
    fn restart(&self, mut values: Opened<WRITE>) -> std::result::Result<Opened<WRITE>, Error> {
        let before = Memory::of(&mut values);
        drop(values);
        self.flash.restart();
        let mounted = self.mount();
        if !before.is_whole() {
            return mounted;
        }
        let mut values = mounted.expect("what was mounted is mounted again");
        assert_eq!(Memory::of(&mut values), before);
        Ok(values)
    }

    fn calls(&self, u: &mut Unstructured<'_>) -> Result<()> {
        let mounted = self.mount();
        let Ok(mut values) = mounted.and_then(|values| self.restart(values)) else {
            return Ok(());
        };
        for _ in 0..CALLS {
            if u.is_empty() {
                break;
            }
            if u.ratio(1, 16)? {
                match self.restart(values) {
                    Ok(started) => values = started,
                    Err(_) => return Ok(()),
                }
                continue;
            }
            let before = Memory::of(&mut values);
            let did = call(&mut values, u)?;
            self.check();
            let after = Memory::of(&mut values);
            if before.is_whole() {
                judge(&before, &did, &after);
            }
        }
        let _ = self.restart(values);
        Ok(())
    }

    /// Whatever is in it, a flash can be formatted, and then does its work.
    fn format(mut self) {
        self.flash.restart();
        let mut values =
            Values::format(self.flash.clone(), MAP).expect("every flash can be formatted");
        self.forged = false;
        self.check();
        let nothing = Memory {
            used: vec![Some(0); OWNERS.into()],
            ..Memory::default()
        };
        assert_eq!(Memory::of(&mut values), nothing);
        for round in 0..3 {
            let set = values.set(plugin(round), KEYS[1], &[round; 40]);
            set.expect("a formatted flash takes a value");
        }
        let values = self.restart(values);
        let after = Memory::of(&mut values.expect("it starts"));
        assert_eq!((after.get(1, KEYS[1]), after.live), (Some(&[1; 40][..]), 3));
        self.check();
    }
}

/// What is kept after a call is what it says.
fn judge(before: &Memory, did: &std::result::Result<Did, Error>, after: &Memory) {
    assert!(after.is_whole(), "{before:?}, {did:?}, {after:?}");
    let Ok(did) = did else {
        assert_eq!(before, after, "{did:?}");
        return;
    };
    let stays = |owner: u8, key: &str| match did {
        Did::Set(one, name, _) | Did::Deleted(one, name) => *one != owner || name != key,
        Did::Forgot(one) => *one != owner,
        Did::Retained(end) => owner < *end,
        Did::RetainedInPart(end) => owner < *end || after.kept.contains_key(&owner),
        Did::Else => true,
    };
    let others = |memory: &Memory| {
        let kept = memory.kept.iter();
        let names =
            kept.flat_map(|(owner, kept)| kept.iter().map(move |one| (*owner, one.clone())));
        names
            .filter(|(owner, (key, _))| stays(*owner, key))
            .collect::<Vec<_>>()
    };
    assert_eq!(others(before), others(after), "{did:?}");
    let all = after.kept.values().flatten().count();
    match did {
        Did::Set(owner, key, value) => assert_eq!(after.get(*owner, key), Some(&value[..])),
        _ => assert_eq!(others(after).len(), all, "{did:?}"),
    }
}

/// Some call, with some arguments.
fn call<const WRITE: usize>(
    values: &mut Opened<WRITE>,
    u: &mut Unstructured<'_>,
) -> Result<std::result::Result<Did, Error>> {
    let owner = u.int_in_range(0..=OWNERS - 1)?;
    let (id, key) = (plugin(owner), *u.choose(&KEYS)?);
    let did = match u.int_in_range(0..=15)? {
        0..=8 => {
            let length = *u.choose(&[0, 1, 4, 20, 44, 60, VALUE_MAX])?;
            let value = vec![u.arbitrary()?; length];
            let set = values.set(id, key, &value);
            set.map(|()| Did::Set(owner, key.into(), value))
        }
        9..=11 => values
            .delete(id, key)
            .map(|_| Did::Deleted(owner, key.into())),
        12 => values.forget(id).map(|()| Did::Forgot(owner)),
        13 => {
            let end = few(u, OWNERS)?;
            let retained = values.retain(|one| (0..end).any(|owner| one == plugin(owner)));
            Ok(match retained {
                Ok(()) => Did::Retained(end),
                Err(_) => Did::RetainedInPart(end),
            })
        }
        14 => values.erase_step().map(|()| Did::Else),
        _ => {
            let mut done = Ok(());
            while values.wants_erase().is_some() && done.is_ok() {
                done = values.erase_step();
            }
            done.map(|()| Did::Else)
        }
    };
    Ok(did)
}
