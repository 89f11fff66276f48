use core::fmt;

/// Why bytes are not a message, or a value does not make one.
///
/// The discriminants are part of the ABI's golden vectors and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[repr(u8)]
pub enum CodecError {
    /// The bytes end inside a value.
    End = 1,
    /// Bytes are left over after the message.
    Trailing = 2,
    /// A varint is longer than it need be, or than its type can hold.
    Varint = 3,
    /// A bool, option or result tag is neither 0 nor 1.
    Tag = 4,
    /// A char is not one Unicode scalar value.
    Char = 5,
    /// A string is not UTF-8.
    Utf8 = 6,
    /// An enum or variant has no case of this number.
    Case = 7,
    /// A flag is set that the type does not name.
    Flags = 8,
    /// A string or list is longer than its bound.
    Bound = 9,
    /// The buffer is too small for the value.
    Full = 10,
}

impl CodecError {
    /// What is wrong, in words that end a sentence such as "the request is malformed: …".
    pub const fn reason(self) -> &'static str {
        match self {
            Self::End => "it ends inside a value",
            Self::Trailing => "bytes follow its end",
            Self::Varint => "an integer is not in its shortest form or out of range",
            Self::Tag => "a tag is neither 0 nor 1",
            Self::Char => "a char is not one Unicode scalar value",
            Self::Utf8 => "a string is not UTF-8",
            Self::Case => "an enum or variant has no such case",
            Self::Flags => "an unnamed flag is set",
            Self::Bound => "a string or list is over its bound",
            Self::Full => "it does not fit the buffer",
        }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl core::error::Error for CodecError {}
