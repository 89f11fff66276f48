//! Value types as the bytes that stand for them.

use crate::Reason;
use crate::cursor::Cursor;
use crate::source::Refused;

pub(crate) const I32: u8 = 0x7f;
pub(crate) const I64: u8 = 0x7e;
pub(crate) const F32: u8 = 0x7d;
pub(crate) const F64: u8 = 0x7c;

/// The type of an operand that code which is never reached would find: it stands for every type.
pub(crate) const ANY: u8 = 0;

/// Takes a value type, of which the four of WebAssembly 1.0 are allowed.
pub(crate) fn value_type(section: &mut Cursor<'_>) -> Result<u8, Refused> {
    let start = *section;
    match section.byte()? {
        found @ F64..=I32 => Ok(found),
        found => start.refuse(Reason::ValueType { found }),
    }
}

/// A list of one type.
pub(crate) const fn one(value: u8) -> &'static [u8] {
    match value {
        I32 => &[I32],
        I64 => &[I64],
        F32 => &[F32],
        _ => &[F64],
    }
}

/// The name of a type, for a sentence.
pub(crate) const fn name(value: u8) -> &'static str {
    match value {
        I32 => "i32",
        I64 => "i64",
        F32 => "f32",
        F64 => "f64",
        _ => "any type",
    }
}
