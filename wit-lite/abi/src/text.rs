use crate::codec::varint_max;
use crate::{Codec, CodecError, Reader, Writer};

/// `string` of at most `MAX` bytes; the value is a `&str` that borrows the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<const MAX: usize> {}

impl<const LIMIT: usize> Codec for Text<LIMIT> {
    type Value<'a> = &'a str;
    const MAX: usize = varint_max(LIMIT as u64).saturating_add(LIMIT);

    #[inline]
    fn encode(value: &&str, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.length_of(value.len(), LIMIT)?;
        writer.bytes(value.as_bytes())
    }

    #[inline]
    fn decode<'a>(reader: &mut Reader<'a>) -> Result<&'a str, CodecError> {
        let length = reader.length(LIMIT)?;
        core::str::from_utf8(reader.bytes(length)?).map_err(|_| CodecError::Utf8)
    }
}

/// `list<u8>` of at most `MAX` bytes; the value is a slice of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bytes<const MAX: usize> {}

impl<const LIMIT: usize> Codec for Bytes<LIMIT> {
    type Value<'a> = &'a [u8];
    const MAX: usize = varint_max(LIMIT as u64).saturating_add(LIMIT);

    #[inline]
    fn encode(value: &&[u8], writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.length_of(value.len(), LIMIT)?;
        writer.bytes(value)
    }

    #[inline]
    fn decode<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], CodecError> {
        let length = reader.length(LIMIT)?;
        reader.bytes(length)
    }
}
