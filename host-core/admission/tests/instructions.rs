//! The code of a function: what is there, in whole, in blocks that close.

mod common;

use common::*;
use corelet_admission::{Limits, Quantity, Reason, admit_large};

/// A module whose one function, of two parameters and a local of each type, has this code.
fn with_code(code: &[u8]) -> Module {
    let locals = [4, 1, I32, 1, I64, 1, 0x7d, 1, 0x7c];
    let body = [&locals[..], code].concat();
    Module::good().with(CODE, [vec![1], leb(body.len() as u32), body].concat())
}

fn reason(code: &[u8]) -> Reason {
    with_code(code).reason()
}

/// The function's code as text gives it, behind `unreachable`: there it finds operands of any type.
fn with_text(code: &str) -> Module {
    let text = format!(
        r#"(module
            (type (func (param i32 i32 i32 i32) (result i32)))
            (type (func (param i32 i32) (result i64)))
            (import "t:t/h" "f" (func $import (type 0)))
            (table 4 funcref) (memory 1) (global i32 (i32.const 8)) (global (mut i32) (i32.const 0))
            (func $f (type 1) (local i32 i64 f32 f64) unreachable {code} unreachable)
            (elem func $f) (data "abc"))"#
    );
    let bytes = wat::parse_str(&text).unwrap();
    let mut module = Module::good()
        .with(TABLE, vec![1, 0x70, 0, 4])
        .with(GLOBAL, vec![2, I32, 0, 0x41, 8, END, I32, 1, 0x41, 0, END])
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
        "nop; (block) (loop) (if (i32.const 1) (then) (else))",
        "(drop (block (result i64) (i64.const 1))); (drop (loop (result f32) (f32.const 1)))",
        "(i32.const 1) (block (param i32) (drop))",
        "(br 0); (br_if 0); (br_table 0 0 0); (return)",
        "(call 0); (call_indirect (type 1))",
        "drop; select",
        "(local.get 0); (local.set 5); (local.tee 1); (global.get 0); (global.set 1)",
        "i32.load; i64.load offset=4294967295; f32.load; f64.load; i32.load8_s; i64.load32_u align=1",
        "i32.store; i64.store; f32.store; f64.store; i32.store8; i64.store32",
        "memory.size; memory.grow",
        "(i32.const -2147483648); (i64.const -9223372036854775808); (f32.const nan); (f64.const 1e300)",
        "i32.eqz; i64.ge_u; f64.ge; i32.clz; i64.rotr; f64.copysign; i32.wrap_i64; f64.reinterpret_i64",
        "i32.extend8_s; i64.extend32_s",
        "i32.trunc_sat_f32_s; i64.trunc_sat_f64_u",
        "(memory.init 0); (data.drop 0); memory.copy; memory.fill",
        "(table.init 0); (elem.drop 0); table.copy",
    ]
    .iter()
    .flat_map(|codes| codes.split("; "))
    {
        let module = with_text(code);
        assert!(module.is_admitted(), "{code}: {:?}", module.reason());
    }
}

/// The function's code as text gives it, which must leave an `i64`.
fn typed(code: &str) -> Reason {
    with_text(&format!("(drop (block (result i64) {code}))")).reason()
}

#[test]
fn operands_have_the_types_that_instructions_take() {
    const I64: u8 = 0x7e;
    const F32: u8 = 0x7d;
    const F64: u8 = 0x7c;
    let other = |found, wanted| Reason::Operand { found, wanted };
    for (code, found, wanted) in [
        ("(i32.const 1)", I32, I64),
        ("(i64.add (i64.const 1) (i32.const 1))", I32, I64),
        ("(i64.extend_i32_u (i64.const 1))", I64, I32),
        ("(i64.load (f32.const 1))", F32, I32),
        (
            "(i32.store (i32.const 1) (f64.const 1)) (i64.const 1)",
            F64,
            I32,
        ),
        ("(local.set 3 (i32.const 1)) (i64.const 1)", I32, I64),
        ("(global.set 1 (f32.const 1)) (i64.const 1)", F32, I32),
        (
            "(select (i64.const 1) (f32.const 1) (i32.const 1))",
            I64,
            F32,
        ),
        ("(br_if 0 (i64.const 1) (i64.const 1))", I64, I32),
        ("(br 0 (f32.const 1))", F32, I64),
        ("(return (f32.const 1))", F32, I64),
        (
            "(memory.fill (i32.const 1) (i64.const 1) (i32.const 1)) (i64.const 1)",
            I64,
            I32,
        ),
        (
            "(if (result i64) (f64.const 1) (then (i64.const 1)) (else (i64.const 1)))",
            F64,
            I32,
        ),
        (
            "(if (result i64) (i32.const 1) (then (i64.const 1)) (else (f64.const 1)))",
            F64,
            I64,
        ),
        ("(call 1 (i32.const 1) (i64.const 1))", I64, I32),
    ] {
        assert_eq!(typed(code), other(found, wanted), "{code}");
    }
    for (code, wanted) in [
        ("", I64),
        ("i64.add", I64),
        ("(i64.const 1) (i64.const 1) select", I64),
        ("(block (drop)) (i64.const 1)", 0),
        // The operand of the outer block is not the inner one's.
        ("(i64.const 1) (block (result i64))", I64),
    ] {
        match typed(code) {
            Reason::NoOperand { wanted: found } => assert_eq!(found, wanted, "{code}"),
            // What is missing may be noticed as another operand in its place.
            Reason::Operand { .. } if code.ends_with("select") => {}
            other => panic!("{code}: {other:?}"),
        }
    }
    assert_eq!(
        typed("(i64.const 1) (i64.const 1)"),
        Reason::OperandsLeft { found: 1 }
    );
    assert_eq!(
        typed("(loop (i32.const 1)) (i64.const 1)"),
        Reason::OperandsLeft { found: 1 }
    );
    assert_eq!(
        typed("(if (result i64) (i32.const 1) (then (i64.const 1)))"),
        Reason::IfWithoutElse
    );
    assert_eq!(
        typed("(block $b (br_table 1 $b (i64.const 1) (i32.const 1))) (i64.const 1)"),
        Reason::Labels {
            found: 1,
            allowed: 0
        }
    );
    assert_eq!(reason(&[0x05, END]), Reason::ElseWithoutIf);
    // Alignments above the width, and a global that is constant: the text format does not have them in this form.
    assert_eq!(
        reason(&[0x41, 0, 0x28, 3, 0, 0x1a, 0x42, 0, END]),
        Reason::Alignment {
            found: 3,
            allowed: 2
        }
    );
    assert_eq!(
        reason(&[0x41, 0, 0x24, 0, 0x42, 0, END]),
        Reason::ImmutableGlobal
    );
}

