//! The simulator is the device's capability table: grants, quotas and storage as in a slot.

use std::time::Duration;

use corelet_desktop::{Desktop, Sensor, Simulator, Source};
use corelet_host::Denial;
use corelet_host::abi::{Codec, Function, Shape, Status, decode, encode};
use corelet_host::capability::{logging, sensor, storage, wall_clock};

fn bytes<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut bytes = vec![0; C::MAX];
    let length = encode::<C>(value, &mut bytes).unwrap();
    bytes.truncate(length);
    bytes
}

/// Calls `F`, and hands the response to `with`.
fn call<F: Function, T>(
    simulator: &mut Simulator,
    request: &<F::Request as Codec>::Value<'_>,
    with: impl FnOnce(<F::Response as Codec>::Value<'_>) -> T,
) -> Result<T, Status> {
    let mut response = vec![0; F::RESPONSE_MAX];
    let request = bytes::<F::Request>(request);
    let length = simulator.call(F::INTERFACE, F::NAME, F::SHAPE, &request, &mut response)?;
    Ok(with(decode::<F::Response>(&response[..length]).unwrap()))
}

fn read(simulator: &mut Simulator, channel: u8) -> Result<Result<i32, sensor::Error>, Status> {
    call::<sensor::functions::Read, _>(simulator, &(channel,), |result| {
        result.map(|reading| reading.value)
    })
}

fn set(simulator: &mut Simulator, key: &str, value: &[u8]) -> Result<(), storage::Error> {
    call::<storage::functions::Set, _>(simulator, &(key, value), |result| result).unwrap()
}

#[test]
fn a_plugin_reads_the_channels_that_it_was_granted() {
    let mut simulator = Simulator::new("thermostat");
    for number in [0, 1] {
        let sensor = Sensor::new(number, Source::Constant(21.5));
        simulator.board_mut().set_sensor(sensor);
    }
    assert_eq!(read(&mut simulator, 0), Err(Status::DENIED));

    let grant = sensor::Grant {
        channels: &[0, 2],
        reads_per_minute: Some(3),
        reads_per_second: None,
    };
    let record = bytes::<sensor::Grant<'static>>(&grant);
    simulator
        .grant("corelet:host/sensor@0.1.0", &record)
        .unwrap();
    assert_eq!(read(&mut simulator, 0), Ok(Ok(21_500)));
    assert_eq!(
        read(&mut simulator, 1),
        Ok(Err(sensor::Error::AccessDenied))
    );
    assert_eq!(
        read(&mut simulator, 2),
        Ok(Err(sensor::Error::NoSuchChannel))
    );

    let failing = Sensor::new(0, Source::Failing(sensor::Error::DeviceFailed));
    simulator.board_mut().set_sensor(failing);
    assert_eq!(
        read(&mut simulator, 0),
        Ok(Err(sensor::Error::DeviceFailed))
    );
    assert_eq!(read(&mut simulator, 0), Err(Status::QUOTA));
    simulator.board_mut().advance(Duration::from_secs(60));
    assert_eq!(
        read(&mut simulator, 0),
        Ok(Err(sensor::Error::DeviceFailed))
    );

    let denials: Vec<_> = simulator.audit().map(|entry| entry.denial).collect();
    assert_eq!(denials, [Denial::NotGranted, Denial::Grant, Denial::Quota]);
}

#[test]
fn storage_has_a_quota_and_is_the_plugins_own() {
    let mut simulator = Simulator::new("counter");
    let grant = storage::Grant {
        bytes: storage::ENTRY_BYTES + 10,
        writes_per_day: None,
    };
    let record = bytes::<storage::Grant>(&grant);
    simulator.grant("corelet:host/storage", &record).unwrap();
    assert_eq!(set(&mut simulator, "count", &[1; 4]), Ok(()));
    assert_eq!(set(&mut simulator, "count", &[2; 5]), Ok(()));
    let over = set(&mut simulator, "k", &[]);
    assert_eq!(over, Err(storage::Error::QuotaExceeded));

    let board = simulator.board_mut();
    assert_eq!(board.stored("counter", "count"), Ok(Some(vec![2; 5])));
    assert_eq!(board.stored("other", "count"), Ok(None));
}

#[test]
fn values_outlive_the_board_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("values.flash");
    for count in 0..3 {
        let board = Desktop::in_virtual_time().with_storage_in(&path).unwrap();
        let mut simulator = Simulator::with_board("counter", board);
        simulator.grant_all().unwrap();
        let before = simulator.board_mut().stored("counter", "count").unwrap();
        assert_eq!(before, (count > 0).then(|| vec![count]));
        set(&mut simulator, "count", &[count + 1]).unwrap();
    }
}

#[test]
fn a_board_without_storage_or_time_of_day_says_so() {
    let board = Desktop::in_virtual_time().without_storage();
    let mut simulator = Simulator::with_board("lonely", board);
    simulator.grant_all().unwrap();
    let nothing = set(&mut simulator, "k", &[1]);
    assert_eq!(nothing, Err(storage::Error::NoSuchStore));

    let now = |simulator: &mut Simulator| {
        call::<wall_clock::functions::Now, _>(simulator, &(), |now| now.seconds)
    };
    assert_eq!(now(&mut simulator), Ok(1_767_225_600));
    simulator.board_mut().set_time_of_day(None);
    assert_eq!(now(&mut simulator), Err(Status::UNAVAILABLE));
}

#[test]
fn lines_are_kept_with_the_plugins_name() {
    let mut simulator = Simulator::new("thermostat");
    simulator.grant_all().unwrap();
    let request = (logging::Level::Warn, "relay", "stuck");
    call::<logging::functions::Log, _>(&mut simulator, &request, |()| ()).unwrap();
    let lines: Vec<_> = simulator
        .board()
        .lines()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines, ["[thermostat] warn: relay: stuck"]);
}

#[test]
fn what_the_host_does_not_have_is_unavailable() {
    let mut simulator = Simulator::new("thermostat");
    simulator.grant_all().unwrap();
    simulator.grant("vendor:pump/motor", &[1]).unwrap();
    let mut call = |interface, shape, room: usize| {
        simulator.call(interface, "now", shape, &[], &mut vec![0; room])
    };
    let clock = "corelet:host/monotonic-clock@0.1.0";
    let shape = corelet_host::capability::monotonic_clock::functions::Now::SHAPE;
    assert_eq!(call(clock, shape, 10), Ok(1));
    assert_eq!(call(clock, shape, 9), Err(Status::RESPONSE_BUFFER));
    assert_eq!(call(clock, Shape(1), 10), Err(Status::UNAVAILABLE));
    assert_eq!(
        call("vendor:pump/motor@1.0.0", shape, 10),
        Err(Status::UNAVAILABLE)
    );
}
