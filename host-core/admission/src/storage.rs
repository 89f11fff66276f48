//! Memory, table, globals, and the segments that fill them.

use crate::cursor::Cursor;
use crate::functions::value_type;
use crate::{Limits, Quantity, Reason, Refusal};

const I32: u8 = 0x7f;
const END: u8 = 0x0b;

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
fn bounds(section: &mut Cursor<'_>, has_maximum: bool) -> Result<(u32, Option<u32>), Refusal> {
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

/// The memory, if there is one.
pub(crate) fn check_memory(
    section: Option<Cursor<'_>>,
    limits: &Limits,
) -> Result<Option<Memory>, Refusal> {
    let Some(mut section) = section else {
        return Ok(None);
    };
    if section.count(limits, Quantity::Memories)? == 0 {
        section.end()?;
        return Ok(None);
    }
    let start = section;
    const MAXIMUM: u8 = 1;
    const OWN_PAGE_SIZE: u8 = 8;
    let flags = section.byte()?;
    if flags & !(MAXIMUM | OWN_PAGE_SIZE) != 0 {
        return start.refuse(Reason::MemoryFlags { found: flags });
    }
    let (minimum, maximum) = bounds(&mut section, flags & MAXIMUM != 0)?;
    let page_start = section;
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
    section.end()?;
    Ok(Some(Memory {
        bytes: initial,
        most: maximum.map(bytes),
        page: 1 << log2,
    }))
}

/// How many elements the table begins with; none if there is no table.
pub(crate) fn check_table(
    section: Option<Cursor<'_>>,
    limits: &Limits,
) -> Result<Option<u32>, Refusal> {
    let Some(mut section) = section else {
        return Ok(None);
    };
    if section.count(limits, Quantity::Tables)? == 0 {
        section.end()?;
        return Ok(None);
    }
    const FUNCTION_REFERENCES: u8 = 0x70;
    let start = section;
    let found = section.byte()?;
    if found != FUNCTION_REFERENCES {
        return start.refuse(Reason::TableType { found });
    }
    let start = section;
    let flags = section.byte()?;
    if flags > 1 {
        return start.refuse(Reason::TableType { found: flags });
    }
    let start = section;
    let (minimum, _) = bounds(&mut section, flags == 1)?;
    let allowed = limits.table_elements;
    if minimum > allowed {
        return start.refuse(Reason::over(Quantity::TableElements, minimum, allowed));
    }
    section.end()?;
    Ok(Some(minimum))
}

/// One constant of type `expected` and `end`; the value if it is an `i32`.
fn constant(section: &mut Cursor<'_>, expected: u8) -> Result<u32, Refusal> {
    let start = *section;
    let opcode = section.byte()?;
    let value = match (opcode, expected) {
        (0x41, I32) => section.signed(32)? as u32,
        (0x42, 0x7e) => {
            section.signed(64)?;
            0
        }
        (0x43, 0x7d) => {
            section.take(4)?;
            0
        }
        (0x44, 0x7c) => {
            section.take(8)?;
            0
        }
        (found, _) => return start.refuse(Reason::Constant { found }),
    };
    let start = *section;
    match section.byte()? {
        END => Ok(value),
        found => start.refuse(Reason::Constant { found }),
    }
}

/// A global as far as admission wants to know it.
pub(crate) struct Global {
    /// Whether it is an immutable `i32`.
    pub(crate) is_constant_i32: bool,
    /// Its initial value if it is an `i32`.
    pub(crate) value: u32,
}

/// What is kept of the global section: where the globals stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Globals<'m> {
    pub(crate) count: u32,
    section: Cursor<'m>,
}

impl<'m> Globals<'m> {
    pub(crate) fn check(
        section: Option<Cursor<'m>>,
        end: Cursor<'m>,
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let Some(mut section) = section else {
            return Ok(Self {
                count: 0,
                section: end,
            });
        };
        let count = section.count(limits, Quantity::Globals)?;
        let globals = Self { count, section };
        for _ in 0..count {
            global(&mut section)?;
        }
        section.end()?;
        Ok(globals)
    }

    /// Global `index`, found by walking there.
    pub(crate) fn get(&self, index: u32) -> Result<Global, Refusal> {
        let mut section = self.section;
        for _ in 0..index {
            global(&mut section)?;
        }
        global(&mut section)
    }
}

