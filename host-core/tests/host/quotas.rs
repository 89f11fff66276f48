//! How often and how much, and what the audit keeps of it.

use std::time::Duration;

use corelet_host::abi::{Codec, Function, Shape, Status, decode};
use corelet_host::capability::logging::{self, LINE_BYTES, Level, functions::Log};
use corelet_host::capability::sensor::{self, functions::Read};
use corelet_host::capability::storage::{
    self, ENTRY_BYTES,
    functions::{Delete, Set},
};
use corelet_host::{
    Allow, AuditEntry, CallError, Caller, Capability, Denial, Host, HostFunction, Interface,
    Policy, SlotId, SlotPolicy, Stop,
};
use corelet_image::{Manifest, Version};

use crate::board::{
    Board, DAY, LOGGING, MINUTE, ONE, POLICY, SECOND, SENSOR, STORAGE, TWO, TestHost, granted,
    host, load, record, relay,
};
use crate::module::{CallEcho, Echo, Module};

const QUOTA: CallError = CallError::Stopped(Stop::Refused(Status::QUOTA));

fn set_time(host: &mut TestHost, now: u64) {
    host.board_mut().unwrap().now = now;
}

/// Bytes of a line of [`log`] with four letters: the name, the context, the message, and what each line takes.
const LINE: u32 = 6 + 5 + 4 + LINE_BYTES;

fn logger(host: &mut TestHost, bytes_per_minute: Option<u32>) {
    let grant = record::<logging::Grant>(&logging::Grant {
        bytes_per_minute,
        bytes_per_second: None,
    });
    let module = Module::new().relay::<Log>().export::<Echo>("unreachable");
    load(host, ONE, &granted("logger", &[(LOGGING, &grant)]), &module).unwrap();
}

fn log(host: &mut TestHost, message: &str) -> Result<(), CallError> {
    relay::<Log>(host, ONE, &(Level::Warn, "valve", message))
}

#[test]
fn lines_carry_the_plugins_name() {
    let mut host = host();
    logger(&mut host, None);
    log(&mut host, "open").unwrap();
    assert_eq!(host.board().unwrap().lines, ["logger Warn valve: open"]);
}

#[test]
fn a_line_over_the_contracts_bound_does_not_reach_the_board() {
    let mut host = host();
    logger(&mut host, None);
    use corelet_host::abi::Function;
    let mut request = vec![0, 0, 121];
    request.extend([b'x'; 121]);
    let key = crate::module::relay_key::<Log>();
    assert_eq!(
        host.call_encoded(ONE, key, &request),
        Err(CallError::Stopped(Stop::Refused(Status::MALFORMED)))
    );
    assert_eq!(Log::REQUEST_MAX, 1 + 1 + 16 + 1 + 120);
    assert!(host.board().unwrap().lines.is_empty());
}

#[test]
fn bytes_of_log_are_counted_by_the_minute() {
    let mut host = host();
    logger(&mut host, Some(3 * LINE - 1));
    assert_eq!(log(&mut host, "open"), Ok(()));
    assert_eq!(log(&mut host, "shut"), Ok(()));
    assert_eq!(log(&mut host, "open"), Err(QUOTA));
    set_time(&mut host, MINUTE - 1);
    assert_eq!(log(&mut host, "open"), Err(QUOTA));
    set_time(&mut host, MINUTE);
    assert_eq!(log(&mut host, "open"), Ok(()));
    assert_eq!(host.board().unwrap().lines.len(), 3);
}

#[test]
fn bytes_of_log_are_counted_by_the_second_too() {
    let mut host = host();
    let grant = record::<logging::Grant>(&logging::Grant {
        bytes_per_minute: Some(3 * LINE),
        bytes_per_second: Some(2 * LINE),
    });
    let module = Module::new().relay::<Log>();
    load(
        &mut host,
        ONE,
        &granted("logger", &[(LOGGING, &grant)]),
        &module,
    )
    .unwrap();
    assert_eq!(log(&mut host, "open"), Ok(()));
    assert_eq!(log(&mut host, "shut"), Ok(()));
    assert_eq!(log(&mut host, "open"), Err(QUOTA));
    set_time(&mut host, SECOND);
    assert_eq!(log(&mut host, "open"), Ok(()));
    assert_eq!(log(&mut host, "shut"), Err(QUOTA), "of the minute");
    set_time(&mut host, MINUTE);
    assert_eq!(log(&mut host, "open"), Ok(()));
}

