//! Floods of lines, and of values to keep, as long and as many as the fuel pays for.

use corelet_host::abi::Function;
use corelet_host::capability::{logging, storage};
use corelet_tests::{OK, Plugin, message};

use crate::{Case, Expected};

const OUT: Expected = Expected::Stops("OutOfFuel");
const REQUEST: u32 = 0x408;
const RESPONSE: u32 = 0x600;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = lines();
    cases.extend(values());
    cases
}

/// Calls `F` without end; the byte at `counted` of the request counts from `a` to `z`.
fn flood<F: Function>(request: &[u8], counted: Option<u32>) -> Plugin {
    let text: String = request.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let (length, capacity) = (request.len(), F::RESPONSE_MAX);
    let count = counted.map_or_else(String::new, |place| {
        let place = REQUEST + place;
        format!(
            "(i32.store8 (i32.const {place}) (i32.add (i32.const 97)
               (i32.rem_u (i32.sub (i32.load8_u (i32.const {place})) (i32.const 96)) (i32.const 26))))"
        )
    });
    Plugin::new()
        .import(F::INTERFACE, F::NAME, F::SHAPE)
        .items(&format!(r#"(data (i32.const {REQUEST}) "{text}")"#))
        .export(
            "run",
            &format!(
                "(loop {count}
                   (drop (call $import0 (i32.const {REQUEST}) (i32.const {length}) (i32.const {RESPONSE}) (i32.const {capacity})))
                   (br 0)) {OK}"
            ),
        )
}

fn lines() -> Vec<Case> {
    use logging::Level;
    type Log = logging::functions::Log;
    let mut cases = Vec::new();
    for length in [0, 1, 30, 60, 119, 120] {
        for level in [Level::Trace, Level::Info, Level::Critical] {
            let text = "x".repeat(length);
            let request = message::<<Log as Function>::Request>(&(level, "", &text[..]));
            let plugin = flood::<Log>(&request, None);
            let kind = format!("lines, {level:?}");
            cases.push(Case::of_plugin(
                "log floods",
                kind,
                length as u64,
                &plugin,
                OUT,
            ));
        }
    }
    for (kind, bytes) in [
        ("no level", &[9, 0, 0][..]),
        ("no text", &[2, 0, 2, 0xff, 0xfe]),
        ("longer than it is", &[2, 0, 120, b'a']),
        ("zeros", &[2, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
        ("escapes", b"\x02\0\x08\x1b[2J\x1b[H\n"),
    ] {
        let plugin = flood::<Log>(bytes, None);
        cases.push(Case::of_plugin(
            "log floods",
            kind,
            bytes.len() as u64,
            &plugin,
            OUT,
        ));
    }
    cases
}

fn values() -> Vec<Case> {
    const CLASS: &str = "storage floods";
    use storage::functions::{Delete, Get, ListKeys, Set};
    let mut cases = Vec::new();
    for length in [0, 1, 16, 64, 127, 128] {
        let value = vec![0x55; length];
        let request = message::<<Set as Function>::Request>(&("key", &value));
        // Length of the key, key, length of the value, value.
        let many = flood::<Set>(&request, Some(1));
        cases.push(Case::of_plugin(
            CLASS,
            "many keys",
            length as u64,
            &many,
            OUT,
        ));
        let one = flood::<Set>(&request, (length > 0).then_some(5 + length as u32 / 128));
        cases.push(Case::of_plugin(CLASS, "one key", length as u64, &one, OUT));
        let same = flood::<Set>(&request, None);
        cases.push(Case::of_plugin(
            CLASS,
            "one value",
            length as u64,
            &same,
            OUT,
        ));
    }
    for length in [1, 8, 24] {
        let key = "k".repeat(length);
        let get = message::<<Get as Function>::Request>(&(&key,));
        let plugin = flood::<Get>(&get, Some(length as u32));
        cases.push(Case::of_plugin(
            CLASS,
            "keys that are not there",
            length as u64,
            &plugin,
            OUT,
        ));
        let delete = message::<<Delete as Function>::Request>(&(&key,));
        let plugin = flood::<Delete>(&delete, Some(length as u32));
        cases.push(Case::of_plugin(
            CLASS,
            "deleting",
            length as u64,
            &plugin,
            OUT,
        ));
    }
    for cursor in [0, 1, 64, u64::MAX] {
        let list = message::<<ListKeys as Function>::Request>(&(Some(cursor),));
        let plugin = flood::<ListKeys>(&list, None);
        cases.push(Case::of_plugin(CLASS, "cursors", cursor, &plugin, OUT));
    }
    cases
}
