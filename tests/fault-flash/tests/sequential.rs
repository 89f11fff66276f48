//! The harness finds what others found: an item that sequential-storage acknowledged is lost where its flash is written by
//! single bytes (its issue 136). And it finds nothing where that cannot be.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use corelet_fault_flash::{
    Change, Chip, Damage, Fault, Flash, FlashError, Flips, Kind, Programming, Report, Subject,
    Sweep, Violation, Walk,
};
use embedded_storage::nor_flash::ReadNorFlash;
use sequential_storage::Error;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapStorage};

/// A map over the whole of a flash, with keys and values as the issue has them.
struct Map<const WRITE: usize, const ERASE: usize> {
    map: MapStorage<u8, Flash<WRITE, ERASE>, Cache<Uncached, Uncached, Uncached, u8>>,
}

#[derive(Clone, Debug)]
enum Step {
    Store(u8, u32),
    Remove(u8),
}

fn value(number: u32) -> [u8; 8] {
    (u64::from(number) << 16 | 7).to_le_bytes()
}

/// What a future comes to that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a flash in memory makes nobody wait"),
    }
}

impl<const WRITE: usize, const ERASE: usize> Subject<WRITE, ERASE> for Map<WRITE, ERASE> {
    type Step = Step;
    type State = BTreeMap<u8, [u8; 8]>;
    type Error = Error<FlashError>;

    fn open(flash: Flash<WRITE, ERASE>) -> Result<Self, Self::Error> {
        let config = MapConfig::new(0..ReadNorFlash::capacity(&flash) as u32);
        let map = MapStorage::new(flash, config, Cache::new_uncached());
        Ok(Self { map })
    }

    fn step(&mut self, step: &Step) -> Result<(), Self::Error> {
        let mut buffer = [0; 64];
        match step {
            Step::Store(key, number) => now(self.map.store_item(&mut buffer, key, &value(*number))),
            Step::Remove(key) => now(self.map.remove_item(&mut buffer, key)),
        }
    }

    fn observe(&mut self) -> Result<Self::State, Self::Error> {
        let mut state = BTreeMap::new();
        for key in 0..3 {
            let mut buffer = [0; 64];
            if let Some(value) = now(self.map.fetch_item(&mut buffer, &key))? {
                state.insert(key, value);
            }
        }
        Ok(state)
    }

    fn after(before: &Self::State, step: &Step) -> Option<Self::State> {
        let mut state = before.clone();
        match step {
            Step::Store(key, number) => state.insert(*key, value(*number)),
            Step::Remove(key) => state.remove(key),
        };
        Some(state)
    }
}

/// A header is lost for one value in 256.
fn script() -> Vec<Step> {
    let store = |number| Step::Store(number as u8 % 3, number);
    let mut script: Vec<_> = (0..400).map(store).collect();
    script.insert(20, Step::Remove(1));
    script
}

fn sweep<const WRITE: usize, const ERASE: usize>(
    kind: Kind,
    script: &[Step],
) -> Result<Report, Violation> {
    let sweep = Sweep {
        kinds: vec![kind],
        ..Sweep::default()
    };
    let chip = Chip::uniform(ERASE as u32, 2).programmed(Programming::Multiwrite);
    sweep.run::<Map<WRITE, ERASE>, _, _>(&chip, script)
}

#[test]
fn an_item_stored_after_one_cut_is_lost_by_single_bytes() {
    let violation = sweep::<1, 128>(Kind::Torn, &script()).unwrap_err();
    println!("{violation}");
    assert!(violation.what.starts_with("after an acknowledged step"));
    assert_eq!(violation.faults.len(), 1);
    let (planned, change) = violation.faults[0];
    // All of the header but its last byte, which the next item makes good.
    assert_eq!(planned.fault, Fault::Cut(Damage::Prefix(7)));
    assert!(matches!(change, Some(Change::Write { length: 8, .. })));
}

#[test]
fn nothing_is_lost_by_words_of_4_and_more() {
    let script = script();
    let mut histories = 0;
    for kind in [Kind::Edge, Kind::Torn, Kind::Bits, Kind::Refused] {
        for report in [
            sweep::<4, 128>(kind, &script),
            sweep::<8, 128>(kind, &script),
            sweep::<16, 256>(kind, &script),
            sweep::<32, 512>(kind, &script),
        ] {
            histories += report
                .unwrap_or_else(|violation| panic!("{violation}"))
                .histories;
        }
    }
    assert!(histories > 100_000, "{histories}");
}

#[test]
fn nothing_is_lost_on_random_walks() {
    let walk = Walk {
        kinds: vec![Kind::Edge, Kind::Torn, Kind::Refused, Kind::Unread],
        walks: 500,
        ..Walk::default()
    };
    let chip = Chip::uniform(256, 3).programmed(Programming::Multiwrite);
    let walked = walk.run::<Map<8, 256>, _, _>(&chip, |rng| match rng.u8(..4) {
        0 => Step::Remove(rng.u8(..3)),
        _ => Step::Store(rng.u8(..3), rng.u32(..)),
    });
    if let Err(violation) = walked {
        panic!("{violation}");
    }
}

/// The state of a sector is its first and its last word; an erase that leaves them 0 says that the sector is full.
#[test]
fn an_erase_that_ends_amid_programming_loses_items() {
    for lost in [
        sweep::<4, 128>(Kind::Zeroed, &script()),
        sweep::<32, 512>(Kind::Zeroed, &script()),
    ] {
        let violation = lost.unwrap_err();
        assert!(
            violation.what.starts_with("after an acknowledged step"),
            "{violation}"
        );
    }
}

#[test]
fn a_wrong_bit_loses_items() {
    let flips = Flips {
        bytes: 0..64,
        before: 3,
    };
    let chip = Chip::uniform(128, 2).programmed(Programming::Multiwrite);
    let lost = flips.run::<Map<8, 128>, _, _>(&chip, &script()[..4]);
    assert!(
        lost.unwrap_err()
            .what
            .starts_with("after a restart: expected")
    );
}

/// What it wrote is nothing to a store of values, which erases it as what a new chip may hold.
#[test]
fn a_map_of_it_gives_way_to_values() {
    use corelet_image::PluginId;
    use corelet_store::{DataMap, Region, Sectors, Values};
    const SECTORS: &[Sectors] = &[Sectors {
        count: 4,
        size: 4096,
    }];
    const DATA: DataMap = DataMap::new(SECTORS, Region::new(0, 4 * 4096));
    for steps in [1, 30, 400] {
        let chip = Chip::uniform(4096, 4).programmed(Programming::Multiwrite);
        let flash = Flash::<8, 4096>::new(&chip);
        let mut map = Map::open(flash.clone()).unwrap();
        for step in &script()[..steps] {
            map.step(step).unwrap();
        }
        let owner = PluginId([1; 8]);
        let mut values = Values::mount(flash.clone(), DATA).unwrap();
        assert_eq!((values.live(), values.used(owner)), (0, Ok(0)));
        values.set(owner, "k", &[7]).unwrap();
        let mut values = Values::mount(flash, DATA).unwrap();
        assert_eq!(values.get(owner, "k", &mut [0; 8]), Ok(Some(&[7][..])));
    }
}
