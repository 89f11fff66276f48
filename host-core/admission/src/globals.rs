//! Globals, and the constants that they and segments begin with.

use crate::cursor::Cursor;
use crate::heap::{Heap, Item};
use crate::imports::global_type;
use crate::instructions::MUTABLE;
use crate::source::Refused;
use crate::value::{F32, F64, I32, I64};
use crate::{Limits, Quantity, Reason};

const END: u8 = 0x0b;

/// Takes one constant of type `expected` and `end`; returns the value if it is an `i32` that stands in the module. Of the
/// globals, which are those that are imported, immutable ones can be named.
pub(crate) fn constant(
    section: &mut Cursor<'_>,
    expected: u8,
    imported: &[u8],
) -> Result<Option<u32>, Refused> {
    let start = *section;
    let opcode = section.byte()?;
    let refused = || start.refuse(Reason::Constant { found: opcode });
    let value = match (opcode, expected) {
        (0x41, I32) => Some(section.signed(32)? as u32),
        (0x42, I64) => {
            section.signed(64)?;
            None
        }
        (0x43, F32) => {
            section.take(4)?;
            None
        }
        (0x44, F64) => {
            section.take(8)?;
            None
        }
        (0x23, _) => {
            let index = section.u32()?;
            if imported.get(index as usize) != Some(&expected) {
                return refused();
            }
            None
        }
        _ => return refused(),
    };
    let start = *section;
    match section.byte()? {
        END => Ok(value),
        found => start.refuse(Reason::Constant { found }),
    }
}

/// A global of the module's own.
pub(crate) struct Global {
    /// Its type, and [`MUTABLE`].
    pub(crate) kind: u8,
    /// Its initial value if it is an `i32` that stands in the module.
    pub(crate) value: Option<u32>,
}

impl Global {
    /// The value, if it is an `i32` and never another.
    pub(crate) fn constant_i32(&self) -> Option<u32> {
        self.value.filter(|_| self.kind == I32)
    }
}

/// Takes one global.
pub(crate) fn global(section: &mut Cursor<'_>, imported: &[u8]) -> Result<Global, Refused> {
    let kind = global_type(section)?;
    Ok(Global {
        kind,
        value: constant(section, kind & !MUTABLE, imported)?,
    })
}

/// Reads the globals behind the `imported` that `space` begins with; returns the types of all.
pub(crate) fn check<'a>(
    section: Option<Cursor<'_>>,
    imported: u32,
    space: &'a mut [u8],
    limits: &Limits,
    heap: &mut Heap,
) -> Result<&'a [u8], Refused> {
    let mut count = imported;
    if let Some(mut section) = section {
        let start = section;
        let declared = section.count(limits, Quantity::Globals)?;
        count = imported.saturating_add(declared);
        let Some((imported, own)) = space
            .get_mut(..count as usize)
            .filter(|_| count <= limits.globals)
            .and_then(|all| all.split_at_mut_checked(imported as usize))
        else {
            return start.over(Quantity::Globals, count, limits.globals);
        };
        for place in own {
            *place = global(&mut section, imported)?.kind;
            heap.item(Item::Global);
        }
        section.end()?;
    }
    Ok(space.get(..count as usize).unwrap_or_default())
}
