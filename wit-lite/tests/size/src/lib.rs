//! What codecs cost in a guest: the same function over the same bytes, once with generated codecs and once with serde's
//! derives and the `postcard` crate. Each example is one module.
//!
//! ```text
//! cargo build -p corelet-codec-size --examples --profile guest --target wasm32-unknown-unknown
//! ```
//!
//! Bytes of the code section (Rust 1.96, `-Clink-arg=--page-size=1`):
//!
//! | message | generated | serde and postcard |
//! |---|---|---|
//! | `readings`: a list of records in, `result<record, record>` out | 1,488 | 1,774 |
//! | `texts`: strings, bytes and options both ways; 663 of it checks UTF-8 | 1,870 | 2,115 |
//! | `variants`: a variant with payloads of tuples, flags, results both ways | 2,485 | 3,643 |
//!
//! The two do not do the same: postcard takes integers that are longer than need be, and copies lists into memory (768
//! bytes of stack for 32 readings), where generated codecs refuse the one and iterate over the message for the other.

#![no_std]
// An export and the buffer behind it; in a plugin they come from `corelet_guest::export!`.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;

/// The request and the response of the one call under way.
#[derive(Debug)]
pub struct Buffers(UnsafeCell<([u8; 768], [u8; 128])>);

// SAFETY: a module of WebAssembly has one thread, and natively nothing calls the export.
unsafe impl Sync for Buffers {}

impl Buffers {
    /// Buffers of zeros.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(([0; 768], [0; 128])))
    }

    /// Calls `answer` with the first `length` bytes of the request: the length of the response, or −1.
    #[inline]
    pub fn call(&self, length: usize, answer: fn(&[u8], &mut [u8]) -> Option<usize>) -> i32 {
        // SAFETY: `answer` does not call the export, so this is the only reference.
        let (request, response) = unsafe { &mut *self.0.get() };
        let length = request
            .get(..length)
            .and_then(|request| answer(request, response));
        length.map_or(-1, |length| length as i32)
    }
}

/// Exports `call`, which answers with `$answer`.
#[macro_export]
macro_rules! export {
    ($answer:path) => {
        #[unsafe(no_mangle)]
        static BUFFERS: $crate::Buffers = $crate::Buffers::new();

        #[unsafe(no_mangle)]
        extern "C" fn call(length: usize) -> i32 {
            BUFFERS.call(length, $answer)
        }

        #[cfg(target_family = "wasm")]
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            core::arch::wasm32::unreachable()
        }
    };
}
