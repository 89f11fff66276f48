//! Code that does not end, or ends badly.

use super::{answers, calls, fails};
use crate::{Call, Case, Expected, Plugin, export_key, manifest, signed};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        calls(
            "endless loop",
            &Plugin::new().export("run", "(loop (br 0)) (i64.const 0)"),
            vec![fails("run", "Stopped(OutOfFuel)"); 3],
        ),
        calls("traps", &traps(), trap_calls()),
        calls(
            "stack exhaustion",
            &Plugin::new()
                .items("(func $deeper (result i64) (i64.add (i64.const 1) (call $deeper)))")
                .items(&format!(
                    "(func $wider (param i64) (result i64) (local {}) (call $wider (local.get 0)))",
                    "i64 ".repeat(100)
                ))
                .export("deep", "(call $deeper)")
                .export("wide", "(call $wider (i64.const 1))"),
            vec![
                fails("deep", "Stopped(Trap(StackExhausted))"),
                fails("wide", "Stopped(Trap(StackExhausted))"),
            ],
        ),
        calls(
            "a function that the plugin does not export",
            &Plugin::new(),
            vec![
                fails("nothing", "Stopped(NoSuchExport)"),
                fails("", "Stopped(NoSuchExport)"),
            ],
        ),
        calls(
            "a request larger than the exchange buffer",
            &Plugin::new(),
            vec![Call {
                request: vec![0; 257],
                ..fails("alive", "Stopped(RequestTooLarge { allowed: 256 })")
            }],
        ),
        grows(),
    ];
    for (name, body, words) in [
        (
            "init traps",
            "(unreachable)",
            "Init(Call(Stopped(Trap(Unreachable))))",
        ),
        (
            "init does not end",
            "(loop (br 0)) (i64.const 0)",
            "Init(Call(Stopped(OutOfFuel)))",
        ),
        (
            "init refuses",
            "(i64.const -8)",
            "Init(Call(Stopped(Refused(Status(-8)))))",
        ),
        (
            "init answers nonsense",
            "(i64.const 0)",
            "Init(Call(Malformed(End)))",
        ),
    ] {
        cases.push(super::refused(name, &Plugin::with_init(body), words));
    }
    cases
}

const TRAPS: [(&str, &str, &str); 7] = [
    ("panic", "(unreachable)", "Stopped(Trap(Unreachable))"),
    (
        "load",
        "(i64.load (i32.const 2041))",
        "Stopped(Trap(MemoryOutOfBounds))",
    ),
    (
        "store",
        "(i64.store (i32.const -1) (i64.const 0)) (i64.const 0)",
        "Stopped(Trap(MemoryOutOfBounds))",
    ),
    (
        "fill",
        "(memory.fill (i32.const 1) (i32.const 0) (i32.const -1)) (i64.const 0)",
        "Stopped(Trap(MemoryOutOfBounds))",
    ),
    (
        "divide",
        "(i64.div_u (i64.const 1) (i64.extend_i32_u (local.get $length)))",
        "Stopped(Trap(DivisionByZero))",
    ),
    (
        "overflow",
        "(i64.div_s (i64.const 0x8000_0000_0000_0000) (i64.sub (i64.extend_i32_u (local.get $length)) (i64.const 1)))",
        "Stopped(Trap(IntegerOverflow))",
    ),
    (
        "indirect",
        "(call_indirect (type $nothing) (i32.const 0)) (i64.const 0)",
        "Stopped(Trap(CallToNull))",
    ),
];

fn traps() -> Plugin {
    let plugin = Plugin::new().items("(type $nothing (func)) (table 1 funcref)");
    TRAPS.iter().fold(plugin, |plugin, (export, body, _)| {
        plugin.export(export, body)
    })
}

fn trap_calls() -> Vec<Call> {
    TRAPS
        .iter()
        .map(|(export, _, words)| fails(export, words))
        .collect()
}

/// Memory that would grow above the slot's 32 KiB does not, and the plugin is told so.
fn grows() -> Case {
    let plugin = Plugin::new().export(
        "grow",
        "(i32.store (i32.const 12) (memory.grow (i32.load (local.get $request)))) (i64.const 0xc_0000_0004)",
    );
    let grow = |by: i32, expected: i32| {
        answers(
            export_key("grow"),
            &by.to_le_bytes(),
            &expected.to_le_bytes(),
        )
    };
    Case {
        name: "memory that grows over the slot's".into(),
        image: signed(&manifest("misbehaving"), &plugin.build()),
        expected: Expected::Calls(vec![
            grow(1 << 30, -1),
            grow(-1, -1),
            grow(30 * 1024 + 1, -1),
            grow(30 * 1024, 2048),
            grow(1, -1),
            grow(0, 32 * 1024),
        ]),
    }
}
