//! Tells a [`Heap`] of a module, as wasmparser reads it.

use corelet_admission::heap::{Heap, Item, Step};
use wasmparser::{
    BinaryReader, BlockType, CompositeInnerType, DataKind, ElementItems, ElementKind, ExternalKind,
    FrameKind, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator,
    Payload, Result, TypeRef, ValidPayload, Validator, ValidatorResources, WasmFeatures,
    WasmModuleResources,
};

/// What wasmparser says of a module that it finds valid.
#[derive(Clone, Debug)]
pub struct Walked {
    /// What the module will take.
    pub heap: Heap,
    /// Bytes that the memory begins with.
    pub memory: u32,
    /// Imported functions.
    imports: u32,
}

/// The features that admission lets through.
pub fn features() -> WasmFeatures {
    WasmFeatures::WASM1
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::CALL_INDIRECT_OVERLONG
        | WasmFeatures::CUSTOM_PAGE_SIZES
}

/// Walks through `module`.
///
/// # Errors
/// What wasmparser finds wrong.
pub fn walk(module: &[u8]) -> Result<Walked> {
    let mut validator = Validator::new_with_features(features());
    let mut walked = Walked {
        heap: Heap::new(),
        memory: 0,
        imports: 0,
    };
    let mut allocations = FuncValidatorAllocations::default();
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        let payload = payload?;
        let valid = validator.payload(&payload)?;
        walked.section(payload)?;
        if let ValidPayload::Func(function, body) = valid {
            allocations = walked.function(function, &body, allocations)?;
        }
    }
    Ok(walked)
}

impl Walked {
    fn section(&mut self, payload: Payload<'_>) -> Result<()> {
        let heap = &mut self.heap;
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for ty in group?.into_types() {
                        if let CompositeInnerType::Func(ty) = ty.composite_type.inner {
                            let values = (ty.params().len() + ty.results().len()) as u32;
                            heap.item(Item::Type { values });
                        }
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    assert!(matches!(import.ty, TypeRef::Func(_)), "functions alone");
                    self.imports += 1;
                    heap.item(Item::Import {
                        module: import.module.len() as u32,
                        name: import.name.len() as u32,
                    });
                }
            }
            Payload::FunctionSection(section) => {
                for _ in section {
                    heap.item(Item::Function);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    let elements = table?.ty.initial as u32;
                    heap.item(Item::Table { elements });
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let memory = memory?;
                    let page = memory.page_size_log2.unwrap_or(16);
                    let bytes = |pages: u64| u32::try_from(pages << page).unwrap_or(u32::MAX);
                    let max = memory.maximum.map_or(u32::MAX, bytes);
                    self.memory = bytes(memory.initial);
                    heap.item(Item::Memory {
                        bytes: self.memory,
                        max,
                    });
                }
            }
            Payload::GlobalSection(section) => {
                for _ in section {
                    heap.item(Item::Global);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    heap.item(Item::Export {
                        name: export.name.len() as u32,
                        function: export.kind == ExternalKind::Func,
                    });
                }
            }
            Payload::ElementSection(section) => {
                for element in section {
                    let element = element?;
                    let items = match element.items {
                        ElementItems::Functions(items) => items.count(),
                        ElementItems::Expressions(_, items) => items.count(),
                    };
                    let active = !matches!(element.kind, ElementKind::Passive);
                    heap.item(Item::Element { items, active });
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    heap.item(Item::Data {
                        bytes: data.data.len() as u32,
                        active: matches!(data.kind, DataKind::Active { .. }),
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn function(
        &mut self,
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        allocations: FuncValidatorAllocations,
    ) -> Result<FuncValidatorAllocations> {
        let mut validator = function.into_validator(allocations);
        self.heap.function_starts(validator.len_locals());
        let mut locals = body.get_locals_reader()?;
        for _ in 0..locals.get_count() {
            let offset = locals.original_position();
            let (count, ty) = locals.read()?;
            validator.define_locals(offset, count, ty)?;
            self.heap.locals(count);
        }
        let (bytes, start) = (body.as_bytes(), body.range().start);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let offset = operators.original_position();
            let operator = operators.read()?;
            self.operator(&operator, &bytes[(offset - start) as usize..], &validator)?;
            validator.op(offset, &operator)?;
        }
        operators.finish()?;
        self.heap.function_ends();
        Ok(validator.into_allocations())
    }

    fn operator(
        &mut self,
        operator: &Operator<'_>,
        code: &[u8],
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
                    self.heap.step(Step::Label { depth: depth? });
                }
                Step::BrTable {
                    labels: targets.len() + 1,
                    carried: types.carried(targets.default()),
                }
            }
            Operator::Return => Step::Return(types.carried(types.outermost())),
            Operator::Call { function_index } => {
                let own = function_index >= self.imports;
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
        self.heap.step(step);
        Ok(())
    }
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
