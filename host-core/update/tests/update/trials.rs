//! What ends a trial, and how.

use corelet_host::{Report as HostReport, SlotState};
use corelet_image::Confirm;
use corelet_smp::Managed;
use corelet_store::{BankState, Reason, Runs, Start};
use corelet_update::{Report, UpdatePolicy};

use crate::board::*;

/// The version that a slot runs, by its image.
fn runs(plugins: &Plugins, image: &[u8]) -> bool {
    let bank = match plugins.store().runs(ONE) {
        Runs::Trial(bank) | Runs::Confirmed(bank) => bank,
        other => panic!("{other:?}"),
    };
    plugins.store().bank(bank).unwrap().image.digest == digest(image)
}

fn old() -> Vec<u8> {
    Plugin::GOOD.image()
}

/// Tries a second version over a confirmed one.
fn tried(plugin: &Plugin) -> (Plugins, Vec<u8>, Vec<Report>) {
    let mut plugins = confirmed(&old());
    let image = plugin.image();
    let mut told = install(&mut plugins, ONE, &image);
    told.extend(pass(&mut plugins, 10));
    (plugins, image, told)
}

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

#[track_caller]
fn is_rolled_back(plugin: &Plugin, reason: Reason) {
    let (mut plugins, new, told) = tried(plugin);
    let report = Report::RolledBack { slot: ONE, reason };
    assert!(told.contains(&report), "{told:?}");
    assert!(runs(&plugins, &old()));
    assert_eq!(plugins.host().state(ONE), SlotState::Running);
    // The same image is not tried again, not after a start either.
    let refused = upload(&mut plugins, ONE, &new, 200).unwrap_err();
    assert_eq!(
        refused,
        corelet_store::Error::Rejected(reason).into(),
        "{refused}"
    );
    let mut plugins = restart(plugins);
    settle(&mut plugins);
    assert!(runs(&plugins, &old()));
    assert!(upload(&mut plugins, ONE, &new, 200).is_err());
}

#[test]
fn a_good_version_is_confirmed_after_its_calls() {
    let (plugins, new, told) = tried(&NEW);
    assert!(runs(&plugins, &new));
    assert!(matches!(plugins.store().runs(ONE), Runs::Confirmed(_)));
    let at = |report: &Report| told.iter().position(|told| told == report).unwrap();
    let (placed, confirmed) = (
        at(&Report::Placed {
            slot: ONE,
            trial: true,
            strikes: None,
        }),
        at(&Report::Confirmed { slot: ONE }),
    );
    let ticks = told[placed..confirmed].iter().filter(|report| {
        matches!(
            report,
            Report::Host(HostReport::Ticked { result: Ok(()), .. })
        )
    });
    assert_eq!(ticks.count(), 3);
    let mut plugins = restart(plugins);
    settle(&mut plugins);
    assert!(runs(&plugins, &new));
}

#[test]
fn a_version_that_traps_is_rolled_back() {
    is_rolled_back(&Plugin { tick: TRAP, ..NEW }, Reason::Trapped);
    is_rolled_back(&Plugin { init: TRAP, ..NEW }, Reason::Trapped);
}

#[test]
fn a_version_that_uses_up_its_fuel_is_rolled_back() {
    is_rolled_back(&Plugin { tick: SPIN, ..NEW }, Reason::OutOfFuel);
    is_rolled_back(&Plugin { init: SPIN, ..NEW }, Reason::OutOfFuel);
}

#[test]
fn a_version_that_does_not_initialise_is_rolled_back() {
    is_rolled_back(&Plugin { init: ERROR, ..NEW }, Reason::Unhealthy);
}

#[test]
fn a_version_that_is_not_well_is_rolled_back() {
    let plugin = Plugin {
        health: Some(ERROR),
        confirm: Confirm {
            health: true,
            ..Confirm::default()
        },
        ..NEW
    };
    is_rolled_back(&plugin, Reason::Unhealthy);
}

