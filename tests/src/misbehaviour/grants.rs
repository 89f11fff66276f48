//! What was not granted, and what is used up.

use corelet_host::abi::{Function, Shape, Status};
use corelet_host::capability::{logging, sensor, storage};
use corelet_host::plugin::{event_handler, ticker};
use corelet_mps2_an386::SECOND;

use super::{answers, refused, status};
use crate::neighbour::TICK_MS;
use crate::{Call, Case, Expected, OK, Plugin, export_key, manifest, message, signed, with_grant};

pub(super) fn cases() -> Vec<Case> {
    let read = Plugin::new().relay::<sensor::functions::Read>();
    vec![
        refused(
            "an import that is not granted",
            &read,
            "refusal: NotGranted",
        ),
        refused(
            "an import that the host does not have",
            &Plugin::new().import("vendor:pump/motor@1.0.0", "set-speed", Shape(1)),
            "refusal: Unknown",
        ),
        refused(
            "an import of another version",
            &Plugin::new().import("corelet:host/sensor@0.2.0", "read", Shape(1)),
            "refusal: Unknown",
        ),
        wrong_import_shape(),
        wrong_export_shape(),
        no_tick(),
        no_handler(),
        no_topic(),
        malformed_grant(),
        storage_quota(),
        storage_writes(),
        log_quota(),
        sensor_quota(),
    ]
}

/// A grant does not make a wrong shape right.
fn wrong_import_shape() -> Case {
    let read = sensor::functions::Read::SHAPE;
    let plugin = Plugin::new().import("corelet:host/sensor@0.1.0", "read", Shape(read.0 ^ 1));
    let manifest = with_grant(manifest("misbehaving"), "corelet:host/sensor@0.1.0", &[]);
    Case {
        name: "an import of another shape".into(),
        image: signed(&manifest, &plugin.build()),
        expected: Expected::Refused("refusal: WrongShape"),
    }
}

fn ticked(name: &str, plugin: &Plugin, words: &'static str) -> Case {
    let mut manifest = manifest("misbehaving");
    manifest.tick_ms = Some(TICK_MS);
    Case {
        name: name.into(),
        image: signed(&manifest, &plugin.build()),
        expected: Expected::Refused(words),
    }
}

fn wrong_export_shape() -> Case {
    type Tick = ticker::functions::Tick;
    let name = format!("{}#{}", Tick::INTERFACE, Tick::NAME);
    let plugin = Plugin::new().export_as(&name, Shape(Tick::SHAPE.0 ^ 1), OK);
    ticked("an export of another shape", &plugin, "Export(WrongShape")
}

fn no_tick() -> Case {
    ticked(
        "ticks without a ticker",
        &Plugin::new(),
        "Export(NoSuchExport",
    )
}

fn no_handler() -> Case {
    let mut manifest = manifest("misbehaving");
    manifest.topics.push(SECOND).expect("the first of eight");
    Case {
        name: format!(
            "events without {}",
            event_handler::functions::Handle::INTERFACE
        ),
        image: signed(&manifest, &Plugin::new().build()),
        expected: Expected::Refused("Export(NoSuchExport"),
    }
}

fn no_topic() -> Case {
    let mut manifest = manifest("misbehaving");
    let topic = "door-code";
    manifest.topics.push(topic).expect("the first of eight");
    Case {
        name: "events of a topic that the slot does not allow".into(),
        image: signed(&manifest, &Plugin::new().build()),
        expected: Expected::Refused("Topic("),
    }
}

fn malformed_grant() -> Case {
    let manifest = with_grant(
        manifest("misbehaving"),
        "corelet:host/storage@0.1.0",
        &[0xff],
    );
    Case {
        name: "a grant that is no record".into(),
        image: signed(&manifest, &Plugin::new().build()),
        expected: Expected::Refused("Grant(Meet"),
    }
}

fn relay<F: Function>(name: &str, plugin: &Plugin, record: &[u8], calls: Vec<Call>) -> Case {
    let manifest = with_grant(manifest("misbehaving"), F::INTERFACE, record);
    Case {
        name: name.into(),
        image: signed(&manifest, &plugin.build()),
        expected: Expected::Calls(calls),
    }
}

