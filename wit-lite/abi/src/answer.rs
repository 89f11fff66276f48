//! Results of imports and exports as the integers that they are on the boundary.

use crate::Status;

/// The result of an import: the length of the response in bytes, or a status.
///
/// ```
/// use corelet_abi::{import_result, Status};
/// assert_eq!(import_result(Ok(12)), 12);
/// assert_eq!(import_result(Err(Status::BUSY)), -5);
/// ```
pub fn import_result(result: Result<usize, Status>) -> i32 {
    match result {
        Ok(length) => i32::try_from(length).unwrap_or(Status::LOGIC_BUG.code()),
        Err(status) => status.code(),
    }
}

/// Where an export's response lies in the guest's memory. A claim until it is checked against that memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Address of its first byte; of no meaning if `length` is 0.
    pub pointer: u32,
    /// Its length in bytes.
    pub length: u32,
}

/// Packs the result of an export: `pointer << 32 | length`, or a status.
///
/// A pointer of 2³¹ or more cannot be expressed and gives [`Status::LOGIC_BUG`]; no guest has such memory.
#[inline]
pub const fn pack(result: Result<Answer, Status>) -> i64 {
    match result {
        Ok(answer) if answer.pointer < 1 << 31 => {
            ((answer.pointer as i64) << 32) | answer.length as i64
        }
        Ok(_) => Status::LOGIC_BUG.code() as i64,
        Err(status) => status.code() as i64,
    }
}

/// Unpacks the result of an export; none if it is neither an answer nor a status.
///
/// ```
/// use corelet_abi::{pack, unpack, Answer, Status};
/// let answer = Answer { pointer: 1024, length: 7 };
/// assert_eq!(unpack(pack(Ok(answer))), Some(Ok(answer)));
/// assert_eq!(unpack(-5), Some(Err(Status::BUSY)));
/// assert_eq!(unpack(i64::MIN), None);
/// ```
#[inline]
pub const fn unpack(raw: i64) -> Option<Result<Answer, Status>> {
    if raw >= 0 {
        Some(Ok(Answer {
            pointer: (raw >> 32) as u32,
            length: raw as u32,
        }))
    } else if raw >= i32::MIN as i64 {
        match Status::from_code(raw as i32) {
            Some(status) => Some(Err(status)),
            None => None,
        }
    } else {
        None
    }
}
