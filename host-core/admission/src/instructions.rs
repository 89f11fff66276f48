//! The instructions of one function, and the type of each.

mod control;
mod memory;

use crate::constants::Known;
use crate::cursor::Cursor;
use crate::fuel::{SUSPENDING, plain_cost};
use crate::heap::{Heap, Step};
use crate::numeric::Numeric;
use crate::operands::Operands;
use crate::source::Refused;
use crate::types::Signature;
use crate::value::{ANY, F32, F64, I32, I64};
use crate::{Limits, Quantity, Reason};

/// The bit of a global's byte that says that it can be set; the others are its type.
pub(crate) const MUTABLE: u8 = 0x80;

/// Goes before the opcodes of instructions that came later.
const PREFIX: u8 = 0xfc;

/// What the instructions of a function may name.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a, 'm> {
    pub(crate) types: &'a [Signature<'m>],
    /// The type of each function.
    pub(crate) functions: &'a [u16],
    /// How many functions are imported: the first ones.
    pub(crate) imported: u32,
    /// The type of each global, and [`MUTABLE`].
    pub(crate) globals: &'a [u8],
    /// How many tables there are.
    pub(crate) tables: u32,
    /// How many memories there are.
    pub(crate) memories: u32,
    /// How many element segments there are.
    pub(crate) elements: u32,
    /// How many data segments were announced, if that was done.
    pub(crate) data: Option<u32>,
    /// The type of each local.
    pub(crate) locals: &'a [u8],
}

/// Checks the code of a function, which `code` is from its first instruction to its end.
pub(crate) fn check<'m>(
    mut code: Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<(), Refused> {
    let start = code;
    while operands.depth() > 0 {
        operands.read(code);
        let Some(opcode) = code.next() else {
            return start.refuse(Reason::Unclosed);
        };
        instruction(opcode, &mut code, names, operands, limits, heap)?;
    }
    code.end()
}

/// Takes an instruction's operands off the code, where they follow its opcode, and tells `heap` of it.
fn instruction<'m>(
    opcode: u8,
    code: &mut Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<(), Refused> {
    let fuel = plain_cost(opcode);
    if fuel >= SUSPENDING {
        operands.suspend();
    }
    operands.charge(fuel);
    let step = match opcode {
        // The two that are most frequent first: the compiler keeps to that.
        0x20..=0x22 => local(opcode, code, names, operands)?,
        0x45..=0xc4 => numeric(opcode, operands)?,
        // nop
        0x01 => return Ok(()),
        0x00..=0x11 => control::check(opcode, code, names, operands, limits, heap)?,
        // drop, select
        0x1a => {
            operands.pop(ANY)?;
            Step::Drop
        }
        0x1b => {
            let condition = operands.pop(I32)?;
            let first = operands.pop(ANY)?;
            let second = operands.pop(first.value())?;
            // Of two that are the same, and of a condition that is known, one remains.
            let constant = !first.varies() && !second.varies() || !condition.varies();
            let value = match first.value() {
                ANY => second.value(),
                value => value,
            };
            operands.push_known(value, Known::folded(constant))?;
            Step::Select
        }
        // global.get, global.set
        0x23 | 0x24 => {
            let index = code.index(Quantity::Globals, names.globals.len() as u32)?;
            let global = type_of(names.globals, index);
            let mutable = global & MUTABLE != 0;
            if opcode == 0x23 {
                operands.push_known(global & !MUTABLE, Known::folded(!mutable))?;
                Step::GlobalGet
            } else if mutable {
                operands.pop(global & !MUTABLE)?;
                Step::GlobalSet
            } else {
                return operands.at().refuse(Reason::ImmutableGlobal);
            }
        }
        0x28..=0x3e => memory::access(opcode, code, names, operands)?,
        // memory.size, memory.grow
        0x3f => {
            memory::reserved_byte(code, names)?;
            operands.push(I32)?;
            Step::MemorySize
        }
        0x40 => {
            memory::reserved_byte(code, names)?;
            operands.pop(I32)?;
            operands.push(I32)?;
            Step::MemoryGrow
        }
        // i32.const, i64.const, f32.const, f64.const
        0x41 => {
            let known = Known::of(code.signed(32)?);
            operands.push_known(I32, known)?;
            Step::Constant { wide: false }
        }
        0x42 => {
            let known = Known::of(code.signed(64)?);
            operands.push_known(I64, known)?;
            Step::Constant { wide: true }
        }
        0x43 => {
            code.take(4)?;
            operands.push_known(F32, Known::Constant)?;
            Step::Constant { wide: false }
        }
        0x44 => {
            code.take(8)?;
            operands.push_known(F64, Known::Constant)?;
            Step::Constant { wide: true }
        }
        PREFIX => memory::bulk(code, names, operands)?,
        found => {
            return operands.at().refuse(Reason::Instruction {
                found: u64::from(found),
            });
        }
    };
    heap.step(step);
    Ok(())
}

/// `local.get`, `local.set`, `local.tee`.
fn local<'m>(
    opcode: u8,
    code: &mut Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
) -> Result<Step, Refused> {
    let index = code.index(Quantity::Locals, names.locals.len() as u32)?;
    let local = type_of(names.locals, index);
    Ok(match opcode {
        0x20 => {
            operands.push(local)?;
            Step::LocalGet(index)
        }
        0x21 => {
            operands.pop(local)?;
            Step::LocalSet(index)
        }
        _ => {
            let operand = operands.pop(local)?;
            operands.push_known(local, operand.known())?;
            Step::LocalTee(index)
        }
    })
}

/// Comparisons, arithmetic and conversions.
fn numeric(opcode: u8, operands: &mut Operands<'_, '_>) -> Result<Step, Refused> {
    let numeric = Numeric::of(opcode);
    let right = operands.pop(numeric.argument())?;
    let mut constant = !right.varies();
    if numeric.binary() {
        let left = operands.pop(numeric.argument())?;
        constant &= !left.varies();
    }
    operands.doubt(match opcode {
        // Division and remainder, of which the quotient may be zero
        0x6d..=0x70 | 0x7f..=0x82 => matches!(right.known(), Known::Zero | Known::Constant),
        // Conversions to integers
        0xa8..=0xab | 0xae..=0xb1 => constant,
        _ => false,
    });
    operands.push_known(numeric.result(), Known::folded(constant))?;
    Ok(Step::Numeric(opcode))
}

/// The type of a local or global.
fn type_of(types: &[u8], index: u32) -> u8 {
    types.get(index as usize).copied().unwrap_or(ANY)
}
