//! Nesting, stacked operands, branch tables, long functions.

use corelet_admission::Limits;
use corelet_tests::Plugin;

use super::at_most;
use crate::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = nesting();
    cases.extend(operands());
    cases.extend(tables());
    cases.extend(long());
    cases
}

/// A plugin whose `run` does this, and answers.
fn run(code: &str) -> Plugin {
    Plugin::new().export("run", &format!("{code} (i64.const 1)"))
}

fn nesting() -> Vec<Case> {
    const CLASS: &str = "nesting";
    let mut cases = Vec::new();
    for depth in [1, 4, 16, 64, 100, 126, 127, 128, 129, 1_000, 1_300, 2_600] {
        let nested = |open: &str, close: &str| {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            run(&format!("{open} {close}"))
        };
        // The function's own block is one.
        let expected = at_most(depth as u64 + 1, Limits::DEVICE.nesting);
        for (kind, open, close) in [
            ("blocks", "block ", "end "),
            ("loops", "loop ", "end "),
            ("loops that may go on", "loop i32.const 0 br_if 0 ", "end "),
            ("ifs", "i32.const 0 if ", "end "),
            ("ifs with else", "local.get $length if ", "else end "),
            (
                "blocks with a value",
                "block (result i32) local.get $length ",
                "end drop ",
            ),
        ] {
            let plugin = nested(open, close);
            // What is behind the inner ones is paid for before they run.
            let is_prepaid = matches!(kind, "loops that may go on" | "ifs");
            let expected = if is_prepaid && depth >= 64 {
                Expected::Refused("Refused(Refusal {")
            } else {
                expected
            };
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                depth as u64,
                &plugin,
                expected,
            ));
        }
        let values = format!(
            "i32.const 0 {} i32.const 1 {} drop drop",
            "block (result i32) local.get $length ".repeat(depth),
            "local.get $length br_if 0 i32.add end ".repeat(depth)
        );
        let expected = if depth < 100 {
            expected
        } else {
            Expected::Survived
        };
        cases.push(Case::of_plugin(
            CLASS,
            "values across blocks",
            depth as u64,
            &run(&values),
            expected,
        ));
    }
    cases
}

fn operands() -> Vec<Case> {
    const CLASS: &str = "stacked operands";
    let mut cases = Vec::new();
    for count in [1, 16, 64, 128, 200, 255, 256, 257, 300, 1_000, 2_500, 4_000] {
        for (kind, push) in [
            ("i32 constants", "i32.const 7 "),
            ("i64 constants", "i64.const 77777777777 "),
            ("locals", "local.get $length "),
            ("registers", "local.get $length i32.clz "),
            ("floats", "f32.const 7 "),
        ] {
            let code = format!("{}{}", push.repeat(count), "drop ".repeat(count));
            let expected = at_most(count as u64, Limits::DEVICE.operands);
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                count as u64,
                &run(&code),
                expected,
            ));
        }
        let kept = format!(
            "{} i32.const 1 local.set $length {}",
            "local.get $length ".repeat(count),
            "drop ".repeat(count)
        );
        let kind = "locals that are kept";
        let expected = at_most(count as u64 + 1, Limits::DEVICE.operands);
        cases.push(Case::of_plugin(
            CLASS,
            kind,
            count as u64,
            &run(&kept),
            expected,
        ));
    }
    cases
}

fn tables() -> Vec<Case> {
    const CLASS: &str = "br_table";
    let mut cases = Vec::new();
    for labels in [1, 10, 100, 500, 1_000, 2_000, 4_000, 8_000, 9_000, 30_000] {
        let expected = at_most(labels as u64 + 32, Limits::DEVICE.function_bytes);
        let to = |targets: usize| -> String {
            (0..labels).map(|n| format!("{} ", n % targets)).collect()
        };
        let plain = format!(
            "block block block local.get $length br_table {} 0 end end end",
            to(3)
        );
        cases.push(Case::of_plugin(
            CLASS,
            "labels",
            labels as u64,
            &run(&plain),
            expected,
        ));
        let same = format!("block local.get $length br_table {} 0 end", to(1));
        cases.push(Case::of_plugin(
            CLASS,
            "one label",
            labels as u64,
            &run(&same),
            expected,
        ));
        let valued = format!(
            "block (result i64) block (result i64) i64.const 99999999999 local.get $length br_table {} 1 end end drop",
            to(2)
        );
        cases.push(Case::of_plugin(
            CLASS,
            "labels with a value",
            labels as u64,
            &run(&valued),
            expected,
        ));
        let looped = format!(
            "loop block local.get $length i32.const {labels} i32.add br_table {} 0 end end",
            to(2)
        );
        cases.push(Case::of_plugin(
            CLASS,
            "labels of a loop",
            labels as u64,
            &run(&looped),
            expected,
        ));
    }
    cases
}

fn long() -> Vec<Case> {
    const CLASS: &str = "long functions";
    let mut cases = Vec::new();
    for (kind, line, bytes) in [
        ("nop", "nop ", 1),
        ("unreachable code", "", 0),
        (
            "sums",
            "local.get $length i32.const 99 i32.add local.set $length ",
            8,
        ),
        (
            "stores",
            "i32.const 8 i64.const 123456789012 i64.store ",
            12,
        ),
        ("far loads", "i32.const 0 i32.load offset=1000 drop ", 7),
        ("branches", "block local.get $length br_if 0 end ", 7),
        (
            "choices",
            "i64.const 99999999999 i64.const 88888888888 local.get $length select drop ",
            18,
        ),
        ("calls", "call $nothing ", 2),
        ("growth", "i32.const 0 memory.grow drop ", 5),
    ] {
        for size in [100, 500, 1_000, 2_000, 4_000, 8_000, 9_000, 20_000, 60_000] {
            let code = match bytes {
                0 => format!(
                    "(return (i64.const 1)) {}",
                    "i32.const 1 drop ".repeat(size / 3)
                ),
                bytes => line.repeat(size / bytes),
            };
            let plugin = run(&code).items("(func $nothing)");
            let expected = if size < 8_100 {
                Expected::Survived
            } else {
                Expected::Refused("Refused(Refusal {")
            };
            cases.push(Case::of_plugin(CLASS, kind, size as u64, &plugin, expected));
        }
    }
    for functions in [2, 4, 8, 16, 32, 64] {
        let code = "local.get 0 i32.const 99 i32.add local.set 0 ".repeat(120);
        let items = format!("(func (param i32) {code})").repeat(functions);
        let plugin = run("").items(&items);
        let kind = "functions of a KiB";
        let expected = if functions < 60 {
            Expected::Answers
        } else {
            Expected::Survived
        };
        cases.push(Case::of_plugin(
            CLASS,
            kind,
            functions as u64,
            &plugin,
            expected,
        ));
    }
    cases
}
