//! What is refused, by the command or the device, and in which words.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use corelet_image::{DEVELOPMENT_SEED, Manifest, Unsigned};
use corelet_smp_tests::{Port, unsigned_image};
use ed25519_dalek::SigningKey;

use crate::{Bench, NEW, device, error, everything, old, upload_only};

/// An image by a key that nobody knows.
fn by_a_stranger() -> Vec<u8> {
    let seed = DEVELOPMENT_SEED.map(|byte| !byte);
    let key = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let manifest = Manifest {
        name: "thermostat",
        version: NEW,
        ..Manifest::default()
    };
    let unsigned = Unsigned::build(&manifest, &[7; 2_000], &key).unwrap();
    unsigned.sign(&seed).unwrap()
}

fn still_runs(bench: &Bench) {
    let device = &bench.port.device().device;
    assert_eq!(device.running(1), Some(&old()[..]));
    assert!(device.is_confirmed(1));
}

#[test]
fn a_key_that_the_device_does_not_trust() {
    let bench = Bench::new(device(), everything);
    bench.sandbox.write("new.corelet", by_a_stranger());
    let text = bench.refused(&["install", "new.corelet", "--slot", "1"], 1);
    let key = corelet_image::Image::parse(&by_a_stranger())
        .unwrap()
        .key_id();
    assert_eq!(
        error(&text),
        format!(
            "error: slot 1 refuses thermostat 1.5.0: signed by key {key}, which this device does not trust: \
             sign it with a key that it does\n  \
             image    new.corelet, key {key}, security version 0\n  \
             slot 1   thermostat 1.4.0, confirmed\n\
             help: corelet sign new.corelet --key FILE, with a key that this device trusts\n\
             thermostat 1.4.0 still runs\n"
        )
    );
    still_runs(&bench);
}

#[test]
fn an_earlier_security_version() {
    let bench = Bench::new(device(), everything);
    bench.port.device().device.floor = 4;
    let text = bench.refused(&["install", "new.corelet", "--slot", "1"], 1);
    assert_eq!(
        error(&text),
        "error: slot 1 refuses thermostat 1.5.0: security version 0, the device has confirmed 4: \
         send that or a later one\n  \
         image    new.corelet, the development key, security version 0\n  \
         slot 1   thermostat 1.4.0, confirmed\n\
         thermostat 1.4.0 still runs\n"
    );
    still_runs(&bench);
}

#[test]
fn a_slot_with_a_trial() {
    let bench = Bench::new(device(), everything);
    let install = [
        "install",
        "new.corelet",
        "--slot",
        "1",
        "--timeout",
        "0s",
        "--reset",
    ];
    bench.refused(&install, 1);
    bench.sandbox.write(
        "newer.corelet",
        corelet_smp_tests::image(corelet_image::Version::new(1, 6, 0), 900),
    );
    let text = bench.refused(&["upload", "newer.corelet", "--slot", "1"], 1);
    assert_eq!(
        error(&text),
        "error: slot 1 refuses thermostat 1.6.0: slot 1 has a version on trial: confirm it or roll it back first\n  \
         image    newer.corelet, the development key, security version 0\n  \
         slot 1   thermostat 1.5.0, trial\n\
         help: corelet confirm --port PORT --slot 1 keeps what is on trial\n      \
         corelet rollback --port PORT --slot 1 goes back to what was before\n\
         nothing was erased; thermostat 1.5.0 still runs\n"
    );
}

#[test]
fn an_image_that_is_too_large() {
    let bench = Bench::new(device(), everything);
    bench
        .sandbox
        .write("new.corelet", corelet_smp_tests::image(NEW, 70_000));
    let text = bench.refused(&["upload", "new.corelet", "--slot", "1"], 1);
    assert!(
        error(&text).starts_with(
            "error: slot 1 refuses thermostat 1.5.0: 70153 bytes, 65536 are allowed\n"
        ),
        "{text}"
    );
    assert!(
        text.ends_with("\nnothing was erased; thermostat 1.4.0 still runs\n"),
        "{text}"
    );
}

#[test]
fn a_port_that_may_not() {
    const HELP: &str = "help: the firmware decides what may be done over which port: use one that may do it, \
                        or let this one (`Smp::with_authority`)\n";
    let bench = Bench::new(device(), upload_only);
    let text = bench.refused(&["install", "new.corelet", "--slot", "1"], 1);
    assert_eq!(
        error(&text),
        format!(
            "error: the device refuses to try thermostat 1.5.0: not allowed over this port\n  port     PORT\n\
             {HELP}thermostat 1.4.0 still runs\n"
        )
    );
    for (args, what, then) in [
        (&["confirm"][..], "confirm", ""),
        (
            &["rollback", "--slot", "1"],
            "roll slot 1 back",
            "slot 1 is as it was: thermostat 1.4.0, confirmed\n",
        ),
        (
            &["erase", "--slot", "1"],
            "erase in slot 1",
            "nothing was erased\n",
        ),
        (&["forgive", "new.corelet"], "forgive thermostat 1.5.0", ""),
        (&["reset"], "be reset", ""),
    ] {
        assert_eq!(
            bench.refused(args, 1),
            format!(
                "error: the device refuses to {what}: not allowed over this port\n  port     PORT\n{HELP}{then}"
            )
        );
    }
    still_runs(&bench);
}