#[test]
fn a_version_that_is_well_is_confirmed_when_it_has_said_so() {
    let plugin = Plugin {
        health: Some(module_ok()),
        confirm: Confirm {
            health: true,
            seconds: 7,
            good_calls: 0,
        },
        ..NEW
    };
    let mut plugins = confirmed(&old());
    install(&mut plugins, ONE, &plugin.image());
    let told = pass(&mut plugins, 6);
    assert!(!told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    let told = pass(&mut plugins, 2);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    assert_eq!(
        reason(&mut plugins).unwrap(),
        "after 6 good calls, 7 s, healthy"
    );
    // However long it works then.
    pass(&mut plugins, 5);
    assert_eq!(
        reason(&mut plugins).unwrap(),
        "after 6 good calls, 7 s, healthy"
    );
    let mut plugins = restart(plugins);
    settle(&mut plugins);
    assert_eq!(reason(&mut plugins), None);
}

/// Why what runs is in its state, as a manager is told.
fn reason(plugins: &mut Plugins) -> Option<String> {
    let mut reasons = Vec::new();
    plugins.slots(&mut |slot| reasons.push(slot.reason.map(ToString::to_string)));
    reasons.swap_remove(0)
}

#[test]
fn what_a_command_confirmed_is_told_as_such_and_what_comes_back_has_not_passed_again() {
    let policy = UpdatePolicy {
        confirms_itself: false,
        ..UpdatePolicy::DEVICE
    };
    let flash = confirmed(&old()).store().flash().clone();
    let mut plugins = start_with(flash, Start::Ordinary, policy);
    install(&mut plugins, ONE, &NEW.image());
    pass(&mut plugins, 3);
    assert_eq!(reason(&mut plugins), None);
    plugins.confirm(ONE).unwrap();
    assert_eq!(
        reason(&mut plugins).unwrap(),
        "by command after 3 good calls, 3 s"
    );
    let bad = Plugin { version: 9, ..NEW };
    install(&mut plugins, ONE, &bad.image());
    pass(&mut plugins, 3);
    plugins.roll_back(ONE).unwrap();
    assert_eq!(reason(&mut plugins), None);
    settle(&mut plugins);
    assert_eq!(reason(&mut plugins), None);
}

const fn module_ok() -> &'static str {
    crate::module::OK
}

#[test]
fn errors_of_its_own_put_confirmation_off_until_it_is_not_confirmed_in_time() {
    let policy = UpdatePolicy {
        trial_ms: 20_000,
        ..UpdatePolicy::DEVICE
    };
    let flash = confirmed(&old()).store().flash().clone();
    let mut plugins = start_with(flash, Start::Ordinary, policy);
    let plugin = Plugin { tick: ERROR, ..NEW };
    install(&mut plugins, ONE, &plugin.image());
    let told = pass(&mut plugins, 15);
    assert!(
        matches!(plugins.store().runs(ONE), Runs::Trial(_)),
        "{told:?}"
    );
    let told = pass(&mut plugins, 6);
    let reason = Reason::NotConfirmed;
    assert!(
        told.contains(&Report::RolledBack { slot: ONE, reason }),
        "{told:?}"
    );
    assert!(runs(&plugins, &old()));
}

/// It is not confirmed for a while.
const SLOW: Plugin = Plugin {
    confirm: Confirm {
        good_calls: 0,
        seconds: 1_000,
        health: false,
    },
    ..NEW
};

#[test]
fn a_trial_goes_on_after_power_was_lost_and_ends_after_failures() {
    let mut plugins = confirmed(&old());
    let image = SLOW.image();
    install(&mut plugins, ONE, &image);
    for _ in 0..3 {
        plugins = restart(plugins);
        pass(&mut plugins, 3);
        assert!(runs(&plugins, &image));
    }
    for failures in 1..=3 {
        let flash = plugins.store().flash().clone();
        plugins = start_with(flash, Start::Failure, UpdatePolicy::DEVICE);
        let told = settle(&mut plugins);
        let reason = Reason::ResetDevice;
        let rolled_back = told.contains(&Report::RolledBack { slot: ONE, reason });
        assert_eq!(rolled_back, failures == 3, "{told:?}");
    }
    assert!(runs(&plugins, &old()));
    assert_eq!(plugins.host().state(ONE), SlotState::Running);
}

