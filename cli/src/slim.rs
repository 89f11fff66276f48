//! Takes out of a linked module what a device has no use for.
//!
//! What the linker leaves are custom sections for tools (`name`, `producers`, `target_features`), exports that the ABI does
//! not name (`__data_end`, `__heap_base`) and the globals behind them, shapes of functions that the plugin could
//! have called but does not, and zeros at the end of data, where memory is zero anyway. Code is kept byte for byte.
//!
//! The shapes come first, so that a device which receives the module can hold its imports and exports against what it offers before
//! it erases anything.

use std::borrow::Cow;
use std::collections::BTreeSet;

use corelet_abi::{SHAPES_SECTION, ShapeEntry};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{CustomSection, DataSection, ExportSection, GlobalSection, RawSection};
use wasmparser::{DataKind, ExternalKind, Operator, Parser, Payload};

use crate::module::{Module, in_words, is_abi_export, shape_entries};

/// `bytes` without what a device has no use for.
///
/// # Errors
/// If they are not a module.
pub(crate) fn slim(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let globals = needed_globals(bytes)?;
    let mut out = wasm_encoder::Module::new();
    let shapes = needed_shapes(bytes)?;
    if !shapes.is_empty() {
        out.section(&CustomSection {
            name: Cow::Borrowed(SHAPES_SECTION),
            data: Cow::Owned(shapes),
        });
    }
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(in_words)?;
        match &payload {
            Payload::CustomSection(_) => {}
            Payload::GlobalSection(section) => {
                let mut kept = GlobalSection::new();
                for global in section.clone().into_iter().take(globals) {
                    let global = global.map_err(in_words)?;
                    RoundtripReencoder
                        .parse_global(&mut kept, global)
                        .map_err(|error| error.to_string())?;
                }
                if !kept.is_empty() {
                    out.section(&kept);
                }
            }
            Payload::ExportSection(section) => {
                let mut kept = ExportSection::new();
                for export in section.clone() {
                    let export = export.map_err(in_words)?;
                    if is_abi_export(export.name) {
                        RoundtripReencoder
                            .parse_export(&mut kept, export)
                            .map_err(|error| error.to_string())?;
                    }
                }
                out.section(&kept);
            }
            Payload::DataSection(section) => {
                let mut kept = DataSection::new();
                for segment in section.clone() {
                    let mut segment = segment.map_err(in_words)?;
                    // The linker's segments do not overlap, so what is under one is zero.
                    if matches!(segment.kind, DataKind::Active { .. }) {
                        segment.data = without_trailing_zeros(segment.data);
                    }
                    RoundtripReencoder
                        .parse_data(&mut kept, segment)
                        .map_err(|error| error.to_string())?;
                }
                out.section(&kept);
            }
            // Everything else is kept as it is; bodies of functions come with their section.
            other => {
                if let Some((id, range)) = other.as_section() {
                    let range = usize::try_from(range.start)
                        .ok()
                        .zip(usize::try_from(range.end).ok());
                    let data = range.and_then(|(start, end)| bytes.get(start..end));
                    let data = data.ok_or("a section reaches beyond the end")?;
                    out.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(out.finish())
}

fn without_trailing_zeros(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0);
    &bytes[..end.map_or(0, |last| last + 1)]
}

/// The shapes of the functions that the module imports and exports, encoded.
fn needed_shapes(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let functions: BTreeSet<_> = Module::read(bytes)?.function_keys().collect();
    let mut shapes = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        if let Payload::CustomSection(section) = payload.map_err(in_words)?
            && section.name() == SHAPES_SECTION
        {
            let entries = shape_entries(section.data())?;
            shapes.extend(entries.filter(|entry| functions.contains(&entry.key)));
        }
    }
    shapes.sort_by_key(|entry| entry.key);
    shapes.dedup();
    Ok(shapes.into_iter().flat_map(ShapeEntry::to_bytes).collect())
}

/// How many globals of the global section have to stay: those up to the last one that code or an export of the ABI uses.
/// The linker puts those of its own symbols at the end.
fn needed_globals(bytes: &[u8]) -> Result<usize, String> {
    let mut needed = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(in_words)? {
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(in_words)?;
                    if export.kind == ExternalKind::Global && is_abi_export(export.name) {
                        needed = needed.max(export.index + 1);
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let init = global.map_err(in_words)?.init_expr;
                    needed = needed.max(last_global(init.get_operators_reader())?);
                }
            }
            Payload::CodeSectionEntry(body) => {
                needed = needed.max(last_global(body.get_operators_reader().map_err(in_words)?)?);
            }
            // Offsets of segments may read imported globals only, and a plugin imports none.
            _ => {}
        }
    }
    Ok(needed as usize)
}

