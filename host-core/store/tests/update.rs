//! The way of an image, without faults.

mod support;

use corelet_fault_flash::Flash;
use corelet_store::{BankId, BankState, Boots, Error, Reason, Runs, SlotId, Start, Store};
use support::{Device, ERASE, MAP, chip, mount, receive, version, with_erases};

const SLOT: SlotId = SlotId(0);

fn device() -> (Flash<4, ERASE>, Device<4>) {
    let flash = Flash::new(&chip());
    let store = mount(&flash).unwrap();
    (flash, store)
}

/// As after a reset.
fn again(flash: &Flash<4, ERASE>, store: Device<4>) -> Device<4> {
    drop(store);
    mount(flash).unwrap()
}

fn install(store: &mut Device<4>, number: u8) -> BankId {
    let image = version(1, number);
    let bank = receive(store, SLOT, image, 100).unwrap();
    with_erases(store, |store| {
        store.verify(bank, image.id(), image.security_version)
    })
    .unwrap();
    with_erases(store, |store| store.begin_trial(SLOT)).unwrap();
    bank
}

#[test]
fn an_image_is_received_verified_tried_and_confirmed() {
    let (flash, mut store) = device();
    let image = version(1, 1);
    let opened = store.open(SLOT, image.offered()).unwrap();
    assert_eq!(opened.offset, 0);
    assert_eq!(store.bank(opened.bank).unwrap().state, BankState::Opening);
    let bank = receive(&mut store, SLOT, image, 333).unwrap();
    assert_eq!(bank, opened.bank);
    assert_eq!(store.bank(bank).unwrap().state, BankState::Received);
    assert_eq!(store.runs(SLOT), Runs::Nothing);
    store.verify(bank, image.id(), 1).unwrap();
    assert_eq!(store.runs(SLOT), Runs::Nothing);
    store.begin_trial(SLOT).unwrap();
    assert_eq!(store.runs(SLOT), Runs::Trial(bank));
    store = again(&flash, store);
    assert_eq!(store.runs(SLOT), Runs::Trial(bank));
    assert_eq!(store.floor(image.id()), 0);
    store.confirm(SLOT).unwrap();
    store = again(&flash, store);
    assert_eq!(store.runs(SLOT), Runs::Confirmed(bank));
    assert_eq!(store.floor(image.id()), 1);
    let mut bytes = vec![0; image.bytes().len()];
    store.read(bank, 0, &mut bytes).unwrap();
    assert_eq!(bytes, image.bytes());
    assert_eq!(store.digest_ok(bank), Ok(true));
}

#[test]
fn a_transfer_goes_on_where_it_was_or_at_a_sector_after_a_reset() {
    let (flash, mut store) = device();
    let image = version(1, 2);
    let bytes = image.bytes();
    // The smallest bank is too small.
    let bank = store.open(SLOT, image.offered()).unwrap().bank;
    assert_eq!(bank, BankId(1));
    let first = store.wants_erase().unwrap();
    assert_eq!(first.range(), 16 << 10..20 << 10);
    assert_eq!(store.receive(SLOT, 0, bytes), Ok(0));
    store.erase_step().unwrap();
    assert_eq!(store.wants_erase(), None);
    assert_eq!(store.receive(SLOT, 0, &bytes[..1001]), Ok(1001));
    // The link is lost: not even the bytes that fill no unit.
    assert_eq!(store.open(SLOT, image.offered()).unwrap().offset, 1001);
    let wrong = Error::Offset {
        found: 1000,
        allowed: 1001,
    };
    assert_eq!(store.receive(SLOT, 1000, &bytes[1000..]), Err(wrong));
    assert_eq!(store.receive(SLOT, 1001, &bytes[1001..]), Ok(4096));
    assert_eq!(store.wants_erase().unwrap().range(), 20 << 10..24 << 10);
    store.erase_step().unwrap();
    assert_eq!(store.receive(SLOT, 4096, &bytes[4096..4200]), Ok(4200));

    store = again(&flash, store);
    assert_eq!(
        store.bank(bank).unwrap().state,
        BankState::Receiving { offset: 4096 }
    );
    assert_eq!(
        store.receive(SLOT, 4096, &bytes[4096..]),
        Err(Error::NotOpen(SLOT))
    );
    assert_eq!(store.open(SLOT, image.offered()).unwrap().offset, 4096);
    // The sector that the reset met is not to be trusted.
    assert_eq!(store.receive(SLOT, 4096, &bytes[4096..]), Ok(4096));
    assert_eq!(store.wants_erase().unwrap().range(), 20 << 10..24 << 10);
    receive(&mut store, SLOT, image, 100).unwrap();
    store.verify(bank, image.id(), 2).unwrap();
    assert_eq!(
        store.open(SLOT, image.offered()).unwrap().offset,
        bytes.len() as u32
    );
}

