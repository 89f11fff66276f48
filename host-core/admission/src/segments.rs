//! The segments that fill table and memory.

use crate::cursor::Cursor;
use crate::globals::constant;
use crate::heap::{Heap, Item};
use crate::memory::Memory;
use crate::source::Refused;
use crate::value::I32;
use crate::{Limits, Quantity, Reason};

/// The flags of a passive segment; one that is declared counts as active.
const PASSIVE: u32 = 1;

/// What segments may name.
#[derive(Clone, Copy)]
pub(crate) struct Targets<'a> {
    pub(crate) functions: u32,
    /// How many elements the table begins with, if there is one.
    pub(crate) table: Option<u32>,
    pub(crate) memory: Option<Memory>,
    /// The types of the imported globals.
    pub(crate) globals: &'a [u8],
    /// Whether active segments must lie in what table and memory begin with.
    pub(crate) fit: bool,
}

/// The part of a segment that says where it goes.
enum Place {
    /// To this address when the instance is made, if it stands in the module.
    Active(Option<u32>),
    /// Nowhere by itself.
    Passive,
}

impl Targets<'_> {
    /// Where a segment of these flags goes, of the `count` memories or tables there are. Bit 0 says that it is not
    /// active, and bit 1 of an active one that it names its memory or table.
    fn place(
        &self,
        section: &mut Cursor<'_>,
        flags: u32,
        what: Quantity,
        count: u32,
    ) -> Result<Place, Refused> {
        match flags {
            0 => section.implied(what, count)?,
            2 => section.index(what, count)?,
            _ => return Ok(Place::Passive),
        };
        Ok(Place::Active(constant(section, I32, self.globals)?))
    }

    /// Refuses an active segment that would not fit.
    fn fits(
        &self,
        start: &Cursor<'_>,
        place: &Place,
        length: u32,
        allowed: u32,
    ) -> Result<(), Refused> {
        let Place::Active(Some(offset)) = *place else {
            return Ok(());
        };
        let found = u64::from(offset).saturating_add(u64::from(length));
        if self.fit && found > u64::from(allowed) {
            return start.refuse(Reason::SegmentOutside { found, allowed });
        }
        Ok(())
    }
}

/// Checks the element segments, which are lists of function indices; returns how many there are.
pub(crate) fn check_elements(
    section: Option<Cursor<'_>>,
    targets: &Targets<'_>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<u32, Refused> {
    let Some(mut section) = section else {
        return Ok(0);
    };
    let mut items = 0_u32;
    let segments = section.count(limits, Quantity::ElementSegments)?;
    for _ in 0..segments {
        let start = section;
        let flags = section.u32()?;
        if flags > 3 {
            return start.refuse(Reason::Segment { found: flags });
        }
        let tables = u32::from(targets.table.is_some());
        let place = targets.place(&mut section, flags, Quantity::Tables, tables)?;
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
            return start.over(Quantity::TableElements, items, limits.table_elements);
        }
        targets.fits(&start, &place, count, targets.table.unwrap_or(0))?;
        for _ in 0..count {
            section.index(Quantity::Functions, targets.functions)?;
        }
        heap.item(Item::Element {
            items: count,
            active: flags != PASSIVE,
        });
    }
    section.end()?;
    Ok(segments)
}

/// The announced number of data segments, which code that names segments needs.
pub(crate) fn check_data_count(
    section: Option<Cursor<'_>>,
    limits: &Limits,
) -> Result<Option<u32>, Refused> {
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
    announced: Option<u32>,
    targets: &Targets<'_>,
    limits: &Limits,
    heap: &mut Heap,
) -> Result<(), Refused> {
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
    let memory = targets.memory.map_or(0, |memory| memory.bytes);
    for _ in 0..count {
        let start = section;
        let flags = section.u32()?;
        if flags > 2 {
            return start.refuse(Reason::Segment { found: flags });
        }
        let memories = u32::from(targets.memory.is_some());
        let place = targets.place(&mut section, flags, Quantity::Memories, memories)?;
        let length = section.u32()?;
        section.take(length)?;
        targets.fits(&start, &place, length, memory)?;
        heap.item(Item::Data {
            bytes: length,
            active: flags != PASSIVE,
        });
    }
    section.end()
}
