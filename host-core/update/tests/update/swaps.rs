//! What happens between two versions, and to what was under way then.

use corelet_host::plugin::ticker;
use corelet_host::{Quarantine, Reset};
use corelet_image::Confirm;
use corelet_store::{Reason, Runs, Start, Store};
use corelet_update::{Fuel, Report, UpdatePolicy, Updater};

use crate::board::*;
use crate::module::OK;

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

const SLOW: Confirm = Confirm {
    good_calls: 0,
    seconds: 100,
    health: false,
};

#[test]
fn a_version_that_is_confirmed_while_it_is_asked_how_it_is_goes_on() {
    let plugin = Plugin {
        health: Some(OK),
        confirm: Confirm {
            health: true,
            seconds: 7,
            good_calls: 0,
        },
        ..NEW
    };
    let mut plugins = confirmed(&Plugin::GOOD.image());
    install(&mut plugins, ONE, &plugin.image());
    let told = pass(&mut plugins, 9);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    let told = pass(&mut plugins, 3);
    assert!(ticks(&told, ONE), "{told:?}");
}

#[test]
fn a_trial_that_is_taken_back_during_the_last_call_of_the_version_before_leaves_that_one_running() {
    let old = Plugin {
        shutdown: Some(LONG),
        ..Plugin::GOOD
    };
    let mut plugins = confirmed(&old.image());
    upload(&mut plugins, ONE, &NEW.image(), 500).unwrap();
    plugins.test(&[ONE]).unwrap();
    let suspended = Report::Host(corelet_host::Report::Suspended { slot: ONE });
    assert_eq!(plugins.run(Fuel(100)), suspended);
    plugins.roll_back(ONE).unwrap();
    let told = pass(&mut plugins, 3);
    assert!(ticks(&told, ONE), "{told:?}");
    assert!(matches!(plugins.store().runs(ONE), Runs::Confirmed(_)));
}

#[test]
fn a_set_is_not_confirmed_before_all_of_it_ran() {
    let policy = UpdatePolicy {
        confirm: Confirm::default(),
        shutdown_ms: 60_000,
        ..UpdatePolicy::DEVICE
    };
    let mut plugins = start_with(blank(), Start::Ordinary, policy);
    let other = Plugin {
        name: "motor-guard",
        ..Plugin::GOOD
    };
    for version in [1, 2] {
        for (slot, plugin) in [(ONE, &Plugin::GOOD), (TWO, &other)] {
            let image = Plugin { version, ..*plugin }.image();
            upload(&mut plugins, slot, &image, 500).unwrap();
        }
        if version == 1 {
            plugins.test(&[ONE, TWO]).unwrap();
            pass(&mut plugins, 2);
        }
    }
    assert!(matches!(plugins.store().runs(TWO), Runs::Confirmed(_)));
    // The firmware calls it, and does not take the answer.
    let ticket = plugins.host().start(TWO, &ticker::Tick {}).unwrap();
    plugins.test(&[ONE, TWO]).unwrap();
    let told = pass(&mut plugins, 3);
    assert!(ticks(&told, ONE), "{told:?}");
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
    assert!(plugins.host().take(ticket).is_some());
    let told = pass(&mut plugins, 3);
    assert!(told.contains(&Report::Confirmed { slot: TWO }), "{told:?}");
    // A ticket from before is worth nothing.
    assert!(plugins.host().take(ticket).is_none());
}

#[test]
fn what_is_confirmed_before_it_ran_has_to_initialise_all_the_same() {
    let bad = Plugin { init: TRAP, ..NEW };
    let mut plugins = confirmed(&Plugin::GOOD.image());
    upload(&mut plugins, ONE, &bad.image(), 500).unwrap();
    plugins.test(&[ONE]).unwrap();
    plugins.confirm(ONE).unwrap();
    let told = pass(&mut plugins, 3);
    let reason = Reason::Trapped;
    let rolled_back = Report::RolledBack { slot: ONE, reason };
    assert!(told.contains(&rolled_back), "{told:?}");
    assert!(ticks(&told, ONE), "{told:?}");
}

