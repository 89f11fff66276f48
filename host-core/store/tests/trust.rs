//! What a device trusts, and that it never falls back.

#[path = "../../../tests/fault-flash/tests/store/key_sets.rs"]
mod key_sets;
mod support;

use corelet_fault_flash::Flash;
use corelet_image::{Keys, PublicKey};
use corelet_store::{Blame, Counter, CounterFailed, Error, SlotId};
use key_sets::{EPOCHS, Rises, key_set};
use support::{Device, ERASE, chip, mount, receive, version, with_erases};

const SLOT: SlotId = SlotId(0);
const BUILT_IN: [PublicKey; 1] = [[0x21; 32]];

fn firmware() -> Keys<'static> {
    Keys::new(&BUILT_IN).accept_development()
}

fn confirm(store: &mut Device<4>, number: u8) {
    let image = version(1, number);
    let bank = receive(store, SLOT, image, 1000).unwrap();
    with_erases(store, |store| {
        store.verify(bank, image.id(), image.security_version)
    })
    .unwrap();
    with_erases(store, |store| store.begin_trial(SLOT)).unwrap();
    with_erases(store, |store| store.confirm(SLOT)).unwrap();
}

#[test]
fn a_key_set_takes_the_place_of_the_firmwares_keys_and_of_older_sets() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    assert_eq!(store.key_epoch(), 0);
    assert_eq!(store.keys(firmware()).trusted(), BUILT_IN);
    for epoch in [2, 3, 7] {
        store.set_keys(&key_set(epoch)).unwrap();
        let older = Error::OldKeys {
            found: epoch - 1,
            allowed: epoch + 1,
        };
        assert_eq!(store.set_keys(&key_set(epoch - 1)), Err(older));
        drop(store);
        store = mount(&flash).unwrap();
        let keys = store.keys(firmware());
        assert_eq!(keys.trusted(), key_set(epoch).keys());
        assert!(keys.accepts_development());
    }
}

#[test]
fn a_set_that_is_there_is_not_written_again() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    store.set_keys(&key_set(3)).unwrap();
    let before = flash.work();
    store.set_keys(&key_set(3)).unwrap();
    assert_eq!(flash.work(), before);
}

#[test]
fn the_journal_moves_with_the_keys_in_it() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    for epoch in 1..=EPOCHS {
        with_erases(&mut store, |store| store.set_keys(&key_set(epoch))).unwrap();
        while store.wants_erase().is_some() {
            store.erase_step().unwrap();
        }
        drop(store);
        store = mount(&flash).unwrap();
    }
    assert!(flash.work().erases > 6, "the journal has not moved");
    assert_eq!(store.keys(firmware()).trusted(), key_set(EPOCHS).keys());
}

#[test]
fn a_flash_that_is_older_than_the_device_is_found() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    let mut hardware = Rises::default();
    store.guard(&mut hardware).unwrap();
    confirm(&mut store, 1);
    // A cut before the counter follows: the next start sees to it.
    drop(store);
    store = mount(&flash).unwrap();
    store.guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 1);
    let older = flash.snapshot();

    // The same security version again is no rise; a higher one is, and so are keys.
    confirm(&mut store, 1);
    store.guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 1);
    confirm(&mut store, 2);
    store.set_keys(&key_set(1)).unwrap();
    store.guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 3);

    flash.restore(&older);
    store = mount(&flash).unwrap();
    let old = Error::OldFlash {
        found: 1,
        allowed: 3,
    };
    assert_eq!(store.guard(&mut hardware), Err(old));
    assert_eq!(old.blame(), Blame::Board);

    // Somebody takes it as it is.
    store.accept_old(&mut hardware).unwrap();
    drop(store);
    store = mount(&flash).unwrap();
    store.guard(&mut hardware).unwrap();
    confirm(&mut store, 3);
    store.guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 4);
}

#[test]
fn the_count_survives_the_journals_move() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    for number in 1..=12 {
        confirm(&mut store, number);
    }
    let mut hardware = Rises::default();
    store.guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 12);
    drop(store);
    mount(&flash).unwrap().guard(&mut hardware).unwrap();
    assert_eq!(hardware.0, 12);
}

#[test]
fn a_counter_that_fails_is_an_error() {
    struct Broken(Result<u32, CounterFailed>);
    impl Counter for Broken {
        fn value(&mut self) -> Result<u32, CounterFailed> {
            self.0
        }
        fn raise(&mut self, _: u32) -> Result<(), CounterFailed> {
            Err(CounterFailed)
        }
    }
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    let silent = &mut Broken(Err(CounterFailed));
    assert_eq!(store.guard(silent), Err(Error::Counter));
    assert_eq!(store.accept_old(silent), Err(Error::Counter));
    let used_up = &mut Broken(Ok(0));
    assert_eq!(store.guard(used_up), Ok(()));
    confirm(&mut store, 1);
    let behind = Error::CounterBehind {
        found: 1,
        allowed: 0,
    };
    assert_eq!(store.guard(used_up), Err(behind));
    assert_eq!(behind.blame(), Blame::Board);
    // What it has counted it still knows.
    let used_up = &mut Broken(Ok(2));
    let old = Error::OldFlash {
        found: 1,
        allowed: 2,
    };
    assert_eq!(store.guard(used_up), Err(old));
}