#[test]
fn a_trial_that_never_comes_to_its_end_is_over_after_sixteen_starts() {
    let mut plugins = confirmed(&old());
    install(&mut plugins, ONE, &SLOW.image());
    let mut told = Vec::new();
    for _ in 0..16 {
        plugins = restart(plugins);
        told = settle(&mut plugins);
    }
    let reason = Reason::NotConfirmed;
    assert!(
        told.contains(&Report::RolledBack { slot: ONE, reason }),
        "{told:?}"
    );
}

#[test]
fn the_version_before_has_its_last_call_and_no_more_than_its_fuel() {
    for (shutdown, good) in [(NOTHING, true), (SPIN, false), (TRAP, false)] {
        let old = Plugin {
            shutdown: Some(shutdown),
            ..Plugin::GOOD
        };
        let mut plugins = confirmed(&old.image());
        let told = install(&mut plugins, ONE, &NEW.image());
        let placed = Report::Placed {
            slot: ONE,
            trial: true,
            strikes: None,
        };
        assert!(told.contains(&placed), "{told:?}");
        let finished = Report::Host(HostReport::Finished { slot: ONE });
        assert!(told.contains(&finished), "{shutdown}: {good} {told:?}");
        assert_eq!(plugins.host().state(ONE), SlotState::Running);
    }
}

#[test]
fn by_command_a_trial_ends_either_way() {
    let policy = UpdatePolicy {
        confirms_itself: false,
        ..UpdatePolicy::DEVICE
    };
    let flash = confirmed(&old()).store().flash().clone();
    let mut plugins = start_with(flash, Start::Ordinary, policy);
    let new = NEW.image();
    install(&mut plugins, ONE, &new);
    pass(&mut plugins, 20);
    assert!(matches!(plugins.store().runs(ONE), Runs::Trial(_)));
    plugins.roll_back(ONE).unwrap();
    pass(&mut plugins, 2);
    assert!(runs(&plugins, &old()));
    assert_eq!(plugins.host().state(ONE), SlotState::Running);

    plugins.forgive(&digest(&new)).unwrap();
    install(&mut plugins, ONE, &new);
    plugins.confirm(ONE).unwrap();
    let told = settle(&mut plugins);
    assert_eq!(told, [Report::Confirmed { slot: ONE }]);
    assert!(runs(&plugins, &new));
}

#[test]
fn what_is_confirmed_without_a_trial_has_to_initialise_all_the_same() {
    let new = NEW.image();
    let mut plugins = confirmed(&old());
    upload(&mut plugins, ONE, &new, 100).unwrap();
    plugins.confirm(ONE).unwrap();
    let told = settle(&mut plugins);
    assert!(told.contains(&Report::Confirmed { slot: ONE }), "{told:?}");
    assert!(runs(&plugins, &new));

    let bad = Plugin {
        init: TRAP,
        version: 3,
        ..Plugin::GOOD
    };
    upload(&mut plugins, ONE, &bad.image(), 100).unwrap();
    plugins.confirm(ONE).unwrap();
    settle(&mut plugins);
    assert!(runs(&plugins, &new));
}

#[test]
fn what_a_plugin_kept_goes_with_it_and_not_before() {
    let mut plugins = confirmed(&old());
    let banks: Vec<_> = plugins.store().banks().map(|(_, bank)| *bank).collect();
    let plugin = banks.iter().find(|bank| bank.state == BankState::Confirmed);
    let id = plugin.unwrap().image.plugin;
    let data = &mut plugins.host().board_mut().unwrap().data;
    data.extend([id.0, [7; 8]]);
    install(&mut plugins, ONE, &NEW.image());
    pass(&mut plugins, 5);
    assert!(plugins.host().board().unwrap().data.contains(&id.0));
    let Runs::Confirmed(bank) = plugins.store().runs(ONE) else {
        panic!("it was confirmed");
    };
    plugins.erase(bank).unwrap();
    let told = settle(&mut plugins);
    assert!(told.contains(&Report::Emptied { slot: ONE }), "{told:?}");
    assert!(plugins.host().board().unwrap().data.is_empty());
    assert_eq!(plugins.host().state(ONE), SlotState::Empty);
}
