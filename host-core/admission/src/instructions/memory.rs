//! The instructions on memory and table.

use super::Names;
use crate::constants::Known;
use crate::cursor::Cursor;
use crate::fuel::cost;
use crate::heap::Step;
use crate::numeric::access_type;
use crate::operands::Operands;
use crate::source::Refused;
use crate::value::{F32, F64, I32, I64};
use crate::{Quantity, Reason};

/// A load or a store.
pub(super) fn access<'m>(
    opcode: u8,
    code: &mut Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
) -> Result<Step, Refused> {
    let (allowed, value) = access_type(opcode);
    let found = code.u32()?;
    if found > allowed {
        return operands.at().refuse(Reason::Alignment { found, allowed });
    }
    let offset = code.u32()?;
    operands.at().implied(Quantity::Memories, names.memories)?;
    let stores = opcode >= 0x36;
    if stores {
        operands.pop(value)?;
    }
    let address = operands.pop(I32)?;
    // An address that is known to lie above all memory is a trap.
    operands.doubt(match address.known() {
        Known::Varies => false,
        Known::Constant => true,
        Known::Zero | Known::Small => offset > i32::MAX as u32,
    });
    if stores {
        return Ok(Step::Store(offset));
    }
    operands.push(value)?;
    Ok(Step::Load(offset))
}

/// The byte that stands for the only memory, which must be there. Of `memory.size` and `memory.grow` that is all that
/// the specification allowed before there could be several; the instructions on ranges have taken an integer since.
pub(super) fn reserved_byte(code: &mut Cursor<'_>, names: &Names<'_, '_>) -> Result<(), Refused> {
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

/// Instructions behind `0xfc`: saturating conversions, and those on ranges of memory and table.
pub(super) fn bulk<'m>(
    code: &mut Cursor<'m>,
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
            let known = Known::folded(!operands.pop(argument)?.varies());
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
            return operands.at().refuse(Reason::Instruction {
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
