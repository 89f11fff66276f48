//! The instructions of one function, and the type of each.

use crate::constants::Known;
use crate::cursor::Cursor;
use crate::fuel::cost;
use crate::heap::{Heap, Step};
use crate::numeric::{Numeric, access_type};
use crate::operands::{Block, Opener, Operands};
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
        if code.left() == 0 {
            return start.refuse(Reason::Unclosed);
        }
        instruction(&mut code, names, operands, limits, heap)?;
    }
    code.end()
}

/// Takes one instruction with its operands off the code, and tells `heap` of it.
fn instruction<'m>(
    code: &mut Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<(), Refused> {
    let at = *code;
    operands.read(at);
    let opcode = code.byte()?;
    // call, call_indirect, memory.grow
    if matches!(opcode, 0x10 | 0x11 | 0x40) {
        operands.suspend();
    }
    if opcode != PREFIX {
        operands.charge(cost(u16::from(opcode)));
    }
    let step = match opcode {
        // unreachable, nop
        0x00 => {
            operands.give_up();
            Step::Unreachable
        }
        0x01 => return Ok(()),
        // block, loop, if, else, end
        0x02..=0x04 => {
            let block = block_type(code, names, limits)?;
            let (opener, step): (_, fn(u32) -> Step) = match opcode {
                0x02 => (Opener::Block, Step::Block),
                0x03 => (Opener::Loop, Step::Loop),
                _ => {
                    operands.doubt(!operands.known(0).varies());
                    operands.pop(I32)?;
                    (Opener::If, Step::If)
                }
            };
            operands.enter(opener, block)?;
            step(operands.innermost().1)
        }
        0x05 => {
            let (height, params, results) = operands.innermost();
            operands.turn()?;
            Step::Else {
                height,
                params,
                results,
            }
        }
        0x0b => {
            let (height, _, results) = operands.innermost();
            operands.leave()?;
            Step::End { height, results }
        }
        // br, br_if, br_table, return
        0x0c => {
            let depth = code.u32()?;
            let carried = operands.carried(depth)?;
            operands.pop_all(carried)?;
            operands.branch(depth);
            operands.give_up();
            let carried = carried.len() as u32;
            Step::Br { depth, carried }
        }
        0x0d => {
            let depth = code.u32()?;
            let carried = operands.carried(depth)?;
            operands.doubt(!operands.known(0).varies());
            operands.branch(depth);
            operands.pop(I32)?;
            operands.pop_all(carried)?;
            operands.push_all(carried)?;
            let carried = carried.len() as u32;
            Step::BrIf { depth, carried }
        }
        0x0e => br_table(code, &at, operands, heap)?,
        0x0f => {
            let returned = operands.returned()?;
            operands.pop_all(returned)?;
            operands.give_up();
            Step::Return(returned.len() as u32)
        }
        // call, call_indirect
        0x10 => {
            let index = code.index(Quantity::Functions, names.functions.len() as u32)?;
            let function = names.functions.get(index as usize).copied().unwrap_or(0);
            let (params, results) = call(u32::from(function), names, operands)?;
            Step::Call {
                params,
                results,
                own: index >= names.imported,
            }
        }
        0x11 => {
            let index = code.index(Quantity::Types, names.types.len() as u32)?;
            code.index(Quantity::Tables, names.tables)?;
            operands.pop(I32)?;
            let (params, results) = call(index, names, operands)?;
            Step::CallIndirect { params, results }
        }
        // drop, select
        0x1a => {
            operands.pop(ANY)?;
            Step::Drop
        }
        0x1b => {
            let constant = |above| !operands.known(above).varies();
            // Of two that are the same, and of a condition that is known, one remains.
            let known = Known::folded(constant(1) && constant(2) || constant(0));
            operands.pop(I32)?;
            let first = operands.pop(ANY)?;
            let second = operands.pop(first)?;
            operands.push_known(if first == ANY { second } else { first }, known)?;
            Step::Select
        }
        // local.get, local.set, local.tee, global.get, global.set
        0x20 => {
            let (index, local) = local(code, names)?;
            operands.push(local)?;
            Step::LocalGet(index)
        }
        0x21 => {
            let (index, local) = local(code, names)?;
            operands.pop(local)?;
            Step::LocalSet(index)
        }
        0x22 => {
            let (index, local) = local(code, names)?;
            let known = operands.known(0);
            operands.pop(local)?;
            operands.push_known(local, known)?;
            Step::LocalTee(index)
        }
        0x23 => {
            let global = global(code, names)?;
            let known = Known::folded(global & MUTABLE == 0);
            operands.push_known(global & !MUTABLE, known)?;
            Step::GlobalGet
        }
        0x24 => {
            let global = global(code, names)?;
            if global & MUTABLE == 0 {
                return at.refuse(Reason::ImmutableGlobal);
            }
            operands.pop(global & !MUTABLE)?;
            Step::GlobalSet
        }
        0x28..=0x3e => access(opcode, code, &at, names, operands)?,
        // memory.size, memory.grow
        0x3f => {
            memory_byte(code, names)?;
            operands.push(I32)?;
            Step::MemorySize
        }
        0x40 => {
            memory_byte(code, names)?;
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
        0x45..=0xc4 => {
            let numeric = Numeric::of(opcode);
            let right = operands.known(0);
            let varies = right.varies() || numeric.binary && operands.known(1).varies();
            let constant = !varies;
            operands.doubt(match opcode {
                // Division and remainder, of which the quotient may be zero
                0x6d..=0x70 | 0x7f..=0x82 => matches!(right, Known::Zero | Known::Constant),
                // Conversions to integers
                0xa8..=0xab | 0xae..=0xb1 => constant,
                _ => false,
            });
            operands.pop(numeric.argument)?;
            if numeric.binary {
                operands.pop(numeric.argument)?;
            }
            operands.push_known(numeric.result, Known::folded(constant))?;
            Step::Numeric(opcode)
        }
        PREFIX => bulk(code, &at, names, operands)?,
        found => {
            return at.refuse(Reason::Instruction {
                found: u64::from(found),
            });
        }
    };
    heap.step(step);
    Ok(())
}

/// The labels must carry as many values as the last one, which is the default, and the same operands must do for all.
fn br_table<'m>(
    code: &mut Cursor<'m>,
    at: &Cursor<'m>,
    operands: &mut Operands<'_, 'm>,
    heap: &mut Heap,
) -> Result<Step, Refused> {
    let count = code.u32()?;
    if count > code.left() {
        return at.refuse(Reason::Truncated);
    }
    operands.doubt(!operands.known(0).varies());
    operands.pop(I32)?;
    // The default comes last: the others are read twice.
    let mut targets = *code;
    for _ in 0..count {
        code.u32()?;
    }
    let default = code.u32()?;
    let carried = operands.carried(default)?;
    for _ in 0..count {
        let depth = targets.u32()?;
        let others = operands.carried(depth)?;
        if others.len() != carried.len() {
            return at.refuse(Reason::Labels {
                found: others.len() as u32,
                allowed: carried.len() as u32,
            });
        }
        operands.has(others)?;
        operands.branch(depth);
        heap.step(Step::Label { depth });
    }
    operands.branch(default);
    heap.step(Step::Label { depth: default });
    operands.pop_all(carried)?;
    operands.give_up();
    Ok(Step::BrTable {
        labels: count.saturating_add(1),
        carried: carried.len() as u32,
    })
}

