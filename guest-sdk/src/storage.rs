//! A plugin's own values: the imported functions and types of `corelet:host/storage`, and helpers for single numbers.
//!
//! The helpers keep a number as its bytes, lowest first, so `get_u32` takes four. A value of another length is not
//! theirs, and an error of the plugin's.

pub use crate::generated::storage::*;

/// The `length` bytes under `key` as a number, lowest first. One function for all types: it is in every plugin that
/// keeps a number.
#[inline(never)]
fn number(key: &str, length: usize) -> Result<Option<u64>, crate::Error> {
    let mut buffer = GetBuffer::new();
    let Some(bytes) = get(key, &mut buffer)? else {
        return Ok(None);
    };
    if bytes.len() != length {
        return Err(crate::Error::message("no such number"));
    }
    let number = bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    Ok(Some(number))
}

/// Keeps the lowest `length` bytes of `number` under `key`.
#[inline(never)]
fn keep(key: &str, number: u64, length: usize) -> Result<(), crate::Error> {
    let bytes = number.to_le_bytes();
    Ok(set(key, bytes.get(..length).unwrap_or_default())?)
}

macro_rules! numbers {
    ($($type:ident $get:ident $set:ident $what:literal;)*) => {$(
        #[doc = concat!("The ", $what, " under `key`; none if nothing is there.")]
        ///
        /// # Errors
        /// Those of [`get`], and an error of the plugin's own if what is there has another length.
        #[inline]
        pub fn $get(key: &str) -> Result<Option<$type>, crate::Error> {
            Ok(number(key, size_of::<$type>())?.map(|number| number as $type))
        }

        #[doc = concat!("Keeps the ", $what, " `value` under `key`.")]
        ///
        /// # Errors
        /// Those of [`set`].
        #[inline]
        pub fn $set(key: &str, value: $type) -> Result<(), crate::Error> {
            keep(key, value as u64, size_of::<$type>())
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
