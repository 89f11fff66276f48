//! Keys are replaced in the field, and what was signed with a revoked one waits.

use corelet_fault_flash::{Fault, Kind, Planned};
use corelet_host::SlotState;
use corelet_image::{
    DEVELOPMENT_KEY, DEVELOPMENT_SEED, ImageError, KeyId, KeySetError, Keys, PublicKey, Seed,
    Unsigned, UnsignedKeySet,
};
use corelet_store::{Error, FlashMap, Reason, Runs, Start, Store};
use corelet_update::{Fuel, Parked, Refused, Report, UpdatePolicy, Updater};
use ed25519_dalek::SigningKey;

use crate::board::*;

pub(crate) const ALICE: Seed = [1; 32];
pub(crate) const BOB: Seed = [2; 32];

pub(crate) const OTHER: Plugin = Plugin {
    name: "motor-guard",
    ..Plugin::GOOD
};

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

fn public(seed: &Seed) -> PublicKey {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

impl Plugin {
    pub(crate) fn by(&self, seed: &Seed) -> Vec<u8> {
        let unsigned = Unsigned::from_image(&self.image(), &public(seed)).unwrap();
        unsigned.sign(seed).unwrap()
    }
}

/// A key set that the root key signed.
pub(crate) fn set(epoch: u32, seeds: &[Seed]) -> Vec<u8> {
    let keys: Vec<_> = seeds.iter().map(public).collect();
    let unsigned = UnsignedKeySet::build(epoch, &keys).unwrap();
    unsigned.sign(&DEVELOPMENT_SEED).unwrap()
}

fn unknown(seed: &Seed) -> ImageError {
    let found = KeyId::of(&public(seed));
    ImageError::UnknownKey { found }
}

/// A firmware that trusts Alice and Bob, and takes key sets.
fn start(flash: Spi) -> Plugins {
    start_on(flash, &MAP)
}

pub(crate) fn start_on(flash: Spi, map: &'static FlashMap<4>) -> Plugins {
    let store = Store::mount(flash, map, Start::Ordinary).unwrap();
    let trusted = vec![public(&ALICE), public(&BOB)].leak();
    let keys = Keys::new(trusted);
    Updater::new(host(), store, keys, UpdatePolicy::DEVICE).with_root_key(DEVELOPMENT_KEY)
}

fn restart(plugins: &Plugins) -> Plugins {
    start(plugins.store().flash().clone())
}

/// With this plugin confirmed in its first slot.
fn confirmed(image: &[u8]) -> Plugins {
    let mut plugins = start(blank());
    install(&mut plugins, ONE, image);
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    plugins
}

fn is_placed(told: &[Report]) -> bool {
    let placed = |report: &Report| matches!(report, Report::Placed { .. });
    told.iter().any(placed)
}

#[test]
fn what_a_revoked_key_signed_is_parked_and_a_later_set_brings_it_back() {
    let image = Plugin::GOOD.by(&ALICE);
    let mut plugins = confirmed(&image);
    install(&mut plugins, TWO, &OTHER.by(&BOB));
    pass(&mut plugins, 5);
    let Runs::Confirmed(bank) = plugins.store().runs(ONE) else {
        panic!("it was confirmed");
    };
    let plugin = plugins.store().bank(bank).unwrap().image.plugin.0;
    assert_eq!(plugins.key_epoch(), Some(0));

    plugins.set_keys(&set(1, &[BOB])).unwrap();
    let why = Parked::Image(unknown(&ALICE));
    let parked = Report::Parked { slot: ONE, why };
    let told = pass(&mut plugins, 2);
    assert!(told.contains(&parked), "{told:?}");
    assert!(!ticks(&told, ONE), "{told:?}");
    // The other one has not noticed.
    assert!(ticks(&told, TWO) && !is_placed(&told), "{told:?}");
    assert_eq!(plugins.key_epoch(), Some(1));
    let refused = upload(&mut plugins, ONE, &NEW.by(&ALICE), 200);
    assert_eq!(refused, Err(Refused::Image(unknown(&ALICE))));

    // So it is after a reset, and what it kept is there.
    plugins = restart(&plugins);
    plugins.host().board_mut().unwrap().data.insert(plugin);
    let told = pass(&mut plugins, 2);
    assert!(told.contains(&parked) && ticks(&told, TWO), "{told:?}");

    plugins.set_keys(&set(2, &[ALICE, BOB])).unwrap();
    let told = pass(&mut plugins, 2);
    assert!(ticks(&told, ONE) && ticks(&told, TWO), "{told:?}");
    assert_eq!(plugins.store().runs(ONE), Runs::Confirmed(bank));
    assert!(plugins.host().board().unwrap().data.contains(&plugin));
}

#[test]
fn what_does_not_lie_in_memory_is_looked_at_all_the_same() {
    for mapped in [false, true] {
        let mut plugins = confirmed(&Plugin::GOOD.by(&ALICE));
        if mapped {
            plugins = start(plugins.store().flash().clone().mapped());
            assert!(ticks(&pass(&mut plugins, 2), ONE));
        }
        plugins.set_keys(&set(1, &[ALICE])).unwrap();
        let told = pass(&mut plugins, 2);
        assert!(ticks(&told, ONE) && !is_placed(&told), "{told:?}");
        plugins.set_keys(&set(2, &[BOB])).unwrap();
        // No slice more.
        let told = settle(&mut plugins);
        assert!(matches!(told[..], [Report::Parked { .. }]), "{told:?}");
        assert_eq!(plugins.host().state(ONE), SlotState::Empty);
    }
}

#[test]
fn a_trial_of_what_a_revoked_key_signed_ends() {
    let mut plugins = confirmed(&Plugin::GOOD.by(&BOB));
    let before = plugins.store().runs(ONE);
    install(&mut plugins, ONE, &NEW.by(&ALICE));
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
    plugins.set_keys(&set(1, &[BOB])).unwrap();
    let told = pass(&mut plugins, 3);
    let reason = Reason::Refused;
    let rolled_back = Report::RolledBack { slot: ONE, reason };
    assert_eq!(told.first(), Some(&rolled_back), "{told:?}");
    assert!(ticks(&told, ONE), "{told:?}");
    assert_eq!(plugins.store().runs(ONE), before);
}

#[test]
fn what_waits_is_looked_at_before_it_is_tried() {
    let mut plugins = confirmed(&Plugin::GOOD.by(&BOB));
    let before = plugins.store().runs(ONE);
    upload(&mut plugins, ONE, &NEW.by(&ALICE), 200).unwrap();
    plugins.set_keys(&set(1, &[BOB])).unwrap();
    plugins.test(&[ONE]).unwrap();
    let told = pass(&mut plugins, 3);
    let reason = Reason::Refused;
    assert!(
        told.contains(&Report::RolledBack { slot: ONE, reason }),
        "{told:?}"
    );
    assert!(ticks(&told, ONE) && !is_placed(&told), "{told:?}");
    assert_eq!(plugins.store().runs(ONE), before);
}

#[test]
fn only_a_later_set_of_the_root_key_is_taken() {
    let mut plugins = confirmed(&Plugin::GOOD.by(&ALICE));
    let newest = set(2, &[ALICE]);
    plugins.set_keys(&newest).unwrap();
    pass(&mut plugins, 2);
    let old = |found| Refused::Store(Error::OldKeys { found, allowed: 3 });
    let by_bob = UnsignedKeySet::build(3, &[public(&BOB)]).unwrap();
    let by_bob = by_bob.sign(&BOB).unwrap();
    let refused = [
        (set(1, &[BOB]), old(1)),
        (set(2, &[BOB]), old(2)),
        (by_bob, Refused::KeySet(KeySetError::BadSignature)),
        (
            newest[..newest.len() - 1].to_vec(),
            Refused::KeySet(KeySetError::Length {
                found: 107,
                allowed: 108,
            }),
        ),
    ];
    for (bytes, refused) in refused {
        assert_eq!(plugins.set_keys(&bytes), Err(refused));
    }
    // The answer was lost, and it comes again.
    let before = plugins.store().flash().0.work();
    plugins.set_keys(&newest).unwrap();
    assert_eq!(plugins.store().flash().0.work(), before);
    assert_eq!(plugins.key_epoch(), Some(2));
    assert!(ticks(&pass(&mut plugins, 2), ONE));
}

#[test]
fn a_firmware_without_a_root_key_takes_no_set() {
    let mut plugins = crate::board::start(blank());
    let refused = plugins.set_keys(&set(1, &[ALICE]));
    assert_eq!(refused, Err(Refused::NoRootKey));
    assert_eq!(plugins.key_epoch(), None);
}

#[test]
fn a_cut_leaves_the_keys_from_before_or_the_new_ones() {
    let plugins = confirmed(&Plugin::GOOD.by(&ALICE));
    let flash = plugins.store().flash().clone();
    let from = flash.0.snapshot();
    let mut epochs = [0; 2];
    for after in 0.. {
        flash.0.restore(&from);
        flash.0.restart();
        let mut plugins = start(flash.clone());
        flash.0.plan(Planned::after(after, Fault::Any(Kind::Torn)));
        let done = plugins.set_keys(&set(1, &[BOB, [3; 32], [4; 32]]));
        flash.0.cancel();
        flash.0.restart();
        let mut plugins = start(flash.clone());
        let told = pass(&mut plugins, 2);
        let epoch = plugins.key_epoch().unwrap();
        epochs[epoch as usize] += 1;
        assert_eq!(ticks(&told, ONE), epoch == 0, "{told:?}");
        if done.is_ok() {
            assert_eq!(epoch, 1);
            break;
        }
    }
    assert!(epochs[0] >= 3 && epochs[1] >= 1, "{epochs:?}");
}

#[test]
fn a_flash_that_is_older_than_the_device_runs_nothing() {
    let mut plugins = confirmed(&Plugin::GOOD.by(&ALICE));
    let older = plugins.store().flash().0.snapshot();
    let counter = |plugins: &mut Plugins, value| {
        plugins.host().board_mut().unwrap().counter = Some(Hardware(value, u32::MAX));
    };
    let shown = |plugins: &mut Plugins| plugins.host().board().unwrap().counter.unwrap().0;
    let seconds = |plugins: &mut Plugins, count| {
        let mut told = Vec::new();
        for _ in 0..count {
            told.extend(pass(plugins, 1));
        }
        told
    };

    // Nothing before it answers.
    plugins = restart(&plugins);
    counter(&mut plugins, None);
    let told = seconds(&mut plugins, 3);
    let error = Error::Counter;
    assert_eq!(told, [Report::Unguarded { error }; 4]);
    counter(&mut plugins, Some(0));
    assert!(ticks(&seconds(&mut plugins, 3), ONE));
    assert_eq!(shown(&mut plugins), Some(0));

    // It follows confirmations and keys; that it does not answer any more ends nothing.
    let image = Plugin {
        security_version: 1,
        ..NEW
    };
    install(&mut plugins, ONE, &image.by(&ALICE));
    seconds(&mut plugins, 5);
    assert_eq!(shown(&mut plugins), Some(1));
    plugins.set_keys(&set(1, &[ALICE])).unwrap();
    counter(&mut plugins, None);
    let told = seconds(&mut plugins, 3);
    assert!(told.contains(&Report::Unguarded { error }), "{told:?}");
    assert_eq!(plugins.parked(ONE), None);
    assert!(ticks(&told, ONE), "{told:?}");
    counter(&mut plugins, Some(1));
    seconds(&mut plugins, 2);
    assert_eq!(shown(&mut plugins), Some(2));

    // Where it counts no further, keys are replaced all the same.
    plugins.host().board_mut().unwrap().counter = Some(Hardware(Some(2), 2));
    for epoch in [2, 3] {
        plugins.set_keys(&set(epoch, &[ALICE])).unwrap();
        assert!(ticks(&seconds(&mut plugins, 2), ONE));
    }
    assert_eq!(plugins.key_epoch(), Some(3));

    plugins.store().flash().0.restore(&older);
    plugins = restart(&plugins);
    counter(&mut plugins, Some(2));
    let error = Error::OldFlash {
        found: 0,
        allowed: 2,
    };
    let told = seconds(&mut plugins, 2);
    assert_eq!(told, [Report::Unguarded { error }; 3]);
    assert_eq!(plugins.host().state(ONE), SlotState::Empty);
    assert_eq!(plugins.parked(ONE), Some(Parked::Flash(error)));
    // Sets that were signed once do not make up for it.
    let refused = plugins.set_keys(&set(1, &[ALICE]));
    assert_eq!(refused, Err(Refused::Store(error)));
    assert!(matches!(
        plugins.run(Fuel(1_000)),
        Report::Host(corelet_host::Report::Idle { next: Some(_) })
    ));
}