#[test]
fn what_code_names_is_there() {
    let index = |what, found, allowed| Reason::Index {
        what,
        found,
        allowed,
    };
    for (code, expected) in [
        (&[0x20, 6][..], index(Quantity::Locals, 6, 6)),
        (&[0x23, 1], index(Quantity::Globals, 1, 1)),
        (&[0x10, 2], index(Quantity::Functions, 2, 2)),
        (&[0x11, 2, 0], index(Quantity::Types, 2, 2)),
        (&[0x11, 1, 0], index(Quantity::Tables, 0, 0)),
        (&[0x0c, 1], index(Quantity::Nesting, 1, 1)),
        (&[0xfc, 13, 0], index(Quantity::ElementSegments, 0, 0)),
        (&[0xfc, 9, 0], Reason::NoDataCount),
    ] {
        assert_eq!(reason(&[code, &[END]].concat()), expected, "{code:?}");
    }
    let no_memory = with_code(&[0x41, 0, 0x28, 2, 0, END]).without(MEMORY);
    assert!(matches!(
        no_memory.reason(),
        Reason::Index {
            what: Quantity::Memories,
            ..
        }
    ));
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
        &[0x02],
        &[0x3f],
    ] {
        let code = [&[0x00], code].concat();
        assert_eq!(reason(&code), Reason::Truncated, "{code:?}");
    }
    let too_long = [0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
    for opcode in [0x41, 0x20, 0x28, 0x0e, 0x10, 0xfc] {
        let code = [&[0x00, opcode], &too_long[..]].concat();
        assert_eq!(reason(&code), Reason::Integer, "{opcode:#x}");
    }
}

#[test]
fn other_memories_than_the_only_one_are_refused() {
    for code in [
        &[0x3f, 1, END][..],
        &[0x40, 1, END],
        &[0xfc, 10, 0, 1, END],
        &[0xfc, 10, 1, 0, END],
        &[0xfc, 11, 1, END],
    ] {
        let expected = Reason::Index {
            what: Quantity::Memories,
            found: 1,
            allowed: 1,
        };
        assert_eq!(reason(&[&[0x00], code].concat()), expected);
    }
}

#[test]
fn of_the_only_memory_two_instructions_have_one_form_and_those_on_ranges_any() {
    let operands = [0x41, 0, 0x41, 0, 0x41, 0];
    let ranges = [&operands[..], &[0xfc, 11, 0x80, 0, 0x00, END]].concat();
    assert!(with_code(&ranges).is_admitted());
    let expected = Reason::Index {
        what: Quantity::Memories,
        found: 0x80,
        allowed: 1,
    };
    assert_eq!(reason(&[0x3f, 0x80, 0, 0x1a, END]), expected);
}

#[test]
fn block_types_are_nothing_a_value_or_a_type_with_few_parameters() {
    let block =
        |block_type: &[u8]| with_code(&[&[0x02], block_type, &[0x00, END, 0x00, END]].concat());
    for good in [0x40, 0x7f, 0x7e, 0x7d, 0x7c] {
        assert!(block(&[good]).is_admitted(), "{good:#x}");
    }
    for (bad, found) in [
        (&[0x7b][..], -5),
        (&[0x70], -16),
        (&[0x6f], -17),
        (&[2], 2),
        (&[0xff, 0x00], 127),
        // Of a value type and of nothing there is one form.
        (&[0xff, 0x7f], -1),
        (&[0xc0, 0x7f], -64),
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
    let module = nested(4_096).bytes();
    let refusal = admit_large(&module, &Limits::LARGEST, &OneImport).unwrap_err();
    assert_eq!(refusal.reason, expected(4_097, 4_096));
}
