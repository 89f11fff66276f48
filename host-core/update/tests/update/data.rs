//! When what a plugin kept is forgotten.

use std::collections::BTreeSet;

use corelet_host::PluginId;
use corelet_image::Head;
use corelet_store::Runs;

use crate::board::*;
use crate::keys::{ALICE, BOB, OTHER, set, start_on};
use crate::repairs::WITH_FACTORY;

fn plugin(image: &[u8]) -> PluginId {
    let head = Head::parse(image).unwrap();
    PluginId::of(head.key_id(), head.unverified_manifest().unwrap().name)
}

fn data(plugins: &mut Plugins) -> &mut BTreeSet<[u8; 8]> {
    &mut plugins.host().board_mut().unwrap().data
}

fn erase_what_runs(plugins: &mut Plugins, slot: corelet_update::SlotId) {
    let Runs::Confirmed(bank) = plugins.store().runs(slot) else {
        panic!("it was confirmed");
    };
    plugins.erase(bank).unwrap();
    settle(plugins);
}

#[test]
fn it_is_forgotten_though_the_key_of_what_the_device_came_with_is_not_trusted_any_more() {
    let (factory, image) = (Plugin::GOOD.by(&ALICE), OTHER.by(&BOB));
    let flash = blank();
    flash.0.put(0xa000, &factory);
    let mut plugins = start_on(flash, &WITH_FACTORY);
    plugins.set_keys(&set(1, &[BOB])).unwrap();
    install(&mut plugins, TWO, &image);
    pass(&mut plugins, 5);
    let kept = [plugin(&factory).0, plugin(&image).0];
    for restarts in [false, true] {
        if restarts {
            plugins = start_on(plugins.store().flash().clone(), &WITH_FACTORY);
        }
        data(&mut plugins).extend(kept);
        data(&mut plugins).insert([7; 8]);
        if restarts {
            settle(&mut plugins);
        } else {
            erase_what_runs(&mut plugins, TWO);
        }
        // It comes back with a set that trusts its key again.
        let [factory, _] = kept;
        assert_eq!(*data(&mut plugins), [factory].into());
    }
}

#[test]
fn it_is_forgotten_as_soon_as_another_plugin_was_confirmed_in_its_place_or_the_trial_failed() {
    let (old, new) = (
        Plugin::GOOD,
        Plugin {
            name: "new",
            ..Plugin::GOOD
        },
    );
    let bad = Plugin {
        name: "bad",
        tick: TRAP,
        ..Plugin::GOOD
    };
    let [old, new, bad] = [old, new, bad].map(|plugin| plugin.image());
    let [had, has, tried] = [&old, &new, &bad].map(|image| plugin(image).0);
    let mut plugins = confirmed(&old);
    data(&mut plugins).extend([had, has, tried]);
    install(&mut plugins, ONE, &new);
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
    // The one that may come back has what it kept.
    assert!(data(&mut plugins).is_superset(&[had, has].into()));
    pass(&mut plugins, 5);
    assert_eq!(*data(&mut plugins), [has].into());

    for by_command in [false, true] {
        install(&mut plugins, ONE, &bad);
        data(&mut plugins).insert(tried);
        if by_command {
            plugins.roll_back(ONE).unwrap();
        }
        pass(&mut plugins, 3);
        assert!(matches!(plugins.store().runs(ONE), Runs::Confirmed(_)));
        assert_eq!(*data(&mut plugins), [has].into(), "{by_command}");
        plugins.forgive(&digest(&bad)).unwrap();
    }
}
