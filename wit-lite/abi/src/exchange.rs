//! The one buffer of a guest that a host writes requests to.

/// Name of the exported immutable `i32` global that holds the buffer's address. Its number is the ABI's version.
pub const EXCHANGE_EXPORT: &str = "corelet:abi/exchange@1";

/// Name of the exported memory.
pub const MEMORY_EXPORT: &str = "memory";

/// Name of the export that makes the plugin: its request is the world's `config` record, or empty without one; its
/// response a `result<_, error>` of `corelet:plugin/types`.
pub const INIT_EXPORT: &str = "init";

/// Bytes of the size that stands before the buffer.
pub const EXCHANGE_HEADER: u32 = 4;

/// The buffer as a guest lays it out: its size as a little-endian `u32`, then as many bytes.
#[repr(C, align(4))]
#[derive(Debug)]
pub struct Exchange<const SIZE: usize> {
    size: u32,
    bytes: [u8; SIZE],
}

impl<const SIZE: usize> Exchange<SIZE> {
    /// A buffer of zeros.
    pub const fn new() -> Self {
        const {
            assert!(SIZE < 1 << 31, "an exchange buffer is smaller than 2 GiB");
        }
        Self {
            size: SIZE as u32,
            bytes: [0; SIZE],
        }
    }

    /// The bytes, without the size.
    pub const fn bytes_mut(&mut self) -> &mut [u8; SIZE] {
        &mut self.bytes
    }
}

impl<const SIZE: usize> Default for Exchange<SIZE> {
    fn default() -> Self {
        Self::new()
    }
}
