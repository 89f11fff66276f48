//! What the ABI asks of a valid module: imports that the host offers, and the exports that a host calls.

use corelet_abi::{EXCHANGE_EXPORT, EXCHANGE_HEADER, INIT_EXPORT, MEMORY_EXPORT, NameKey};

use crate::cursor::Cursor;
use crate::exports::{FUNCTION, GLOBAL, MEMORY, RawExport, export};
use crate::globals::global;
use crate::imports::{Kind, RawImport, import};
use crate::layout::{Layout, Section};
use crate::memory::Memory;
use crate::shapes::Shapes;
use crate::source::Refused;
use crate::types::Signature;
use crate::validate::{Scope, Valid};
use crate::{Limits, Offer, Quantity, Reason, Required};

/// `EXCHANGE_EXPORT` without the version of the ABI.
const EXCHANGE_FAMILY: &str = "corelet:abi/exchange@";

/// Checks every import against the ABI and the offer.
pub(crate) fn check_imports(
    layout: &Layout<'_>,
    valid: &Valid<'_, '_>,
    shapes: Shapes<'_>,
    limits: &Limits,
    offer: &impl Offer,
) -> Result<(), Refused> {
    let Some(mut section) = layout.section(Section::Imports) else {
        return Ok(());
    };
    let count = section.count(limits, Quantity::Imports)?;
    for _ in 0..count {
        let start = section;
        let RawImport {
            interface,
            function,
            name,
            kind,
        } = import(
            &mut section,
            valid.types.len() as u32,
            Scope::Plugin,
            limits,
        )?;
        let signature = match kind {
            Kind::Function(index) => valid.types.get(index as usize),
            _ => None,
        };
        if signature != Some(&Signature::IMPORT) {
            return start.refuse(Reason::ImportSignature { import: name });
        }
        let shape = shapes.of(NameKey::of(interface, function));
        // The offer is asked first: that an import is not granted says more than that it has no shape.
        if let Err(refusal) = offer.import(interface, function, shape) {
            return start.refuse(Reason::Import {
                import: name,
                refusal,
            });
        }
        if shape.is_none() {
            return start.refuse(Reason::ImportWithoutShape { import: name });
        }
    }
    Ok(())
}

/// Checks the exports; returns the memory and the address of the exchange buffer.
pub(crate) fn check_exports(
    layout: &Layout<'_>,
    valid: &Valid<'_, '_>,
    shapes: Shapes<'_>,
    limits: &Limits,
) -> Result<(Memory, u32), Refused> {
    let start = layout.section(Section::Exports).unwrap_or(layout.end);
    let mut memory = None;
    let mut exchange = None;
    let mut init = false;
    if let Some(mut section) = layout.section(Section::Exports) {
        let count = section.count(limits, Quantity::Exports)?;
        for _ in 0..count {
            let start = section;
            let export = export(&mut section, limits)?;
            check_export(&start, &export, valid, shapes)?;
            match export.name {
                MEMORY_EXPORT => {
                    memory = valid
                        .memory
                        .map(|memory| bounded(memory, &start))
                        .transpose()?
                }
                EXCHANGE_EXPORT => exchange = Some(address(&start, export.index, layout, valid)?),
                INIT_EXPORT => init = true,
                _ => {}
            }
        }
    }
    let what = match (memory, exchange, init) {
        (Some(memory), Some(exchange), true) => return Ok((memory, exchange)),
        (None, ..) => Required::Memory,
        (_, None, _) => Required::Exchange,
        _ => Required::Init,
    };
    start.refuse(Reason::MissingExport { what })
}

/// Refuses a memory that may grow to all of 2³² bytes: that number does not fit 32 bits, in which the interpreter counts
/// on a device.
fn bounded(memory: Memory, start: &Cursor<'_>) -> Result<Memory, Refused> {
    match memory.most {
        Some(found) if found > u64::from(u32::MAX) => start.refuse(Reason::Over {
            what: Quantity::MemoryBytes,
            found,
            allowed: u32::MAX,
        }),
        _ => Ok(memory),
    }
}

/// The export's kind is the one that its name asks for, and a function that a host calls has the ABI's type and a shape.
fn check_export(
    start: &Cursor<'_>,
    export: &RawExport<'_>,
    valid: &Valid<'_, '_>,
    shapes: Shapes<'_>,
) -> Result<(), Refused> {
    let name = export.place;
    let found = export.kind;
    let kind = match export.name {
        MEMORY_EXPORT => Some(MEMORY),
        EXCHANGE_EXPORT => Some(GLOBAL),
        INIT_EXPORT => Some(FUNCTION),
        other if other.starts_with(EXCHANGE_FAMILY) => {
            return start.refuse(Reason::AbiVersion { name });
        }
        other if other.contains('#') => Some(FUNCTION),
        _ => None,
    };
    if kind.is_some_and(|kind| kind != found) {
        return start.refuse(Reason::ExportKind { name, found });
    }
    if export.is_call() {
        let signature = valid
            .functions
            .get(export.index as usize)
            .and_then(|index| valid.types.get(usize::from(*index)));
        if signature != Some(&Signature::EXPORT) {
            return start.refuse(Reason::ExportSignature { name });
        }
        if shapes.of(NameKey::of_export(export.name)).is_none() {
            return start.refuse(Reason::ExportWithoutShape { name });
        }
    }
    Ok(())
}

/// The address of the exchange buffer: its size field, at least, lies in the memory. How much is behind it only the
/// instance can tell.
fn address(
    start: &Cursor<'_>,
    index: u32,
    layout: &Layout<'_>,
    valid: &Valid<'_, '_>,
) -> Result<u32, Refused> {
    let own = index.checked_sub(valid.imported.globals);
    let Some(address) = own.and_then(|own| constant_global(layout, own)) else {
        return start.refuse(Reason::ExchangeType);
    };
    let memory = valid.memory.map_or(0, |memory| memory.bytes);
    let header_end = address.checked_add(EXCHANGE_HEADER);
    if address % 4 != 0 || header_end.is_none_or(|end| end > memory) {
        return start.refuse(Reason::ExchangeAddress {
            found: address,
            memory,
        });
    }
    Ok(address)
}

/// The value of a global of the module's own, if it is an `i32` and never another; found by walking there.
fn constant_global(layout: &Layout<'_>, index: u32) -> Option<u32> {
    let mut section = layout.section(Section::Globals)?;
    section.u32().ok()?;
    for _ in 0..index {
        global(&mut section, &[]).ok()?;
    }
    global(&mut section, &[]).ok()?.constant_i32()
}