#[test]
fn what_traps_on_trial_is_rolled_back_and_not_tried_again() {
    let (flash, mut store) = device();
    let old = install(&mut store, 1);
    store.confirm(SLOT).unwrap();
    let new = install(&mut store, 2);
    assert_ne!(old, new);
    assert_eq!(store.runs(SLOT), Runs::Trial(new));
    let image = version(1, 3).offered();
    assert_eq!(store.open(SLOT, image), Err(Error::OnTrial(SLOT)));
    store.reject(new, Reason::Trapped).unwrap();
    store = again(&flash, store);
    assert_eq!(store.runs(SLOT), Runs::Confirmed(old));
    assert_eq!(store.floor(version(1, 2).id()), 1);
    let image = version(1, 2).offered();
    assert_eq!(
        store.open(SLOT, image),
        Err(Error::Rejected(Reason::Trapped))
    );

    // The verdict stays. Its bank is free, and another one of that size has its turn first.
    let other = install(&mut store, 5);
    assert_eq!(other, BankId(2));
    store.reject(other, Reason::Unhealthy).unwrap();
    assert_eq!(
        store.open(SLOT, image),
        Err(Error::Rejected(Reason::Trapped))
    );
    store.forgive(&image.digest).unwrap();
    store = again(&flash, store);
    assert_eq!(store.rejections().len(), 1);
    assert_eq!(install(&mut store, 2), new);
    store.confirm(SLOT).unwrap();
    assert_eq!(store.floor(version(1, 2).id()), 2);
    assert_eq!(store.bank(old).unwrap().state, BankState::Empty);
}

#[test]
fn nothing_older_than_what_was_confirmed_is_accepted() {
    let (flash, mut store) = device();
    install(&mut store, 3);
    store.confirm(SLOT).unwrap();
    let refused = Err(Error::Downgrade {
        found: 2,
        allowed: 3,
    });
    assert_eq!(store.open(SLOT, version(1, 2).offered()), refused);
    assert_eq!(store.open(SlotId(1), version(1, 2).offered()), refused);
    // The floor outlives the image.
    let (bank, _) = store
        .banks()
        .find(|(_, bank)| bank.state == BankState::Confirmed)
        .unwrap();
    store.clear(bank).unwrap();
    store = again(&flash, store);
    assert_eq!(store.runs(SLOT), Runs::Nothing);
    assert_eq!(store.open(SLOT, version(1, 2).offered()), refused);
    assert!(store.open(SLOT, version(2, 2).offered()).is_ok());
}

#[test]
fn a_floor_that_rises_meanwhile_holds_for_what_waits() {
    let (_, mut store) = device();
    let image = version(1, 2);
    let bank = receive(&mut store, SlotId(1), image, 100).unwrap();
    store.verify(bank, image.id(), 2).unwrap();
    install(&mut store, 3);
    store.confirm(SLOT).unwrap();
    let refused = Err(Error::Downgrade {
        found: 2,
        allowed: 3,
    });
    assert_eq!(store.begin_trial(SlotId(1)), refused);
}

#[test]
fn damage_is_found_and_is_no_verdict() {
    let (flash, mut store) = device();
    let image = version(1, 1);
    // On its way.
    let mut wrong = image.bytes().to_vec();
    wrong[5] ^= 1;
    store.open(SLOT, image.offered()).unwrap();
    store.erase_step().unwrap();
    assert_eq!(store.receive(SLOT, 0, &wrong), Err(Error::Digest));
    assert_eq!(store.rejections(), []);
    // In flash.
    let bank = receive(&mut store, SLOT, image, 64).unwrap();
    let offset = MAP.bank(bank).unwrap().offset() as usize;
    flash.flip((offset + 700) * 8);
    assert_eq!(store.verify(bank, image.id(), 1), Err(Error::Digest));
    assert_eq!(
        store.bank(bank).unwrap().state,
        BankState::Rejected(Reason::Damaged)
    );
    // It may come again.
    let bank = receive(&mut store, SLOT, image, 64).unwrap();
    assert_eq!(store.verify(bank, image.id(), 1), Ok(()));
}

#[test]
fn an_image_of_another_plugin_than_was_said_is_rejected() {
    let (_, mut store) = device();
    let image = version(1, 1);
    let bank = receive(&mut store, SLOT, image, 64).unwrap();
    assert_eq!(
        store.verify(bank, version(2, 1).id(), 1),
        Err(Error::OtherPlugin)
    );
    assert_eq!(
        store.open(SLOT, image.offered()),
        Err(Error::Rejected(Reason::OtherPlugin))
    );
    let image = version(1, 4);
    let bank = receive(&mut store, SLOT, image, 64).unwrap();
    assert_eq!(store.verify(bank, image.id(), 9), Err(Error::OtherPlugin));
}

