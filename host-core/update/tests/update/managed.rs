//! The updater behind the server of SMP, frames in and frames out.

use corelet_host::capability::logging::Level;
use corelet_image::Confirm;
use corelet_smp::GROUP;
use corelet_smp_tests::Op;
use corelet_store::{Runs, Start};
use corelet_update::UpdatePolicy;

use crate::board::*;
use crate::manager::{Manager, none};

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

const OTHER: Plugin = Plugin {
    name: "motor-guard",
    ..Plugin::GOOD
};

const DONE: &str = "{_ }";

#[track_caller]
fn has(answer: &str, part: &str) {
    assert!(answer.contains(part), "{part} in {answer}");
}

fn count(answer: &str, part: &str) -> usize {
    answer.matches(part).count()
}

#[test]
fn an_image_is_uploaded_tested_and_confirmed() {
    let mut manager = Manager::new(start(blank()));
    assert_eq!(count(&manager.slots(), "\"state\": \"empty\""), 2);
    assert_eq!(count(&manager.images(), "\"image\""), 0);

    let image = Plugin::GOOD.image();
    assert!(manager.upload(0, &image).unwrap() > 0, "it had to wait");
    has(&manager.slots(), "\"state\": \"verified\"");
    let images = manager.images();
    has(&images, "\"image\": 0, \"slot\": 1, \"version\": \"0.1.0\"");
    has(&images, "\"bootable\": true");
    assert_eq!(count(&images, "\"active\": true"), 0);

    manager.set_state(&image, false);
    settle(&mut manager.plugins);
    let slots = manager.slots();
    has(&slots, "\"state\": \"trial\", \"plugin\": \"thermostat\"");
    has(&manager.images(), "\"active\": true");
    assert_eq!(count(&manager.images(), "\"confirmed\": true"), 0);

    let images = manager.set_state(&image, true);
    has(&images, "\"confirmed\": true");
    has(&manager.slots(), "\"state\": \"confirmed\"");
    // What is there is not sent again.
    assert_eq!(manager.upload(0, &image), Ok(0));
    // Nobody has that.
    has(&manager.set_state(&NEW.image(), false), "\"rc\": 8");
}

#[test]
fn a_trial_is_rolled_back_forgiven_and_erased_by_command() {
    let mut manager = Manager::new(confirmed(&Plugin::GOOD.image()));
    let new = NEW.image();
    manager.upload(0, &new).unwrap();
    manager.set_state(&new, false);
    settle(&mut manager.plugins);
    // What it falls back to is there.
    assert_eq!(count(&manager.images(), "\"image\": 0"), 2);
    assert_eq!(manager.order(GROUP, 3, "slot", 0), DONE);
    settle(&mut manager.plugins);
    let slots = manager.slots();
    has(&slots, "\"state\": \"rejected\"");
    let mut counters = none();
    counters.map(1).unwrap().str("name").unwrap();
    counters.str("slot0").unwrap();
    has(&manager.ask(Op::Read, 2, 0, counters), "\"rollbacks\": 1");
    has(&slots, "\"reason\": (_ \"by command\")");
    has(
        &manager.order(GROUP, 3, "slot", 0),
        "nothing is on trial in slot \", \"0\"",
    );
    has(
        &manager.upload(0, &new).unwrap_err(),
        "this image was rejected, \", \"by command\"",
    );

    let mut forgive = none();
    forgive.map(1).unwrap();
    forgive.str("hash").unwrap().bytes(&digest(&new)).unwrap();
    assert_eq!(manager.ask(Op::Write, GROUP, 4, forgive.clone()), DONE);
    has(&manager.ask(Op::Write, GROUP, 4, forgive), "not rejected");
    manager.upload(0, &new).unwrap();

    for (position, left) in [(1, 1), (0, 0)] {
        assert_eq!(manager.order(1, 5, "slot", position), DONE);
        settle(&mut manager.plugins);
        assert_eq!(count(&manager.images(), "\"image\": 0"), left);
    }
    has(&manager.order(1, 5, "slot", 0), "has no image there");
    has(
        &manager.order(1, 5, "slot", 4),
        "there is no slot \", \"2\"",
    );
    assert_eq!(count(&manager.slots(), "\"state\": \"empty\""), 2);
}

