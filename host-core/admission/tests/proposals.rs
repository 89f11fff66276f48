//! What is not accepted is refused by the name of the proposal that it comes from.

use corelet_admission::{Limits, validate};

fn refusal(text: &str) -> String {
    let module = wat::parse_str(text).unwrap();
    let refusal = validate(&module, &Limits::LARGEST).unwrap_err();
    refusal.describe(&module).to_string()
}

#[test]
fn instructions_are_refused_by_name() {
    for (code, name) in [
        ("(drop (v128.const i32x4 0 0 0 0))", "SIMD"),
        ("(return_call 0)", "tail calls"),
        ("(block (try_table (catch_all 0)))", "exception handling"),
        ("(drop (ref.null func))", "reference types"),
        ("(drop (ref.func 0))", "reference types"),
        (
            "(drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0)))",
            "reference types",
        ),
        ("(atomic.fence)", "threads"),
        (
            "(drop (drop (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0))))",
            "wide arithmetic",
        ),
        ("(drop (ref.i31 (i32.const 0)))", "garbage collection"),
    ] {
        let found = refusal(&format!("(module (elem declare func 0) (func {code}))"));
        assert!(
            found.contains(&format!("is of {name}, which is off")),
            "{found}"
        );
    }
}

#[test]
fn value_types_are_refused_by_name() {
    for (value, name) in [
        ("v128", "SIMD"),
        ("externref", "reference types"),
        ("(ref func)", "typed function references"),
        ("anyref", "garbage collection"),
        ("exnref", "exception handling"),
    ] {
        let found = refusal(&format!("(module (func (local {value})))"));
        assert!(found.contains(&format!(", of {name}: only i32")), "{found}");
    }
}
