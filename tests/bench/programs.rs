//! What takes the most time for the least fuel, by kind of instruction.

/// A program: its code is done many times in each round of a loop, or stands where its items say `CODE`.
#[derive(Clone, Copy)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// An import, and functions, tables and segments beside it.
    pub(crate) imports: &'static str,
    pub(crate) items: &'static str,
    /// Done once, before the loop.
    pub(crate) locals: &'static str,
    /// Goes before the code of one round, and after it.
    pub(crate) first: &'static str,
    pub(crate) code: &'static str,
    pub(crate) last: &'static str,
}

pub(crate) const fn with(
    name: &'static str,
    items: &'static str,
    locals: &'static str,
    first: &'static str,
    code: &'static str,
    last: &'static str,
) -> Program {
    Program {
        name,
        imports: "",
        items,
        locals,
        first,
        code,
        last,
    }
}

/// One whose code changes nothing that the next one needs.
const fn of(name: &'static str, code: &'static str) -> Program {
    with(name, "", "", "", code, "")
}

/// One that takes an `i32` and gives another.
const fn i32(name: &'static str, code: &'static str) -> Program {
    with(
        name,
        "",
        "i32.const 0x76543211 local.set $i",
        "local.get $i",
        code,
        "drop",
    )
}

const fn i64(name: &'static str, code: &'static str) -> Program {
    with(
        name,
        "",
        "i64.const 0x7654321012345671 local.set $l i64.const 0x12345 local.set $m",
        "local.get $l",
        code,
        "drop",
    )
}

const fn f32(name: &'static str, code: &'static str) -> Program {
    with(
        name,
        "",
        "f32.const 12345.678 local.set $f f32.const 1.0001234 local.set $g",
        "local.get $f",
        code,
        "drop",
    )
}

const fn f64(name: &'static str, code: &'static str) -> Program {
    with(
        name,
        "",
        "f64.const 12345.678901234567 local.set $d f64.const 1.0001234567890123 local.set $e",
        "local.get $d",
        code,
        "drop",
    )
}

const FUNCTIONS: &str = r#"
    (table 16 funcref)
    (elem (i32.const 0) $empty $empty $locals)
    (elem $passive func $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty $empty)
    (func $empty)
    (func $deep (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
            (else (i32.const 0))))
    (func $locals (local LOCALS))
    (func $params (param i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64))
"#;

const SEGMENT: &str =
    r#"(data $bytes "012345678901234567890123456789012345678901234567890123456789012")"#;

const HOST: &str = r#"(import "corelet:bench/host@0.1.0" "serve" (func $serve (param i32 i32 i32 i32) (result i32)))"#;

