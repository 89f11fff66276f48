//! Modules that are made to take much of one thing.

use std::fmt::Write;

use crate::Sample;

/// A kind's name, and its module of a size.
type Kind = (&'static str, fn(usize) -> String);

/// One of each kind, at several sizes.
pub fn extremes() -> Vec<Sample> {
    const KINDS: [Kind; 21] = [
        ("nested blocks", |n| nested(n, "block ", "end ")),
        ("nested loops", |n| {
            nested(n, "loop local.get 0 br_if 0 ", "end ")
        }),
        ("nested ifs", |n| nested(n, "local.get 0 if ", "else end ")),
        ("nested results", |n| body(&nested_results(n.min(126)))),
        ("locals of one type", |n| {
            body(&format!("(local {})", " i32".repeat(n.min(254))))
        }),
        ("locals of many types", |n| {
            body(&format!("(local {})", " i32 i64 f32".repeat(n.min(84))))
        }),
        ("br_table", |n| body(&br_table(n * 8))),
        ("stacked constants", |n| {
            body(&format!(
                "{} {}",
                "i64.const 77777777777 ".repeat(n.min(250)),
                "drop ".repeat(n.min(250))
            ))
        }),
        ("stacked locals", |n| {
            let n = n.min(250);
            body(&format!(
                "(local i32) {} i32.const 1 local.set 0 {}",
                "local.get 0 ".repeat(n),
                "drop ".repeat(n)
            ))
        }),
        ("stacked registers", |n| {
            let n = n.min(250);
            body(&format!(
                "(local i32) {} {}",
                "local.get 0 i32.clz ".repeat(n),
                "drop ".repeat(n)
            ))
        }),
        ("sums", |n| {
            body(&format!(
                "(local i32) {}",
                "local.get 0 i32.const 99 i32.add local.set 0 ".repeat(n * 4)
            ))
        }),
        ("stores", |n| {
            body(&"i32.const 8 i64.const 123456789012 i64.store ".repeat(n * 4))
        }),
        ("far loads", |n| {
            body(&"i32.const 0 i32.load offset=70000 drop ".repeat(n * 4))
        }),
        ("arguments", |n| {
            format!(
                "(memory 1) (func $f (param i64 i64 i64 i64)) (func (export \"run\") {})",
                "i64.const 1 i64.const 2 i64.const 3 i64.const 4 call $f ".repeat(n)
            )
        }),
        ("branches with a value", |n| {
            body(&format!(
                "(local i32) (block (result i32) i32.const 1 {}) drop",
                "local.get 0 br_if 0 ".repeat(n * 4)
            ))
        }),
        ("small functions", |n| "(func)".repeat(n)),
        ("functions that call", |n| {
            (0..n).fold(String::from("(func $f0)"), |mut text, n| {
                _ = write!(text, "(func $f{} call $f{n})", n + 1);
                text
            }) + &format!("(export \"run\" (func $f{n}))")
        }),
        ("exports", |n| {
            (0..n.min(30)).fold(String::from("(func $f)"), |mut text, n| {
                _ = write!(text, "(export \"{}{n}\" (func $f))", "x".repeat(100));
                text
            })
        }),
        ("imports", |n| {
            (0..n.min(30)).fold(String::new(), |mut text, n| {
                _ = write!(
                    text,
                    "(import \"a:b/c@1.0.0\" \"f{n}\" (func (param i32 i32 i32 i32) (result i32)))"
                );
                text
            })
        }),
        ("recursion", |n| {
            let locals = " i64".repeat(n.min(250));
            format!("(func $f (export \"run\") (local {locals}) call $f)")
        }),
        ("recursion before much code", |n| {
            let sums = "local.get 0 i32.const 99 i32.add local.set 0 ".repeat(n * 2);
            format!("(func $f (export \"run\") (local i32) call $f {sums})")
        }),
    ];
    let mut samples = Vec::new();
    for size in [1, 3, 10, 31, 100, 250] {
        samples.extend(KINDS.map(|(kind, text)| sample(kind, size, &text(size))));
        samples.extend(LINES.map(|(kind, items, line)| {
            let code = body(&format!("{PARAMS} {}", line.repeat(size)));
            sample(kind, size, &format!("{items} {code}"))
        }));
    }
    samples
}

fn sample(kind: &str, size: usize, text: &str) -> Sample {
    let module = wat::parse_str(format!("(module {text})"));
    Sample {
        name: format!("{kind} {size}"),
        module: module.unwrap_or_else(|error| panic!("{kind}: {error}")),
    }
}

/// What the code of [`LINES`] begins with.
const PARAMS: &str = "(param i32 i64 f32) (local i64 i64)";

/// A kind's name, items before the function, and code that is repeated: what the translator does in ways of its own, constants
/// that it computes with above all.
const LINES: [(&str, &str, &str); 15] = [
    (
        "products with zero",
        "",
        "local.get 1 i64.const 0 i64.mul local.tee 3 local.set 4 ",
    ),
    (
        "shifts by zero",
        "",
        "local.get 1 i64.const 0 i64.shl block end i64.const 1 local.set 1 local.set 3 ",
    ),
    (
        "quotients by one",
        "",
        "local.get 0 i32.const 1 i32.div_s block end i32.const 1 local.set 0 drop ",
    ),
    (
        "constant choices",
        "",
        "i64.const 99999999999 i64.const 88888888888 i32.const 1 select local.tee 3 local.set 4 ",
    ),
    (
        "choices",
        "",
        "i64.const 99999999999 i64.const 88888888888 local.get 0 select local.tee 3 local.set 4 ",
    ),
    (
        "constants kept",
        "",
        "i64.const 77777777777 local.tee 3 local.tee 4 local.tee 3 drop ",
    ),
    (
        "constant globals",
        "(global i64 (i64.const 77777777777)) (func $k (param i64 i64))",
        "global.get 0 global.get 0 call $k ",
    ),
    (
        "constant conditions",
        "",
        "block (result i64) i64.const 88888888888 i32.const 0 br_if 0 end local.tee 3 local.set 4 ",
    ),
    (
        "zeros compared",
        "",
        "block local.get 1 i64.eqz br_if 0 local.get 0 i32.clz i32.eqz br_if 0 end ",
    ),
    (
        "indirect calls",
        "(table 1 funcref) (type $t (func (param i64 f64 i32)))",
        "i64.const 1 f64.const 2 local.get 0 i32.const 0 call_indirect (type $t) ",
    ),
    (
        "bulk memory",
        "",
        "i32.const 0 i32.const 0 i32.const 0 memory.fill local.get 0 i32.clz local.get 0 local.get 0 memory.copy ",
    ),
    (
        "returns",
        "",
        "local.get 0 if i64.const 99999999999 drop return end ",
    ),
    (
        "br_table with a value",
        "",
        "block (result i64) block (result i64) i64.const 99999999999 local.get 0 i32.clz br_table 0 1 0 1 end end drop ",
    ),
    (
        "reinterpretations",
        "",
        "local.get 0 i32.clz f32.reinterpret_i32 local.get 2 f32.sqrt f32.add local.set 2 ",
    ),
    (
        "growing memory",
        "",
        "i32.const 1 memory.grow memory.grow drop ",
    ),
];

/// A module with a memory and one function.
fn body(code: &str) -> String {
    format!("(memory 1) (func (export \"run\") {code})")
}

/// Blocks within blocks, as deep as admission lets them be.
fn nested(depth: usize, open: &str, close: &str) -> String {
    let depth = depth.min(126);
    body(&format!(
        "(local i32) {}{}",
        open.repeat(depth),
        close.repeat(depth)
    ))
}

fn nested_results(depth: usize) -> String {
    let open = "block (result i32) local.get 0 ";
    let close = "local.get 0 br_if 0 i32.add end ";
    let mut text = String::from("(local i32) i32.const 0 ");
    for _ in 0..depth {
        text.push_str(open);
    }
    text.push_str("i32.const 1 ");
    for _ in 0..depth {
        text.push_str(close);
    }
    text.push_str("drop drop");
    text
}

fn br_table(labels: usize) -> String {
    let labels: String = (0..labels).map(|n| format!("{} ", n % 3)).collect();
    format!("(local i32) block block local.get 0 br_table {labels} 1 end end")
}