#[test]
fn what_is_not_worth_sending() {
    let bench = Bench::new(device(), everything);
    bench
        .sandbox
        .write("unsigned.corelet", unsigned_image(NEW, 900));
    bench.sandbox.write("no.corelet", [0; 900]);
    let mut cut = old();
    cut.pop();
    bench.sandbox.write("cut.corelet", cut);
    for (file, why) in [
        (
            "unsigned",
            "the image is not signed: sign it with `corelet sign`",
        ),
        (
            "no",
            "this is no Corelet image: make one with `corelet build`",
        ),
        (
            "cut",
            "1051 bytes where the header announces 1052: was the image cut or added to on its way?",
        ),
    ] {
        let file = format!("{file}.corelet");
        assert_eq!(
            bench.refused(&["install", &file, "--slot", "1"], 1),
            format!("error: {file}: {why}\nnothing was sent\n")
        );
    }
    let key = bench.sandbox.path("release");
    bench
        .sandbox
        .corelet(&["keygen", key.to_str().unwrap()])
        .well();
    bench.sandbox.write("new.corelet", by_a_stranger());
    let args = [
        "upload",
        "new.corelet",
        "--slot",
        "1",
        "--key",
        "release.pub",
    ];
    let text = bench.refused(&args, 1);
    assert!(
        text.starts_with("error: signed by a key that this device does not trust\n"),
        "{text}"
    );
    assert_eq!(bench.port.device().received, 0);
}

#[test]
fn a_slot_that_is_not_there() {
    let bench = Bench::new(device(), everything);
    for args in [
        &["install", "new.corelet", "--slot", "7"][..],
        &["upload", "new.corelet", "--slot", "7"],
        &["confirm", "--slot", "7"],
        &["rollback", "--slot", "7"],
        &["erase", "--slot", "7"],
    ] {
        assert_eq!(
            bench.refused(args, 1),
            "error: the device has no slot 7\n  device   has slots 0, 1\n"
        );
    }
}

#[test]
fn a_port_that_is_not_there() {
    let sandbox = crate::Sandbox::new();
    let text = sandbox
        .corelet(&["slots", "--port", "/dev/nothing"])
        .refused(2);
    assert!(
        text.starts_with("error: cannot open /dev/nothing: No such file or directory\nhelp: "),
        "{text}"
    );
    let text = sandbox
        .corelet(&["slots", "--port", "unix:nothing"])
        .refused(2);
    assert!(
        text.starts_with("error: cannot open unix:nothing: "),
        "{text}"
    );
    let text = sandbox
        .corelet(&["slots", "--port", "tcp:nothing"])
        .refused(2);
    assert!(text.contains("tcp:HOST:PORT, for instance"), "{text}");
}

/// What is said of a port behind which `serve` does not answer.
#[track_caller]
fn gives_up(serve: fn(TcpStream)) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let name = format!("tcp:{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        listener
            .incoming()
            .for_each(|stream| serve(stream.unwrap()))
    });
    let text = crate::Sandbox::new()
        .corelet(&["slots", "--port", &name, "--give-up", "300ms"])
        .refused(3);
    let text = text.replace(&name, "PORT");
    assert_eq!(
        error(&text),
        "error: no answer from a device at PORT for 300ms: A timeout occurred\n\
         help: is it on, and does its firmware serve SMP on this port? --give-up TIME waits longer;\n      \
         an upload goes on where it was when the command is given again\n"
    );
}

#[test]
fn a_port_behind_which_nobody_answers() {
    gives_up(|mut stream| drop(io::copy(&mut stream, &mut io::sink())));
}

#[test]
fn a_device_that_prints_and_does_not_answer() {
    gives_up(|mut stream| {
        while stream.write_all(b"21.5 C\n").is_ok() {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

#[test]
fn a_device_that_takes_no_more() {
    let port = Port::listen::<512>(device(), everything).unwrap();
    port.device().device.erasing = u32::MAX;
    let name = format!("tcp:{}", port.address());
    let bench = Bench::of(port, name);
    let args = ["upload", "new.corelet", "--slot", "1", "--give-up", "300ms"];
    let text = bench.refused(&args, 3);
    assert_eq!(
        error(&text),
        "error: the device takes nothing after 0 of 9152 bytes, for 300ms\n\
         help: --give-up TIME waits longer; corelet reset starts the device anew\n"
    );
}
