//! The instructions that lead from one place to another: blocks, branches and calls.

use super::Names;
use crate::cursor::Cursor;
use crate::heap::{Heap, Step};
use crate::operands::{Block, Ended, Opener, Operands};
use crate::source::Refused;
use crate::types::Signature;
use crate::value::{F64, I32};
use crate::{Limits, Quantity, Reason};

/// Checks the instructions 0x00 to 0x11, of which `opcode` is one; `heap` is told of labels.
pub(super) fn check<'m>(
    opcode: u8,
    code: &mut Cursor<'m>,
    names: &Names<'_, 'm>,
    operands: &mut Operands<'_, 'm>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<Step, Refused> {
    Ok(match opcode {
        // unreachable
        0x00 => {
            operands.give_up();
            Step::Unreachable
        }
        // block, loop, if, else, end
        0x02..=0x04 => {
            let block = block_type(code, names, limits)?;
            match opcode {
                0x02 => Step::Block(operands.enter(Opener::Block, block)?),
                0x03 => Step::Loop(operands.enter(Opener::Loop, block)?),
                _ => {
                    let condition = operands.pop(I32)?;
                    operands.doubt(!condition.varies());
                    Step::If(operands.enter(Opener::If, block)?)
                }
            }
        }
        0x05 => {
            let Ended {
                height,
                params,
                results,
            } = operands.turn()?;
            Step::Else {
                height,
                params,
                results,
            }
        }
        0x0b => {
            let Ended {
                height, results, ..
            } = operands.leave()?;
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
            let condition = operands.pop(I32)?;
            operands.doubt(!condition.varies());
            operands.branch(depth);
            operands.pop_all(carried)?;
            operands.push_all(carried)?;
            let carried = carried.len() as u32;
            Step::BrIf { depth, carried }
        }
        0x0e => br_table(code, operands, heap)?,
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
        found => {
            return operands.at().refuse(Reason::Instruction {
                found: u64::from(found),
            });
        }
    })
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
        NOTHING => Block::NOTHING,
        value @ F64..=I32 => Block::value(value),
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
                // There are fewer types than an `i16` counts.
                Some(_) => Block::of_type(index as u16),
                None => return at.refuse(Reason::BlockType { found }),
            }
        }
    };
    Ok(block)
}

/// The labels must carry as many values as the last one, which is the default, and the same operands must do for all.
fn br_table<'m>(
    code: &mut Cursor<'m>,
    operands: &mut Operands<'_, 'm>,
    heap: &mut Heap,
) -> Result<Step, Refused> {
    let count = code.u32()?;
    if count > code.left() {
        return operands.at().refuse(Reason::Truncated);
    }
    let index = operands.pop(I32)?;
    operands.doubt(!index.varies());
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
            return operands.at().refuse(Reason::Labels {
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