/// One more than the largest index of a global that the operators name.
fn last_global(operators: wasmparser::OperatorsReader<'_>) -> Result<u32, String> {
    let mut end = 0;
    for operator in operators {
        if let Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } =
            operator.map_err(in_words)?
        {
            end = end.max(global_index + 1);
        }
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use corelet_abi::{NameKey, Shape};

    fn entry(key: NameKey) -> [u8; ShapeEntry::SIZE] {
        ShapeEntry {
            key,
            shape: Shape(7),
        }
        .to_bytes()
    }

    /// A module as the linker leaves it, with two lists of shapes.
    fn linked() -> Vec<u8> {
        let text = r#"(module
            (import "a:b/c@1.0.0" "used" (func (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 16 (pagesize 1))
            (global $stack (mut i32) i32.const 8)
            (global $exchange i32 i32.const 8)
            (global $end i32 i32.const 12)
            (func $init (param i32 i32) (result i64)
              global.get $stack drop i64.const 0)
            (export "init" (func $init))
            (export "corelet:abi/exchange@1" (global $exchange))
            (export "__data_end" (global $end))
            (export "helper" (func $init))
            (data (i32.const 8) "\04\00\00\00"))"#;
        let mut module = wat::parse_str(text).unwrap();
        let mut custom = |name: &'static str, data: &[u8]| {
            let section = CustomSection {
                name: name.into(),
                data: data.into(),
            };
            wasm_encoder::Section::append_to(&section, &mut module);
        };
        custom(
            SHAPES_SECTION,
            &[
                entry(NameKey::of("a:b/c@1.0.0", "used")),
                entry(NameKey::of_export("init")),
            ]
            .concat(),
        );
        custom(SHAPES_SECTION, &entry(NameKey::of("a:b/c@1.0.0", "unused")));
        custom("producers", b"\0");
        custom("target_features", b"\0");
        module
    }

    #[test]
    fn what_the_linker_leaves_goes_and_what_the_abi_names_stays() {
        let before = linked();
        let after = slim(&before).unwrap();
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&after)
            .unwrap();
        let module = Module::read(&after).unwrap();
        let exports: Vec<_> = module
            .exports
            .iter()
            .map(|export| export.name.as_str())
            .collect();
        assert_eq!(exports, ["memory", "init", "corelet:abi/exchange@1"]);
        let keys: Vec<_> = module.shapes.keys().copied().collect();
        let mut expected = [
            NameKey::of("a:b/c@1.0.0", "used"),
            NameKey::of_export("init"),
        ];
        expected.sort();
        assert_eq!(keys, expected);
        let custom: Vec<_> = module
            .sections
            .iter()
            .filter(|section| section.name.contains(':'))
            .collect();
        assert_eq!(custom.len(), 1);
        assert_eq!(custom[0].bytes, 32);
        let beginning = corelet_admission::Beginning::of(&after);
        assert!(
            matches!(beginning, corelet_admission::Beginning::Whole(_)),
            "{beginning:?}"
        );
        assert_eq!(needed_globals(&after).unwrap(), 2);
        let globals = |bytes| {
            let sections = Module::read(bytes).unwrap().sections;
            sections
                .into_iter()
                .find(|section| section.name == "global")
                .unwrap()
                .bytes
        };
        assert_eq!(
            globals(&after) + 5,
            globals(&before),
            "the global behind __data_end is gone"
        );
    }

    #[test]
    fn a_slim_module_stays_as_it_is() {
        let once = slim(&linked()).unwrap();
        assert_eq!(slim(&once).unwrap(), once);
    }
}
