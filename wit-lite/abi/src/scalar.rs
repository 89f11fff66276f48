//! Codecs of the types without parts: bool, integers, floats, char, unit.

use crate::codec::varint_max;
use crate::{Codec, CodecError, Reader, Writer};

impl Codec for () {
    type Value<'a> = ();
    const MAX: usize = 0;

    #[inline]
    fn encode((): &(), _: &mut Writer<'_>) -> Result<(), CodecError> {
        Ok(())
    }

    #[inline]
    fn read<'a>(_: &mut Reader<'a>) {}
}

impl Codec for bool {
    type Value<'a> = bool;
    const MAX: usize = 1;

    #[inline]
    fn encode(value: &bool, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.byte(u8::from(*value))
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> bool {
        reader.tag()
    }
}

impl Codec for u8 {
    type Value<'a> = u8;
    const MAX: usize = 1;

    #[inline]
    fn encode(value: &u8, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.byte(*value)
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> u8 {
        reader.byte()
    }
}

impl Codec for i8 {
    type Value<'a> = i8;
    const MAX: usize = 1;

    #[inline]
    fn encode(value: &i8, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.byte(value.cast_unsigned())
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> i8 {
        reader.byte().cast_signed()
    }
}

macro_rules! unsigned {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value<'a> = $type;
            const MAX: usize = varint_max(<$type>::MAX as u64);

            #[inline]
            fn encode(value: &$type, writer: &mut Writer<'_>) -> Result<(), CodecError> {
                writer.varint(u64::from(*value))
            }

            #[inline]
            fn read<'a>(reader: &mut Reader<'a>) -> $type {
                // The reader bounds the value by the type's own largest.
                reader.varint(<$type>::MAX as u64) as $type
            }
        }
    )*};
}

unsigned!(u16, u32, u64);

/// Signed integers go as zigzag: 0, −1, 1, −2, … become 0, 1, 2, 3, …
macro_rules! signed {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value<'a> = $type;
            const MAX: usize = varint_max(<$type>::MAX.cast_unsigned() as u64 * 2 + 1);

            #[inline]
            fn encode(value: &$type, writer: &mut Writer<'_>) -> Result<(), CodecError> {
                let zigzag = (*value << 1) ^ (*value >> (<$type>::BITS - 1));
                writer.varint(u64::from(zigzag.cast_unsigned()))
            }

            #[inline]
            fn read<'a>(reader: &mut Reader<'a>) -> $type {
                // The reader bounds the value by the type's own bits.
                let zigzag = reader.varint(<$type>::MAX.cast_unsigned() as u64 * 2 + 1);
                ((zigzag >> 1) as $type) ^ -((zigzag & 1) as $type)
            }
        }
    )*};
}

signed!(i16, i32, i64);

macro_rules! float {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value<'a> = $type;
            const MAX: usize = size_of::<$type>();

            #[inline]
            fn encode(value: &$type, writer: &mut Writer<'_>) -> Result<(), CodecError> {
                writer.bytes(&value.to_le_bytes())
            }

            #[inline]
            fn read<'a>(reader: &mut Reader<'a>) -> $type {
                <$type>::from_le_bytes(reader.array())
            }
        }
    )*};
}

float!(f32, f64);

/// As postcard has it: the char's UTF-8 form, as a string.
impl Codec for char {
    type Value<'a> = char;
    const MAX: usize = 5;

    #[inline]
    fn encode(value: &char, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        let mut buffer = [0; 4];
        let text = value.encode_utf8(&mut buffer);
        writer.length_of(text.len(), 4)?;
        writer.bytes(text.as_bytes())
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> char {
        let length = usize::from(reader.byte());
        let text = core::str::from_utf8(reader.bytes(length)).unwrap_or_default();
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(one), None) => one,
            _ => {
                reader.refuse(CodecError::Char);
                char::default()
            }
        }
    }
}
