//! What a WebAssembly module says of itself: imports, exports, shapes, sections, memory.

use std::collections::BTreeMap;

use corelet_abi::{
    EXCHANGE_EXPORT, INIT_EXPORT, MEMORY_EXPORT, NameKey, SHAPES_SECTION, Shape, ShapeEntry,
};
use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload, TypeRef};

/// A module, read but not judged: whether a device takes it is for admission to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Module {
    /// Imported functions in the order of the module.
    pub(crate) imports: Vec<Import>,
    /// All exports in the order of the module.
    pub(crate) exports: Vec<Export>,
    /// The shapes that the module carries.
    pub(crate) shapes: BTreeMap<NameKey, Shape>,
    /// Its memory, if it has one.
    pub(crate) memory: Option<Memory>,
    /// Its sections in order.
    pub(crate) sections: Vec<Section>,
}

/// One imported function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// For instance `corelet:host/sensor@0.1.0`.
    pub(crate) interface: String,
    /// For instance `read`.
    pub(crate) function: String,
}

/// One export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    /// For instance `corelet:plugin/ticker@0.1.0#tick`.
    pub(crate) name: String,
    /// Whether it is a function.
    pub(crate) is_function: bool,
}

/// A linear memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Bytes at the start.
    pub(crate) bytes: u64,
    /// The most bytes, if the module says.
    pub(crate) max_bytes: Option<u64>,
    /// The step in which it grows: 1, or 65,536.
    pub(crate) page_bytes: u64,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Its kind, or the name of a custom section.
    pub(crate) name: String,
    /// Bytes of its contents.
    pub(crate) bytes: u64,
}

impl Export {
    /// Whether the ABI knows an export of this name.
    pub(crate) fn is_of_abi(&self) -> bool {
        is_abi_export(&self.name)
    }
}

/// Whether the ABI knows an export of this name.
pub(crate) fn is_abi_export(name: &str) -> bool {
    [MEMORY_EXPORT, EXCHANGE_EXPORT, INIT_EXPORT].contains(&name) || name.contains('#')
}

impl Module {
    /// Reads `bytes`.
    ///
    /// # Errors
    /// If they are not a module, or import something else than functions, or carry a list of shapes that is cut short.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            let payload = payload.map_err(in_words)?;
            module.take(&payload)?;
            module.sections.extend(section_of(&payload));
        }
        Ok(module)
    }

    fn take(&mut self, payload: &Payload<'_>) -> Result<(), String> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    let import = import.map_err(in_words)?;
                    if !matches!(import.ty, TypeRef::Func(_)) {
                        return Err(format!(
                            "imports `{}` `{}`, which is no function",
                            import.module, import.name
                        ));
                    }
                    self.imports.push(Import {
                        interface: import.module.to_owned(),
                        function: import.name.to_owned(),
                    });
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    let memory = memory.map_err(in_words)?;
                    let page_bytes = 1u64 << memory.page_size_log2.unwrap_or(16).min(16);
                    self.memory = Some(Memory {
                        bytes: memory.initial.saturating_mul(page_bytes),
                        max_bytes: memory.maximum.map(|pages| pages.saturating_mul(page_bytes)),
                        page_bytes,
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section.clone() {
                    let export = export.map_err(in_words)?;
                    self.exports.push(Export {
                        name: export.name.to_owned(),
                        is_function: export.kind == ExternalKind::Func,
                    });
                }
            }
            Payload::CustomSection(section) if section.name() == SHAPES_SECTION => {
                for entry in shape_entries(section.data())? {
                    self.shapes.insert(entry.key, entry.shape);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The keys of all functions that the ABI gives a shape: imports and exported functions.
    pub(crate) fn function_keys(&self) -> impl Iterator<Item = NameKey> {
        let imports = self
            .imports
            .iter()
            .map(|import| NameKey::of(&import.interface, &import.function));
        let exports = self
            .exports
            .iter()
            .filter(|export| export.is_function && export.is_of_abi());
        imports.chain(exports.map(|export| NameKey::of_export(&export.name)))
    }
}

/// The entries of a section `corelet:shapes`.
pub(crate) fn shape_entries(data: &[u8]) -> Result<impl Iterator<Item = ShapeEntry>, String> {
    let (entries, rest) = data.as_chunks::<{ ShapeEntry::SIZE }>();
    if rest.is_empty() {
        Ok(entries.iter().map(|entry| ShapeEntry::from_bytes(*entry)))
    } else {
        let (found, step) = (data.len(), ShapeEntry::SIZE);
        Err(format!(
            "the section {SHAPES_SECTION} has {found} bytes, which is no multiple of {step}"
        ))
    }
}

/// The section that `payload` begins, if it begins one.
fn section_of(payload: &Payload<'_>) -> Option<Section> {
    let (id, range) = payload.as_section()?;
    let name = match (id, payload) {
        (_, Payload::CustomSection(section)) => section.name(),
        (1, _) => "type",
        (2, _) => "import",
        (3, _) => "function",
        (4, _) => "table",
        (5, _) => "memory",
        (6, _) => "global",
        (7, _) => "export",
        (8, _) => "start",
        (9, _) => "element",
        (10, _) => "code",
        (11, _) => "data",
        (12, _) => "data count",
        _ => "unknown",
    };
    let bytes = match payload {
        Payload::CustomSection(section) => section.data().len() as u64,
        _ => range.end - range.start,
    };
    Some(Section {
        name: name.to_owned(),
        bytes,
    })
}

pub(crate) fn in_words(error: BinaryReaderError) -> String {
    format!(
        "not a WebAssembly module: {} at byte {}",
        error.message(),
        error.offset()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_read() {
        let bytes = wat::parse_str(
            r#"(module
                 (import "corelet:host/sensor@0.1.0" "read" (func (param i32 i32 i32 i32) (result i32)))
                 (memory (export "memory") 640 (pagesize 1))
                 (func (export "corelet:plugin/ticker@0.1.0#tick") (param i32 i32) (result i64) i64.const 0)
                 (global (export "__heap_base") i32 i32.const 0))"#,
        )
        .unwrap();
        let module = Module::read(&bytes).unwrap();
        assert_eq!(module.imports[0].function, "read");
        let memory = Memory {
            bytes: 640,
            max_bytes: None,
            page_bytes: 1,
        };
        assert_eq!(module.memory, Some(memory));
        let abi: Vec<_> = module
            .exports
            .iter()
            .filter(|export| export.is_of_abi())
            .collect();
        assert_eq!(abi.len(), 2);
        assert_eq!(
            module.function_keys().collect::<Vec<_>>(),
            [
                NameKey::of("corelet:host/sensor@0.1.0", "read"),
                NameKey::of("corelet:plugin/ticker@0.1.0", "tick")
            ]
        );
        let names: Vec<_> = module
            .sections
            .iter()
            .map(|section| section.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "type", "import", "function", "memory", "global", "export", "code"
            ]
        );
    }

    #[test]
    fn what_is_no_module_is_refused_in_words() {
        let error = Module::read(b"no module").unwrap_err();
        assert!(error.starts_with("not a WebAssembly module: "), "{error}");
        let memory = wat::parse_str(r#"(module (import "env" "memory" (memory 1)))"#).unwrap();
        assert_eq!(
            Module::read(&memory).unwrap_err(),
            "imports `env` `memory`, which is no function"
        );
    }
}
