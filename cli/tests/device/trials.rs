//! `install`: an upload, a trial, and what becomes of it.

use corelet_smp_tests::{Port, Refused};

use crate::{Bench, device, error, everything, new, old, passing, trying};

/// What is printed of an upload, without the time that it took.
#[track_caller]
fn after_upload(stdout: &str) -> &str {
    let rest = stdout.strip_prefix("upload 8.9 KiB ━━━━━━━━━━ ").unwrap();
    rest.split_once(" s  →  ").unwrap().1
}

fn installed(bench: &Bench) {
    let outcome = bench
        .corelet(&["install", "new.corelet", "--slot", "1"])
        .well();
    let steps = after_upload(&outcome.stdout);
    assert_eq!(steps, "trial  →  confirmed after 3 good calls\n");
    assert!(
        outcome
            .stderr
            .starts_with("slot 1  thermostat 1.4.0, confirmed\nupload  "),
        "{outcome:?}"
    );
    let device = &bench.port.device().device;
    assert_eq!(device.running(1), Some(&new()[..]));
    assert!(device.is_confirmed(1));
    assert_eq!(device.written, new().len());
}

#[test]
fn over_a_serial_port() {
    installed(&Bench::new(passing(), everything));
}

#[test]
fn over_tcp() {
    let port = Port::listen::<512>(passing(), everything).expect("a port");
    let name = format!("tcp:{}", port.address());
    installed(&Bench::of(port, name));
}

#[test]
fn over_a_socket_with_a_path() {
    let port = Port::listen_at_path::<512>(passing(), everything).expect("a folder");
    let name = format!("unix:{}", port.path().display());
    installed(&Bench::of(port, name));
}

#[test]
fn with_the_smallest_buffers() {
    let port = Port::serve::<256>(passing(), everything).expect("a pseudo-terminal");
    let name = port.path().display().to_string();
    installed(&Bench::of(port, name));
}

#[test]
fn what_is_confirmed_is_not_sent_again() {
    let bench = Bench::new(device().with(0, &new()), everything);
    let outcome = bench
        .corelet(&["install", "new.corelet", "--slot", "0"])
        .well();
    assert_eq!(
        outcome.stdout,
        "slot 0  thermostat 1.5.0, confirmed before\n"
    );
    assert_eq!(bench.port.device().device.written, 0);
}

#[test]
fn what_waits_is_tried_without_being_sent_again() {
    let bench = Bench::new(passing().with_staged(1, &new()), everything);
    bench
        .corelet(&["install", "new.corelet", "--slot", "1"])
        .well();
    let device = &bench.port.device().device;
    assert_eq!((device.written, device.is_confirmed(1)), (0, true));
}

#[test]
fn what_a_trial_would_fall_back_to_is_installed_again() {
    let bench = Bench::new(passing(), everything);
    bench.sandbox.write("old.corelet", old());
    for (file, runs) in [("new.corelet", new()), ("old.corelet", old())] {
        bench.corelet(&["install", file, "--slot", "1"]).well();
        let device = &bench.port.device().device;
        assert_eq!(device.running(1), Some(&runs[..]));
        assert!(device.is_confirmed(1));
    }
}

#[test]
fn a_trial_that_fails_says_why_and_what_runs() {
    let bench = Bench::new(trying(Err(Refused::Trapped)), everything);
    let text = bench.refused(&["install", "new.corelet", "--slot", "1"], 1);
    assert_eq!(
        error(&text),
        "error: thermostat 1.5.0 was rejected: it trapped\n  \
         image    new.corelet, the development key, security version 0\n\
         help: corelet logs --port PORT shows what it logged, corelet audit --port PORT what it was denied\n\
         thermostat 1.4.0 still runs\n"
    );
    assert_eq!(bench.port.device().device.running(1), Some(&old()[..]));

    // The verdict stands until it is taken back.
    let slots = bench.corelet(&["slots"]).well().stdout;
    assert!(slots.contains("it trapped"), "{slots}");
    let forgiven = bench.corelet(&["forgive", "new.corelet"]).well().stdout;
    assert_eq!(forgiven, "thermostat 1.5.0 may be tried again\n");
    let text = bench.refused(&["forgive", "new.corelet"], 1);
    assert!(
        text.starts_with(
            "error: the device refuses to forgive thermostat 1.5.0: nothing is there\n"
        ),
        "{text}"
    );
}

#[test]
fn a_device_that_begins_trials_with_a_reset_is_reset_if_that_is_wanted() {
    let bench = Bench::new(device(), everything);
    let install = ["install", "new.corelet", "--slot", "1", "--timeout", "0s"];
    let text = bench.refused(&install, 1);
    assert!(!text.contains("still runs"), "{text}");
    assert_eq!(
        error(&text),
        "error: thermostat 1.5.0 is not confirmed after 0s\n  \
         slot 1   it is verified\n\
         help: --timeout TIME waits longer; corelet slots --port PORT says how it stands\n      \
         corelet confirm --port PORT --slot 1 confirms it\n"
    );
    assert_eq!(bench.port.device().device.resets, 0);

    let text = bench.refused(
        &[
            "install",
            "new.corelet",
            "--slot",
            "0",
            "--timeout",
            "0s",
            "--reset",
        ],
        1,
    );
    assert!(error(&text).contains("slot 0   it is trial\n"), "{text}");
    assert_eq!(bench.port.device().device.resets, 1);
    bench.corelet(&["confirm"]).well();
    let device = &bench.port.device().device;
    assert!(device.is_confirmed(0) && device.is_confirmed(1));
}
