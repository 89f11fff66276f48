//! `install` of several images, which stay together or not at all.

use corelet_smp_tests::Device;

use crate::common::Outcome;
use crate::updater::{Bench, GOOD, TRAP};

/// A device with version 1 of two plugins, and their next versions in files.
fn bench(tick: &str) -> Bench {
    let bench = Bench::new();
    bench.image_of("thermostat", "heat-1", 1, 0, GOOD);
    bench.image_of("pump", "pump-1", 1, 0, GOOD);
    bench.image_of("thermostat", "heat-2", 2, 0, GOOD);
    bench.image_of("pump", "pump-2", 2, 0, tick);
    together(&bench, ["heat-1", "pump-1"]).well();
    bench
}

fn together(bench: &Bench, [first, second]: [&str; 2]) -> Outcome {
    let places = [format!("0={first}.corelet"), format!("1={second}.corelet")];
    bench.corelet(&["install", "--slot", &places[0], "--slot", &places[1]])
}

fn slots(bench: &Bench) -> String {
    bench.corelet(&["slots"]).well().stdout
}

/// Without the time that the upload took.
fn untimed(line: &str) -> String {
    let (before, rest) = line.split_once("━━━━━━━━━━ ").unwrap();
    let (_, after) = rest.split_once(" s  →  ").unwrap();
    format!("{before}{after}")
}

#[test]
fn both_are_sent_and_then_tried_and_confirmed_together() {
    let bench = bench(GOOD);
    let installed = together(&bench, ["heat-2", "pump-2"]).well();
    let lines: Vec<_> = installed.stdout.lines().map(untimed).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, beginning) in lines.iter().zip([
        "slot 0  thermostat 0.2.0  upload 5.4 KiB trial  →  confirmed after 3 good calls, ",
        "slot 1  pump 0.2.0  upload 5.4 KiB trial  →  confirmed after 3 good calls, ",
    ]) {
        assert!(line.starts_with(beginning), "{line}");
    }
    assert!(
        installed
            .stderr
            .starts_with("slot 0  thermostat 0.1.0, confirmed"),
        "{installed:?}"
    );
    let after = slots(&bench);
    for runs in ["confirmed  thermostat 0.2.0", "confirmed  pump 0.2.0"] {
        assert!(after.contains(runs), "{after}");
    }

    let again = together(&bench, ["heat-2", "pump-2"]).well();
    assert_eq!(
        again.stdout,
        "slot 0  thermostat 0.2.0, confirmed before\nslot 1  pump 0.2.0, confirmed before\n"
    );
}

#[test]
fn with_a_bad_one_none_stays_and_it_is_said_which() {
    let bench = bench(TRAP);
    let text = bench.refused(together(&bench, ["heat-2", "pump-2"]));
    assert_eq!(
        text,
        "error: pump 0.2.0 was rejected: it trapped\n  \
         image    pump-2.corelet, the development key, security version 0\n\
         help: corelet logs --port PORT shows what it logged, corelet audit --port PORT what it was denied\n\
         none of the 2 stays\nthermostat 0.1.0 still runs\npump 0.1.0 still runs\n"
    );
    let after = slots(&bench);
    for state in [
        "slot 0  confirmed  thermostat 0.1.0",
        "slot 0  verified   thermostat 0.2.0",
        "slot 1  confirmed  pump 0.1.0",
        "slot 1  rejected   pump 0.2.0",
    ] {
        assert!(after.contains(state), "{after}");
    }
}

#[test]
fn one_that_is_refused_keeps_the_others_from_being_tried() {
    let bench = bench(GOOD);
    bench.image_of("pump", "new", 3, 5, GOOD);
    bench.image_of("pump", "old", 4, 4, GOOD);
    together(&bench, ["heat-1", "new"]).well();
    let text = bench.refused(together(&bench, ["heat-2", "old"]));
    assert!(
        text.starts_with("error: slot 1 refuses pump 0.4.0: security version 4,"),
        "{text}"
    );
    assert!(
        text.ends_with("\nno slot was changed: what was sent before it waits\n"),
        "{text}"
    );
}

#[test]
fn a_port_that_may_not_try_one_may_not_try_them_together() {
    let bench = crate::Bench::new(Device::default(), crate::upload_only);
    let places = ["--slot", "0=new.corelet", "--slot", "1=new.corelet"];
    let text = bench.refused(&[&["install"], &places[..]].concat(), 1);
    let text = crate::error(&text);
    assert!(
        text.starts_with(
            "error: the device refuses to try thermostat 1.5.0 and thermostat 1.5.0: not allowed over this port\n"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("\nnothing runs in slot 0\nnothing runs in slot 1\n"),
        "{text}"
    );
}

#[test]
fn one_that_is_on_trial_alone_is_not_joined() {
    let bench = bench(GOOD);
    // It answers with errors of its own, so it is never confirmed.
    let ill = "(i64.or (i64.shl (i64.const 3000) (i64.const 32)) (i64.const 23))";
    bench.image_of("pump", "ill", 3, 0, ill);
    let alone = ["install", "ill.corelet", "--slot", "1", "--timeout", "0s"];
    bench.refused(bench.corelet(&alone));
    let text = bench.refused(together(&bench, ["heat-2", "ill"]));
    assert!(
        text.starts_with(
            "error: pump 0.3.0 is on trial already, without the others\n  \
             slot 1   pump 0.3.0, trial"
        ),
        "{text}"
    );
}

#[test]
fn what_is_for_which_slot_is_said_once() {
    let bench = bench(GOOD);
    for (args, words) in [
        (
            &["--slot", "0=heat-2.corelet", "--slot", "1"][..],
            "error: no image is named for slot 1\nhelp: --slot 1=IMAGE, or IMAGE --slot 1 for it alone\n",
        ),
        (
            &["heat-2.corelet", "--slot", "0", "--slot", "1"],
            "error: heat-2.corelet is for one slot, and more is named\n\
             help: for several slots each has its image: --slot 0=heat-2.corelet …\n",
        ),
        (
            &["--slot", "0=heat-2.corelet", "--slot", "0=pump-2.corelet"],
            "error: slot 0 is named twice\n",
        ),
    ] {
        let text = bench.corelet(&[&["install"], args].concat()).refused(2);
        assert_eq!(text, words);
    }
}