#[test]
fn starts_are_counted_on_trial() {
    let (flash, mut store) = device();
    assert_eq!(store.trial_boots(SLOT), None);
    install(&mut store, 1);
    assert_eq!(
        store.trial_boots(SLOT),
        Some(Boots {
            all: 0,
            failures: 0
        })
    );
    store = again(&flash, store);
    store = again(&flash, store);
    assert_eq!(
        store.trial_boots(SLOT),
        Some(Boots {
            all: 2,
            failures: 0
        })
    );
    drop(store);
    let store: Device<4> = Store::mount(flash.clone(), &MAP, Start::Failure).unwrap();
    assert_eq!(
        store.trial_boots(SLOT),
        Some(Boots {
            all: 3,
            failures: 1
        })
    );
}

#[test]
fn a_new_image_takes_the_place_of_the_one_that_waits() {
    let (_, mut store) = device();
    let first = receive(&mut store, SLOT, version(1, 3), 64).unwrap();
    assert_eq!(first, BankId(0));
    // Too large for that bank: it gives it back.
    let second = store.open(SLOT, version(1, 2).offered()).unwrap().bank;
    assert_eq!(store.staged(SLOT), Some(second));
    assert_eq!(store.bank(first).unwrap().state, BankState::Empty);
    assert_ne!(first, second);
    let third = store.open(SLOT, version(1, 4).offered()).unwrap().bank;
    assert_eq!(third, first, "the smallest that is large enough");
    assert_eq!(store.bank(third).unwrap().image, version(1, 4).offered());
}

#[test]
fn two_slots_share_the_bank_that_is_left() {
    let (_, mut store) = device();
    install(&mut store, 1);
    store.confirm(SLOT).unwrap();
    let image = version(2, 1);
    let bank = receive(&mut store, SlotId(1), image, 64).unwrap();
    store.verify(bank, image.id(), 1).unwrap();
    store.begin_trial(SlotId(1)).unwrap();
    store.confirm(SlotId(1)).unwrap();
    let staged = store.open(SLOT, version(1, 2).offered()).unwrap().bank;
    assert_eq!(
        store.open(SlotId(1), version(2, 2).offered()),
        Err(Error::NoBank)
    );
    store.clear(staged).unwrap();
    assert!(store.open(SlotId(1), version(2, 2).offered()).is_ok());
}

#[test]
fn what_is_said_of_an_image_has_to_be_possible() {
    let (_, mut store) = device();
    let mut image = version(1, 1).offered();
    assert_eq!(
        store.open(SlotId(2), image),
        Err(Error::NoSuchSlot(SlotId(2)))
    );
    for bytes in [0, (8 << 10) + 1] {
        image.bytes = bytes;
        let allowed = 8 << 10;
        assert_eq!(
            store.open(SLOT, image),
            Err(Error::Length {
                found: bytes,
                allowed
            })
        );
    }
    assert_eq!(store.confirm(SLOT), Err(Error::NoneInSlot(SLOT)));
    assert_eq!(store.begin_trial(SLOT), Err(Error::NoneInSlot(SLOT)));
    let bank = BankId(0);
    let found = BankState::Empty;
    assert_eq!(store.clear(bank), Err(Error::State { bank, found }));
    assert_eq!(store.clear(BankId(3)), Err(Error::NoSuchBank(BankId(3))));
    store.open(SLOT, version(1, 1).offered()).unwrap();
    store.erase_step().unwrap();
    let beyond = Error::Beyond {
        found: 5000,
        allowed: 2601,
    };
    assert_eq!(store.receive(SLOT, 0, &[0; 5000]), Err(beyond));
    assert_eq!(
        store.receive(SlotId(1), 0, &[0]),
        Err(Error::NotOpen(SlotId(1)))
    );
}

#[test]
fn as_many_plugins_have_floors_as_there_is_room_for() {
    let (_, mut store) = device();
    for plugin in 1..=4 {
        let image = version(plugin, 1);
        let bank = receive(&mut store, SLOT, image, 700).unwrap();
        with_erases(&mut store, |store| store.verify(bank, image.id(), 1)).unwrap();
        with_erases(&mut store, |store| store.begin_trial(SLOT)).unwrap();
        with_erases(&mut store, |store| store.confirm(SLOT)).unwrap();
    }
    assert_eq!(
        store.open(SLOT, version(5, 1).offered()),
        Err(Error::FloorsFull { allowed: 4 })
    );
    // Without a security version it needs none.
    let image = version(5, 0);
    assert!(with_erases(&mut store, |store| store.open(SLOT, image.offered())).is_ok());
    assert!(
        with_erases(&mut store, |store| store
            .open(SLOT, version(4, 2).offered()))
        .is_ok()
    );
}

