use core::fmt::Debug;

use crate::{CodecError, Reader, Writer};

/// The wire form of one type of the contract.
///
/// An implementor is the *type of the contract*, bounds included ([`Text<64>`](crate::Text)); [`Codec::Value`] is
/// what Rust code holds (`&str`). A record or variant is its own codec, with `'static` for
/// a lifetime if it has one.
///
/// The wire form is [postcard's](https://postcard.jamesmunns.com/wire-format), and canonical: one value has one form,
/// and every other is refused.
pub trait Codec: 'static {
    /// What Rust code holds. Strings and bytes borrow the message, lists are views of it.
    type Value<'a>: Copy + PartialEq + Debug + 'a;

    /// The most bytes that a value takes on the wire.
    const MAX: usize;

    /// Appends `value`.
    ///
    /// # Errors
    /// [`CodecError::Bound`] if a string or list is over its bound, [`CodecError::Full`] if the buffer is.
    fn encode(value: &Self::Value<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError>;

    /// Takes a value off the front. It means nothing if the reader refuses the message, now or before.
    fn read<'a>(reader: &mut Reader<'a>) -> Self::Value<'a>;

    /// Takes a value off the front, all of it checked: a view that comes back holds no surprise.
    ///
    /// # Errors
    /// Any [`CodecError`] but `Trailing` and `Full`.
    #[inline]
    fn decode<'a>(reader: &mut Reader<'a>) -> Result<Self::Value<'a>, CodecError> {
        let value = Self::read(reader);
        reader.check()?;
        Ok(value)
    }
}

/// Encodes one whole message, and returns its length in bytes.
///
/// # Errors
/// [`CodecError::Bound`] or [`CodecError::Full`].
///
/// ```
/// use corelet_abi::{decode, encode, Text};
/// let mut buffer = [0; 8];
/// let length = encode::<(u16, Text<4>)>(&(300, "ab"), &mut buffer)?;
/// assert_eq!(buffer[..length], [0xac, 0x02, 2, b'a', b'b']);
/// assert_eq!(decode::<(u16, Text<4>)>(&buffer[..length])?, (300, "ab"));
/// # Ok::<(), corelet_abi::CodecError>(())
/// ```
#[inline]
pub fn encode<C: Codec>(value: &C::Value<'_>, buffer: &mut [u8]) -> Result<usize, CodecError> {
    let mut writer = Writer::new(buffer);
    C::encode(value, &mut writer)?;
    Ok(writer.length())
}

/// Decodes one whole message.
///
/// # Errors
/// Any [`CodecError`] but `Full`; [`CodecError::Trailing`] if bytes follow the value.
#[inline]
pub fn decode<C: Codec>(message: &[u8]) -> Result<C::Value<'_>, CodecError> {
    let mut reader = Reader::new(message);
    let value = C::read(&mut reader);
    reader.finish()?;
    Ok(value)
}

/// The most bytes that a varint of values up to `max` takes.
pub const fn varint_max(max: u64) -> usize {
    let mut bytes = 1;
    let mut rest = max >> 7;
    while rest != 0 {
        bytes += 1;
        rest >>= 7;
    }
    bytes
}
