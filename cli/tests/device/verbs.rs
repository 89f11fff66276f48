//! Every other verb, where the device does what it is told.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::{Bench, device, everything, new, old, passing};

#[test]
fn an_upload_waits() {
    let bench = Bench::new(device(), everything);
    let outcome = bench
        .corelet(&["upload", "new.corelet", "--slot", "1"])
        .well();
    assert!(
        outcome.stdout.starts_with("upload 8.9 KiB ━━━━━━━━━━ "),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stdout
            .ends_with(" s  →  thermostat 1.5.0, verified\n"),
        "{outcome:?}"
    );
    // No terminal: a line for each quarter.
    assert_eq!(outcome.stderr.matches("upload  ").count(), 4, "{outcome:?}");
    assert!(outcome.stderr.ends_with(" of 9,152 B\n"), "{outcome:?}");
    let device = &bench.port.device().device;
    assert_eq!(device.staged(1), Some(&new()[..]));
    assert_eq!(device.running(1), Some(&old()[..]));
}

#[test]
fn slots_are_listed() {
    let bench = Bench::new(device().with_staged(1, &new()), everything);
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert_eq!(
        slots,
        "slot 0  empty\n\
         slot 1  confirmed  thermostat 1.4.0  c6b242d2aaa4\n\
         slot 1  verified   thermostat 1.5.0  8f0946776596\n"
    );
}

#[test]
fn what_runs_is_confirmed_and_rolled_back() {
    let bench = Bench::new(device().with_staged(1, &new()), everything);
    let text = bench.refused(&["confirm", "--slot", "1"], 1);
    assert_eq!(
        text,
        "error: nothing is on trial in slot 1\n  slot 1   thermostat 1.4.0, confirmed\n\
         help: corelet install IMAGE starts a trial\n"
    );
    // Time is up at once, and it is on trial.
    let args = [
        "install",
        "new.corelet",
        "--slot",
        "1",
        "--timeout",
        "0s",
        "--reset",
    ];
    bench.refused(&args, 1);
    let confirmed = bench.corelet(&["confirm", "--slot", "1"]).well().stdout;
    assert_eq!(confirmed, "slot 1  thermostat 1.5.0, confirmed\n");
    let back = bench.corelet(&["rollback", "--slot", "1"]).well().stdout;
    assert_eq!(
        back,
        "slot 1  thermostat 1.5.0, confirmed  →  thermostat 1.4.0, confirmed\n"
    );
    assert_eq!(bench.port.device().device.running(1), Some(&old()[..]));
}

#[test]
fn what_waits_is_erased() {
    let bench = Bench::new(device().with_staged(1, &new()), everything);
    let erased = bench.corelet(&["erase", "--slot", "1"]).well().stdout;
    assert_eq!(erased, "slot 1  erased: thermostat 1.5.0, verified\n");
    assert_eq!(bench.port.device().device.staged(1), None);
    let erased = bench.corelet(&["erase", "--slot", "1"]).well().stdout;
    assert_eq!(erased, "slot 1  erased: nothing was there\n");
}

#[test]
fn logs_are_shown_whole() {
    let bench = Bench::new(device(), everything);
    for number in 0..40 {
        bench
            .port
            .device()
            .device
            .log(&format!("{number} m°C: heating on"));
    }
    bench.port.device().device.log("\x1b[31mred");
    let lines = bench.corelet(&["logs"]).well().stdout;
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 41);
    assert_eq!(lines[12], "   12.000 [thermostat] 12 m°C: heating on");
    assert_eq!(lines[40], "   40.000 [thermostat] \\u{1b}[31mred");
}

#[test]
fn logs_are_followed_over_a_reset() {
    let bench = Bench::new(device(), everything);
    bench.port.device().device.log("before");
    let mut following = Command::new(env!("CARGO_BIN_EXE_corelet"))
        .args(["logs", "--follow", "--port", &bench.name])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert_eq!(next(), "    0.000 [thermostat] before");
    bench.port.device().device.log("and on");
    assert_eq!(next(), "    1.000 [thermostat] and on");
    bench.port.device().device.restart();
    bench.port.device().device.log("after");
    assert_eq!(next(), "    0.000 [thermostat] after");
    following.kill().unwrap();
    following.wait().unwrap();
}

#[test]
fn the_audit_is_shown() {
    let bench = Bench::new(device(), everything);
    let audit = bench.corelet(&["audit"]).well().stdout;
    assert_eq!(audit.lines().count(), 3);
    assert!(audit.starts_with(
        "    5.000 slot 0  thermostat  corelet:host/sensor `read`: the quota is used up  17 times\n"
    ), "{audit}");
}

#[test]
fn counters_are_shown() {
    let bench = Bench::new(device(), everything);
    let all = bench.corelet(&["stats"]).well().stdout;
    assert!(
        all.contains("slot0  images  0\n") && all.contains("slot1  images  1\n"),
        "{all}"
    );
    let one = bench.corelet(&["stats", "slot1"]).well().stdout;
    assert!(all.ends_with(&one) && !one.contains("slot0"), "{one}");
    assert_eq!(
        bench.refused(&["stats", "slot7"], 2),
        "error: the device has no such group of counters\n  = found: slot7   allowed: slot0, slot1\n"
    );
}

#[test]
fn a_device_is_reset() {
    let bench = Bench::new(passing(), everything);
    let reset = bench.corelet(&["reset"]).well().stdout;
    assert_eq!(reset, "it was reset, and answers\n");
    assert_eq!(bench.port.device().device.resets, 1);
}
