//! The export section.

use corelet_abi::{INIT_EXPORT, NameKey};

use crate::cursor::Cursor;
use crate::heap::{Heap, Item};
use crate::source::Refused;
use crate::{Limits, Name, Quantity, Reason};

pub(crate) const FUNCTION: u8 = 0;
const TABLE: u8 = 1;
pub(crate) const MEMORY: u8 = 2;
pub(crate) const GLOBAL: u8 = 3;

/// One export as it stands in the module.
pub(crate) struct RawExport<'m> {
    pub(crate) name: &'m str,
    pub(crate) place: Name,
    pub(crate) kind: u8,
    pub(crate) index: u32,
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
) -> Result<RawExport<'m>, Refused> {
    let (name, place) = section.name(limits)?;
    Ok(RawExport {
        name,
        place,
        kind: section.byte()?,
        index: section.u32()?,
    })
}

/// How many there are of what an export may point to.
pub(crate) struct Counts {
    pub(crate) functions: u32,
    pub(crate) tables: u32,
    pub(crate) memories: u32,
    pub(crate) globals: u32,
}

/// Checks that what exports point to is there, and that no two names have one key.
pub(crate) fn check(
    section: Option<Cursor<'_>>,
    counts: &Counts,
    keys: &mut [NameKey],
    limits: &Limits,
    heap: &mut Heap,
) -> Result<(), Refused> {
    let Some(mut section) = section else {
        return Ok(());
    };
    let count = section.count(limits, Quantity::Exports)?;
    for place in 0..count as usize {
        let start = section;
        let export = export(&mut section, limits)?;
        let name = export.place;
        heap.item(Item::Export {
            name: name.length,
            function: export.kind == FUNCTION,
        });
        let key = NameKey::of_export(export.name);
        let (earlier, later) = keys.split_at_mut_checked(place).unwrap_or_default();
        if earlier.contains(&key) {
            return start.refuse(Reason::ExportTwice { name });
        }
        if let Some(place) = later.first_mut() {
            *place = key;
        }
        let (what, allowed) = match export.kind {
            FUNCTION => (Quantity::Functions, counts.functions),
            TABLE => (Quantity::Tables, counts.tables),
            MEMORY => (Quantity::Memories, counts.memories),
            GLOBAL => (Quantity::Globals, counts.globals),
            found => return start.refuse(Reason::ExportKind { name, found }),
        };
        if export.index >= allowed {
            return start.refuse(Reason::Index {
                what,
                found: export.index,
                allowed,
            });
        }
    }
    section.end()
}
