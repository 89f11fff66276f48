//! Every instruction with operands from everywhere, one module for each: what one takes too much is not hidden by another.

use crate::Sample;

/// As often each is repeated, so that four bytes too few come to light.
const TIMES: usize = 80;

/// What instructions take, and those that take it.
const NUMERIC: [(&str, &str); 16] = [
    (
        "i32",
        "i32.eqz i32.clz i32.ctz i32.popcnt i64.extend_i32_s i64.extend_i32_u f32.convert_i32_s f64.convert_i32_u f32.reinterpret_i32 i32.extend8_s i32.extend16_s",
    ),
    (
        "i64",
        "i64.eqz i64.clz i64.ctz i64.popcnt i32.wrap_i64 f32.convert_i64_u f64.convert_i64_s f64.reinterpret_i64 i64.extend8_s i64.extend16_s i64.extend32_s",
    ),
    (
        "f32",
        "f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt i32.trunc_f32_s i64.trunc_f32_u f64.promote_f32 i32.reinterpret_f32",
    ),
    (
        "f32",
        "i32.trunc_sat_f32_s i32.trunc_sat_f32_u i64.trunc_sat_f32_s i64.trunc_sat_f32_u",
    ),
    (
        "f64",
        "f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt i32.trunc_f64_s i64.trunc_f64_u f32.demote_f64 i64.reinterpret_f64",
    ),
    (
        "f64",
        "i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u",
    ),
    (
        "i32 i32",
        "i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u",
    ),
    (
        "i64 i64",
        "i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u",
    ),
    ("f32 f32", "f32.eq f32.ne f32.lt f32.gt f32.le f32.ge"),
    ("f64 f64", "f64.eq f64.ne f64.lt f64.gt f64.le f64.ge"),
    (
        "i32 i32",
        "i32.add i32.sub i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr",
    ),
    (
        "i64 i64",
        "i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr",
    ),
    (
        "f32 f32",
        "f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign",
    ),
    (
        "f64 f64",
        "f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign",
    ),
    (
        "i32",
        "i32.load i64.load f32.load f64.load i32.load8_s i32.load16_u i64.load8_u i64.load16_s i64.load32_s i64.load32_u",
    ),
    (
        "i32",
        "i32.load|offset=70000 i64.load|offset=70000 f32.load|offset=70000 f64.load|offset=70000 memory.grow",
    ),
];

/// What instructions that leave nothing take, and those that take it.
const STORES: [(&str, &str); 5] = [
    (
        "i32 i32",
        "i32.store i32.store8 i32.store16 i32.store|offset=70000",
    ),
    (
        "i32 i64",
        "i64.store i64.store8 i64.store16 i64.store32 i64.store8|offset=70000",
    ),
    ("i32 f32", "f32.store f32.store|offset=70000"),
    ("i32 f64", "f64.store f64.store|offset=70000"),
    ("i32 i32 i32", "memory.fill memory.copy memory.init|$d"),
];

/// Code around an operand, in the place of the `@`; `T` is its type.
const AROUND: [&str; 22] = [
    "@ drop",
    "@ local.set $T",
    "@ local.set $T9",
    "@ local.tee $T drop",
    "@ local.tee $T9 local.set $T",
    "@ global.set $T",
    "@ call $take_T",
    "@ local.get $T call $take2_T",
    "@ i32.const 3 call_indirect (param T)",
    "@ block end drop",
    "@ loop end drop",
    "@ local.get $i32 if end drop",
    "@ i32.const 1 i32.clz drop drop",
    "@ global.get $T drop drop",
    "block (result T) @ end drop",
    "block (result T) @ br 0 end drop",
    "block (result T) @ local.get $i32 br_if 0 end drop",
    "block (result T) @ local.get $i32 br_table 0 0 end drop",
    "block (result T) block (result T) @ local.get $i32 br_table 0 1 end end drop",
    "local.get $i32 if (result T) @ else @ end drop",
    "local.get $i32 if @ call $take_T return end",
    "@ local.get $T local.get $i32 select drop",
];

