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
        writer.counted(value.as_bytes(), LIMIT)
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> &'a str {
        reader.text(LIMIT)
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
        writer.counted(value, LIMIT)
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> &'a [u8] {
        let length = reader.length(LIMIT);
        reader.bytes(length)
    }
}
