//! A plugin's own values: the imported functions and types of `corelet:host/storage`, and helpers for single numbers.
//!
//! The helpers keep a number as its bytes, lowest first, so `get_u32` takes four. A value of another length is not
//! theirs, and an error of the plugin's.

pub use crate::generated::storage::*;

use crate::abi::{Function, Status, Writer};
use crate::error::Cause;
use crate::import::cross;
use crate::types::Origin;

/// The bound of `key`, in bytes.
const KEY_MAX: usize = functions::Get::REQUEST_MAX - 1;

/// The `length` bytes under `key` as a number, lowest first.
///
/// One function for all types, and it looks at the bytes of the response itself: it is in every plugin that keeps a
/// number, and a codec of all that a response can be takes twice the code.
#[inline(never)]
fn number(key: &str, length: u8) -> Result<Option<u64>, crate::Error> {
    let mut request = [0; functions::Get::REQUEST_MAX];
    let mut response = [0; functions::Get::RESPONSE_MAX];
    let mut writer = Writer::new(&mut request);
    writer
        .counted(key.as_bytes(), KEY_MAX)
        .map_err(|_| Status::MALFORMED)?;
    match well(cross::<functions::Get>(writer.written(), &mut response)?)? {
        [0] => Ok(None),
        [1, count, bytes @ ..] if *count == length => {
            let number = bytes
                .iter()
                .rev()
                .fold(0, |number, byte| number << 8 | u64::from(*byte));
            Ok(Some(number))
        }
        _ => Err(crate::Error::message("no such number")),
    }
}

/// Keeps the lowest `length` bytes of `number` under `key`.
#[inline(never)]
fn keep(key: &str, number: u64, length: u8) -> Result<(), crate::Error> {
    let mut request = [0; KEY_MAX + size_of::<u64>() + 2];
    let mut response = [0; functions::Set::RESPONSE_MAX];
    let bytes = number.to_le_bytes();
    let bytes = bytes.get(..length.into()).unwrap_or_default();
    let mut writer = Writer::new(&mut request);
    writer
        .counted(key.as_bytes(), KEY_MAX)
        .and_then(|()| writer.counted(bytes, bytes.len()))
        .map_err(|_| Status::MALFORMED)?;
    well(cross::<functions::Set>(writer.written(), &mut response)?)?;
    Ok(())
}

/// The value of a response that is well.
#[inline]
fn well(response: &[u8]) -> Result<&[u8], crate::Error> {
    match response {
        [0, value @ ..] => Ok(value),
        [1, case] => Err(crate::Error {
            origin: Origin::Imported,
            code: i32::from(*case),
            message: Error::INTERFACE,
        }),
        _ => Err(Status::LOGIC_BUG.into()),
    }
}

macro_rules! numbers {
    ($($type:ident $get:ident $set:ident $what:literal;)*) => {$(
        #[doc = concat!("The ", $what, " under `key`; none if nothing is there.")]
        ///
        /// # Errors
        /// Those of [`get`], and an error of the plugin's own if what is there has another length.
        #[inline]
        pub fn $get(key: &str) -> Result<Option<$type>, crate::Error> {
            Ok(number(key, size_of::<$type>() as u8)?.map(|number| number as $type))
        }

        #[doc = concat!("Keeps the ", $what, " `value` under `key`.")]
        ///
        /// # Errors
        /// Those of [`set`].
        #[inline]
        pub fn $set(key: &str, value: $type) -> Result<(), crate::Error> {
            keep(key, value as u64, size_of::<$type>() as u8)
        }
    )*};
}

numbers! {
    u32 get_u32 set_u32 "32-bit number";
    i32 get_i32 set_i32 "signed 32-bit number";
    u64 get_u64 set_u64 "64-bit number";
    i64 get_i64 set_i64 "signed 64-bit number";
}

/// The truth value under `key`; none if nothing is there.
///
/// # Errors
/// Those of [`get`], and an error of the plugin's own if what is there is not one byte.
#[inline]
pub fn get_bool(key: &str) -> Result<Option<bool>, crate::Error> {
    Ok(number(key, 1)?.map(|number| number != 0))
}

/// Keeps the truth value `value` under `key`, as one byte.
///
/// # Errors
/// Those of [`set`].
#[inline]
pub fn set_bool(key: &str, value: bool) -> Result<(), crate::Error> {
    keep(key, u64::from(value), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CallError, sim};

    #[test]
    fn numbers_come_back_as_they_were_kept() -> Result<(), crate::Error> {
        assert_eq!(get_u32("number")?, None);
        for number in [0, 1, 0x8001_0203, u32::MAX] {
            set_u32("number", number)?;
            assert_eq!(get_u32("number")?, Some(number));
            assert_eq!(sim::storage("number"), number);
        }
        set_i32("number", i32::MIN)?;
        assert_eq!(get_i32("number")?, Some(i32::MIN));
        set_u64("number", u64::MAX)?;
        assert_eq!(get_u64("number")?, Some(u64::MAX));
        set_i64("number", -2)?;
        assert_eq!(get_i64("number")?, Some(-2));
        assert_eq!(sim::storage("number"), -2_i64);
        set_bool("number", true)?;
        assert_eq!(get_bool("number")?, Some(true));
        Ok(())
    }

    #[test]
    fn a_number_is_its_bytes_from_the_lowest() {
        set_u32("number", 0x0102_0304).unwrap();
        assert_eq!(
            get("number", &mut GetBuffer::new()),
            Ok(Some(&[4, 3, 2, 1][..]))
        );
    }

    #[test]
    fn a_value_of_another_length_is_no_such_number() {
        for bytes in [&[][..], &[1, 2, 3], &[1, 2, 3, 4, 5], &[0; 128]] {
            set("number", bytes).unwrap();
            assert_eq!(get_u32("number").unwrap_err().message, "no such number");
        }
    }

    #[test]
    fn the_longest_key_serves_and_a_longer_one_is_refused() {
        let key = "0123456789abcdefghijklmno";
        let longest = key.get(..24).unwrap();
        set_u64(longest, 5).unwrap();
        assert_eq!(get_u64(longest), Ok(Some(5)));
        let refused = crate::Error::from(Status::MALFORMED);
        assert_eq!(set_u64(key, 5), Err(refused));
        assert_eq!(get_u64(key), Err(refused));
    }

    #[test]
    fn an_error_of_the_host_is_the_one_that_the_typed_function_gives() {
        let typed: CallError<Error> = set("", &[1]).unwrap_err();
        assert_eq!(typed, CallError::Failed(Error::AccessDenied));
        assert_eq!(set_bool("", true), Err(typed.into()));
        assert_eq!(get_bool(""), Err(typed.into()));
        sim::board(|board| *board = corelet_desktop::Desktop::in_virtual_time().without_storage());
        assert_eq!(
            get_u32("number"),
            Err(CallError::Failed(Error::NoSuchStore).into())
        );
    }
}