#[test]
fn slots_are_tested_together() {
    let mut manager = Manager::new(start(blank()));
    manager.upload(0, &Plugin::GOOD.image()).unwrap();
    let together = || {
        let mut map = none();
        map.map(1).unwrap().str("slots").unwrap();
        map.array(2).unwrap().u8(0).unwrap().u8(1).unwrap();
        map
    };
    has(
        &manager.ask(Op::Write, GROUP, 5, together()),
        "waits in slot \", \"1\"",
    );
    manager.upload(1, &OTHER.image()).unwrap();
    assert_eq!(manager.ask(Op::Write, GROUP, 5, together()), DONE);
    settle(&mut manager.plugins);
    assert_eq!(count(&manager.slots(), "\"state\": \"trial\""), 2);
    pass(&mut manager.plugins, 5);
    assert_eq!(count(&manager.slots(), "\"state\": \"confirmed\""), 2);
}

#[test]
fn what_came_in_part_is_shown_and_erased() {
    let mut manager = Manager::new(start(blank()));
    let image = Plugin::GOOD.image();
    let mut offset = 0;
    while manager.plugins.store().staged(ONE).is_none() {
        manager.piece(0, &image, offset);
        offset += 150;
    }
    has(&manager.slots(), "\"state\": \"opening\"");
    let length = format!("\"off\": 0, \"len\": {}", image.len());
    has(&manager.slots(), &length);
    assert_eq!(manager.order(1, 5, "slot", 1), DONE);
    assert_eq!(count(&manager.slots(), "\"state\": \"empty\""), 2);
    manager.upload(0, &image).unwrap();
}

#[test]
fn what_is_parked_says_why_and_what_waits_beside_it_may_run() {
    let image = Plugin::GOOD.image();
    let plugins = confirmed(&image);
    let Runs::Confirmed(bank) = plugins.store().runs(ONE) else {
        panic!("it was confirmed");
    };
    let offset = MAP.bank(bank).unwrap().offset() as usize + image.len() - 1;
    plugins.store().flash().0.flip(offset * 8);
    let mut manager = Manager::new(restart(plugins));
    settle(&mut manager.plugins);
    let slots = manager.slots();
    has(&slots, "\"state\": \"parked\"");
    has(
        &slots,
        "\"reason\": (_ \"the module is not the one that was signed",
    );
    manager.upload(0, &NEW.image()).unwrap();
    let images = manager.images();
    assert_eq!(count(&images, "\"bootable\": true"), 1, "{images}");
    assert_eq!(count(&images, "\"active\": true"), 0, "{images}");
}

#[test]
fn a_plugin_that_stopped_is_shown_as_that() {
    let policy = UpdatePolicy {
        confirm: Confirm::default(),
        ..UpdatePolicy::DEVICE
    };
    let mut plugins = start_with(blank(), Start::Ordinary, policy);
    let plugin = Plugin {
        tick: TRAP,
        ..Plugin::GOOD
    };
    // It is confirmed before its first tick.
    install(&mut plugins, ONE, &plugin.image());
    pass(&mut plugins, 60);
    let mut manager = Manager::new(plugins);
    has(&manager.slots(), "\"state\": \"faulted\"");
}

#[test]
fn counters_logs_denials_and_a_reset() {
    let mut manager = Manager::new(confirmed(&Plugin::GOOD.image()));
    let groups = manager.read(2, 1);
    has(&groups, "[_ \"slot0\", \"slot1\"]");
    let mut counters = |name: &str| {
        let mut map = none();
        map.map(1).unwrap().str("name").unwrap().str(name).unwrap();
        manager.ask(Op::Read, 2, 0, map)
    };
    let shown = counters("slot0");
    for part in [
        "\"calls\": 6",
        "\"rollbacks\": 0",
        "\"memory\": 65536",
        "\"swap-gap-us\"",
    ] {
        has(&shown, part);
    }
    for none in ["slot2", "slot", "heap"] {
        has(&counters(none), "rc");
    }

    let log = &mut manager.plugins.host().board_mut().unwrap().log;
    for text in ["one", "two", "three"] {
        log.push(5_000_000, "thermostat", Level::Info, "", text);
    }
    let lines = manager.read(GROUP, 1);
    has(
        &lines,
        "\"n\": 1, \"time\": 5, \"plugin\": \"thermostat\", \"level\": 2, \"text\": \"two\"",
    );
    has(&lines, "\"next\": 3");
    assert_eq!(count(&lines, "one"), 0);
    assert_eq!(manager.read(GROUP, 2), "{_ \"denials\": [_ ]}");

    assert_eq!(manager.ask(Op::Write, 0, 5, none()), DONE);
    assert_eq!(manager.plugins.host().board().unwrap().resets, 1);
}
