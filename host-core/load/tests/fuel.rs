//! Fuel: the interpreter charges what admission reckoned, and never needs more at once.

mod common;

use common::{F, Host, IMPORT, ServeAll, export, load, plugin};
use corelet_admission::fuel::{BYTES_PER_FUEL, REGION, cost};
use corelet_admission::{Limits, Reason, Refusal, admit};
use corelet_load::{Machine, Stop};
use proptest::prelude::*;

const FUEL: u64 = 1_000_000;

/// Locals for operands of every type, none of them zero.
const LOCALS: &str = "
    (local $i i32) (local $l i64) (local $f f32) (local $d f64)
    (local.set $i (i32.const 7)) (local.set $l (i64.const 7))
    (local.set $f (f32.const 7)) (local.set $d (f64.const 7))";

/// Besides: functions, a table, segments, a global.
const ITEMS: &str = r#"
    (table 4 funcref) (elem (i32.const 0) $empty) (elem $passive func $empty) (data $bytes "1234")
    (global $g (mut i32) (i32.const 7)) (global $constant i32 (i32.const 7))
    (func $empty)"#;

/// Instructions of one operand, then of two, by its type.
const NUMERIC: [(&str, &str, &str); 4] = [
    (
        "$i",
        "i32.eqz i32.clz i32.ctz i32.popcnt i64.extend_i32_s i64.extend_i32_u f32.convert_i32_s f32.convert_i32_u
         f64.convert_i32_s f64.convert_i32_u f32.reinterpret_i32 i32.extend8_s i32.extend16_s
         i32.load i64.load f32.load f64.load i32.load8_s i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u
         i64.load16_s i64.load16_u i64.load32_s i64.load32_u memory.grow",
        "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u i32.add i32.sub i32.mul
         i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr",
    ),
    (
        "$l",
        "i64.eqz i64.clz i64.ctz i64.popcnt i32.wrap_i64 f32.convert_i64_s f32.convert_i64_u f64.convert_i64_s
         f64.convert_i64_u f64.reinterpret_i64 i64.extend8_s i64.extend16_s i64.extend32_s",
        "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u i64.add i64.sub i64.mul
         i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr",
    ),
    (
        "$f",
        "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt i32.trunc_f32_s i32.trunc_f32_u i64.trunc_f32_s
         i64.trunc_f32_u f64.promote_f32 i32.reinterpret_f32 i32.trunc_sat_f32_s i32.trunc_sat_f32_u i64.trunc_sat_f32_s
         i64.trunc_sat_f32_u",
        "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign",
    ),
    (
        "$d",
        "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt i32.trunc_f64_s i32.trunc_f64_u i64.trunc_f64_s
         i64.trunc_f64_u f32.demote_f64 i64.reinterpret_f64 i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f64_s
         i64.trunc_sat_f64_u",
        "f64.eq f64.ne f64.lt f64.gt f64.le f64.ge f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign",
    ),
];

/// All others that stay in one region.
const OTHERS: [&str; 31] = [
    "(nop)",
    "(drop (local.get $i))",
    "(block)",
    "(block (br 0))",
    "(block (br_if 0 (local.get $i)))",
    "(block (block (br_table 0 1 0 (local.get $i))))",
    "(return (i64.const 0))",
    "(local.set $i (local.tee $i (i32.const 1)))",
    "(drop (select (local.get $i) (i32.const 1) (local.get $i)))",
    "(drop (global.get $g))",
    "(drop (global.get $constant))",
    "(global.set $g (local.get $i))",
    "(drop (f32.const 1))",
    "(drop (f64.const 1))",
    "(drop (memory.size))",
    "(i32.store (i32.const 1) (local.get $i))",
    "(i32.store8 (i32.const 1) (local.get $i))",
    "(i32.store16 (i32.const 1) (local.get $i))",
    "(i64.store (local.get $i) (local.get $l))",
    "(i64.store8 (local.get $i) (local.get $l))",
    "(i64.store16 (local.get $i) (local.get $l))",
    "(i64.store32 (local.get $i) (local.get $l))",
    "(f32.store (local.get $i) (local.get $f))",
    "(f64.store (local.get $i) (local.get $d))",
    "(memory.fill (local.get $i) (i32.const 1) (i32.const 31))",
    "(memory.copy (local.get $i) (i32.const 1) (i32.const 31))",
    "(memory.init $bytes (local.get $i) (i32.const 0) (i32.const 4))",
    "(data.drop $bytes)",
    "(table.copy (i32.const 0) (i32.const 1) (i32.const 1))",
    "(table.init $passive (i32.const 0) (i32.const 0) (i32.const 1))",
    "(elem.drop $passive)",
];

fn module(code: &str) -> Vec<u8> {
    plugin(
        "",
        &format!(
            "{ITEMS} {}",
            export(&format!("{LOCALS} {code} (i64.const 0)"))
        ),
    )
}

