//! What a plugin may import: its manifest's wishes within the firmware's policy.

use corelet_host::abi::{Codec, Function, Shape};
use corelet_host::capability::sensor::{Grant, functions::Read};
use corelet_host::capability::{monotonic_clock, storage};
use corelet_host::{Allow, Blame, GrantError, ImportRefusal, Limit, LoadError, SlotPolicy};

use crate::board::{
    MONOTONIC_CLOCK, ONE, POLICY, SENSOR, STORAGE, granted, host, host_of, load, manifest, record,
    relay,
};
use crate::module::Module;

/// Why an import is refused, in words.
fn refused(policy: SlotPolicy, grants: &[(&str, &[u8])], module: &Module) -> String {
    let mut host = host_of(policy);
    let error = load(&mut host, ONE, &granted("asker", grants), module).unwrap_err();
    assert_eq!(error.blame(), Blame::Guest);
    let LoadError::Refused(refusal) = error else {
        panic!("{error}");
    };
    refusal.describe(&module.build()).to_string()
}

fn reader() -> Module {
    Module::new().relay::<Read>()
}

#[test]
fn an_import_that_the_manifest_does_not_ask_for_is_not_granted() {
    let text = refused(POLICY, &[(STORAGE, &[])], &reader());
    assert!(text.contains("corelet:host/sensor@0.1.0"), "{text}");
    assert!(text.contains("read"), "{text}");
    let why = ImportRefusal::NotGranted.to_string();
    assert!(text.contains(&why), "{text}");
}

#[test]
fn an_import_that_the_policy_does_not_allow_is_not_granted() {
    const LIMITED: SlotPolicy = SlotPolicy {
        allow: &[Allow::all("corelet:host/storage")],
        ..POLICY
    };
    let text = refused(LIMITED, &[(SENSOR, &[])], &reader());
    assert!(
        text.contains(&ImportRefusal::NotGranted.to_string()),
        "{text}"
    );
}

#[test]
fn an_import_of_another_shape_is_refused_though_it_is_granted() {
    let module = Module::new().import_named(SENSOR, "read", Shape(1));
    let text = refused(POLICY, &[(SENSOR, &[])], &module);
    let offered = ImportRefusal::WrongShape {
        offered: Read::SHAPE,
    };
    assert!(text.contains(&offered.to_string()), "{text}");
}

#[test]
fn an_import_that_nobody_offers_is_unknown() {
    for (interface, function) in [
        ("corelet:host/sensor@0.1.0", "write"),
        ("corelet:host/sensor@0.2.0", "read"),
        ("corelet:host/sensor", "read"),
        ("corelet:host/sensors@0.1.0", "read"),
        ("vendor:pump/motor@1.0.0", "read"),
    ] {
        let module = Module::new().import_named(interface, function, Read::SHAPE);
        let text = refused(POLICY, &[(interface, &[]), (SENSOR, &[])], &module);
        let unknown = ImportRefusal::Unknown.to_string();
        assert!(text.contains(&unknown), "{interface}: {text}");
    }
}

#[test]
fn a_compatible_version_serves_an_import() {
    let mut host = host();
    let module = Module::new().import_named("corelet:host/sensor@0.1.7", "read", Read::SHAPE);
    let manifest = granted("newer", &[("corelet:host/sensor@0.1.7", &[])]);
    load(&mut host, ONE, &manifest, &module).unwrap();
}

#[test]
fn a_grant_that_nobody_offers_harms_nobody() {
    let mut host = host();
    let manifest = granted("hopeful", &[("vendor:pump/motor@1.0.0", &[1, 2, 3])]);
    load(&mut host, ONE, &manifest, &Module::new()).unwrap();
}

#[test]
fn what_is_granted_is_the_common_part() {
    const LIMITED: SlotPolicy = SlotPolicy {
        allow: &[Allow::up_to("corelet:host/sensor", |limit| {
            let channels: &[u8] = &[1, 7];
            let grant = Grant {
                channels,
                reads_per_minute: Some(100),
                reads_per_second: None,
            };
            Grant::encode(&grant, limit)
        })],
        ..POLICY
    };
    let asked = record::<Grant<'static>>(&Grant {
        channels: &[0, 1],
        reads_per_minute: Some(2),
        reads_per_second: None,
    });
    let mut host = host_of(LIMITED);
    load(
        &mut host,
        ONE,
        &granted("asker", &[(SENSOR, &asked)]),
        &reader(),
    )
    .unwrap();
    let mut read = |channel| {
        let answer = relay::<Read>(&mut host, ONE, &(channel,));
        answer.map(|reading| reading.is_ok())
    };
    assert_eq!(read(0), Ok(false));
    assert_eq!(read(7), Ok(false));
    assert_eq!(read(1), Ok(true));
    assert_eq!(read(1), Ok(true));
    // Two a minute were asked for.
    assert!(read(1).is_err());
}

