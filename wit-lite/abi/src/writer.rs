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
    #[inline]
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
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        let end = self.length.saturating_add(bytes.len());
        let place = self
            .buffer
            .get_mut(self.length..end)
            .ok_or(CodecError::Full)?;
        let (to_chunks, to_tail) = place.as_chunks_mut::<8>();
        let (from_chunks, from_tail) = bytes.as_chunks::<8>();
        copy(to_chunks, from_chunks);
        copy(to_tail, from_tail);
        self.length = end;
        Ok(())
    }

    /// `value` as a little-endian base-128 integer in its shortest form.
    ///
    /// # Errors
    /// [`CodecError::Full`] if the buffer has no room.
    #[inline]
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

/// Copies as much of `from` as there is room for in `to`.
///
/// `copy_from_slice` would do, but in a guest that is optimised for size its panic on unequal lengths stays, and brings
/// 2.5 KB of formatting; iterators stay calls there, one per byte.
fn copy<T: Copy>(to: &mut [T], from: &[T]) {
    let mut at = 0;
    while let (Some(to), Some(from)) = (to.get_mut(at), from.get(at)) {
        *to = *from;
        at += 1;
    }
}
