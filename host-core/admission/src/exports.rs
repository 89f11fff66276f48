//! Exports: the three that must be there, and the functions of the ABI.

use corelet_abi::{EXCHANGE_EXPORT, EXCHANGE_HEADER, INIT_EXPORT, MEMORY_EXPORT, NameKey};

use crate::cursor::Cursor;
use crate::functions::Functions;
use crate::shapes::Shapes;
use crate::storage::{Globals, Memory};
use crate::{Limits, Name, Quantity, Reason, Refusal, Required};

const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
const MEMORY: u8 = 2;
const GLOBAL: u8 = 3;

/// `EXCHANGE_EXPORT` without the version of the ABI.
const EXCHANGE_FAMILY: &str = "corelet:abi/exchange@";

/// One export as it stands in the module.
pub(crate) struct RawExport<'m> {
    pub(crate) name: &'m str,
    pub(crate) place: Name,
    kind: u8,
    index: u32,
}

impl RawExport<'_> {
    /// Whether this is a function that a host calls: `init` and what belongs to an interface.
    pub(crate) fn is_call(&self) -> bool {
        self.kind == FUNCTION && (self.name == INIT_EXPORT || self.name.contains('#'))
    }
}

/// Takes one export off the section.
pub(crate) fn export<'m>(
    section: &mut Cursor<'m>,
    limits: &Limits,
) -> Result<RawExport<'m>, Refusal> {
    let (name, place) = section.name(limits)?;
    Ok(RawExport {
        name,
        place,
        kind: section.byte()?,
        index: section.u32()?,
    })
}

/// What an export may point to.
pub(crate) struct Targets<'a, 'm> {
    pub(crate) functions: &'a Functions<'m>,
    pub(crate) tables: u32,
    pub(crate) memory: Option<Memory>,
    pub(crate) globals: &'a Globals<'m>,
    pub(crate) shapes: Shapes<'m>,
}

/// Checks the exports; returns the memory and the address of the exchange buffer.
pub(crate) fn check_exports(
    section: Option<Cursor<'_>>,
    end: Cursor<'_>,
    targets: &Targets<'_, '_>,
    limits: &Limits,
) -> Result<(Memory, u32), Refusal> {
    let start = section.unwrap_or(end);
    let mut keys = [NameKey(0); Limits::LARGEST.exports as usize];
    let mut memory = None;
    let mut exchange = None;
    let mut init = false;
    if let Some(mut section) = section {
        let count = section.count(limits, Quantity::Exports)?;
        for place in 0..count as usize {
            let start = section;
            let export = export(&mut section, limits)?;
            let key = NameKey::of_export(export.name);
            let (earlier, later) = keys.split_at_mut_checked(place).unwrap_or_default();
            if earlier.contains(&key) {
                return start.refuse(Reason::ExportTwice { name: export.place });
            }
            if let Some(place) = later.first_mut() {
                *place = key;
            }
            targets.check(&start, &export)?;
            match export.name {
                MEMORY_EXPORT => memory = targets.memory,
                EXCHANGE_EXPORT => exchange = Some(targets.exchange(&start, export.index)?),
                INIT_EXPORT => init = true,
                _ => {}
            }
        }
        section.end()?;
    }
    let missing = |what| Refusal {
        offset: start.offset(),
        reason: Reason::MissingExport { what },
    };
    let memory = memory.ok_or(missing(Required::Memory))?;
    let exchange = exchange.ok_or(missing(Required::Exchange))?;
    if !init {
        return Err(missing(Required::Init));
    }
    Ok((memory, exchange))
}

impl Targets<'_, '_> {
    /// The export's kind is the one that its name asks for, what it points to is there, and a function that a host
    /// calls has the ABI's type and a shape.
    fn check(&self, start: &Cursor<'_>, export: &RawExport<'_>) -> Result<(), Refusal> {
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
        let (what, allowed) = match found {
            FUNCTION => (Quantity::Functions, self.functions.count()),
            TABLE => (Quantity::Tables, self.tables),
            MEMORY => (Quantity::Memories, u32::from(self.memory.is_some())),
            GLOBAL => (Quantity::Globals, self.globals.count),
            _ => return start.refuse(Reason::ExportKind { name, found }),
        };
        if export.index >= allowed {
            return start.refuse(Reason::Index {
                what,
                found: export.index,
                allowed,
            });
        }
        if export.is_call() {
            if !self.functions.is_export(export.index) {
                return start.refuse(Reason::ExportSignature { name });
            }
            if self.shapes.of(NameKey::of_export(export.name)).is_none() {
                return start.refuse(Reason::ExportWithoutShape { name });
            }
        }
        Ok(())
    }

    /// The address of the exchange buffer: its size field, at least, lies in the memory. How much is behind it only
    /// the instance can tell.
    fn exchange(&self, start: &Cursor<'_>, index: u32) -> Result<u32, Refusal> {
        let global = self.globals.get(index)?;
        if !global.is_constant_i32 {
            return start.refuse(Reason::ExchangeType);
        }
        let address = global.value;
        let memory = self.memory.map_or(0, |memory| memory.bytes);
        let header_end = address.checked_add(EXCHANGE_HEADER);
        if address % 4 != 0 || header_end.is_none_or(|end| end > memory) {
            return start.refuse(Reason::ExchangeAddress {
                found: address,
                memory,
            });
        }
        Ok(address)
    }
}
