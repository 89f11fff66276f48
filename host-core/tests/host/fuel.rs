//! What host functions cost.

use corelet_host::abi::{Codec, Function};
use corelet_host::capability::storage::functions::{Delete, Exists, Get, ListKeys, Set};
use corelet_host::capability::{
    logging::{self, LINE_FUEL},
    monotonic_clock, sensor, storage, wall_clock,
};
use corelet_host::{CallError, PluginId, SlotPolicy, Stop};

use crate::board::{
    LOGGING, MONOTONIC_CLOCK, ONE, POLICY, SENSOR, STORAGE, STORE_FUEL, WALL_CLOCK, granted,
    host_of, load, record, relay,
};
use crate::module::{CallEcho, Echo, Module};

fn storage_grant() -> Vec<u8> {
    record::<storage::Grant>(&storage::Grant {
        bytes: 1_000,
        writes_per_day: None,
    })
}

#[track_caller]
fn costs<F: Function>(
    interface: &str,
    grant: &[u8],
    request: &<F::Request as Codec>::Value<'_>,
    fuel: u64,
) {
    let mut host = host_of(POLICY);
    let manifest = granted("payer", &[(interface, grant)]);
    load(&mut host, ONE, &manifest, &Module::new().relay::<F>()).unwrap();
    // What comes of it does not matter: who asks in vain pays too.
    let _ = relay::<F>(&mut host, ONE, request);
    let found = host.metrics(ONE).fuel_last;
    // The call itself and its operands besides.
    assert!((fuel..fuel + 20).contains(&found), "{}: {found}", F::NAME);
}

#[test]
fn every_standard_function_has_its_price() {
    let grant = storage_grant();
    costs::<Get>(STORAGE, &grant, &("key",), STORE_FUEL.get());
    costs::<Exists>(STORAGE, &[], &("key",), STORE_FUEL.get());
    costs::<Set>(STORAGE, &grant, &("key", b"value"), STORE_FUEL.set() + 8);
    costs::<Delete>(STORAGE, &grant, &("",), STORE_FUEL.delete());
    costs::<ListKeys>(STORAGE, &grant, &(None,), STORE_FUEL.list_keys());
    costs::<sensor::functions::Channels>(SENSOR, &[], &(), sensor::CHANNELS_FUEL);
    costs::<sensor::functions::Read>(SENSOR, &[], &(0,), sensor::READ_FUEL);
    let line = (logging::Level::Info, "pump", "on");
    costs::<logging::functions::Log>(LOGGING, &[], &line, LINE_FUEL + 6);
    let clock = MONOTONIC_CLOCK;
    costs::<monotonic_clock::functions::Now>(clock, &[], &(), monotonic_clock::CLOCK_FUEL);
    costs::<monotonic_clock::functions::Resolution>(clock, &[], &(), monotonic_clock::CLOCK_FUEL);
    costs::<wall_clock::functions::Now>(WALL_CLOCK, &[], &(), wall_clock::CLOCK_FUEL);
    costs::<wall_clock::functions::Resolution>(WALL_CLOCK, &[], &(), wall_clock::CLOCK_FUEL);
}

/// How often a plugin has the store searched that calls `F` as long as it has fuel.
fn searches<F: Function>(request: &str) -> u32 {
    const FUEL: u64 = 100 * STORE_FUEL.search;
    let body = format!(
        "(loop $again
            (drop (call ${} {request} (i32.const 0) (i32.const 0x200)))
            (br $again))
        unreachable",
        F::NAME
    );
    let module = Module::new().import::<F>().export::<Echo>(&body);
    let mut host = host_of(SlotPolicy {
        fuel_per_call: FUEL,
        ..POLICY
    });
    for number in 0..100 {
        let key = (PluginId::development("greedy"), format!("k{number}"));
        host.board_mut().unwrap().store.insert(key, vec![]);
    }
    let grant = storage_grant();
    let manifest = granted("greedy", &[(STORAGE, &grant)]);
    load(&mut host, ONE, &manifest, &module).unwrap();
    let stopped = host.call(ONE, &CallEcho("")).unwrap_err();
    assert_eq!(stopped, CallError::Stopped(Stop::OutOfFuel));
    host.board().unwrap().searches
}

#[test]
fn a_plugin_that_only_searches_its_store_is_stopped_soon() {
    // The text "sad", and zeros.
    let key = "(i32.const 0x20b) (i32.const 4)";
    let key_and_value = "(i32.const 0x20b) (i32.const 5)";
    let nothing = "(i32.const 0x300) (i32.const 1)";
    for searches in [
        searches::<Get>(key),
        searches::<Exists>(key),
        searches::<Set>(key_and_value),
        searches::<Delete>(key),
        searches::<ListKeys>(nothing),
    ] {
        assert!((20..=100).contains(&searches), "{searches}");
    }
}
