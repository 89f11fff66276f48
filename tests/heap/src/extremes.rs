//! Modules that are made to take much of one thing.

use std::fmt::Write;

use crate::Sample;

/// A kind's name, and its module of a size.
type Kind = (&'static str, fn(usize) -> String);

/// One of each kind, at several sizes.
pub fn extremes() -> Vec<Sample> {
    const KINDS: [Kind; 20] = [
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
    ];
    let sizes = [1, 3, 10, 31, 100, 250];
    let mut samples = Vec::new();
    for (kind, text) in KINDS {
        for size in sizes {
            let text = format!("(module {})", text(size));
            let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{kind}: {error}"));
            samples.push(Sample {
                name: format!("{kind} {size}"),
                module,
            });
        }
    }
    samples
}

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
