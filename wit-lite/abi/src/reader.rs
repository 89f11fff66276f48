use crate::CodecError;

/// Takes values off the front of a message, checking as it goes.
///
/// Never panics, never allocates; what it returns borrows the message.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads `message` from its first byte.
    pub const fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What is not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One byte.
    ///
    /// # Errors
    /// [`CodecError::End`] if there is none.
    #[inline]
    pub fn byte(&mut self) -> Result<u8, CodecError> {
        let (&first, rest) = self.rest.split_first().ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(first)
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// [`CodecError::End`] if there are fewer.
    #[inline]
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    ///
    /// # Errors
    /// [`CodecError::End`] if there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CodecError::End)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// A little-endian base-128 integer of at most `bits` bits (16, 32 or 64), in its shortest form.
    ///
    /// # Errors
    /// [`CodecError::Varint`] if it is longer than need be or does not fit, [`CodecError::End`] if it is cut.
    #[inline]
    pub fn varint(&mut self, bits: u32) -> Result<u64, CodecError> {
        match self.rest.split_first() {
            Some((&first, rest)) if first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(first))
            }
            _ => self.varint_of_many(bits),
        }
    }

    #[inline(never)]
    fn varint_of_many(&mut self, bits: u32) -> Result<u64, CodecError> {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            // `bits` is at most 64, so `shift` stays under 64 and `room` is at least 1.
            let room = bits.saturating_sub(shift);
            if room < 7 && low >> room != 0 {
                return Err(CodecError::Varint);
            }
            value |= low << (shift & 63);
            shift += 7;
            if byte < 0x80 {
                // A last byte of zero adds nothing: the form is not the shortest.
                return if byte == 0 {
                    Err(CodecError::Varint)
                } else {
                    Ok(value)
                };
            }
            if shift >= bits {
                return Err(CodecError::Varint);
            }
        }
    }

    /// A count or length: a 32-bit varint of at most `max`.
    ///
    /// # Errors
    /// [`CodecError::Bound`] above `max`, and those of [`Reader::varint`].
    #[inline]
    pub fn length(&mut self, max: usize) -> Result<usize, CodecError> {
        // A 32-bit value fits usize on every target that has a Corelet host or guest.
        let length = self.varint(32)? as usize;
        if length > max {
            return Err(CodecError::Bound);
        }
        Ok(length)
    }

    /// The case number of an enum or variant.
    ///
    /// # Errors
    /// Those of [`Reader::varint`].
    #[inline]
    pub fn case(&mut self) -> Result<u32, CodecError> {
        // Bounded by 32 bits above.
        self.varint(32).map(|case| case as u32)
    }

    /// Ends the message.
    ///
    /// # Errors
    /// [`CodecError::Trailing`] if bytes are left.
    #[inline]
    pub fn finish(self) -> Result<(), CodecError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(CodecError::Trailing)
        }
    }
}
