//! A plugin that takes the device down three times is not started again: on the emulated board, by its watchdog and by
//! panics.

use corelet_cli::qemu::{Machine, Pace, Start};
use corelet_cli::{FlashFile, firmware, toolchain};
use corelet_host::abi::Function;
use corelet_host::capability::sensor;
use corelet_mps2_an386::{BootRecord, HANGING_CHANNEL, PANICKING_CHANNEL, ScriptedCall};
use corelet_tests::{Plugin, export_key, manifest, message, neighbour, signed, with_grant};

type Read = sensor::functions::Read;

/// A plugin that reads the sensor channel that it is asked for.
fn reader() -> Vec<u8> {
    let channels = [HANGING_CHANNEL, PANICKING_CHANNEL];
    let grant = message::<sensor::Grant<'_>>(&sensor::Grant {
        channels: &channels,
        reads_per_minute: None,
        reads_per_second: None,
    });
    let manifest = with_grant(manifest("reader"), Read::INTERFACE, &grant);
    signed(&manifest, &Plugin::new().relay::<Read>().build())
}

/// What the board logs when it calls the neighbour, has the reader read `channel`, and calls the neighbour again, at every start.
fn log(channel: u8) -> Vec<String> {
    let qemu = toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}"));
    let firmware = firmware::build(&["hang"]).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flash");
    let mut flash = FlashFile::open(&path).unwrap();
    flash.put_image(0, &reader()).unwrap();
    flash.put_image(1, &neighbour::image(false)).unwrap();
    let echo = |request| ScriptedCall {
        slot: 1,
        export: neighbour::ECHO,
        request,
    };
    let read = ScriptedCall {
        slot: 0,
        export: export_key(Read::NAME),
        request: &[channel],
    };
    let calls = [echo(b"a"), read, echo(b"b")];
    flash
        .put_boot_record(&BootRecord {
            run_milliseconds: 1,
            calls: (&calls).into(),
            ..BootRecord::FOR_EVER
        })
        .unwrap();
    drop(flash);
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        firmware: &firmware,
        flash: &path,
        pace: Pace::Instructions,
        reboots: true,
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let mut log = Vec::new();
    machine
        .read_to_end(|line| {
            assert!(log.len() < 200, "it goes on for ever: {log:#?}");
            log.push(line.message);
        })
        .unwrap_or_else(|error| panic!("{error} after {log:#?}"));
    log
}

/// Of each start, the lines that say why it was, what became of the reader, and what the neighbour answered.
fn starts(log: &[String]) -> Vec<Vec<&str>> {
    let wanted = [
        "start after ",
        "slot 0: reader ",
        "call 0: answer ",
        "call 1: Empty",
        "call 2: answer ",
        "figures: ",
    ];
    let lines = log.iter().map(String::as_str);
    let lines: Vec<_> = lines
        .filter(|line| wanted.iter().any(|start| line.starts_with(start)))
        .map(|line| line.split(" heap ").next().unwrap_or(line))
        .collect();
    lines
        .chunk_by(|_, next| !next.starts_with("start after "))
        .map(<[_]>::to_vec)
        .collect()
}

fn is_stopped_after_three(channel: u8, reset: &str) {
    let log = log(channel);
    let again = format!("start after {reset}");
    let ran = |count| format!("slot 0: reader ran at Strikes {{ count: {count}, last: {reset} }}");
    let refused =
        format!("slot 0: reader refused: Quarantined(Strikes {{ count: 3, last: {reset} }})");
    let (one, two, three) = (ran(1), ran(2), ran(3));
    let answer = "call 0: answer [61]";
    let expected: [&[&str]; 4] = [
        &["start after PowerOn", answer],
        &[&again, &one, answer],
        &[&again, &two, answer],
        &[
            &again,
            &three,
            &refused,
            answer,
            "call 1: Empty(SlotId(0)), to blame: Host",
            "call 2: answer [62]",
            "figures:",
        ],
    ];
    assert_eq!(starts(&log), expected, "{log:#?}");
}

#[test]
fn a_plugin_that_hangs_the_board_is_not_started_after_the_third_time() {
    is_stopped_after_three(HANGING_CHANNEL, "Watchdog");
}

#[test]
fn a_plugin_that_has_the_board_panic_is_not_started_after_the_third_time() {
    is_stopped_after_three(PANICKING_CHANNEL, "Panic");
}
