//! Storms of every host function, with requests that are well, and with pointers that are not.

use corelet_host::abi::Function;
use corelet_host::capability::{logging, monotonic_clock, sensor, storage, wall_clock};
use corelet_tests::{MEMORY, OK, Plugin, message};

use crate::{Case, Expected};

const CLASS: &str = "host calls";
const OUT: Expected = Expected::Stops("OutOfFuel");

/// Where request and response lie.
const REQUEST: u32 = 0x408;
const RESPONSE: u32 = 0x600;

pub(super) fn cases() -> Vec<Case> {
    use logging::functions::Log;
    use monotonic_clock::functions as monotonic;
    use storage::functions::{Delete, Exists, Get, ListKeys, Set};
    let line = (logging::Level::Info, "", "a line");
    [
        storms::<Log>(&message::<<Log as Function>::Request>(&line)),
        storms::<monotonic::Now>(&[]),
        storms::<monotonic::Resolution>(&[]),
        storms::<wall_clock::functions::Now>(&[]),
        storms::<wall_clock::functions::Resolution>(&[]),
        storms::<sensor::functions::Channels>(&[]),
        storms::<sensor::functions::Read>(&[0]),
        storms::<Get>(&message::<<Get as Function>::Request>(&("key",))),
        storms::<Set>(&message::<<Set as Function>::Request>(&("key", &[7; 16]))),
        storms::<Delete>(&message::<<Delete as Function>::Request>(&("key",))),
        storms::<Exists>(&message::<<Exists as Function>::Request>(&("key",))),
        storms::<ListKeys>(&message::<<ListKeys as Function>::Request>(&(None,))),
    ]
    .concat()
}

fn storms<F: Function>(request: &[u8]) -> Vec<Case> {
    let (length, capacity) = (request.len() as u32, F::RESPONSE_MAX as u32);
    let text: String = request.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let case = |kind: &str, claim: [u32; 4], times: u32, expected: Expected| {
        let claim: String = claim
            .iter()
            .map(|word| format!("(i32.const {})", *word as i32))
            .collect();
        let plugin = Plugin::new()
            .import(F::INTERFACE, F::NAME, F::SHAPE)
            .items(&format!(r#"(data (i32.const {REQUEST}) "{text}")"#))
            .export(
                "run",
                &format!(
                    "(local.set $result (i32.const {}))
                     (loop (drop (call $import0 {claim}))
                       (br_if 0 (local.tee $result (i32.sub (local.get $result) (i32.const 1))))) {OK}",
                    times as i32
                ),
            );
        let kind = format!("{} {}, {kind}", F::INTERFACE, F::NAME);
        Case::of_plugin(CLASS, kind, times.into(), &plugin, expected)
    };
    let well = [REQUEST, length, RESPONSE, capacity];
    let mut cases = vec![
        case("well", well, 1, Expected::Answers),
        case("well", well, 8, Expected::Answers),
        case("well", well, 0, OUT),
    ];
    for (kind, claim) in [
        (
            "a request outside",
            [MEMORY - 1, 2, RESPONSE, capacity.max(1)],
        ),
        (
            "a request of 4 GiB",
            [0, u32::MAX, RESPONSE, capacity.max(1)],
        ),
        (
            "a response outside",
            [REQUEST, length, MEMORY - 1, capacity.max(2)],
        ),
        ("a response without end", [REQUEST, length, 0, u32::MAX]),
        ("overlapping", [REQUEST, 8, REQUEST + 4, capacity.max(8)]),
        ("all ones", [u32::MAX; 4]),
        ("all of the memory", [0, 1, 1, MEMORY - 1]),
        ("no request", [0, 0, RESPONSE, capacity]),
        (
            "a large request",
            [0, RESPONSE, RESPONSE, MEMORY - RESPONSE],
        ),
    ] {
        cases.push(case(kind, claim, 0, OUT));
    }
    cases
}
