//! The code of a function: what is there, in whole, in blocks that close.

mod common;

use common::*;
use corelet_admission::{Limits, Quantity, Reason, admit};

/// A module whose one function, of two parameters and a local of each type, has this code.
fn with_code(code: &[u8]) -> Module {
    let locals = [4, 1, I32, 1, I64, 1, 0x7d, 1, 0x7c];
    let body = [&locals[..], code].concat();
    Module::good().with(CODE, [vec![1], leb(body.len() as u32), body].concat())
}

fn reason(code: &[u8]) -> Reason {
    with_code(code).reason()
}

/// The function's code as text gives it.
fn with_text(code: &str) -> Module {
    let text = format!(
        r#"(module
            (type (func (param i32 i32 i32 i32) (result i32)))
            (type (func (param i32 i32) (result i64)))
            (import "t:t/h" "f" (func $import (type 0)))
            (table 4 funcref) (memory 1) (global (mut i32) (i32.const 0))
            (func $f (type 1) (local i32 i64 f32 f64) {code})
            (elem func $f) (data "abc"))"#
    );
    let bytes = wat::parse_str(&text).unwrap();
    let mut module = Module::good()
        .with(TABLE, vec![1, 0x70, 0, 4])
        .with(MEMORY, vec![1, 0, 1])
        .with(ELEMENT, vec![1, 1, 0, 1, 1])
        .with(DATA_COUNT, vec![1])
        .with(DATA, vec![1, 1, 3, b'a', b'b', b'c']);
    // The types that blocks brought, behind the two of the ABI, and the code.
    let mut rest = &bytes[8..];
    while let [id, length, after @ ..] = rest {
        let (contents, next) = after.split_at(usize::from(*length));
        if [TYPE, CODE].contains(id) {
            module = module.with(*id, contents.to_vec());
        }
        rest = next;
    }
    module
}

#[test]
fn every_instruction_of_the_baseline_passes() {
    for code in [
        "unreachable nop",
        "(block) (loop) (if (i32.const 1) (then) (else))",
        "(drop (block (result i64) (i64.const 1))) (drop (loop (result f32) (f32.const 1)))",
        "(i32.const 1) (block (param i32) (drop))",
        "(br 0) (br_if 0) (br_table 0 0 0) (return)",
        "(call 0) (call_indirect (type 1))",
        "drop select",
        "(local.get 0) (local.set 5) (local.tee 1) (global.get 0) (global.set 0)",
        "i32.load i64.load offset=4294967295 f32.load f64.load i32.load8_s i64.load32_u align=1",
        "i32.store i64.store f32.store f64.store i32.store8 i64.store32",
        "memory.size memory.grow",
        "(i32.const -2147483648) (i64.const -9223372036854775808) (f32.const nan) (f64.const 1e300)",
        "i32.eqz i64.ge_u f64.ge i32.clz i64.rotr f64.copysign i32.wrap_i64 f64.reinterpret_i64",
        "i32.extend8_s i64.extend32_s",
        "i32.trunc_sat_f32_s i64.trunc_sat_f64_u",
        "(memory.init 0) (data.drop 0) memory.copy memory.fill",
        "(table.init 0) (elem.drop 0) table.copy",
    ] {
        let module = with_text(code);
        assert!(module.is_admitted(), "{code}: {:?}", module.reason());
    }
}

#[test]
fn instructions_of_other_proposals_are_refused() {
    for (code, found) in [
        ("(return_call 1)", 0x12),
        ("(return_call_indirect (type 1))", 0x13),
        ("(ref.null func)", 0xd0),
        ("(ref.func 1)", 0xd2),
        ("(table.get 0)", 0x25),
        ("(table.set 0)", 0x26),
        ("(table.grow 0)", 0xfc0f),
        ("(table.size 0)", 0xfc10),
        ("(table.fill 0)", 0xfc11),
        ("select (result i32)", 0x1c),
        ("(v128.const i64x2 0 0)", 0xfd),
        ("(i32.atomic.load)", 0xfe),
        ("i64.add128", 0xfc13),
    ] {
        assert_eq!(
            with_text(code).reason(),
            Reason::Instruction { found },
            "{code}"
        );
    }
}