/// Code around a condition.
const CONDITIONS: [&str; 7] = [
    "block @ br_if 0 end",
    "loop @ br_if 0 end",
    "@ if end",
    "@ if nop else nop end",
    "i64.const 5 local.get $i64 @ select drop",
    "f32.const 5 f32.const 6 @ select drop",
    "block block @ br_table 0 1 0 end end",
];

/// All of them.
pub fn sweep() -> Vec<Sample> {
    let mut samples = Vec::new();
    for (types, names) in NUMERIC {
        for name in names.split(' ') {
            let result = result(name);
            for operands in operands(types) {
                samples.push(sample(&format!("{operands} {name} local.set ${result}")));
                samples.push(sample(&format!("{operands} {name} call $take_{result}")));
            }
        }
    }
    for (types, names) in STORES {
        for name in names.split(' ') {
            samples.extend(
                operands(types)
                    .iter()
                    .map(|operands| sample(&format!("{operands} {name}"))),
            );
        }
    }
    for around in AROUND {
        for ty in ["i32", "i64", "f32", "f64"] {
            let around = around.replace('T', ty);
            samples.extend(sources(ty).map(|source| sample(&around.replace('@', &source))));
        }
    }
    for around in CONDITIONS {
        samples.extend(sources("i32").map(|source| sample(&around.replace('@', &source))));
        samples.push(sample(
            &around.replace('@', "local.get $i32 i32.const 7 i32.lt_s"),
        ));
        samples.push(sample(&around.replace('@', "local.get $i64 i64.eqz")));
        samples.push(sample(
            &around.replace('@', "local.get $f64 f64.const 7 f64.lt i32.eqz"),
        ));
    }
    samples
}

/// A local, a constant, a register, a slot; and a local that is in a register, too.
fn sources(ty: &str) -> [String; 5] {
    let unary = if ty.starts_with('i') { "clz" } else { "sqrt" };
    [
        format!("local.get ${ty}"),
        format!("{ty}.const 77"),
        format!("local.get ${ty} {ty}.{unary}"),
        format!("call $give_{ty}"),
        format!("local.get ${ty} {ty}.{unary} local.tee ${ty}9"),
    ]
}

/// All operands of these types, from everywhere.
fn operands(types: &str) -> Vec<String> {
    types.split(' ').fold(vec![String::new()], |all, ty| {
        let with = |operands: &String| sources(ty).map(|source| format!("{operands} {source}"));
        all.iter().flat_map(with).collect()
    })
}

/// The type that an instruction leaves.
fn result(name: &str) -> &str {
    let compares = ["eqz", "eq", "ne", "lt", "gt", "le", "ge"];
    let (ty, what) = name.split_once('.').unwrap_or(("i32", name));
    let what = what.split('_').next().unwrap_or(what);
    if ty == "memory" || compares.contains(&what) {
        "i32"
    } else {
        ty
    }
}

fn sample(line: &str) -> Sample {
    let mut text = String::from("(module (memory 1 2) (data $d \"abc\") (table 9 funcref)");
    for ty in ["i32", "i64", "f32", "f64"] {
        text += &format!(
            "(global ${ty} (mut {ty}) ({ty}.const 0)) (func $give_{ty} (result {ty}) {ty}.const 1)
            (func $take_{ty} (param {ty})) (func $take2_{ty} (param {ty} {ty}))"
        );
    }
    text += "(func (param $i32 i32) (param $i64 i64) (param $f32 f32) (param $f64 f64)
        (local i32 i32 i32 i32 i32 i32 i32 i32) (local $i329 i32) (local $i649 i64) (local $f329 f32) (local $f649 f64) ";
    let line = line.replace('|', " ");
    for _ in 0..TIMES {
        text += &line;
        text.push('\n');
    }
    text += "))";
    let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{line}: {error}"));
    Sample { name: line, module }
}