fn global(section: &mut Cursor<'_>) -> Result<Global, Refusal> {
    let value_type = value_type(section)?;
    let start = *section;
    let mutability = section.byte()?;
    if mutability > 1 {
        return start.refuse(Reason::Mutability { found: mutability });
    }
    Ok(Global {
        is_constant_i32: value_type == I32 && mutability == 0,
        value: constant(section, value_type)?,
    })
}

/// The part of a segment that says where it goes.
enum Place {
    /// To this address when the instance is made.
    Active(u32),
    /// Nowhere by itself.
    Passive,
}

/// Where a segment of these flags goes, of the `count` memories or tables there are. Bit 0 says that it is not active,
/// and bit 1 of an active one that it names its memory or table.
fn place(
    section: &mut Cursor<'_>,
    flags: u32,
    what: Quantity,
    count: u32,
) -> Result<Place, Refusal> {
    match flags {
        0 => section.implied(what, count)?,
        2 => section.index(what, count)?,
        _ => return Ok(Place::Passive),
    };
    Ok(Place::Active(constant(section, I32)?))
}

/// Refuses an active segment that would not fit.
fn fits(start: &Cursor<'_>, place: &Place, length: u32, allowed: u32) -> Result<(), Refusal> {
    let Place::Active(offset) = *place else {
        return Ok(());
    };
    let found = u64::from(offset).saturating_add(u64::from(length));
    if found > u64::from(allowed) {
        return start.refuse(Reason::SegmentOutside { found, allowed });
    }
    Ok(())
}

/// Checks the element segments: lists of function indices.
pub(crate) fn check_elements(
    section: Option<Cursor<'_>>,
    table: Option<u32>,
    functions: u32,
    limits: &Limits,
) -> Result<(), Refusal> {
    let Some(mut section) = section else {
        return Ok(());
    };
    let mut items = 0_u32;
    for _ in 0..section.count(limits, Quantity::ElementSegments)? {
        let start = section;
        let flags = section.u32()?;
        if flags > 3 {
            return start.refuse(Reason::Segment { found: flags });
        }
        let tables = u32::from(table.is_some());
        let place = place(&mut section, flags, Quantity::Tables, tables)?;
        if flags != 0 {
            let kind = section;
            let found = section.byte()?;
            if found != 0 {
                return kind.refuse(Reason::TableType { found });
            }
        }
        let count = section.count(limits, Quantity::TableElements)?;
        items = items.saturating_add(count);
        if items > limits.table_elements {
            return start.refuse(Reason::over(
                Quantity::TableElements,
                items,
                limits.table_elements,
            ));
        }
        fits(&start, &place, count, table.unwrap_or(0))?;
        for _ in 0..count {
            section.index(Quantity::Functions, functions)?;
        }
    }
    section.end()
}

/// The announced number of data segments, which code that names segments needs.
pub(crate) fn check_data_count(
    section: Option<Cursor<'_>>,
    limits: &Limits,
) -> Result<Option<u32>, Refusal> {
    let Some(mut section) = section else {
        return Ok(None);
    };
    let count = section.bounded(limits, Quantity::DataSegments)?;
    section.end()?;
    Ok(Some(count))
}

/// Checks the data segments.
pub(crate) fn check_data(
    section: Option<Cursor<'_>>,
    end: Cursor<'_>,
    memory: Option<Memory>,
    announced: Option<u32>,
    limits: &Limits,
) -> Result<(), Refusal> {
    let start = section.unwrap_or(end);
    let (mut section, count) = match section {
        Some(mut section) => {
            let count = section.count(limits, Quantity::DataSegments)?;
            (section, count)
        }
        None => (end, 0),
    };
    if let Some(allowed) = announced
        && allowed != count
    {
        return start.refuse(Reason::Count {
            what: Quantity::DataSegments,
            found: count,
            allowed,
        });
    }
    for _ in 0..count {
        let start = section;
        let flags = section.u32()?;
        if flags > 2 {
            return start.refuse(Reason::Segment { found: flags });
        }
        let memories = u32::from(memory.is_some());
        let place = place(&mut section, flags, Quantity::Memories, memories)?;
        let length = section.u32()?;
        section.take(length)?;
        fits(
            &start,
            &place,
            length,
            memory.map_or(0, |memory| memory.bytes),
        )?;
    }
    section.end()
}
