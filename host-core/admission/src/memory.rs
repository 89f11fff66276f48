//! Memory and table: their types.

use crate::cursor::Cursor;
use crate::source::Refused;
use crate::{Limits, Quantity, Reason};

/// The memory's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Bytes that it begins with: under 2³¹.
    pub(crate) bytes: u32,
    /// Bytes that it may grow to, if the module says.
    pub(crate) most: Option<u64>,
    /// 1 or 65,536.
    pub(crate) page: u32,
}

/// Minimum and maximum of a memory or table.
fn bounds(section: &mut Cursor<'_>, has_maximum: bool) -> Result<(u32, Option<u32>), Refused> {
    let minimum = section.u32()?;
    if !has_maximum {
        return Ok((minimum, None));
    }
    let start = *section;
    let maximum = section.u32()?;
    if maximum < minimum {
        return start.refuse(Reason::Maximum {
            found: maximum,
            minimum,
        });
    }
    Ok((minimum, Some(maximum)))
}

/// Takes the type of a memory.
pub(crate) fn memory_type(section: &mut Cursor<'_>, limits: &Limits) -> Result<Memory, Refused> {
    let start = *section;
    const MAXIMUM: u8 = 1;
    const OWN_PAGE_SIZE: u8 = 8;
    let flags = section.byte()?;
    if flags & !(MAXIMUM | OWN_PAGE_SIZE) != 0 {
        return start.refuse(Reason::MemoryFlags { found: flags });
    }
    let (minimum, maximum) = bounds(section, flags & MAXIMUM != 0)?;
    let page_start = *section;
    let log2 = match flags & OWN_PAGE_SIZE {
        0 => 16,
        _ => section.u32()?,
    };
    if log2 != 0 && log2 != 16 {
        return page_start.refuse(Reason::PageSize { found: log2 });
    }
    let bytes = |pages: u32| u64::from(pages) << log2;
    if let Some(maximum) = maximum
        && bytes(maximum) > 1 << 32
    {
        return start.refuse(Reason::Maximum {
            found: maximum,
            minimum,
        });
    }
    let allowed = limits.memory_bytes;
    let found = bytes(minimum);
    // The limit is under 2³¹, so what is within it fits `u32`.
    let Some(initial) = u32::try_from(found).ok().filter(|bytes| *bytes <= allowed) else {
        return start.refuse(Reason::Over {
            what: Quantity::MemoryBytes,
            found,
            allowed,
        });
    };
    Ok(Memory {
        bytes: initial,
        most: maximum.map(bytes),
        page: 1 << log2,
    })
}

/// Takes the type of a table; returns how many elements it begins with.
pub(crate) fn table_type(section: &mut Cursor<'_>, limits: &Limits) -> Result<u32, Refused> {
    const FUNCTION_REFERENCES: u8 = 0x70;
    let start = *section;
    let found = section.byte()?;
    if found != FUNCTION_REFERENCES {
        return start.refuse(Reason::TableType { found });
    }
    let start = *section;
    let flags = section.byte()?;
    if flags > 1 {
        return start.refuse(Reason::TableType { found: flags });
    }
    let start = *section;
    let (minimum, _) = bounds(section, flags == 1)?;
    let allowed = limits.table_elements;
    if minimum > allowed {
        return start.over(Quantity::TableElements, minimum, allowed);
    }
    Ok(minimum)
}

/// The only item of a section of memories or tables, beside the one that may be imported.
pub(crate) fn only<'m, T>(
    section: Option<Cursor<'m>>,
    imported: Option<T>,
    what: Quantity,
    limits: &Limits,
    take: impl Fn(&mut Cursor<'m>, &Limits) -> Result<T, Refused>,
) -> Result<Option<T>, Refused> {
    let Some(mut section) = section else {
        return Ok(imported);
    };
    let start = section;
    let count = section.count(limits, what)?;
    let all = count.saturating_add(u32::from(imported.is_some()));
    // wasmi has one of each, whatever the limits say.
    if all > 1 {
        return start.over(what, all, 1);
    }
    let item = match count {
        0 => imported,
        _ => Some(take(&mut section, limits)?),
    };
    section.end()?;
    Ok(item)
}