/// What admission says that a module needs at once.
fn reckoned(module: &[u8]) -> u64 {
    let admitted = admit(module, &Limits::DEVICE, &ServeAll);
    let admitted = admitted.unwrap_or_else(|refusal| panic!("{}", refusal.describe(module)));
    u64::from(admitted.figures().block_fuel)
}

/// The fuel of a call in all, and the most that one of its steps needs: a slice of nothing gives it just that. Ends after so
/// many steps.
fn charged(machine: &mut Machine<Host>, steps: u32) -> (u64, u64) {
    machine.begin(F, FUEL, |_| Ok(())).unwrap();
    let mut most = 0;
    for _ in 0..steps {
        let before = machine.fuel_used();
        let progress = machine.run(0);
        most = most.max(machine.fuel_used() - before);
        if progress.is_err() || !machine.is_open() {
            assert_ne!(progress, Err(Stop::OutOfFuel));
            break;
        }
    }
    (machine.fuel_used(), most)
}

fn alike(code: &str) {
    let module = module(code);
    let (total, most) = charged(&mut load(&module), 10);
    assert_eq!((total, most), (reckoned(&module), total), "{code}");
}

#[test]
fn every_instruction_costs_what_admission_reckons() {
    for (operand, unary, binary) in NUMERIC {
        for name in unary.split_whitespace() {
            alike(&format!("(drop ({name} (local.get {operand})))"));
        }
        for name in binary.split_whitespace() {
            alike(&format!(
                "(drop ({name} (local.get {operand}) (local.get {operand})))"
            ));
        }
    }
    OTHERS.iter().for_each(|code| alike(code));
}

#[test]
fn a_call_costs_its_own_and_the_region_of_the_function() {
    let empty = charged(&mut load(&module("")), 10).0;
    for (code, opcode, operands) in [
        ("(call $empty)", 0x10, 0),
        ("(call_indirect (i32.const 0))", 0x11, 1),
    ] {
        let total = charged(&mut load(&module(code)), 10).0;
        let call = u64::from(cost(opcode)) + operands + u64::from(REGION);
        assert_eq!(total, empty + call, "{code}");
    }
}

#[test]
fn what_is_needed_at_once_is_the_largest_region() {
    const ADD: &str = "(local.set $i (i32.add (local.get $i) (i32.const 1)))";
    let many = ADD.repeat(20);
    for code in [
        format!("{many} (loop {ADD} (br_if 0 (i32.lt_u (local.get $i) (i32.const 50))))"),
        format!("(loop {many} (br_if 0 (i32.lt_u (local.get $i) (i32.const 50))))"),
        format!("{ADD} (if (local.get $i) (then {many})) {ADD}"),
        format!("{ADD} (if (i32.eqz (local.get $i)) (then {ADD}) (else {many})) {ADD}"),
        format!("{ADD} (block {many} (br_if 0 (local.get $i)) {many}) {many}"),
        // Behind the end of an inner region, it is the outer one's again.
        format!("{many} (loop {many}) {many}"),
        format!("(block (loop (br_if 1 (local.get $i)) {many}) {many}) {many}"),
        format!("(block (br 0)) (loop {many})"),
        // Code that the specification says is never reached.
        format!("(block (br 0) {many}) {many}"),
        format!("(block (br 0) (loop {many} (if (local.get $i) (then {many})))) {many}"),
        format!("(if (i32.eqz (local.get $i)) (then (return (i64.const 0))) (else)) (loop {many})"),
    ] {
        let module = module(&code);
        let most = charged(&mut load(&module), 1_000).1;
        assert_eq!(most, reckoned(&module), "{code}");
    }
}

#[test]
fn code_that_only_the_interpreter_knows_to_be_dead_is_counted_with_what_is_around_it() {
    let loops = "(loop (local.set $i (i32.add (local.get $i) (i32.const 1))))".repeat(20);
    for code in [
        format!("(block (br_if 0 (i32.const 1)) {loops})"),
        format!("(block (br_if 0 (i32.eqz (i32.const 0))) {loops})"),
        format!("(block (br_if 0 (local.tee $i (i32.const 1))) {loops})"),
        format!("(block (br_if 0 (global.get $constant)) {loops})"),
        format!("(block (br_if 0 (block (result i32) (i32.const 1))) {loops})"),
        format!("(block (br_if 0 (select (i32.const 1) (i32.const 1) (local.get $i))) {loops})"),
        format!("(block (block (br_if 1 (i32.const 1))) {loops})"),
        format!("(if (i32.const 0) (then {loops}))"),
        format!("(if (i32.const 1) (then) (else {loops}))"),
        format!("(if (local.get $i) (then (if (i32.const 0) (then {loops}))))"),
        format!("(block (block (br_table 0 1 (i32.const 1))) {loops})"),
        format!(
            "(block (br_if 0 (local.get $i)) (drop (i32.div_s (local.get $i) (i32.const 0))) {loops})"
        ),
        format!(
            "(block (br_if 0 (local.get $i)) (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))) {loops})"
        ),
        format!(
            "(block (br_if 0 (local.get $i)) (drop (i32.trunc_f32_s (f32.const nan))) {loops})"
        ),
        format!(
            "(block (br_if 0 (local.get $i)) (drop (i32.load offset=4 (i32.const -1))) {loops})"
        ),
        format!(
            "(block (br_if 0 (local.get $i)) (i32.store offset=4 (i32.const -1) (local.get $i)) {loops})"
        ),
    ] {
        let module = module(&code);
        let (_, most) = charged(&mut load(&module), 1_000);
        // A loop that it translates would need no more than 5.
        assert!(most > 80 && most <= reckoned(&module), "{code}: {most}");
    }
}

