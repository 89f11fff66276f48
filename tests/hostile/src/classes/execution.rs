//! Loops and recursion.

use corelet_tests::{OK, Plugin};

use crate::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = loops();
    cases.extend(recursion());
    cases
}

const OUT: Expected = Expected::Stops("OutOfFuel");

fn loops() -> Vec<Case> {
    const CLASS: &str = "loops";
    let mut cases = Vec::new();
    for (kind, body) in [
        ("empty", "(loop (br 0))"),
        ("conditional", "(loop (br_if 0 (i32.const 1)))"),
        ("br_table", "(loop (br_table 0 0 0 (local.get $length)))"),
        ("nested", "(loop (loop (loop (br 1))))"),
        (
            "division",
            "(loop (drop (i64.div_u (i64.const -1) (i64.const 3))) (br 0))",
        ),
        ("floats", "(loop (drop (f64.sqrt (f64.const 2))) (br 0))"),
        (
            "memory",
            "(loop (i64.store (i32.const 8) (i64.load (i32.const 16))) (br 0))",
        ),
        ("memory.size", "(loop (drop (memory.size)) (br 0))"),
        ("calls", "(loop (call $nothing) (br 0))"),
        (
            "indirect calls",
            "(loop (call_indirect (type $nothing) (i32.const 0)) (br 0))",
        ),
        (
            "globals",
            "(loop (global.set $count (i32.add (global.get $count) (i32.const 1))) (br 0))",
        ),
    ] {
        let plugin = Plugin::new().export("run", &format!("{body} {OK}")).items(
            "(type $nothing (func)) (func $nothing) (table 1 funcref) (elem (i32.const 0) func $nothing)
             (global $count (mut i32) (i32.const 0))",
        );
        cases.push(Case::of_plugin(
            CLASS,
            format!("endless, {kind}"),
            u64::MAX,
            &plugin,
            OUT,
        ));
        let plugin = Plugin::with_init(&format!("{body} {OK}")).items(
            "(type $nothing (func)) (func $nothing) (table 1 funcref) (elem (i32.const 0) func $nothing)
             (global $count (mut i32) (i32.const 0))",
        );
        let init = Expected::Refused("OutOfFuel");
        cases.push(Case::of_plugin(
            CLASS,
            format!("endless in init, {kind}"),
            u64::MAX,
            &plugin,
            init,
        ));
    }
    for count in [1, 10, 100, 1_000, 100_000, 0x7fff_ffff] {
        let body = format!(
            "(local.set $result (i32.const {count}))
             (loop (br_if 0 (local.tee $result (i32.sub (local.get $result) (i32.const 1))))) {OK}"
        );
        let plugin = Plugin::new().export("run", &body);
        let expected = if count <= 1_000 {
            Expected::Answers
        } else {
            OUT
        };
        cases.push(Case::of_plugin(CLASS, "counted", count, &plugin, expected));
    }
    for unrolled in [10, 100, 400] {
        let line =
            "(local.set $result (i32.add (local.get $result) (i32.const 1)))".repeat(unrolled);
        let plugin = Plugin::new().export("run", &format!("(loop {line} (br 0)) {OK}"));
        cases.push(Case::of_plugin(
            CLASS,
            "endless, lines",
            unrolled as u64,
            &plugin,
            OUT,
        ));
    }
    cases
}

fn recursion() -> Vec<Case> {
    const CLASS: &str = "recursion";
    let exhausted = Expected::Stops("StackExhausted");
    let mut cases = Vec::new();
    for locals in [0, 1, 16, 64, 200] {
        let text = "i64 ".repeat(locals);
        for depth in [1, 4, 16, 28, 31, 32, 33, 64, 1_000, 0x7fff_ffff] {
            // 512 values and 32 calls are what there is.
            let expected = if depth > 32 {
                exhausted
            } else if depth <= 28 && (depth + 1) * (locals as u64 + 12) < 400 {
                Expected::Answers
            } else {
                Expected::Survived
            };
            let plugin = Plugin::new()
                .export("run", &format!("(call $down (i32.const {depth})) {OK}"))
                .items(&format!(
                    "(func $down (param i32) (local {text})
                       (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))"
                ));
            cases.push(Case::of_plugin(
                CLASS,
                format!("with {locals} locals"),
                depth,
                &plugin,
                expected,
            ));
        }
    }
    for (kind, functions) in [
        ("endless", "(func $down (call $down))"),
        ("endless, two", "(func $down (call $other)) (func $other (call $down))"),
        (
            "endless, through the table",
            "(func $down (call_indirect (i32.const 0))) (table 1 funcref) (elem (i32.const 0) func $down)",
        ),
        ("endless, behind a loop", "(func $down (loop (call $down) (br 0)))"),
        ("endless, through an export", "(func $down (drop (call $export0 (i32.const 0) (i32.const 0))) (call $down))"),
        (
            "endless, 32 operands",
            "(func $down (param i64 i64 i64 i64 i64 i64 i64 i64)
               (call $down (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
                 (local.get 6) (i64.add (local.get 7) (i64.const 1))))",
        ),
    ] {
        let zeros = if functions.contains("param") { "(i64.const 0)".repeat(8) } else { String::new() };
        let plugin = Plugin::new()
            .export("run", &format!("(call $down {zeros}) {OK}"))
            .items(functions);
        cases.push(Case::of_plugin(CLASS, kind, u64::MAX, &plugin, exhausted));
    }
    let init = Plugin::with_init(&format!("(call $down) {OK}")).items("(func $down (call $down))");
    let refused = Expected::Refused("StackExhausted");
    cases.push(Case::of_plugin(
        CLASS,
        "endless in init",
        u64::MAX,
        &init,
        refused,
    ));
    cases
}
