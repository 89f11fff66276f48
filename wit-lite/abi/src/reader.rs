use crate::CodecError;

/// Takes values off the front of a message, checking as it goes.
///
/// The first error stays: from then on every value is zero or empty, and [`Reader::check`] and [`Reader::finish`] tell
/// the error. So a value that was taken off means something only after one of them succeeded; [`decode`](crate::decode)
/// sees to it. In a guest, a record's codec takes less than half the code that a `Result` per value would.
///
/// Never panics, never allocates; what it returns borrows the message.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    error: Option<CodecError>,
}

impl<'a> Reader<'a> {
    /// Reads `message` from its first byte.
    #[inline]
    pub const fn new(message: &'a [u8]) -> Self {
        Self {
            rest: message,
            error: None,
        }
    }

    /// What is not read yet; nothing after an error.
    #[inline]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Refuses the message for `error`, unless it is refused already.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn refuse(&mut self, error: CodecError) {
        self.rest = &[];
        self.error.get_or_insert(error);
    }

    /// Whether all values so far were there.
    ///
    /// # Errors
    /// Why the first of them was not.
    #[inline]
    pub const fn check(&self) -> Result<(), CodecError> {
        match self.error {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    /// Ends the message.
    ///
    /// # Errors
    /// That of [`Reader::check`], or [`CodecError::Trailing`] if bytes are left.
    #[inline]
    pub const fn finish(self) -> Result<(), CodecError> {
        match self.error {
            Some(error) => Err(error),
            None if self.rest.is_empty() => Ok(()),
            None => Err(CodecError::Trailing),
        }
    }

    /// One byte. [`CodecError::End`] if there is none.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((&first, rest)) => {
                self.rest = rest;
                first
            }
            None => {
                self.refuse(CodecError::End);
                0
            }
        }
    }

    /// The next `length` bytes. [`CodecError::End`] if there are fewer.
    #[inline]
    pub fn bytes(&mut self, length: usize) -> &'a [u8] {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => {
                self.refuse(CodecError::End);
                &[]
            }
        }
    }

    /// The next `N` bytes. [`CodecError::End`] if there are fewer.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        match self.rest.split_first_chunk() {
            Some((taken, rest)) => {
                self.rest = rest;
                *taken
            }
            None => {
                self.refuse(CodecError::End);
                [0; N]
            }
        }
    }

    /// A little-endian base-128 integer of at most `max`, in its shortest form. [`CodecError::Varint`] if it is longer
    /// than need be or does not fit, [`CodecError::End`] if it is cut.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn varint(&mut self, max: u64) -> u64 {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte();
            // Of a tenth byte, one bit is left.
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                // A last byte of zero adds nothing: the form is not the shortest.
                if value > max || (byte == 0 && shift > 0) {
                    break;
                }
                return value;
            }
            shift += 7;
        }
        self.refuse(CodecError::Varint);
        0
    }

    /// A 32-bit integer, as [`Reader::varint`].
    #[inline]
    pub fn number(&mut self) -> u32 {
        self.varint(u32::MAX as u64) as u32
    }

    /// A count or length: a 32-bit varint, [`CodecError::Bound`] above `max`.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn length(&mut self, max: usize) -> usize {
        // A 32-bit value fits usize on every target that has a Corelet host or guest.
        let length = self.number() as usize;
        if length > max {
            self.refuse(CodecError::Bound);
            return 0;
        }
        length
    }

    /// A string of at most `max` bytes. [`CodecError::Utf8`] if it is none, and those of [`Reader::length`].
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn text(&mut self, max: usize) -> &'a str {
        let length = self.length(max);
        match core::str::from_utf8(self.bytes(length)) {
            Ok(text) => text,
            Err(_) => {
                self.refuse(CodecError::Utf8);
                ""
            }
        }
    }

    /// The number of one of `count` cases: a 32-bit varint, [`CodecError::Case`] from `count` on.
    #[inline]
    pub fn case(&mut self, count: u32) -> u32 {
        let case = self.number();
        if case >= count {
            self.refuse(CodecError::Case);
            return 0;
        }
        case
    }

    /// One byte that is 0 or 1. [`CodecError::Tag`] if it is another.
    #[cfg_attr(not(target_family = "wasm"), inline)]
    pub fn tag(&mut self) -> bool {
        let tag = self.byte();
        if tag > 1 {
            self.refuse(CodecError::Tag);
        }
        tag == 1
    }
}