#[test]
fn no_unknown_opcode_passes() {
    for opcode in 0..=u8::MAX {
        let known = matches!(
            opcode,
            0x00..=0x05 | 0x0b..=0x11 | 0x1a | 0x1b | 0x20..=0x24 | 0x28..=0xc4 | 0xfc
        );
        let itself = Reason::Instruction {
            found: u64::from(opcode),
        };
        assert_eq!(reason(&[opcode, 0x00]) == itself, !known, "{opcode:#x}");
    }
}

#[test]
fn code_behind_the_last_end_is_refused() {
    // wasmi's translation panics on this.
    for behind in [
        &[0x41, 0][..],
        &[0x01],
        &[END],
        &[0x0f, END],
        &[0x41, 0, END],
    ] {
        let code = [&[0x00, END], behind].concat();
        assert_eq!(
            reason(&code),
            Reason::Trailing {
                found: behind.len() as u32
            }
        );
    }
}

#[test]
fn blocks_that_stay_open_are_refused() {
    for code in [
        &[][..],
        &[0x01],
        &[0x02, 0x40, END],
        &[0x02, 0x40, 0x03, 0x40, END, END],
        // An `end` that is the operand of a constant.
        &[0x41, END],
    ] {
        assert_eq!(reason(code), Reason::Unclosed, "{code:?}");
    }
}

#[test]
fn operands_that_are_cut_or_too_long_are_refused() {
    for code in [
        &[0x41][..],
        &[0x20],
        &[0x28, 2],
        &[0x43, 1, 2, 3],
        &[0x44, 1, 2, 3, 4, 5, 6, 7],
        &[0x0e, 3, 0, 0],
        &[0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0],
        &[0xfc],
        &[0xfc, 8, 0],
        &[0x02],
        &[0x3f],
    ] {
        assert_eq!(reason(code), Reason::Truncated, "{code:?}");
    }
    let too_long = [0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
    for opcode in [0x41, 0x20, 0x28, 0x0e, 0x10, 0xfc] {
        let code = [&[opcode], &too_long[..]].concat();
        assert_eq!(reason(&code), Reason::Integer, "{opcode:#x}");
    }
}

#[test]
fn other_memories_than_the_only_one_are_refused() {
    for code in [
        &[0x3f, 1, END][..],
        &[0x40, 1, END],
        &[0xfc, 8, 0, 1, END],
        &[0xfc, 10, 0, 1, END],
        &[0xfc, 10, 1, 0, END],
        &[0xfc, 11, 1, END],
    ] {
        let expected = Reason::Index {
            what: Quantity::Memories,
            found: 1,
            allowed: 1,
        };
        assert_eq!(reason(code), expected);
    }
}

#[test]
fn block_types_are_nothing_a_value_or_a_type_with_few_parameters() {
    let block = |block_type: &[u8]| with_code(&[&[0x02], block_type, &[END, 0x00, END]].concat());
    for good in [0x40, 0x7f, 0x7e, 0x7d, 0x7c] {
        assert!(block(&[good]).is_admitted(), "{good:#x}");
    }
    for (bad, found) in [
        (&[0x7b][..], -5),
        (&[0x70], -16),
        (&[0x6f], -17),
        (&[2], 2),
        (&[0xff, 0x00], 127),
    ] {
        assert_eq!(block(bad).reason(), Reason::BlockType { found });
    }
    // Type 1 takes two parameters.
    let expected = Reason::Over {
        what: Quantity::BlockParams,
        found: 2,
        allowed: 1,
    };
    assert_eq!(block(&[1]).reason(), expected);
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let code = [
            vec![[0x02, 0x40]; depth].concat(),
            vec![END; depth],
            vec![0x00, END],
        ]
        .concat();
        with_code(&code)
    };
    assert!(nested(127).is_admitted());
    let expected = |found, allowed| Reason::Over {
        what: Quantity::Nesting,
        found,
        allowed,
    };
    assert_eq!(nested(128).reason(), expected(129, 128));
    let module = nested(1_024).bytes();
    let refusal = admit(&module, &Limits::LARGEST, &OneImport).unwrap_err();
    assert_eq!(refusal.reason, expected(1_025, 1_024));
}
