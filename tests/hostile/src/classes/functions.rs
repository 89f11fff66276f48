//! Locals, in one group and in many; functions, types, globals and exports, one more than there may be and far more.

use corelet_admission::Limits;
use corelet_host::abi::Shape;
use corelet_tests::{OK, Plugin};

use super::at_most;
use crate::module::{unsigned, with_run};
use crate::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = locals();
    cases.extend(counts());
    cases
}

fn locals() -> Vec<Case> {
    const CLASS: &str = "locals";
    let mut cases = Vec::new();
    // `run` has two parameters. A frame that takes most of the stack is none that must be entered.
    let expected = |count: u64| match at_most(count + 2, Limits::DEVICE.locals) {
        Expected::Answers if count > 200 => Expected::Survived,
        expected => expected,
    };
    let code = [0x42, 1, 0x0b];
    let sizes = [
        0,
        1,
        16,
        100,
        200,
        253,
        254,
        255,
        256,
        1_000,
        30_000,
        50_000,
        65_536,
        1_000_000,
        0x7fff_ffff,
        0xffff_ffff,
    ];
    for count in sizes {
        for (what, ty) in [("i32", 0x7f), ("i64", 0x7e), ("f64", 0x7c)] {
            let group = [&[1][..], &unsigned(count), &[ty]].concat();
            let module = with_run(&group, &code);
            let kind = format!("one group of {what}");
            cases.push(Case::of_module(
                CLASS,
                kind,
                count,
                &module,
                expected(count),
            ));
        }
        let halves = [
            &[2][..],
            &unsigned(count),
            &[0x7f],
            &unsigned(count),
            &[0x7e],
        ]
        .concat();
        let module = with_run(&halves, &code);
        let expected = expected(2 * count);
        cases.push(Case::of_module(
            CLASS,
            "two groups",
            2 * count,
            &module,
            expected,
        ));
    }
    for count in [1, 16, 100, 254, 255, 1_000, 4_000, 30_000] {
        let mut groups = unsigned(count);
        groups.extend((0..count).flat_map(|n| [1, [0x7f, 0x7e, 0x7d, 0x7c][n as usize % 4]]));
        let module = with_run(&groups, &code);
        cases.push(Case::of_module(
            CLASS,
            "groups",
            count,
            &module,
            expected(count),
        ));
    }
    for count in [1, 100, 1_000, 4_000] {
        let mut groups = unsigned(count);
        groups.extend((0..count).flat_map(|_| [0, 0x7f]));
        let module = with_run(&groups, &code);
        let kind = "groups of none";
        cases.push(Case::of_module(
            CLASS,
            kind,
            count,
            &module,
            Expected::Answers,
        ));
    }
    cases
}

fn counts() -> Vec<Case> {
    const CLASS: &str = "functions, types, globals, exports";
    let limits = Limits::DEVICE;
    let mut cases = Vec::new();
    let plugin = || Plugin::new().export("run", OK);
    for count in [1, 10, 64, 100, 200, 253, 254, 300, 1_000, 5_000] {
        // `init`, `alive` and `run` are functions too.
        let expected = at_most(count + 3, limits.functions);
        let empty = plugin().items(&"(func)".repeat(count as usize));
        cases.push(Case::of_plugin(
            CLASS,
            "empty functions",
            count,
            &empty,
            expected,
        ));
        let calls: String = (0..count)
            .map(|n| format!("(func (result i64) (call {}))", n + 3))
            .collect();
        let calls = plugin().items(&calls);
        cases.push(Case::of_plugin(
            CLASS,
            "functions that call",
            count,
            &calls,
            expected,
        ));
    }
    for count in [1, 10, 30, 60, 63, 64, 100, 1_000] {
        let types: String = (0..count)
            .map(|n| format!("(type (func (param {}) (result f32)))", bits(n)))
            .collect();
        let types = plugin().items(&types);
        let expected = at_most(count + 1, limits.types);
        cases.push(Case::of_plugin(CLASS, "types", count, &types, expected));
    }
    for count in [1, 8, 31, 32, 33, 100, 999] {
        let params = format!("(func (param {}))", "i32 ".repeat(count as usize));
        let expected = at_most(count, limits.params);
        let plugin = plugin().items(&params);
        cases.push(Case::of_plugin(
            CLASS,
            "parameters",
            count,
            &plugin,
            expected,
        ));
    }
    for count in [2, 3, 100, 999] {
        let results = format!(
            "(func (result {}) unreachable)",
            "i32 ".repeat(count as usize)
        );
        let expected = at_most(count, limits.results);
        let plugin = plugin().items(&results);
        cases.push(Case::of_plugin(CLASS, "results", count, &plugin, expected));
    }
    for count in [1, 16, 30, 31, 32, 100, 5_000] {
        let globals = "(global (mut i64) (i64.const 77777777777))".repeat(count as usize);
        let expected = at_most(count + 1, limits.globals);
        let plugin = plugin().items(&globals);
        cases.push(Case::of_plugin(CLASS, "globals", count, &plugin, expected));
    }
    for count in [1, 16, 27, 28, 100, 1_000] {
        let plugin = (0..count).fold(plugin(), |plugin, n| {
            plugin.export_as(&format!("a:b/c@1.0.0#f{n}"), Shape(1), OK)
        });
        // Memory, exchange buffer, `init`, `alive` and `run` besides.
        let expected = at_most(count + 5, limits.exports);
        cases.push(Case::of_plugin(CLASS, "exports", count, &plugin, expected));
    }
    for count in [1, 32, 33, 1_000] {
        let plugin = (0..count).fold(plugin(), |plugin, n| {
            plugin.import("vendor:pump/motor@1.0.0", &format!("f{n}"), Shape(1))
        });
        let refused = Expected::Refused("Refused(Refusal {");
        cases.push(Case::of_plugin(CLASS, "imports", count, &plugin, refused));
    }
    cases
}

/// Parameters that no other number has.
fn bits(number: u64) -> String {
    (0..12)
        .map(|bit| ["i32 ", "i64 "][(number >> bit & 1) as usize])
        .collect()
}