#[test]
fn a_line_that_the_minute_refuses_takes_nothing_of_the_second() {
    let mut host = host();
    let grant = record::<logging::Grant>(&logging::Grant {
        bytes_per_minute: Some(2 * LINE),
        bytes_per_second: Some(5 * LINE),
    });
    let module = Module::new().relay::<Log>();
    let manifest = granted("logger", &[(LOGGING, &grant)]);
    load(&mut host, ONE, &manifest, &module).unwrap();
    assert_eq!(log(&mut host, "open"), Ok(()));
    let long = "x".repeat(4 + 3 * LINE as usize);
    assert_eq!(log(&mut host, &long), Err(QUOTA), "of the minute");
    assert_eq!(log(&mut host, "shut"), Ok(()), "the second has it still");
}

#[test]
fn an_empty_line_is_counted_too() {
    let mut host = host();
    logger(&mut host, Some(LINE_BYTES + 6));
    let empty = (Level::Warn, "", "");
    assert_eq!(relay::<Log>(&mut host, ONE, &empty), Ok(()));
    assert_eq!(relay::<Log>(&mut host, ONE, &empty), Err(QUOTA));
}

#[test]
fn a_line_is_one_line() {
    let mut host = host();
    logger(&mut host, None);
    let forged = (Level::Warn, "val\tve", "open\r\n\u{1b}[2Klock: \u{9b}shut");
    relay::<Log>(&mut host, ONE, &forged).unwrap();
    let line = "logger Warn val\tve: open???[2Klock: ?shut";
    assert_eq!(host.board().unwrap().lines, [line]);
}

#[test]
fn a_new_instance_does_not_bring_a_new_quota() {
    let mut host = host();
    logger(&mut host, Some(LINE));
    assert_eq!(log(&mut host, "open"), Ok(()));
    host.call(ONE, &CallEcho("")).unwrap_err();
    assert_eq!(host.metrics(ONE).restarts, 1);
    assert_eq!(log(&mut host, "open"), Err(QUOTA));
}

#[test]
fn nor_does_a_load_that_fails() {
    // Logs an empty line, whose request is zeros, and traps.
    let module = Module::with_init(
        "(drop (call $log (i32.const 0x300) (i32.const 3) (i32.const 0) (i32.const 0x200))) unreachable",
    );
    let module = module.import::<Log>();
    let grant = record::<logging::Grant>(&logging::Grant {
        bytes_per_minute: Some(2 * (LINE_BYTES + 6)),
        bytes_per_second: None,
    });
    let mut host = host();
    for lines in [1, 2, 2] {
        let manifest = granted("logger", &[(LOGGING, &grant)]);
        load(&mut host, ONE, &manifest, &module).unwrap_err();
        assert_eq!(host.board().unwrap().lines.len(), lines);
    }
}

#[test]
fn readings_are_counted_by_the_second() {
    let mut host = host();
    let grant = record::<sensor::Grant<'static>>(&sensor::Grant {
        channels: &[0],
        reads_per_minute: Some(3),
        reads_per_second: Some(2),
    });
    let module = Module::new().relay::<Read>();
    load(
        &mut host,
        ONE,
        &granted("reader", &[(SENSOR, &grant)]),
        &module,
    )
    .unwrap();
    let mut well = 0;
    for now in [0, 1, 2, SECOND, SECOND + 1, MINUTE, MINUTE + 1, MINUTE + 2] {
        set_time(&mut host, now);
        well += u32::from(relay::<Read>(&mut host, ONE, &(0,)).is_ok());
    }
    // Two of the first three; of the next second's the one that the minute has left; two of the next minute's.
    assert_eq!(well, 5);
    assert_eq!(host.board().unwrap().reads, 5);
}

#[test]
fn readings_are_counted_over_all_channels() {
    let mut host = host();
    let grant = record::<sensor::Grant<'static>>(&sensor::Grant {
        channels: &[0, 1, 9],
        reads_per_minute: Some(3),
        reads_per_second: None,
    });
    let module = Module::new().relay::<Read>();
    load(
        &mut host,
        ONE,
        &granted("reader", &[(SENSOR, &grant)]),
        &module,
    )
    .unwrap();
    let mut read = |channel| relay::<Read>(&mut host, ONE, &(channel,));
    assert_eq!(read(0).unwrap().unwrap().value, -525);
    assert_eq!(read(7), Ok(Err(sensor::Error::AccessDenied)));
    assert_eq!(read(9), Ok(Err(sensor::Error::NoSuchChannel)));
    assert!(read(1).unwrap().is_ok());
    assert_eq!(read(1), Err(QUOTA));
    // Each once, whoever noticed first.
    let audit: Vec<_> = host
        .audit()
        .map(|entry| (entry.denial, entry.count))
        .collect();
    assert_eq!(audit, [(Denial::Grant, 1), (Denial::Quota, 1)]);
}

fn keeper(host: &mut TestHost, bytes: u32, writes_per_day: Option<u32>) {
    let grant = record::<storage::Grant>(&storage::Grant {
        bytes,
        writes_per_day,
    });
    let module = Module::new().relay::<Set>().relay::<Delete>();
    load(host, ONE, &granted("keeper", &[(STORAGE, &grant)]), &module).unwrap();
}

