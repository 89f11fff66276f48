use crate::CodecError;

/// Appends values to a message in a buffer of fixed size.
///
/// Never panics, never allocates.
#[derive(Debug)]
pub struct Writer<'a> {
    buffer: &'a mut [u8],
    length: usize,
}

impl<'a> Writer<'a> {
    /// Writes into `buffer` from its first byte.
    pub const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    /// How many bytes are written.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The bytes that are written.
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or(&[])
    }

    /// One byte.
    ///
    /// # Errors
    /// [`CodecError::Full`] if the buffer has no room.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn byte(&mut self, byte: u8) -> Result<(), CodecError> {
        let place = self.buffer.get_mut(self.length).ok_or(CodecError::Full)?;
        *place = byte;
        self.length += 1;
        Ok(())
    }

    /// All of `bytes`.
    ///
    /// # Errors
    /// [`CodecError::Full`] if the buffer has no room; nothing is written then.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        let (_, free) = self
            .buffer
            .split_at_mut_checked(self.length)
            .ok_or(CodecError::Full)?;
        let (place, _) = free
            .split_at_mut_checked(bytes.len())
            .ok_or(CodecError::Full)?;
        let mut at = 0;
        while let (Some(to), Some(from)) = (place.get_mut(at), bytes.get(at)) {
            *to = *from;
            at += 1;
        }
        self.length += bytes.len();
        Ok(())
    }

    /// A count of at most `max`, and as many bytes.
    ///
    /// # Errors
    /// Those of [`Writer::length_of`] and [`Writer::bytes`].
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn counted(&mut self, bytes: &[u8], max: usize) -> Result<(), CodecError> {
        self.length_of(bytes.len(), max)?;
        self.bytes(bytes)
    }

    /// `value` as a little-endian base-128 integer in its shortest form.
    ///
    /// # Errors
    /// [`CodecError::Full`] if the buffer has no room.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn varint(&mut self, mut value: u64) -> Result<(), CodecError> {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80)?;
            value >>= 7;
        }
        self.byte(value as u8)
    }

    /// A count or length of at most `max`.
    ///
    /// # Errors
    /// [`CodecError::Bound`] above `max` or 2³² − 1, [`CodecError::Full`] if the buffer has no room.
    #[inline]
    pub fn length_of(&mut self, length: usize, max: usize) -> Result<(), CodecError> {
        if length > max || u32::try_from(length).is_err() {
            return Err(CodecError::Bound);
        }
        self.varint(length as u64)
    }
}