/// Returns how many parameters and results there are.
fn call<'m>(
    index: u32,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
) -> Result<(u32, u32), Refused> {
    let signature = names.types.get(index as usize);
    let signature = signature.copied().unwrap_or(Signature::NOTHING);
    operands.pop_all(signature.params)?;
    for result in signature.results {
        operands.push(*result)?;
    }
    let (params, results) = (signature.params.len(), signature.results.len());
    Ok((params as u32, results as u32))
}

/// The index of a local, and its type.
fn local(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<(u32, u8), Refused> {
    let index = code.index(Quantity::Locals, names.locals.len() as u32)?;
    let local = names.locals.get(index as usize).copied();
    Ok((index, local.unwrap_or(ANY)))
}

fn global(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<u8, Refused> {
    let index = code.index(Quantity::Globals, names.globals.len() as u32)?;
    Ok(names.globals.get(index as usize).copied().unwrap_or(ANY))
}

/// The byte that stands for the only memory, which must be there. Of `memory.size` and `memory.grow` that is all that
/// the specification allowed before there could be several; the instructions on ranges have taken an integer since.
fn memory_byte(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<(), Refused> {
    let at = *code;
    let found = u32::from(code.byte()?);
    if found >= names.memories {
        return at.refuse(Reason::Index {
            what: Quantity::Memories,
            found,
            allowed: names.memories,
        });
    }
    Ok(())
}

/// A load or a store.
fn access<'m>(
    opcode: u8,
    code: &mut Cursor<'m>,
    at: &Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
) -> Result<Step, Refused> {
    let (allowed, value) = access_type(opcode);
    let found = code.u32()?;
    if found > allowed {
        return at.refuse(Reason::Alignment { found, allowed });
    }
    let offset = code.u32()?;
    at.implied(Quantity::Memories, names.memories)?;
    let stores = opcode >= 0x36;
    // An address that is known to lie above all memory is a trap.
    operands.doubt(match operands.known(u32::from(stores)) {
        Known::Varies => false,
        Known::Constant => true,
        Known::Zero | Known::Small => offset > i32::MAX as u32,
    });
    if stores {
        operands.pop(value)?;
        operands.pop(I32)?;
        return Ok(Step::Store(offset));
    }
    operands.pop(I32)?;
    operands.push(value)?;
    Ok(Step::Load(offset))
}

/// Instructions behind `0xfc`: saturating conversions, and those on ranges of memory and table.
fn bulk<'m>(
    code: &mut Cursor<'m>,
    at: &Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
) -> Result<Step, Refused> {
    let opcode = code.u32()?;
    if opcode > 7 {
        operands.suspend();
    }
    operands.charge(cost(0xfc00 | (opcode & 0xff) as u16));
    match opcode {
        conversion @ 0..=7 => {
            let argument = if conversion & 2 == 0 { F32 } else { F64 };
            let known = Known::folded(!operands.known(0).varies());
            operands.pop(argument)?;
            operands.push_known(if conversion < 4 { I32 } else { I64 }, known)?;
            return Ok(Step::Saturate);
        }
        // memory.init
        8 => {
            data(code, names)?;
            memory(code, names)?;
        }
        // data.drop, elem.drop
        9 => {
            data(code, names)?;
            return Ok(Step::DropSegment);
        }
        13 => {
            code.index(Quantity::ElementSegments, names.elements)?;
            return Ok(Step::DropSegment);
        }
        // memory.copy
        10 => {
            memory(code, names)?;
            memory(code, names)?;
        }
        // memory.fill
        11 => memory(code, names)?,
        // table.init
        12 => {
            code.index(Quantity::ElementSegments, names.elements)?;
            code.index(Quantity::Tables, names.tables)?;
        }
        // table.copy
        14 => {
            code.index(Quantity::Tables, names.tables)?;
            code.index(Quantity::Tables, names.tables)?;
        }
        found => {
            return at.refuse(Reason::Instruction {
                found: 0xfc00 | u64::from(found),
            });
        }
    }
    operands.pop_all(&[I32, I32, I32])?;
    Ok(Step::Bulk)
}

/// The index of the only memory, in an instruction on ranges.
fn memory(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<(), Refused> {
    code.index(Quantity::Memories, names.memories).map(drop)
}

/// The index of a data segment, in code: their number must have been announced before.
fn data(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<(), Refused> {
    match names.data {
        Some(count) => code.index(Quantity::DataSegments, count).map(drop),
        None => code.refuse(Reason::NoDataCount),
    }
}

/// Nothing, one value, or a function type that takes and gives few: branches copy what a block takes or gives.
fn block_type(
    code: &mut Cursor<'_>,
    names: &Names<'_, '_>,
    limits: &Limits,
) -> Result<Block, Refused> {
    let at = *code;
    const NOTHING: u8 = 0x40;
    // These are bytes, not negative numbers of which a longer form would do.
    let block = match code.byte()? {
        NOTHING => Block::Nothing,
        value @ F64..=I32 => Block::Value(value),
        _ => {
            *code = at;
            let found = code.signed(33)?;
            let index = u32::try_from(found).unwrap_or(u32::MAX);
            match names.types.get(index as usize) {
                Some(signature) if signature.params.len() as u32 > limits.block_params => {
                    return at.over(
                        Quantity::BlockParams,
                        signature.params.len() as u32,
                        limits.block_params,
                    );
                }
                // There are fewer types than a `u16` counts.
                Some(_) => Block::Type(index as u16),
                None => return at.refuse(Reason::BlockType { found }),
            }
        }
    };
    Ok(block)
}