fn set(host: &mut TestHost, key: &str, value: &[u8]) -> Result<(), storage::Error> {
    relay::<Set>(host, ONE, &(key, value)).unwrap()
}

#[test]
fn stored_bytes_are_those_of_entries_as_they_will_be() {
    let mut host = host();
    keeper(&mut host, 2 * ENTRY_BYTES + 10, None);
    let over = Err(storage::Error::QuotaExceeded);
    assert_eq!(
        set(&mut host, "abc", &[1; ENTRY_BYTES as usize + 7]),
        Ok(())
    );
    assert_eq!(set(&mut host, "abc", &[1; ENTRY_BYTES as usize + 8]), over);
    assert_eq!(set(&mut host, "d", b""), over);
    // What is replaced counts no more.
    assert_eq!(
        set(&mut host, "abc", &[2; ENTRY_BYTES as usize + 7]),
        Ok(())
    );
    assert_eq!(set(&mut host, "abc", b"12"), Ok(()));
    assert_eq!(set(&mut host, "def", b"12"), Ok(()));
    assert_eq!(set(&mut host, "g", b""), over);
    assert_eq!(relay::<Delete>(&mut host, ONE, &("def",)), Ok(Ok(())));
    assert_eq!(set(&mut host, "g", b"1234"), Ok(()));
}

#[test]
fn what_never_fits_is_refused_without_a_look_at_what_is_there() {
    let mut host = host();
    keeper(&mut host, 100, None);
    let over = Err(storage::Error::QuotaExceeded);
    assert_eq!(set(&mut host, "k", &[1; 100]), over);
    // For the old value.
    assert_eq!(host.board().unwrap().searches, 1);
    assert_eq!(host.audit().count(), 1);
}

#[test]
fn writes_that_change_something_are_counted_by_the_day() {
    let mut host = host();
    keeper(&mut host, 100, Some(3));
    let over = Err(storage::Error::TooManyWrites);
    assert_eq!(set(&mut host, "k", b"1"), Ok(()));
    assert_eq!(set(&mut host, "k", b"1"), Ok(()));
    assert_eq!(set(&mut host, "k", b"2"), Ok(()));
    assert_eq!(relay::<Delete>(&mut host, ONE, &("x",)), Ok(Ok(())));
    assert_eq!(relay::<Delete>(&mut host, ONE, &("k",)), Ok(Ok(())));
    assert_eq!(set(&mut host, "k", b"1"), over);
    assert_eq!(host.board().unwrap().writes, 3);
    set_time(&mut host, DAY);
    assert_eq!(set(&mut host, "k", b"1"), Ok(()));
}

/// Loads `name` of `version`, which may write three times a day, into `slot`.
fn writer(host: &mut TestHost, slot: SlotId, name: &'static str, version: Version) {
    let grant = record::<storage::Grant>(&storage::Grant {
        bytes: 100,
        writes_per_day: Some(3),
    });
    let manifest = Manifest {
        version,
        ..granted(name, &[(STORAGE, &grant)])
    };
    load(host, slot, &manifest, &Module::new().relay::<Set>()).unwrap();
}

#[test]
fn a_plugin_that_is_loaded_again_goes_on_with_its_quota() {
    let mut host = host();
    let mut written = 0;
    for (slot, major) in [(ONE, 1), (TWO, 1), (ONE, 2), (ONE, 2)] {
        writer(&mut host, slot, "keeper", Version::new(major, 0, 0));
        let value = [written as u8];
        let set = relay::<Set>(&mut host, slot, &("k", &value)).unwrap();
        written += u32::from(set.is_ok());
        host.unload(slot);
    }
    assert_eq!(written, 3);
    assert_eq!(host.board().unwrap().writes, 3);

    // Another plugin has a quota of its own, and the next day a new one.
    writer(&mut host, ONE, "other", Version::new(1, 0, 0));
    assert_eq!(set(&mut host, "k", b"1"), Ok(()));
    host.unload(ONE);
    set_time(&mut host, DAY);
    writer(&mut host, ONE, "keeper", Version::new(2, 0, 0));
    assert_eq!(set(&mut host, "k", b"1"), Ok(()));
}

#[test]
fn many_plugins_do_not_make_the_host_forget_what_one_has_used() {
    let mut host = host();
    let names: Vec<&'static str> = (0..100).map(|n| &*format!("p{n}").leak()).collect();
    let mut written = |name| {
        writer(&mut host, ONE, name, Version::new(1, 0, 0));
        let before = host.board().unwrap().writes;
        for value in 0..4 {
            let _ = set(&mut host, "k", &[value]);
        }
        host.unload(ONE);
        host.board().unwrap().writes - before
    };
    let first: Vec<_> = names.iter().map(|name| written(name)).collect();
    // Those that the host has no place to count are refused.
    let places = 2 * 6 + 8;
    assert_eq!(first[..places], vec![3; places]);
    assert_eq!(first[places..], vec![0; 100 - places]);
    assert!(names.iter().all(|name| written(name) == 0));
}

