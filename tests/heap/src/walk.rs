//! Tells a [`Heap`] of a module, as wasmparser reads it.

use corelet_admission::heap::{Heap, Item};
use wasmparser::{
    CompositeInnerType, DataKind, ElementItems, ElementKind, ExternalKind, FuncToValidate,
    FuncValidatorAllocations, FunctionBody, Payload, Result, TypeRef, ValidPayload, Validator,
    ValidatorResources, WasmFeatures,
};

use crate::instructions::instruction;

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
            let code = &bytes[(offset - start) as usize..];
            instruction(&mut self.heap, &operator, code, self.imports, &validator)?;
            validator.op(offset, &operator)?;
        }
        operators.finish()?;
        self.heap.function_ends();
        Ok(validator.into_allocations())
    }
}
