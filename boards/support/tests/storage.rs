//! The store behaves as a map, over any flash, after a power cut at any byte of a write, and before, half-way through or after an
//! erase. What any other cut of an erase does is tried too: it may lose values.

use std::collections::BTreeMap;

use corelet_board_support::{FlashMap, FlashMapError, KeyValueStore, Layout, Region};
use corelet_fault_flash::{
    Chip, Damage, Fault, Flash, Kind, Planned, Programming, Subject, Sweep, Walk,
};
use corelet_host::PluginId;
use corelet_host::capability::storage::{Store, StoreError, entry_bytes};
use proptest::prelude::*;

const SECTOR: usize = 256;
const CAPACITY: usize = 4 * SECTOR;
const REGION: Region = Region::new(0, CAPACITY as u32);

type Cells<const W: usize> = Flash<W, SECTOR>;

fn chip(sectors: usize) -> Chip {
    Chip::uniform(SECTOR as u32, sectors).programmed(Programming::Multiwrite)
}

fn erased<const W: usize>(sectors: usize) -> Cells<W> {
    Flash::new(&chip(sectors))
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

impl Change {
    fn apply<const W: usize>(&self, store: &mut KeyValueStore<Cells<W>>) -> Result<(), StoreError> {
        match self {
            Self::Set(owner, key, value) => store.set(id(owner), key, value),
            Self::Delete(owner, key) => store.delete(id(owner), key).map(drop),
        }
    }

    fn apply_to_model(&self, model: &mut Model) {
        match self {
            Self::Set(owner, key, value) => {
                model.insert((owner.clone(), key.clone()), value.clone());
            }
            Self::Delete(owner, key) => {
                model.remove(&(owner.clone(), key.clone()));
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let name = || (prop::sample::select(vec!["a", "bc"]), "[xy]{1,2}");
    let set = (name(), prop::collection::vec(any::<u8>(), 0..16))
        .prop_map(|((owner, key), value)| Change::Set(owner.into(), key, value));
    let delete = name().prop_map(|(owner, key)| Change::Delete(owner.into(), key));
    prop_oneof![3 => set, 1 => delete]
}

fn open<const W: usize>(flash: Cells<W>) -> KeyValueStore<Cells<W>> {
    KeyValueStore::new(flash, REGION).unwrap()
}

/// Everything in the store, read by every way of reading.
fn contents<const W: usize>(store: &mut KeyValueStore<Cells<W>>) -> Result<Model, StoreError> {
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

/// The store as its callers see it.
struct Kept<const W: usize>(KeyValueStore<Cells<W>>);

impl<const W: usize> Subject<W, SECTOR> for Kept<W> {
    type Step = Change;
    type State = Model;
    type Error = StoreError;

    fn open(flash: Cells<W>) -> Result<Self, StoreError> {
        Ok(Self(open(flash)))
    }

    fn step(&mut self, change: &Change) -> Result<(), StoreError> {
        change.apply(&mut self.0)
    }

    fn observe(&mut self) -> Result<Model, StoreError> {
        contents(&mut self.0)
    }

    fn after(before: &Model, change: &Change) -> Option<Model> {
        let mut model = before.clone();
        change.apply_to_model(&mut model);
        Some(model)
    }
}

fn a_day_of_work() -> Vec<Change> {
    let set = |owner: &str, key: &str, byte: u8, len: usize| {
        Change::Set(owner.into(), key.into(), vec![byte; len])
    };
    let mut changes = vec![set("a", "config", 1, 40), set("bc", "x", 2, 20)];
    for count in 0..60 {
        changes.push(set("a", "count", count, 4));
        if count % 7 == 0 {
            changes.push(set("bc", "x", count, 20));
        }
        if count % 11 == 5 {
            changes.push(Change::Delete("bc".into(), "x".into()));
        }
    }
    changes
}

/// What the map underneath survives, besides reads that fail. It does not survive what chips may do too: bits that read differently
/// each time, and erases that leave any of the bits.
const FAULTS: [Kind; 4] = [Kind::Edge, Kind::Torn, Kind::Bits, Kind::Refused];

fn survives_every_fault<const W: usize>() {
    let sweep = Sweep {
        kinds: FAULTS.to_vec(),
        ..Sweep::default()
    };
    let changes = a_day_of_work();
    let mut store = open(erased::<W>(4));
    for change in &changes {
        change.apply(&mut store).unwrap();
    }
    let work = store.flash().work();
    assert!(work.erases >= 2 * 4, "twice round the region: {work:?}");
    if let Err(violation) = sweep.run::<Kept<W>, _, _>(&chip(4), &changes) {
        panic!("{violation}");
    }
}

fn survives_every_unread<const W: usize>() {
    let sweep = Sweep {
        kinds: vec![Kind::Unread],
        ..Sweep::default()
    };
    if let Err(violation) = sweep.run::<Kept<W>, _, _>(&chip(4), &a_day_of_work()[..30]) {
        panic!("{violation}");
    }
}

#[test]
fn a_read_that_fails_is_not_an_answer() {
    survives_every_unread::<1>();
    survives_every_unread::<8>();
    survives_every_unread::<32>();
}

/// It may lose what was acknowledged, and even say nothing of that. But what is found was stored once, and a region that cannot be
/// read is a store again once it is erased.
#[test]
fn an_erase_that_leaves_any_of_the_bits_makes_no_value() {
    let changes = a_day_of_work();
    let damages = [Damage::Some, Damage::Zeroed, Damage::Unsettled];
    let mut stored: BTreeMap<(String, String), Vec<Vec<u8>>> = BTreeMap::new();
    let mut store = open(erased::<8>(4));
    let flash = store.flash().clone();
    let (mut cuts, mut corrupted) = (0, 0);
    for change in &changes {
        if let Change::Set(owner, key, value) = change {
            let values = stored.entry((owner.clone(), key.clone())).or_default();
            values.push(value.clone());
        }
        let before = flash.snapshot();
        flash.take_trace();
        change.apply(&mut store).unwrap();
        let after = flash.snapshot();
        let trace = flash.take_trace();
        let erases = trace
            .iter()
            .enumerate()
            .filter(|(_, change)| matches!(change, corelet_fault_flash::Change::Erase { .. }));
        for (place, _) in erases {
            for (damage, seed) in damages
                .into_iter()
                .flat_map(|d| (0..20).map(move |s| (d, s)))
            {
                flash.restore(&before);
                flash.plan(Planned {
                    seed,
                    ..Planned::after(place, Fault::Cut(damage))
                });
                change.apply(&mut open(flash.clone())).unwrap_err();
                flash.restart();
                cuts += 1;
                corrupted += u32::from(is_corrupted_or_was_stored(&flash, &stored));
            }
        }
        flash.restore(&after);
    }
    assert!(cuts >= 8 * 60, "{cuts}");
    assert!(corrupted > 0, "some cannot be read");
}

/// Whether `flash` cannot be read; it is erased then.
fn is_corrupted_or_was_stored(
    flash: &Cells<8>,
    stored: &BTreeMap<(String, String), Vec<Vec<u8>>>,
) -> bool {
    let mut store = open(flash.clone());
    let mut buffer = [0; 128];
    let mut is_corrupted = store.check() == Err(StoreError::Corrupted);
    for ((owner, key), values) in stored {
        match store.get(id(owner), key, &mut buffer) {
            Ok(Some(value)) => assert!(values.iter().any(|one| one == value), "{key}: {value:?}"),
            Ok(None) => {}
            Err(error) => {
                assert_eq!(error, StoreError::Corrupted);
                is_corrupted = true;
            }
        }
    }
    if is_corrupted {
        store.erase_all().unwrap();
        assert_eq!(store.check(), Ok(()));
        assert_eq!(contents(&mut store), Ok(Model::new()));
        assert_eq!(store.set(id("a"), "k", &[1]), Ok(()));
    }
    is_corrupted
}

#[test]
fn a_fault_at_any_place_loses_nothing_with_words_of_1() {
    survives_every_fault::<1>();
}

#[test]
fn a_fault_at_any_place_loses_nothing_with_words_of_8() {
    survives_every_fault::<8>();
}

#[test]
fn a_fault_at_any_place_loses_nothing_with_words_of_32() {
    survives_every_fault::<32>();
}

/// sequential-storage's issue 136, which loses the value where records are written in words of 1.
#[test]
fn what_is_stored_after_two_cuts_is_there() {
    let sweep = Sweep {
        kinds: vec![Kind::Edge, Kind::Torn],
        faults: 2,
        ..Sweep::default()
    };
    if let Err(violation) = sweep.run::<Kept<1>, _, _>(&chip(4), &a_day_of_work()[..4]) {
        panic!("{violation}");
    }
}

#[test]
fn a_full_store_says_so_and_keeps_what_it_has() {
    let mut store = open(erased::<4>(4));
    let mut model = Model::new();
    let full = (0..).find_map(|number| {
        let change = Change::Set("a".into(), format!("k{number}"), vec![number; 30]);
        match change.apply(&mut store) {
            Ok(()) => {
                change.apply_to_model(&mut model);
                None
            }
            Err(error) => Some(error),
        }
    });
    assert_eq!(full, Some(StoreError::Full));
    assert!(model.len() > 8);
    assert_eq!(contents(&mut store), Ok(model.clone()));

    // Again and again, and after a new start.
    assert_eq!(store.set(id("bc"), "x", &[0; 100]), Err(StoreError::Full));
    let mut store = open(store.flash().clone());
    assert_eq!(contents(&mut store), Ok(model.clone()));

    assert_eq!(store.delete(id("a"), "k3"), Ok(true));
    assert_eq!(store.set(id("a"), "new", &[9; 30]), Ok(()));
    model.remove(&("a".into(), "k3".into()));
    model.insert(("a".into(), "new".into()), vec![9; 30]);
    assert_eq!(contents(&mut store), Ok(model.clone()));
}

#[test]
fn an_entry_takes_no_more_than_it_is_counted_for() {
    let mut store = open(erased::<4>(4));
    for key in 1..=24 {
        for value in [0, 1, 2, 3, 4, 5, 6, 7, 127, 128] {
            store.erase_all().unwrap();
            // The first one marks its sector as well.
            store.set(id("a"), "first", &[]).unwrap();
            let before = store.flash().work();
            store
                .set(id("a"), &"k".repeat(key), &vec![1; value])
                .unwrap();
            let written = (store.flash().work() - before).bytes_written as usize;
            let counted = entry_bytes(key, value) as usize;
            assert!(written <= counted, "{key}, {value}: {written} of {counted}");
            assert!(
                written + 8 > counted,
                "{key}, {value}: {written} of {counted}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The smallest entries and the largest, set anew and deleted as it comes, as many as the region is said to hold.
    #[test]
    fn what_was_promised_to_plugins_always_finds_room(
        changes in prop::collection::vec((0..40_u8, prop_oneof![Just(0_usize), Just(128), 0..=128_usize]), 0..400),
        words_of_8 in any::<bool>(),
    ) {
        if words_of_8 {
            keeps_what_it_promised(erased::<8>(16), &changes)
        } else {
            keeps_what_it_promised(erased::<1>(16), &changes)
        }
    }
}

fn keeps_what_it_promised<const W: usize>(flash: Cells<W>, changes: &[(u8, usize)]) {
    let map = FlashMap::<1>::new(Layout {
        capacity: 5 * CAPACITY as u32,
        erase_size: 256,
        boot_record: Region::new(4 * CAPACITY as u32, 256),
        first_bank: Region::new(4 * CAPACITY as u32 + 256, 256),
        data: Region::new(0, 4 * CAPACITY as u32),
    });
    let mut store = KeyValueStore::new(flash, map.data()).unwrap();
    let mut kept = BTreeMap::new();
    for (number, length) in changes {
        let key = format!("{number:0width$}", width = usize::from(*number % 25));
        let old = kept.remove(&key);
        let sum: u32 = kept.values().sum();
        let new = entry_bytes(key.len(), *length);
        if sum + new <= map.data_capacity() {
            store.set(id("a"), &key, &vec![*number; *length]).unwrap();
            kept.insert(key, new);
        } else if old.is_some() {
            store.delete(id("a"), &key).unwrap();
        }
    }
    assert_eq!(store.used(id("a")), Ok(kept.values().sum()));
}

#[test]
fn what_one_owner_kept_is_forgotten() {
    let mut store = open(erased::<4>(4));
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
fn many_keys_of_one_owner_are_counted_and_listed_once() {
    let flash = erased::<1>(32);
    let region = Region::new(0, 32 * 256);
    let mut store = KeyValueStore::new(flash, region).unwrap();
    for round in 0..3 {
        for number in 0..70 {
            store
                .set(id("a"), &format!("{number:03}"), &vec![1; round * 2])
                .unwrap();
        }
    }
    store.set(id("bc"), "000", &[1; 100]).unwrap();
    assert_eq!(store.used(id("a")), Ok(70 * entry_bytes(3, 4)));

    let (mut cursor, mut buffer, mut keys) = (0, [0; 24], Vec::new());
    while let Some((key, next)) = store.keys(id("a"), cursor, &mut buffer).unwrap() {
        keys.push(key.to_string());
        cursor = next;
        // What is done between the calls does not move the others.
        store
            .delete(id("a"), &keys[keys.len() - 1].clone())
            .unwrap();
    }
    keys.sort();
    let all: Vec<_> = (0..70).map(|number| format!("{number:03}")).collect();
    assert_eq!(keys, all);
    assert_eq!(store.used(id("a")), Ok(0));
    assert_eq!(store.used(id("bc")), Ok(entry_bytes(3, 100)));
}

#[test]
fn names_and_values_have_their_limits() {
    let mut store = open(erased::<4>(4));
    let (owner, key, value) = (id("a"), "k".repeat(24), [5; 128]);
    let mut buffer = [0; 128];
    assert_eq!(store.set(owner, &key, &value), Ok(()));
    assert_eq!(store.get(owner, &key, &mut buffer), Ok(Some(&value[..])));
    assert_eq!(store.set(owner, "", &[]), Ok(()));
    assert_eq!(store.get(owner, "", &mut []), Ok(Some(&[][..])));

    let full = Err(StoreError::Full);
    assert_eq!(store.set(owner, "k", &[0; 129]), full);
    assert_eq!(store.set(owner, &"k".repeat(25), &[]), full);
    assert_eq!(store.get(owner, &"k".repeat(25), &mut buffer), Ok(None));
    assert_eq!(store.delete(owner, &"k".repeat(25)), Ok(false));
    assert!(store.get(owner, &key, &mut [0; 127]).is_err());
}

#[test]
fn a_region_is_whole_sectors_of_the_flash() {
    let error = |offset, size| {
        let flash = erased::<1>(4);
        let region = Region::new(offset, size);
        (region, KeyValueStore::new(flash, region).err().unwrap())
    };
    let (region, found) = error(0, 256);
    assert_eq!(found, FlashMapError::DataTooSmall(region));
    let (region, found) = error(128, 512);
    assert_eq!(found, FlashMapError::NotWholeSectors(region));
    let (region, found) = error(0, 600);
    assert_eq!(found, FlashMapError::NotWholeSectors(region));
    let (region, found) = error(512, CAPACITY as u32);
    assert_eq!(found, FlashMapError::BeyondEnd(region));
}

#[test]
fn nothing_outside_the_region_is_touched() {
    let flash = erased::<1>(4);
    flash.put(0, &[0x5a; 256]);
    flash.put(768, &[0xa5; 256]);
    let mut store = KeyValueStore::new(flash, Region::new(256, 512)).unwrap();
    for count in 0..100 {
        store.set(id("a"), "count", &[count; 4]).unwrap();
    }
    store.erase_all().unwrap();
    assert_eq!(store.used(id("a")), Ok(0));
    store.flash().with_bytes(|bytes| {
        assert!(bytes[..256].iter().all(|byte| *byte == 0x5a));
        assert!(bytes[768..].iter().all(|byte| *byte == 0xa5));
    });
}

#[test]
fn a_region_that_no_store_wrote_can_be_erased() {
    let flash = erased::<1>(4);
    flash.put(0, &[0; CAPACITY]);
    let mut store = open(flash);
    assert_eq!(store.set(id("a"), "k", &[1]), Err(StoreError::Corrupted));
    assert_eq!(
        store.get(id("a"), "k", &mut [0; 8]),
        Err(StoreError::Corrupted)
    );
    assert_eq!(store.check(), Err(StoreError::Corrupted));
    store.erase_all().unwrap();
    assert_eq!(store.check(), Ok(()));
    assert_eq!(store.set(id("a"), "k", &[1]), Ok(()));
    assert_eq!(store.check(), Ok(()));
}

#[test]
fn random_changes_survive_random_faults() {
    let walk = Walk {
        kinds: [&FAULTS[..], &[Kind::Unread]].concat(),
        walks: 100,
        ..Walk::default()
    };
    let walked = walk.run::<Kept<1>, _, _>(&chip(4), |rng| {
        let owner = *rng.choice(&["a", "bc"]).unwrap();
        let key = *rng.choice(&["x", "y", "xy"]).unwrap();
        match rng.u8(..4) {
            0 => Change::Delete(owner.into(), key.into()),
            _ => Change::Set(owner.into(), key.into(), vec![rng.u8(..); rng.usize(..16)]),
        }
    });
    if let Err(violation) = walked {
        panic!("{violation}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn is_a_map(changes in prop::collection::vec(change(), 0..60)) {
        let mut store = open(erased::<2>(4));
        let mut model = Model::new();
        for change in &changes {
            let existed = matches!(change, Change::Delete(owner, key)
                if model.contains_key(&(owner.clone(), key.clone())));
            match change {
                Change::Delete(owner, key) => {
                    prop_assert_eq!(store.delete(id(owner), key), Ok(existed));
                    change.apply_to_model(&mut model);
                }
                set => match set.apply(&mut store) {
                    Ok(()) => set.apply_to_model(&mut model),
                    Err(error) => prop_assert_eq!(error, StoreError::Full),
                },
            }
        }
        prop_assert_eq!(contents(&mut store), Ok(model.clone()));
        prop_assert_eq!(contents(&mut open(store.flash().clone())), Ok(model));
    }

    /// Not even a flash of noise makes it panic.
    #[test]
    fn noise_is_an_error_at_most(
        noise in prop::collection::vec(any::<u8>(), CAPACITY),
        changes in prop::collection::vec(change(), 1..8),
    ) {
        let flash = erased::<4>(4);
        flash.put(0, &noise);
        let mut store = open(flash);
        for change in &changes {
            let _ = change.apply(&mut store);
        }
        let _ = store.used(id("a"));
        let _ = store.keys(id("a"), 0, &mut [0; 24]);
        prop_assert_eq!(store.erase_all(), Ok(()));
        prop_assert_eq!(store.used(id("a")), Ok(0));
    }

    /// A bit that flips loses the record that it is in, and never gives a value that was not stored.
    #[test]
    fn a_flipped_bit_never_makes_a_value(bit in 0..CAPACITY * 8) {
        let changes = a_day_of_work();
        let mut store = open(erased::<1>(4));
        for change in &changes {
            change.apply(&mut store).unwrap();
        }
        let flash = store.flash().clone();
        flash.flip(bit);
        let mut store = open(flash);
        let mut buffer = [0; 128];
        if let Ok(Some(value)) = store.get(id("a"), "config", &mut buffer) {
            prop_assert_eq!(value, &[1; 40]);
        }
        if let Ok(Some(value)) = store.get(id("a"), "count", &mut buffer) {
            prop_assert_eq!(value.len(), 4);
            prop_assert!(value.iter().all(|byte| *byte == value[0]));
        }
    }
}
