//! The values of a flash are the store that the host asks for.

use std::collections::BTreeMap;

use corelet_board_support::{KeyValueStore, storage_capacity};
use corelet_fault_flash::{Chip, Flash};
use corelet_host::PluginId;
use corelet_host::capability::storage::{Store, StoreError, entry_bytes};
use corelet_store::{DataMap, Region, Sectors, Values};
use proptest::prelude::*;

const SECTOR: usize = 4096;
const DATA: DataMap = DataMap::new(SECTORS, Region::new(0, 4 * SECTOR as u32));
const SECTORS: &[Sectors] = &[Sectors {
    count: 4,
    size: SECTOR as u32,
}];

type Opened<const W: usize> = KeyValueStore<Flash<W, SECTOR>>;

fn erased<const W: usize>() -> Opened<W> {
    open(Flash::new(&Chip::uniform(SECTOR as u32, 4)))
}

fn open<const W: usize>(flash: Flash<W, SECTOR>) -> Opened<W> {
    KeyValueStore(Values::mount(flash, DATA).unwrap())
}

fn id(owner: &str) -> PluginId {
    PluginId::development(owner)
}

type Model = BTreeMap<(String, String), Vec<u8>>;

#[derive(Clone, Debug)]
enum Change {
    Set(String, String, Vec<u8>),
    Delete(String, String),
}

fn change() -> impl Strategy<Value = Change> {
    let name = || (prop::sample::select(vec!["a", "bc"]), "[xy]{1,2}");
    let set = (name(), prop::collection::vec(any::<u8>(), 0..128))
        .prop_map(|((owner, key), value)| Change::Set(owner.into(), key, value));
    let delete = name().prop_map(|(owner, key)| Change::Delete(owner.into(), key));
    prop_oneof![3 => set, 1 => delete]
}

/// Everything in the store, read by every way of reading.
fn contents<const W: usize>(store: &mut Opened<W>) -> Result<Model, StoreError> {
    let mut model = Model::new();
    for owner in ["a", "bc"] {
        let (mut cursor, mut bytes, mut used) = (0, [0; 128], 0);
        let mut key = [0; 24];
        while let Some((key, next)) = store.keys(id(owner), cursor, &mut key)? {
            let value = store.get(id(owner), key, &mut bytes)?.unwrap();
            used += entry_bytes(key.len(), value.len());
            let before = model.insert((owner.into(), key.into()), value.into());
            assert_eq!(before, None, "{key} is listed twice");
            cursor = next;
        }
        assert_eq!(store.used(id(owner))?, used);
    }
    Ok(model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn is_a_map(changes in prop::collection::vec(change(), 0..60)) {
        let mut store = erased::<2>();
        let mut model = Model::new();
        for change in changes {
            match change {
                Change::Delete(owner, key) => {
                    let existed = store.delete(id(&owner), &key);
                    prop_assert_eq!(existed, Ok(model.remove(&(owner, key)).is_some()));
                }
                Change::Set(owner, key, value) => {
                    prop_assert_eq!(store.set(id(&owner), &key, &value), Ok(()));
                    model.insert((owner, key), value);
                }
            }
        }
        prop_assert_eq!(contents(&mut store), Ok(model.clone()));
        prop_assert_eq!(contents(&mut open(store.0.into_flash())), Ok(model));
    }

    /// The smallest entries and the largest, set anew and deleted as it comes, as many as the region is said to hold.
    #[test]
    fn what_was_promised_to_plugins_always_finds_room(
        changes in prop::collection::vec((0..60_u8, prop_oneof![Just(0_usize), Just(128), 0..=128_usize]), 0..400),
        units_of_32 in any::<bool>(),
    ) {
        if units_of_32 {
            keeps_what_it_promised(erased::<32>(), &changes)
        } else {
            keeps_what_it_promised(erased::<1>(), &changes)
        }
    }
}

fn keeps_what_it_promised<const W: usize>(mut store: Opened<W>, changes: &[(u8, usize)]) {
    let mut kept = BTreeMap::new();
    for (number, length) in changes {
        let key = format!("{number:0width$}", width = 1 + usize::from(*number % 24));
        let old = kept.remove(&key);
        let sum: u32 = kept.values().sum();
        let new = entry_bytes(key.len(), *length);
        if sum + new <= storage_capacity(&DATA) {
            store.set(id("a"), &key, &vec![*number; *length]).unwrap();
            kept.insert(key, new);
        } else if old.is_some() {
            store.delete(id("a"), &key).unwrap();
        }
    }
    assert_eq!(store.used(id("a")), Ok(kept.values().sum()));
}

#[test]
fn what_is_too_long_or_too_much_finds_no_room() {
    let mut store = erased::<4>();
    let full = Err(StoreError::Full);
    assert_eq!(store.set(id("a"), "k", &[0; 129]), full);
    assert_eq!(store.set(id("a"), &"k".repeat(25), &[]), full);
    let first = (0..).find(|number| store.set(id("a"), &format!("{number}"), &[1; 128]) == full);
    assert!(first > Some(10));
    assert_eq!(store.delete(id("a"), "3"), Ok(true));
    assert_eq!(store.set(id("a"), "new", &[9; 128]), Ok(()));
}

#[test]
fn what_one_owner_kept_is_forgotten() {
    let mut store = erased::<4>();
    for key in ["x", "y", "z"] {
        store.set(id("a"), key, &[1; 4]).unwrap();
        store.set(id("bc"), key, &[2; 4]).unwrap();
    }
    store.forget(id("a")).unwrap();
    store.forget(id("nobody")).unwrap();
    assert_eq!(store.used(id("a")), Ok(0));
    assert_eq!(store.used(id("bc")), Ok(3 * entry_bytes(1, 4)));
}

#[test]
fn a_flash_that_fails_is_the_devices() {
    let mut store = erased::<4>();
    store.set(id("a"), "x", &[1]).unwrap();
    store.0.flash().cut();
    let device = StoreError::Device;
    assert_eq!(store.get(id("a"), "x", &mut [0; 128]), Err(device));
    assert_eq!(store.set(id("a"), "x", &[2]), Err(device));
    assert_eq!(store.delete(id("a"), "x"), Err(device));
    assert_eq!(store.used(id("a")), Err(device));
    assert_eq!(store.keys(id("a"), 0, &mut [0; 24]), Err(device));
    assert_eq!(store.forget(id("a")), Err(device));
}
