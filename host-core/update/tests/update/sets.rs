//! Plugins that are tried together.

use corelet_store::{Reason, Runs};
use corelet_update::{Refused, Report};

use crate::board::*;

const OTHER: Plugin = Plugin {
    name: "motor-guard",
    ..Plugin::GOOD
};

fn two(first: &Plugin, second: &Plugin) -> Plugins {
    let mut plugins = start(blank());
    upload(&mut plugins, ONE, &first.image(), 500).unwrap();
    upload(&mut plugins, TWO, &second.image(), 500).unwrap();
    plugins.test(&[ONE, TWO]).unwrap();
    plugins
}

#[test]
fn a_set_is_confirmed_together() {
    let mut plugins = two(&Plugin::GOOD, &OTHER);
    let told = pass(&mut plugins, 5);
    for slot in [ONE, TWO] {
        assert!(told.contains(&Report::Confirmed { slot }), "{told:?}");
        assert!(matches!(plugins.store().runs(slot), Runs::Confirmed(_)));
    }
}

#[test]
fn if_one_of_a_set_fails_none_of_it_stays() {
    let mut plugins = two(&Plugin::GOOD, &OTHER);
    pass(&mut plugins, 5);
    let new = Plugin {
        version: 2,
        ..Plugin::GOOD
    };
    let bad = Plugin {
        version: 2,
        tick: TRAP,
        ..OTHER
    };
    upload(&mut plugins, ONE, &new.image(), 500).unwrap();
    upload(&mut plugins, TWO, &bad.image(), 500).unwrap();
    plugins.test(&[ONE, TWO]).unwrap();
    let told = pass(&mut plugins, 5);
    let (slot, reason) = (TWO, Reason::Trapped);
    assert!(
        told.contains(&Report::RolledBack { slot, reason }),
        "{told:?}"
    );
    assert!(!told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    for (slot, image) in [(ONE, Plugin::GOOD.image()), (TWO, OTHER.image())] {
        let Runs::Confirmed(bank) = plugins.store().runs(slot) else {
            panic!("the versions before are confirmed");
        };
        let bank = plugins.store().bank(bank).unwrap();
        assert_eq!(bank.image.digest, digest(&image));
    }
    // The other one is not to blame, and may be tried alone.
    plugins.test(&[ONE]).unwrap();
    let told = pass(&mut plugins, 5);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
}

#[test]
fn a_set_that_is_not_all_there_is_not_begun() {
    let mut plugins = start(blank());
    upload(&mut plugins, ONE, &Plugin::GOOD.image(), 500).unwrap();
    assert_eq!(plugins.test(&[ONE, TWO]), Err(Refused::NotStaged(TWO)));
    assert_eq!(plugins.store().runs(ONE), Runs::Nothing);
}
