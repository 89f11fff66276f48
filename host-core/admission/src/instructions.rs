//! The instructions of one function: known ones, in whole, in blocks that close.
//!
//! Types are left to the interpreter's validation, which comes next. What is checked here is what the interpreter does
//! not survive: wasmi's translation panics on instructions behind the function's `end`, and takes heap for every open
//! block and every value that a branch carries.

use crate::cursor::Cursor;
use crate::functions::Types;
use crate::{Limits, Quantity, Reason, Refusal};

/// Checks the code of a function, which `code` is from its first instruction to its end.
pub(crate) fn check(code: Cursor<'_>, types: &Types, limits: &Limits) -> Result<(), Refusal> {
    let start = code;
    let mut code = code;
    // The function itself is a block.
    let mut open = 1_u32;
    while open > 0 {
        if code.left() == 0 {
            return start.refuse(Reason::Unclosed);
        }
        let here = code;
        match instruction(&mut code, types, limits)? {
            Effect::Opens => {
                open = open.saturating_add(1);
                if open > limits.nesting {
                    return here.refuse(Reason::over(Quantity::Nesting, open, limits.nesting));
                }
            }
            Effect::Closes => open = open.saturating_sub(1),
            Effect::Neither => {}
        }
    }
    code.end()
}

enum Effect {
    Opens,
    Closes,
    Neither,
}

/// Takes one instruction with its operands off the code.
fn instruction(code: &mut Cursor<'_>, types: &Types, limits: &Limits) -> Result<Effect, Refusal> {
    let start = *code;
    let unknown = |found| start.refuse(Reason::Instruction { found });
    let opcode = code.byte()?;
    match opcode {
        // unreachable, nop, else, return, drop, select
        0x00 | 0x01 | 0x05 | 0x0f | 0x1a | 0x1b => {}
        // block, loop, if
        0x02..=0x04 => {
            block_type(code, types, limits)?;
            return Ok(Effect::Opens);
        }
        // end
        0x0b => return Ok(Effect::Closes),
        // br, br_if, call; local.get to global.set
        0x0c | 0x0d | 0x10 | 0x20..=0x24 => {
            code.u32()?;
        }
        // br_table
        0x0e => {
            let targets = code.u32()?;
            for _ in 0..targets {
                code.u32()?;
            }
            code.u32()?;
        }
        // call_indirect: a type and a table
        0x11 => {
            code.u32()?;
            code.u32()?;
        }
        // Loads and stores: alignment and offset
        0x28..=0x3e => {
            code.u32()?;
            code.u32()?;
        }
        // memory.size, memory.grow
        0x3f | 0x40 => zero(code)?,
        // i32.const to f64.const
        0x41 => {
            code.signed(32)?;
        }
        0x42 => {
            code.signed(64)?;
        }
        0x43 => {
            code.take(4)?;
        }
        0x44 => {
            code.take(8)?;
        }
        // Comparisons, arithmetic, conversions, sign extension
        0x45..=0xc4 => {}
        0xfc => match code.u32()? {
            // Saturating conversions
            0..=7 => {}
            // memory.init
            8 => {
                code.u32()?;
                zero(code)?;
            }
            // data.drop, elem.drop
            9 | 13 => {
                code.u32()?;
            }
            // memory.copy
            10 => {
                zero(code)?;
                zero(code)?;
            }
            // memory.fill
            11 => zero(code)?,
            // table.init, table.copy
            12 | 14 => {
                code.u32()?;
                code.u32()?;
            }
            found => return unknown(0xfc00 | u64::from(found)),
        },
        found => return unknown(u64::from(found)),
    }
    Ok(Effect::Neither)
}

/// The byte that stands for the only memory.
fn zero(code: &mut Cursor<'_>) -> Result<(), Refusal> {
    let start = *code;
    match code.byte()? {
        0 => Ok(()),
        found => start.refuse(Reason::Index {
            what: Quantity::Memories,
            found: u32::from(found),
            allowed: 1,
        }),
    }
}

/// Nothing, one value, or a function type that takes and gives few: branches copy what a block takes or gives.
fn block_type(code: &mut Cursor<'_>, types: &Types, limits: &Limits) -> Result<(), Refusal> {
    let start = *code;
    const NOTHING: i64 = -0x40;
    match code.signed(33)? {
        // The value types are the negative numbers of one byte: i32 to f64.
        NOTHING | -4..=-1 => Ok(()),
        found => {
            let index = u32::try_from(found).unwrap_or(u32::MAX);
            match types.params_of(index) {
                Some(params) if params > limits.block_params => start.refuse(Reason::over(
                    Quantity::BlockParams,
                    params,
                    limits.block_params,
                )),
                Some(_) => Ok(()),
                None => start.refuse(Reason::BlockType { found }),
            }
        }
    }
}