#[test]
fn as_many_rejections_are_remembered_as_there_is_room_for() {
    let (flash, mut store) = device();
    for number in 1..=8 {
        let image = version(1, number);
        let bank = receive(&mut store, SLOT, image, 700).unwrap();
        with_erases(&mut store, |store| store.reject(bank, Reason::Refused)).unwrap();
    }
    store = again(&flash, store);
    let next = version(1, 9).offered();
    assert_eq!(store.open(SLOT, next), Err(Error::RejectionsFull));
    let first = version(1, 1).offered();
    with_erases(&mut store, |store| store.forgive(&first.digest)).unwrap();
    assert!(with_erases(&mut store, |store| store.open(SLOT, next)).is_ok());
}

/// Images of both slots, verified.
fn stage_both(store: &mut Device<4>, number: u8) -> [BankId; 2] {
    [SlotId(0), SlotId(1)].map(|slot| {
        let image = version(1 + slot.0, number);
        let bank = receive(store, slot, image, 100).unwrap();
        with_erases(store, |store| {
            store.verify(bank, image.id(), image.security_version)
        })
        .unwrap();
        bank
    })
}

#[test]
fn slots_that_are_tried_together_are_confirmed_together() {
    let (flash, mut store) = device();
    let slots = [SlotId(0), SlotId(1)];
    assert_eq!(store.begin_trial_of(&slots), Err(Error::NoneInSlot(SLOT)));
    let banks = stage_both(&mut store, 3);
    assert_eq!(store.begin_trial_of(&[]), Ok(()));
    store.begin_trial_of(&slots).unwrap();
    store = again(&flash, store);
    for (slot, bank) in slots.into_iter().zip(banks) {
        assert_eq!(store.runs(slot), Runs::Trial(bank));
        let with: Vec<_> = store.tried_with(slot).collect();
        assert_eq!(with, [SlotId(1 - slot.0)]);
    }
    store.confirm(SlotId(1)).unwrap();
    store = again(&flash, store);
    for (slot, bank) in slots.into_iter().zip(banks) {
        assert_eq!(store.runs(slot), Runs::Confirmed(bank));
        assert_eq!(store.floor(version(1 + slot.0, 3).id()), 3);
        assert_eq!(store.tried_with(slot).count(), 0);
    }
}

#[test]
fn what_was_tried_with_a_rejected_image_waits_again_and_may_be_tried() {
    let (flash, mut store) = device();
    let banks = stage_both(&mut store, 3);
    let slots = [SlotId(0), SlotId(1)];
    store.begin_trial_of(&slots).unwrap();
    store.reject(banks[1], Reason::Trapped).unwrap();
    store = again(&flash, store);
    assert_eq!(slots.map(|slot| store.runs(slot)), [Runs::Nothing; 2]);
    let state = store.bank(banks[0]).unwrap().state;
    assert_eq!(state, BankState::Verified);
    assert_eq!(store.rejections().len(), 1);
    store.begin_trial(SLOT).unwrap();
    assert_eq!(store.tried_with(SLOT).count(), 0);
    store.confirm(SLOT).unwrap();
}

#[test]
fn a_trial_that_is_withdrawn_leaves_no_verdict() {
    let (flash, mut store) = device();
    assert_eq!(store.withdraw(SLOT), Err(Error::NoneInSlot(SLOT)));
    let bank = install(&mut store, 1);
    store.withdraw(SLOT).unwrap();
    store = again(&flash, store);
    assert_eq!(store.runs(SLOT), Runs::Nothing);
    assert_eq!(store.staged(SLOT), Some(bank));
    assert!(store.rejections().is_empty());
    store.begin_trial(SLOT).unwrap();
}

#[test]
fn nothing_is_tried_of_slots_of_which_one_cannot() {
    let (_, mut store) = device();
    let banks = stage_both(&mut store, 3);
    store.begin_trial(SlotId(1)).unwrap();
    let slots = [SlotId(0), SlotId(1)];
    let error = store.begin_trial_of(&slots);
    assert_eq!(error, Err(Error::OnTrial(SlotId(1))));
    let state = store.bank(banks[0]).unwrap().state;
    assert_eq!(state, BankState::Verified);
    let beyond = store.begin_trial_of(&[SlotId(0), SlotId(7)]);
    assert_eq!(beyond, Err(Error::NoneInSlot(SlotId(7))));
}