#[test]
fn more_than_may_be_needed_at_once_is_refused() {
    let add = "(local.set $i (i32.add (local.get $i) (i32.const 1)))";
    let few = add.repeat(490);
    assert_eq!(reckoned(&module(&few)), 1 + 8 + 490 * 4 + 1);
    assert_eq!(
        reckoned(&module(&format!("{few} (loop {few}) {add}"))),
        1 + 8 + 491 * 4 + 1
    );
    let many = module(&add.repeat(500));
    let refusal = admit(&many, &Limits::DEVICE, &ServeAll).map(drop);
    assert!(
        matches!(
            refusal,
            Err(Refusal {
                reason: Reason::Over {
                    found: 2_010,
                    allowed: 2_000,
                    ..
                },
                ..
            })
        ),
        "{refusal:?}"
    );
}

#[test]
fn an_instruction_on_a_range_needs_what_is_stated() {
    const PAGE: u32 = 65_536;
    for code in [
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))",
        "(memory.copy (i32.const 0) (i32.const 1) (i32.const 65535))",
    ] {
        let module = module(code);
        let most = charged(&mut load(&module), 10).1;
        let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
        let stated = u64::from(admitted.required_fuel_max(PAGE));
        assert_eq!(stated, u64::from(PAGE / BYTES_PER_FUEL));
        assert!(most <= stated && most + 1 >= stated, "{code}: {most}");
    }
}

#[test]
fn a_host_function_costs_a_call() {
    let code = "(drop (call $serve (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))";
    let module = plugin(IMPORT, &export(&format!("{code} (i64.const 0)")));
    assert_eq!(charged(&mut load(&module), 10).0, reckoned(&module));
}

/// Some number, which may be a constant.
fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("(local.get $i)".to_owned()),
        (-1..3_i32).prop_map(|n| format!("(i32.const {n})")),
        Just("(global.get $constant)".to_owned()),
        Just("(global.get $g)".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = || (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("(i32.eqz {a})")),
            inner.clone().prop_map(|a| format!("(local.tee $i {a})")),
            inner
                .clone()
                .prop_map(|a| format!("(i32.load offset=4 {a})")),
            inner
                .clone()
                .prop_map(|a| format!("(block (result i32) {a})")),
            inner
                .clone()
                .prop_map(|a| format!("(loop (result i32) {a})")),
            two().prop_map(|(a, b)| format!("(i32.add {a} {b})")),
            two().prop_map(|(a, b)| format!("(i32.div_s {a} {b})")),
            two().prop_map(|(a, b)| format!("(block (result i32) (br_if 0 {a} {b}))")),
            (two(), inner.clone()).prop_map(|((a, b), c)| format!("(select {a} {b} {c})")),
            (two(), inner.clone())
                .prop_map(|((a, b), c)| format!("(if (result i32) {a} (then {b}) (else {c}))")),
        ]
    })
}

/// Some code in at least three blocks.
fn code() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        number().prop_map(|a| format!("(local.set $i {a})")),
        (0..3_u32).prop_map(|label| format!("(br {label})")),
        (0..3_u32, number()).prop_map(|(label, a)| format!("(br_if {label} {a})")),
        (0..3_u32, 0..3_u32, number()).prop_map(|(b, c, a)| format!("(br_table {b} {c} {a})")),
        number().prop_map(|a| format!("(i32.store offset=4 {a} (local.get $i))")),
        Just("(return (i64.const 0))".to_owned()),
        Just("(unreachable)".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let some = || prop::collection::vec(inner.clone(), 0..4).prop_map(|code| code.concat());
        prop_oneof![
            some(),
            some().prop_map(|code| format!("(block {code})")),
            some().prop_map(|code| format!("(loop {code})")),
            (number(), some()).prop_map(|(a, code)| format!("(if {a} (then {code}))")),
            (number(), some(), some())
                .prop_map(|(a, code, other)| format!("(if {a} (then {code}) (else {other}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn no_step_needs_more_than_admission_reckoned(code in code()) {
        let code = format!("(block (block (block {code})))");
        let module = module(&code);
        let (_, most) = charged(&mut load(&module), 200);
        prop_assert!(most <= reckoned(&module), "{}: {}", code, most);
    }
}
