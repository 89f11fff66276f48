//! The type section.

use crate::cursor::Cursor;
use crate::heap::{Heap, Item};
use crate::source::Refused;
use crate::value::{I32, I64, value_type};
use crate::{Limits, Quantity, Reason};

const FUNCTION_TYPE: u8 = 0x60;

/// A function type: the bytes of its value types, as they stand in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signature<'m> {
    pub(crate) params: &'m [u8],
    pub(crate) results: &'m [u8],
}

impl Signature<'_> {
    pub(crate) const NOTHING: Self = Self {
        params: &[],
        results: &[],
    };
    /// That of an import of the ABI.
    pub(crate) const IMPORT: Self = Self {
        params: &[I32, I32, I32, I32],
        results: &[I32],
    };
    /// That of an export of the ABI.
    pub(crate) const EXPORT: Self = Self {
        params: &[I32, I32],
        results: &[I64],
    };
}

/// Reads the types into the front of `space`, which holds as many as the limits allow; returns that part.
pub(crate) fn check<'a, 'm>(
    section: Option<Cursor<'m>>,
    space: &'a mut [Signature<'m>],
    limits: &Limits,
    heap: &mut Heap,
) -> Result<&'a [Signature<'m>], Refused> {
    let Some(mut section) = section else {
        return Ok(&[]);
    };
    let count = section.count(limits, Quantity::Types)? as usize;
    let start = section;
    let Some(types) = space.get_mut(..count) else {
        return start.over(Quantity::Types, count as u32, limits.types);
    };
    for place in types.iter_mut() {
        let start = section;
        let found = section.byte()?;
        if found != FUNCTION_TYPE {
            return start.refuse(Reason::TypeForm { found });
        }
        *place = Signature {
            params: values(&mut section, limits, Quantity::Params)?,
            results: values(&mut section, limits, Quantity::Results)?,
        };
        let values = place.params.len().saturating_add(place.results.len()) as u32;
        heap.item(Item::Type { values });
    }
    section.end()?;
    Ok(types)
}

fn values<'m>(
    section: &mut Cursor<'m>,
    limits: &Limits,
    what: Quantity,
) -> Result<&'m [u8], Refused> {
    let count = section.count(limits, what)?;
    let bytes = section.take(count)?;
    let mut each = bytes;
    for _ in 0..count {
        value_type(&mut each)?;
    }
    Ok(bytes.bytes())
}
