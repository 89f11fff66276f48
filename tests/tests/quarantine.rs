//! A plugin that takes the device down three times is not started again: on the emulated board, by its watchdog and by
//! panics.

use corelet_cli::qemu::{Machine, Model, Pace, Serial, Start};
use corelet_cli::{FlashFile, firmware, toolchain};
use corelet_host::abi::Function;
use corelet_host::capability::{sensor, storage};
use corelet_mps2_an386::{
    BootRecord, HANGING_CHANNEL, PANICKING_CHANNEL, ScriptedCall, WATCHDOG_SECONDS,
};
use corelet_tests::{Plugin, export_key, manifest, message, neighbour, signed, with_grant};

type Read = sensor::functions::Read;
type Get = storage::functions::Get;
type Set = storage::functions::Set;

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

/// What the board logs when it makes `calls` at every start, with `image` in slot 0 and the neighbour in slot 1.
fn log_of(image: &[u8], calls: &[ScriptedCall<'_>]) -> Vec<String> {
    let qemu = toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}"));
    let firmware = firmware::build(&["hang"]).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flash");
    let mut flash = FlashFile::open(&path).unwrap();
    flash.put_image(0, image).unwrap();
    flash.put_image(1, &neighbour::image(false)).unwrap();
    flash
        .put_boot_record(&BootRecord {
            run_milliseconds: 1,
            calls: calls.into(),
            ..BootRecord::FOR_EVER
        })
        .unwrap();
    drop(flash);
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        model: Model::Mps2An386,
        firmware: &firmware,
        flash: &path,
        pace: Pace::Instructions,
        serial: Serial::Nothing,
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
        "slot 0: ran at ",
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

/// The board calls the neighbour, has the reader read `channel`, and calls the neighbour again.
fn is_stopped_after_three(channel: u8, reset: &str) {
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
    let log = log_of(&reader(), &[echo(b"a"), read, echo(b"b")]);
    let again = format!("start after {reset}");
    let ran = |count| format!("slot 0: ran at Strikes {{ count: {count}, last: {reset} }}");
    let refused =
        format!("slot 0: reader refused: Quarantined(Strikes {{ count: 3, last: {reset} }})");
    let (one, two) = (ran(1), ran(2));
    let answer = "call 0: answer [61]";
    let expected: [&[&str]; 4] = [
        &["start after PowerOn", answer],
        &[&again, &one, answer],
        &[&again, &two, answer],
        &[
            &again,
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

/// Each export does one thing until its fuel is used up, of which there is as much as the policy has.
fn busy() -> Vec<u8> {
    let for_ever = |work: &str| format!("(loop $again {work} (br $again)) (unreachable)");
    let import = |number: usize, capacity: usize| {
        for_ever(&format!(
            "(drop (call $import{number}
               (local.get $request) (local.get $length) (i32.const 16) (i32.const {capacity})))"
        ))
    };
    let module = Plugin::new()
        .import(Read::INTERFACE, Read::NAME, Read::SHAPE)
        .import(Get::INTERFACE, Get::NAME, Get::SHAPE)
        .import(Set::INTERFACE, Set::NAME, Set::SHAPE)
        .export("count", &for_ever(""))
        .export(
            "fill",
            &for_ever("(memory.fill (i32.const 1200) (i32.const 0) (i32.const 300))"),
        )
        .export("read", &import(0, Read::RESPONSE_MAX))
        .export("get", &import(1, Get::RESPONSE_MAX))
        .export("set", &import(2, Set::RESPONSE_MAX))
        .build();
    let sensor = message::<sensor::Grant<'_>>(&sensor::Grant {
        channels: &[0],
        reads_per_minute: None,
        reads_per_second: None,
    });
    let storage = message::<storage::Grant>(&storage::Grant {
        bytes: u32::MAX,
        writes_per_day: None,
    });
    let manifest = with_grant(manifest("busy"), Read::INTERFACE, &sensor);
    let mut manifest = with_grant(manifest, Get::INTERFACE, &storage);
    manifest.budgets.fuel_per_call = u64::MAX;
    signed(&manifest, &module)
}

#[test]
fn what_a_plugin_may_do_does_not_trip_the_watchdog() {
    let key = message::<<Get as Function>::Request>(&("key",));
    let entry = message::<<Set as Function>::Request>(&("key", &[7; 128]));
    let works: [(&str, &[u8]); 5] = [
        ("count", &[]),
        ("fill", &[]),
        ("read", &[0]),
        ("set", &entry),
        ("get", &key),
    ];
    let calls = works.map(|(name, request)| ScriptedCall {
        slot: 0,
        export: export_key(name),
        request,
    });
    let log = log_of(&busy(), &calls);
    for number in 0..works.len() {
        let ended = format!("call {number}: Stopped(OutOfFuel), to blame: Guest");
        assert!(log.contains(&ended), "{log:#?}");
    }
    // In the machine's own time. After such a call a second one may follow, of `init`, before the watchdog is fed again.
    let times = log.iter().filter_map(|line| {
        let (_, rest) = line.split_once(": fuel ")?.1.split_once(", ")?;
        rest.split_once(" ns, ")?.0.parse::<u64>().ok()
    });
    let longest = times.max().expect("calls have times");
    let allowed = u64::from(WATCHDOG_SECONDS) * 1_000_000_000;
    assert!(3 * longest < allowed, "{log:#?}");
    let starts = log.iter().filter(|line| line.starts_with("start after"));
    assert_eq!(starts.count(), 1, "{log:#?}");
}