#[test]
fn a_version_is_not_silent_while_nobody_runs_it() {
    let mut plugins = confirmed(&Plugin::GOOD.image());
    let slow = Plugin {
        confirm: SLOW,
        ..NEW
    };
    install(&mut plugins, ONE, &slow.image());
    pass(&mut plugins, 3);
    for _ in 0..3 {
        plugins.host().board_mut().unwrap().now += 3_000 * SECOND;
        let told = pass(&mut plugins, 3);
        assert!(ticks(&told, ONE), "{told:?}");
        // Nor has it run for so long.
        assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
    }
    // A clock that goes back takes nothing away.
    plugins.host().board_mut().unwrap().now = 0;
    pass(&mut plugins, 3);
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
}

#[test]
fn data_goes_after_the_last_words_of_the_plugin() {
    let old = Plugin {
        shutdown: Some(LONG),
        ..Plugin::GOOD
    };
    let mut plugins = confirmed(&old.image());
    let Runs::Confirmed(bank) = plugins.store().runs(ONE) else {
        panic!("it was confirmed");
    };
    let id = plugins.store().bank(bank).unwrap().image.plugin;
    plugins.erase(bank).unwrap();
    let suspended = Report::Host(corelet_host::Report::Suspended { slot: ONE });
    assert_eq!(plugins.run(Fuel(100)), suspended);
    plugins.host().board_mut().unwrap().data.insert(id.0);
    settle(&mut plugins);
    assert!(plugins.host().board().unwrap().data.is_empty());
}

#[test]
fn a_confirmation_by_command_is_reported() {
    let mut plugins = confirmed(&Plugin::GOOD.image());
    let slow = Plugin {
        confirm: SLOW,
        ..NEW
    };
    upload(&mut plugins, ONE, &slow.image(), 500).unwrap();
    plugins.test(&[ONE]).unwrap();
    settle(&mut plugins);
    plugins.confirm(ONE).unwrap();
    let told = settle(&mut plugins);
    assert_eq!(told, [Report::Confirmed { slot: ONE }]);
}

#[test]
fn a_reset_counts_against_the_trial_in_which_it_was_and_no_later_one() {
    let quarantine: &'static Quarantine = Box::leak(Box::default());
    let start = |flash: Spi, start| -> Plugins {
        let host = host().with_quarantine(quarantine, Reset::Requested);
        let store = Store::mount(flash, &MAP, start).unwrap();
        Updater::new(host, store, KEYS, UpdatePolicy::DEVICE)
    };
    let flash = |plugins: &Plugins| plugins.store().flash().clone();
    let slow = Plugin {
        confirm: SLOW,
        ..NEW
    };
    let slow = slow.image();
    let mut plugins = start(flash(&confirmed(&Plugin::GOOD.image())), Start::Ordinary);
    install(&mut plugins, ONE, &slow);
    // It is reset in the middle of a call.
    let call = plugins.host().start(ONE, &ticker::Tick {});
    assert!(call.is_ok());
    // The updater looks at the clock, the host does, and then who enters the plugin.
    plugins.host().board_mut().unwrap().fails = Some((2, quarantine));
    let _ = plugins.run(Fuel(1));
    let mut plugins = start(flash(&plugins), Start::Failure);
    let told = settle(&mut plugins);
    let reason = Reason::ResetDevice;
    let rolled_back = Report::RolledBack { slot: ONE, reason };
    assert!(told.contains(&rolled_back), "{told:?}");
    plugins.forgive(&digest(&slow)).unwrap();
    install(&mut plugins, ONE, &slow);
    let mut plugins = start(flash(&plugins), Start::Ordinary);
    settle(&mut plugins);
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
}
