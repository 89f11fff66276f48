//! Fuel that a function has taken for code which is still to run, when its call is suspended.

use corelet_admission::{Limits, Quantity, Reason, validate};

/// What admission says of a function with this code.
fn prepaid(code: &str) -> u32 {
    let module = module(code);
    let figures = validate(&module, &Limits::DEVICE);
    figures
        .unwrap_or_else(|refusal| panic!("{}", refusal.describe(&module)))
        .prepaid_fuel
}

fn module(code: &str) -> Vec<u8> {
    let text = format!(
        "(module (memory 1) (table 1 funcref) (type $nothing (func))
            (func $empty)
            (func (local $i i32) {code}))"
    );
    wat::parse_str(text).unwrap()
}

/// So much fuel without a place where a call could be suspended.
fn fuel(much: usize) -> String {
    "(local.set $i (i32.const 0))".repeat(much / 2)
}

#[test]
fn nothing_is_prepaid_where_nothing_is_suspended() {
    assert_eq!(prepaid(""), 0);
    assert_eq!(prepaid(&fuel(500)), 0);
    assert_eq!(
        prepaid(&format!("(block {} (br 0)) {}", fuel(20), fuel(20))),
        0
    );
    // Conversions go behind the same byte as what is done on ranges.
    let conversion = "(local.set $i (i32.trunc_sat_f64_s (f64.const 1)))";
    assert_eq!(prepaid(&conversion.repeat(9)), 0);
}

#[test]
fn what_stands_behind_a_call_is_prepaid_and_what_stands_before_is_used() {
    const CALL: u32 = 8;
    for (before, behind) in [(0, 0), (0, 100), (100, 0), (60, 40)] {
        let code = format!("{} (call $empty) {}", fuel(before), fuel(behind));
        assert_eq!(prepaid(&code), behind as u32 + CALL);
        let inside = format!("(block {code})");
        assert_eq!(prepaid(&inside), behind as u32 + CALL);
        let around = format!("{} (block {code}) {}", fuel(10), fuel(20));
        assert_eq!(prepaid(&around), behind as u32 + CALL + 20);
    }
    // The first of two has the more behind it.
    let code = format!("(call $empty) {} (call $empty)", fuel(30));
    assert_eq!(prepaid(&code), 30 + 2 * CALL);
    // With the index that it takes, which is used.
    let code = format!("(call_indirect (type $nothing) (i32.const 0)) {}", fuel(30));
    assert_eq!(prepaid(&code), 30 + 9);
}

#[test]
fn what_stands_behind_a_loop_or_an_if_is_prepaid_while_that_runs() {
    let inner = |opener: &str| format!("{} {opener} {}", fuel(50), fuel(30));
    assert_eq!(prepaid(&inner("(loop (local.set $i (i32.const 0)))")), 30);
    assert_eq!(prepaid(&inner("(if (local.get $i) (then))")), 30);
    assert_eq!(
        prepaid(&inner("(if (local.get $i) (then nop) (else nop))")),
        30
    );
    // Of what is in each other, all of it.
    let nested = |inside: &str| format!("(loop {} {inside} {})", fuel(50), fuel(20));
    assert_eq!(prepaid(&nested("(loop)")), 20);
    assert_eq!(prepaid(&nested(&nested("(loop)"))), 20 + 20);
    assert_eq!(prepaid(&nested(&nested(&nested("(loop)")))), 20 + 20 + 20);
    // Of what stands side by side, the most.
    let beside = format!("{} {}", nested("(loop)"), nested(&nested("(loop)")));
    assert_eq!(prepaid(&beside), 40);
    // Of both branches, too: each has more fuel in the other's region than in its own.
    let branches = |then: usize, otherwise: usize| {
        format!(
            "(if (local.get $i) (then (loop) {}) (else (loop) {}))",
            fuel(then),
            fuel(otherwise)
        )
    };
    assert_eq!(prepaid(&branches(10, 70)), 70);
    assert_eq!(prepaid(&branches(70, 10)), 70);
}

#[test]
fn an_instruction_that_may_take_long_is_prepaid_itself() {
    for (code, own) in [
        ("(memory.fill (i32.const 0) (i32.const 0) (i32.const 9))", 1),
        ("(memory.copy (i32.const 0) (i32.const 0) (i32.const 9))", 1),
        ("(table.copy (i32.const 0) (i32.const 0) (i32.const 9))", 1),
        ("(drop (memory.grow (i32.const 1)))", 255),
    ] {
        let code = format!("{} {code} {}", fuel(50), fuel(40));
        assert_eq!(prepaid(&code), 40 + own, "{code}");
    }
}

#[test]
fn code_that_may_never_run_counts_where_it_may_be_charged() {
    // The loop's fuel is that of the function, too, since the interpreter finds that nothing gets there.
    let code = format!("unreachable (loop (loop) {}) {}", fuel(30), fuel(20));
    assert_eq!(prepaid(&code), 30 + 30 + 20);
}

#[test]
fn the_limit_is_on_all_that_one_function_has_prepaid() {
    let allowed = Limits::DEVICE.prepaid_fuel;
    let half = allowed as usize / 2;
    let nested = |outer: usize| {
        module(&format!(
            "(loop (loop (loop) {}) {})",
            fuel(half),
            fuel(outer)
        ))
    };
    assert_eq!(
        validate(&nested(half), &Limits::DEVICE)
            .unwrap()
            .prepaid_fuel,
        allowed
    );
    let refusal = validate(&nested(half + 2), &Limits::DEVICE).unwrap_err();
    let what = Quantity::PrepaidFuel;
    let (found, allowed) = (u64::from(allowed) + 2, allowed);
    assert_eq!(
        refusal.reason,
        Reason::Over {
            what,
            found,
            allowed
        }
    );
}

#[test]
fn more_than_is_counted_stands_for_no_limit() {
    let much = "(drop (memory.grow (i32.const 1)))".repeat(300);
    let text = format!("(module (memory 1) (func (loop {much}) {much}))");
    let figures = validate(&wat::parse_str(text).unwrap(), &Limits::LARGEST).unwrap();
    assert_eq!(figures.prepaid_fuel, 65_535);
}