#[test]
fn a_grant_of_an_earlier_contract_is_refused_by_name() {
    // Channel 0, 60 readings a minute; a limit by the second was not in the record.
    let manifest = granted("old", &[(SENSOR, &[1, 0, 1, 60])]);
    let error = load(&mut host(), ONE, &manifest, &reader()).unwrap_err();
    assert_eq!(error.blame(), Blame::Guest);
    let text = error.to_string();
    assert!(
        text.contains("corelet:host/sensor is not one of this firmware's contract"),
        "{text}"
    );
}

#[test]
fn a_policy_may_be_given_as_bytes() {
    const LIMITED: SlotPolicy = SlotPolicy {
        allow: &[Allow {
            interface: "corelet:host/sensor",
            limit: Limit::Encoded(&[1, 7, 0, 0]),
        }],
        ..POLICY
    };
    let mut host = host_of(LIMITED);
    load(
        &mut host,
        ONE,
        &granted("asker", &[(SENSOR, &[])]),
        &reader(),
    )
    .unwrap();
    assert!(relay::<Read>(&mut host, ONE, &(7,)).unwrap().is_ok());
    assert!(relay::<Read>(&mut host, ONE, &(0,)).unwrap().is_err());
}

#[test]
fn a_malformed_grant_is_refused_by_name() {
    let mut host = host();
    let error = load(
        &mut host,
        ONE,
        &granted("odd", &[(SENSOR, &[9])]),
        &reader(),
    )
    .unwrap_err();
    assert!(matches!(error, LoadError::Grant(_)));
    assert!(error.to_string().contains("corelet:host/sensor"), "{error}");
    assert_eq!(error.blame(), Blame::Guest);
}

#[test]
fn a_malformed_policy_is_the_firmwares_fault() {
    const TOO_LONG: SlotPolicy = SlotPolicy {
        allow: &[Allow::up_to("corelet:host/sensor", |limit| {
            limit.bytes(&[0; 65])
        })],
        ..POLICY
    };
    const NO_RECORD: SlotPolicy = SlotPolicy {
        allow: &[Allow {
            interface: "corelet:host/sensor",
            limit: Limit::Encoded(&[0xff]),
        }],
        ..POLICY
    };
    let asked = record::<Grant<'static>>(&Grant {
        channels: &[0],
        reads_per_minute: None,
        reads_per_second: None,
    });
    for policy in [TOO_LONG, NO_RECORD] {
        for asked in [&asked[..], &[]] {
            let manifest = granted("asker", &[(SENSOR, asked)]);
            let error = load(&mut host_of(policy), ONE, &manifest, &reader()).unwrap_err();
            let expected = matches!(error, LoadError::Grant(GrantError::Policy { .. }));
            assert!(expected, "{error:?}");
            assert_eq!(error.blame(), Blame::Host);
        }
    }
}

#[test]
fn interfaces_without_parameters_are_granted_by_name_alone() {
    let mut host = host();
    let module = Module::new().relay::<monotonic_clock::functions::Now>();
    load(
        &mut host,
        ONE,
        &granted("clock", &[(MONOTONIC_CLOCK, &[])]),
        &module,
    )
    .unwrap();
    host.board_mut().unwrap().now = 12_345;
    let now = relay::<monotonic_clock::functions::Now>(&mut host, ONE, &());
    assert_eq!(now, Ok(12_345));

    let ungranted = load(&mut host, crate::board::TWO, &manifest("other"), &module);
    assert!(matches!(ungranted, Err(LoadError::Refused(_))));
}

#[test]
fn without_parameters_storage_and_sensors_give_nothing_away() {
    let mut host = host();
    let module = reader().relay::<storage::functions::Set>();
    let manifest = granted("poor", &[(SENSOR, &[]), (STORAGE, &[])]);
    load(&mut host, ONE, &manifest, &module).unwrap();
    let reading = relay::<Read>(&mut host, ONE, &(0,));
    assert_eq!(
        reading,
        Ok(Err(corelet_host::capability::sensor::Error::AccessDenied))
    );
    let kept = relay::<storage::functions::Set>(&mut host, ONE, &("k", b""));
    assert_eq!(kept, Ok(Err(storage::Error::QuotaExceeded)));
    let board = host.board().unwrap();
    assert_eq!((board.reads, board.writes), (0, 0));
}