#[test]
fn denials_are_on_record_and_repeated_ones_fold() {
    let mut host = host();
    keeper(&mut host, 100, Some(1));
    assert_eq!(host.audit().count(), 0);
    set(&mut host, "k", b"1").unwrap();
    for second in 1..=50 {
        set_time(&mut host, second * SECOND);
        set(&mut host, "k", b"2").unwrap_err();
        relay::<Delete>(&mut host, ONE, &("k",))
            .unwrap()
            .unwrap_err();
    }
    let entry = |function| AuditEntry {
        slot: ONE,
        plugin: corelet_host::PluginName::new("keeper").unwrap(),
        interface: "corelet:host/storage",
        function,
        denial: Denial::Quota,
        time: 50 * SECOND,
        count: 50,
    };
    let audit: Vec<_> = host.audit().copied().collect();
    assert_eq!(audit, [entry("set"), entry("delete")]);
    assert_eq!(
        audit[0].to_string(),
        "slot 0, keeper: corelet:host/storage `set` denied 50 times: the quota is used up"
    );
}

#[test]
fn a_channel_outside_the_grant_is_on_record() {
    let mut host = host();
    let module = Module::new().relay::<Read>();
    load(
        &mut host,
        TWO,
        &granted("spy", &[(SENSOR, &[1, 0, 0, 0])]),
        &module,
    )
    .unwrap();
    relay::<Read>(&mut host, TWO, &(1,)).unwrap().unwrap_err();
    let audit: Vec<_> = host.audit().collect();
    assert_eq!(audit.len(), 1);
    assert_eq!((audit[0].slot, audit[0].denial), (TWO, Denial::Grant));
    // It stays on record when the plugin is gone.
    host.unload(TWO);
    assert_eq!(host.audit().count(), 1);
}

/// `pour: func(litres: u32)`, at most 10 an hour and 15 a day.
struct Pour;

impl Function for Pour {
    const INTERFACE: &'static str = "vendor:pump/valve@1.0.0";
    const NAME: &'static str = "pour";
    const SHAPE: Shape = Shape(1);
    type Request = (u32,);
    type Response = ();
}

impl Capability<Board> for Pour {
    const INTERFACE: &'static Interface<Board> = &Interface {
        name: "vendor:pump/valve",
        version: Version::new(1, 0, 0),
        meet_grants: None,
        functions: &[HostFunction {
            name: Self::NAME,
            shape: Self::SHAPE,
            request_max: <(u32,)>::MAX,
            response_max: <() as Codec>::MAX,
            call: pour,
        }],
    };
}

fn pour(_: &mut Board, cx: &mut Caller<'_>, request: &[u8], _: &mut [u8]) -> Result<usize, Status> {
    const HOUR: Duration = Duration::from_secs(3_600);
    let (litres,) = decode::<(u32,)>(request).map_err(|_| Status::MALFORMED)?;
    let quotas = [(Some(10), HOUR), (None, HOUR), (Some(15), 24 * HOUR)];
    cx.spend_each(litres, &quotas)?;
    Ok(0)
}

#[test]
fn several_quotas_are_used_all_or_none() {
    const VALVE: SlotPolicy = SlotPolicy {
        allow: &[Allow::all("vendor:pump/valve")],
        ..POLICY
    };
    let mut host = Host::new(Board::default(), Policy::same(VALVE)).with::<Pour>();
    let manifest = granted("barman", &[("vendor:pump/valve", &[])]);
    load(&mut host, ONE, &manifest, &Module::new().relay::<Pour>()).unwrap();
    let mut pour = |now, litres| {
        set_time(&mut host, now);
        relay::<Pour>(&mut host, ONE, &(litres,))
    };
    // Of none if one has not enough, whichever it is.
    assert_eq!(pour(0, 11), Err(QUOTA));
    assert_eq!(pour(0, 6), Ok(()));
    assert_eq!(pour(0, 5), Err(QUOTA));
    assert_eq!(pour(0, 4), Ok(()));
    assert_eq!(pour(0, 1), Err(QUOTA));
    assert_eq!(pour(60 * MINUTE, 6), Err(QUOTA), "of the day");
    assert_eq!(pour(60 * MINUTE, 5), Ok(()));
    assert_eq!(pour(120 * MINUTE, 1), Err(QUOTA), "of the day");
    assert_eq!(pour(DAY, 10), Ok(()));
}