/// The relay's answer to a response.
fn response<F: Function>(value: &<F::Response as corelet_host::abi::Codec>::Value<'_>) -> Vec<u8> {
    let response = message::<F::Response>(value);
    [&(response.len() as u32).to_le_bytes()[..], &response].concat()
}

fn set(key: &str, value: &[u8], expected: Result<(), storage::Error>) -> Call {
    type Set = storage::functions::Set;
    answers(
        export_key(Set::NAME),
        &message::<<Set as Function>::Request>(&(key, value)),
        &response::<Set>(&expected),
    )
}

fn storage_quota() -> Case {
    type Set = storage::functions::Set;
    let record = message::<storage::Grant>(&storage::Grant {
        bytes: 2 * storage::ENTRY_BYTES + 20,
        writes_per_day: None,
    });
    let over = Err(storage::Error::QuotaExceeded);
    relay::<Set>(
        "storage over its quota",
        &Plugin::new().relay::<Set>(),
        &record,
        vec![
            set("a", &[1; 9], Ok(())),
            set("b", &[2; 10], over),
            set("b", &[2; 9], Ok(())),
            set("c", &[], over),
            set("a", &[1; 10], over),
            set("a", &[], Ok(())),
            set("b", &[3; 18], Ok(())),
            set("", &[], Err(storage::Error::AccessDenied)),
        ],
    )
}

/// The firmware allows 480 bytes, however much the manifest asks for.
fn storage_writes() -> Case {
    type Set = storage::functions::Set;
    let record = message::<storage::Grant>(&storage::Grant {
        bytes: u32::MAX,
        writes_per_day: Some(5),
    });
    let mut calls: Vec<_> = (b'a'..b'd')
        .map(|key| set(&char::from(key).to_string(), &[key; 128], Ok(())))
        .collect();
    calls.push(set("z", &[0; 128], Err(storage::Error::QuotaExceeded)));
    calls.push(set("a", &[1], Ok(())));
    // What changes nothing is no write.
    calls.push(set("a", &[1], Ok(())));
    calls.push(set("a", &[2], Ok(())));
    calls.push(set("a", &[3], Err(storage::Error::TooManyWrites)));
    relay::<Set>(
        "storage over the policy, and more writes than allowed",
        &Plugin::new().relay::<Set>(),
        &record,
        calls,
    )
}

fn log_quota() -> Case {
    type Log = logging::functions::Log;
    let record = message::<logging::Grant>(&logging::Grant {
        bytes_per_minute: Some(100 + 2 * (logging::LINE_BYTES + "misbehaving".len() as u32)),
        bytes_per_second: None,
    });
    let log = |length: usize, answer: Vec<u8>| {
        let text = "x".repeat(length);
        let request = (logging::Level::Info, "", &text[..]);
        answers(
            export_key(Log::NAME),
            &message::<<Log as Function>::Request>(&request),
            &answer,
        )
    };
    relay::<Log>(
        "more lines than allowed",
        &Plugin::new().relay::<Log>(),
        &record,
        vec![
            log(60, vec![0; 4]),
            log(41, status(Status::QUOTA)),
            log(40, vec![0; 4]),
            log(1, status(Status::QUOTA)),
        ],
    )
}

fn sensor_quota() -> Case {
    type Read = sensor::functions::Read;
    let record = message::<sensor::Grant<'static>>(&sensor::Grant {
        channels: &[7],
        reads_per_minute: Some(2),
        reads_per_second: None,
    });
    let read = |channel: u8, answer: Vec<u8>| answers(export_key(Read::NAME), &[channel], &answer);
    relay::<Read>(
        "sensors that are not granted, and more readings than allowed",
        &Plugin::new().relay::<Read>(),
        &record,
        vec![
            read(0, response::<Read>(&Err(sensor::Error::AccessDenied))),
            read(255, response::<Read>(&Err(sensor::Error::AccessDenied))),
            read(7, response::<Read>(&Err(sensor::Error::NoSuchChannel))),
            read(7, response::<Read>(&Err(sensor::Error::NoSuchChannel))),
            read(7, status(Status::QUOTA)),
        ],
    )
}