pub(crate) const PROGRAMS: &[Program] = &[
    i32("i32.add", "local.get $p i32.add"),
    i32("i32.eqz", "i32.eqz"),
    i32("i32.mul", "local.get $p i32.mul"),
    i32("i32.div_s", "local.get $p i32.div_s"),
    i32("i32.rem_u", "local.get $p i32.rem_u"),
    i32("i32.popcnt", "i32.popcnt"),
    i32("i32.clz", "i32.clz"),
    i32("i32.ctz", "i32.ctz"),
    i32("i32.rotl", "local.get $p i32.rotl"),
    i32("i32.extend8_s", "i32.extend8_s"),
    i64("i64.add", "local.get $m i64.add"),
    i64("i64.mul", "local.get $m i64.mul"),
    i64("i64.div_s", "local.get $m i64.div_s local.get $l i64.xor"),
    i64("i64.div_u by large", "drop local.get $l i64.const 0x100000003 i64.div_u"),
    i64("i64.rem_u", "drop local.get $l local.get $m i64.rem_u"),
    i64("i64.rem_s", "drop local.get $l local.get $m i64.rem_s"),
    i64("i64.shl", "local.get $m i64.shl"),
    i64("i64.rotr", "local.get $m i64.rotr"),
    i64("i64.popcnt", "i64.popcnt"),
    i64("i64.clz", "i64.clz"),
    i64("i64.lt_s", "local.get $m i64.lt_s i64.extend_i32_u"),
    f32("f32.add", "local.get $g f32.add"),
    f32("f32.div", "local.get $g f32.div"),
    f32("f32.min", "local.get $g f32.min"),
    f32("f32.copysign", "local.get $g f32.copysign"),
    f32("f32.sqrt", "f32.sqrt"),
    f32("f32.nearest", "f32.nearest"),
    f32("f32.ceil", "f32.ceil"),
    f32("f32.floor", "f32.floor"),
    f32("f32.trunc", "f32.trunc"),
    f32("f64.promote", "f64.promote_f32 f32.demote_f64"),
    f32("f32 to i64 and back", "i64.trunc_sat_f32_s f32.convert_i64_s"),
    f32("f32 to i32 and back", "i32.trunc_sat_f32_u f32.convert_i32_u"),
    f32("f32 to u64, trapping", "i64.trunc_f32_u f32.convert_i64_u"),
    f64("f64.add", "local.get $e f64.add"),
    f64("f64.sub", "local.get $e f64.sub"),
    f64("f64.mul", "local.get $e f64.mul"),
    f64("f64.div", "local.get $e f64.div"),
    f64("f64.min", "local.get $e f64.min"),
    f64("f64.max", "local.get $e f64.max"),
    f64("f64.copysign", "local.get $e f64.copysign"),
    f64("f64.lt", "local.get $e f64.lt f64.convert_i32_u"),
    f64("f64.sqrt", "f64.sqrt"),
    f64("f64.nearest", "f64.nearest"),
    f64("f64.nearest of a fraction", "drop local.get $d f64.nearest"),
    f64("f64.ceil", "drop local.get $d f64.ceil"),
    f64("f64.floor", "drop local.get $d f64.floor"),
    f64("f64.trunc", "drop local.get $d f64.trunc"),
    f64("f64.abs", "f64.abs"),
    f64("f64.neg", "f64.neg"),
    f64("f64 to i64 and back", "i64.trunc_sat_f64_s f64.convert_i64_s"),
    f64("f64 to u64 and back", "i64.trunc_sat_f64_u f64.convert_i64_u"),
    f64("f64 to i64, trapping", "i64.trunc_f64_s f64.convert_i64_s"),
    f64("f64 to i32 and back", "i32.trunc_f64_s f64.convert_i32_s"),
    f64("f64 to f32 and back", "f32.demote_f64 f64.promote_f32"),
    i32("local.get", "local.set $j local.get $j"),
    i32("select", "local.get $j local.get $p select"),
    i32("i32.load", "drop i32.const 1000 i32.load"),
    i64("i64.load", "drop i32.const 1003 i64.load"),
    i64("i64.load of a local", "drop local.get $p i64.load offset=3"),
    of("i64.store", "local.get $p local.get $l i64.store offset=3"),
    f64("f64.store", "drop local.get $p local.get $d f64.store offset=3 local.get $d"),
    with("global.get", "(global $x (mut i64) (i64.const 1))", "", "", "global.get $x global.set $x", ""),
    of("memory.size", "memory.size drop"),
    of("memory.grow of nothing", "i32.const 0 memory.grow drop"),
    of("memory.grow by a byte", "i32.const 1 memory.grow drop"),
    of("memory.grow by too much", "i32.const 1000000 memory.grow drop"),
    of("memory.grow, denied", "i32.const 40000 memory.grow drop"),
    of("memory.fill of nothing", "local.get $p local.get $i local.get $j memory.fill"),
    of("memory.fill of 31", "i32.const 101 i32.const 7 i32.const 31 memory.fill"),
    of("memory.fill of 8191", "i32.const 101 i32.const 7 i32.const 8191 memory.fill"),
    of("memory.copy of 31", "i32.const 103 i32.const 301 i32.const 31 memory.copy"),
    of("memory.copy of 63", "i32.const 103 i32.const 301 i32.const 63 memory.copy"),
    of("memory.copy of 63, backwards", "i32.const 103 i32.const 101 i32.const 63 memory.copy"),
    of("memory.copy of 31, aligned", "i32.const 104 i32.const 300 i32.const 31 memory.copy"),
    of("memory.copy of 4095", "i32.const 4103 i32.const 101 i32.const 4095 memory.copy"),
    of("memory.copy of 4095, backwards", "i32.const 103 i32.const 101 i32.const 4095 memory.copy"),
    with("memory.init of 63", SEGMENT, "", "", "i32.const 103 i32.const 0 i32.const 63 memory.init $bytes", ""),
    with("data.drop", SEGMENT, "", "", "data.drop $bytes", ""),
    with("table.copy of 7", FUNCTIONS, "", "", "i32.const 1 i32.const 0 i32.const 7 table.copy", ""),
    with("table.init of 7", FUNCTIONS, "", "", "i32.const 1 i32.const 0 i32.const 7 table.init $passive", ""),
    with("elem.drop", FUNCTIONS, "", "", "elem.drop $passive", ""),
    with("call", FUNCTIONS, "", "", "call $empty", ""),
    with("call with the most locals", FUNCTIONS, "", "", "call $locals", ""),
    with("call with 32 parameters", FUNCTIONS, "", "",
        "local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l
         local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l
         local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l
         local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l local.get $l
         call $params", ""),
    with("call_indirect", FUNCTIONS, "", "", "i32.const 1 call_indirect", ""),
    with("call_indirect with the most locals", FUNCTIONS, "", "", "i32.const 2 call_indirect", ""),
    with("recursion of 30", FUNCTIONS, "", "", "i32.const 30 call $deep drop", ""),
    of("block", "block local.get $j br_if 0 end"),
    of("loop", "loop end"),
    of("if", "local.get $j if else end"),
    of("br_table", "block block block local.get $j br_table 0 1 2 0 1 2 1 end end end"),
    Program {
        imports: HOST,
        ..of("host call", "i32.const 68 i32.const 1024 i32.const 2048 i32.const 1024 call $serve drop")
    },
    Program {
        imports: HOST,
        ..of("host call, refused", "i32.const -1 i32.const 1024 i32.const 2048 i32.const 1024 call $serve drop")
    },
];
