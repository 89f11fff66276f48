//! The instructions of a function, as wasmparser reads them.

use corelet_admission::heap::{Heap, Step};
use wasmparser::{
    BinaryReader, BlockType, CompositeInnerType, FrameKind, FuncValidator, Operator, Result,
    ValidatorResources, WasmModuleResources,
};

/// Tells `heap` of one instruction, which `code` begins with, in a module with `imports` imported functions.
pub(crate) fn instruction(
    heap: &mut Heap,
    operator: &Operator<'_>,
    code: &[u8],
    imports: u32,
    validator: &FuncValidator<ValidatorResources>,
) -> Result<()> {
    let types = Types(validator);
    let step = match *operator {
        Operator::Nop => return Ok(()),
        Operator::Unreachable => Step::Unreachable,
        Operator::Block { blockty } => Step::Block(types.block(blockty).0),
        Operator::Loop { blockty } => Step::Loop(types.block(blockty).0),
        Operator::If { blockty } => Step::If(types.block(blockty).0),
        Operator::Else => {
            let (height, (params, results)) = types.frame();
            Step::Else {
                height,
                params,
                results,
            }
        }
        Operator::End => {
            let (height, (_, results)) = types.frame();
            Step::End { height, results }
        }
        Operator::Br { relative_depth } => Step::Br {
            depth: relative_depth,
            carried: types.carried(relative_depth),
        },
        Operator::BrIf { relative_depth } => Step::BrIf {
            depth: relative_depth,
            carried: types.carried(relative_depth),
        },
        Operator::BrTable { ref targets } => {
            for depth in targets.targets().chain([Ok(targets.default())]) {
                heap.step(Step::Label { depth: depth? });
            }
            Step::BrTable {
                labels: targets.len() + 1,
                carried: types.carried(targets.default()),
            }
        }
        Operator::Return => Step::Return(types.carried(types.outermost())),
        Operator::Call { function_index } => {
            let own = function_index >= imports;
            let (params, results) = types.function(function_index);
            Step::Call {
                params,
                results,
                own,
            }
        }
        Operator::CallIndirect { type_index, .. } => {
            let (params, results) = types.ty(type_index);
            Step::CallIndirect { params, results }
        }
        Operator::Drop => Step::Drop,
        Operator::Select | Operator::TypedSelect { .. } => Step::Select,
        Operator::LocalGet { local_index } => Step::LocalGet(local_index),
        Operator::LocalSet { local_index } => Step::LocalSet(local_index),
        Operator::LocalTee { local_index } => Step::LocalTee(local_index),
        Operator::GlobalGet { .. } => Step::GlobalGet,
        Operator::GlobalSet { .. } => Step::GlobalSet,
        Operator::MemorySize { .. } => Step::MemorySize,
        Operator::MemoryGrow { .. } => Step::MemoryGrow,
        Operator::I32Const { .. } | Operator::F32Const { .. } => Step::Constant { wide: false },
        Operator::I64Const { .. } | Operator::F64Const { .. } => Step::Constant { wide: true },
        Operator::MemoryInit { .. }
        | Operator::MemoryCopy { .. }
        | Operator::MemoryFill { .. }
        | Operator::TableInit { .. }
        | Operator::TableCopy { .. } => Step::Bulk,
        Operator::DataDrop { .. } | Operator::ElemDrop { .. } => Step::DropSegment,
        _ => rest(code)?,
    };
    heap.step(step);
    Ok(())
}

/// Loads, stores and numeric instructions, by their code: wasmparser has a variant for each.
fn rest(code: &[u8]) -> Result<Step> {
    let mut code = BinaryReader::new(code, 0);
    Ok(match code.read_u8()? {
        0xfc => Step::Saturate,
        opcode @ 0x28..=0x3e => {
            code.read_var_u32()?;
            let offset = code.read_var_u32()?;
            if opcode <= 0x35 {
                Step::Load(offset)
            } else {
                Step::Store(offset)
            }
        }
        opcode => Step::Numeric(opcode),
    })
}

/// Parameters and results of whatever has them.
struct Types<'v>(&'v FuncValidator<ValidatorResources>);

impl Types<'_> {
    fn ty(&self, index: u32) -> (u32, u32) {
        let ty = self.0.resources().sub_type_at(index);
        match ty.map(|ty| &ty.composite_type.inner) {
            Some(CompositeInnerType::Func(ty)) => {
                (ty.params().len() as u32, ty.results().len() as u32)
            }
            // The validator will refuse it.
            _ => (0, 0),
        }
    }

    fn function(&self, index: u32) -> (u32, u32) {
        self.0
            .resources()
            .type_index_of_function(index)
            .map_or((0, 0), |ty| self.ty(ty))
    }

    fn block(&self, ty: BlockType) -> (u32, u32) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => self.ty(index),
        }
    }

    /// Operands below the innermost block's own, and its type.
    fn frame(&self) -> (u32, (u32, u32)) {
        let frame = self.0.get_control_frame(0);
        frame.map_or((0, (0, 0)), |frame| {
            (frame.height as u32, self.block(frame.block_type))
        })
    }

    fn outermost(&self) -> u32 {
        self.0.control_stack_height().saturating_sub(1)
    }

    fn carried(&self, depth: u32) -> u32 {
        let Some(frame) = self.0.get_control_frame(depth as usize) else {
            return 0;
        };
        let (params, results) = self.block(frame.block_type);
        if frame.kind == FrameKind::Loop {
            params
        } else {
            results
        }
    }
}
