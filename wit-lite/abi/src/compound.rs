//! Codecs of the types that hold others without a name of their own: option, result, tuple, fixed-length list.

use crate::{Codec, CodecError, Reader, Writer};

/// 0 for none, 1 and the value for some.
impl<C: Codec> Codec for Option<C> {
    type Value<'a> = Option<C::Value<'a>>;
    const MAX: usize = C::MAX.saturating_add(1);

    #[inline]
    fn encode(value: &Self::Value<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        match value {
            None => writer.byte(0),
            Some(value) => {
                writer.byte(1)?;
                C::encode(value, writer)
            }
        }
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Self::Value<'a> {
        reader.tag().then(|| C::read(reader))
    }
}

/// 0 and the value for ok, 1 and the error for err.
impl<T: Codec, E: Codec> Codec for Result<T, E> {
    type Value<'a> = Result<T::Value<'a>, E::Value<'a>>;
    const MAX: usize = if T::MAX > E::MAX { T::MAX } else { E::MAX }.saturating_add(1);

    #[inline]
    fn encode(value: &Self::Value<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        match value {
            Ok(value) => {
                writer.byte(0)?;
                T::encode(value, writer)
            }
            Err(error) => {
                writer.byte(1)?;
                E::encode(error, writer)
            }
        }
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Self::Value<'a> {
        if reader.tag() {
            Err(E::read(reader))
        } else {
            Ok(T::read(reader))
        }
    }
}

/// `list<T, N>`, `N` at least 1: the items without a count.
impl<C: Codec, const N: usize> Codec for [C; N] {
    type Value<'a> = [C::Value<'a>; N];
    const MAX: usize = C::MAX.saturating_mul(N);

    #[inline]
    fn encode(value: &Self::Value<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        value.iter().try_for_each(|item| C::encode(item, writer))
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> Self::Value<'a> {
        const {
            assert!(N > 0, "a fixed-length list has at least one item");
        }
        let mut items = [C::read(reader); N];
        for item in items.iter_mut().skip(1) {
            *item = C::read(reader);
        }
        items
    }
}

macro_rules! tuple {
    ($($codec:ident $index:tt),+) => {
        impl<$($codec: Codec),+> Codec for ($($codec,)+) {
            type Value<'a> = ($($codec::Value<'a>,)+);
            const MAX: usize = 0_usize$(.saturating_add($codec::MAX))+;

            #[inline]
            fn encode(value: &Self::Value<'_>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
                $($codec::encode(&value.$index, writer)?;)+
                Ok(())
            }

            #[inline]
            fn read<'a>(reader: &mut Reader<'a>) -> Self::Value<'a> {
                ($($codec::read(reader),)+)
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
