//! The part of a grant that two parties agree on.

use core::cmp::Ordering;
use core::fmt;

use crate::{Bytes, Codec, CodecError, List, Seq, Text, Writer, decode};

/// Types of which `grant` records are made: the smaller of what a plugin asks and a firmware allows.
///
/// | type | what both allow |
/// |---|---|
/// | integers, floats | the smaller; NaN, which is no limit, [`MeetError::Conflict`] |
/// | bool | true if both are |
/// | flags | those set in both |
/// | list | the items that stand in both, in the order asked |
/// | option | `none` sets no limit: the other's value |
/// | record, tuple | part by part |
/// | string, char, enum, variant, result | the value if both are equal, else [`MeetError::Conflict`] |
pub trait Meet: Codec {
    /// Appends what both allow.
    ///
    /// # Errors
    /// [`MeetError::Conflict`] if no value satisfies both, [`MeetError::Codec`] if it does not fit the writer.
    fn meet<'a>(
        asked: &Self::Value<'a>,
        allowed: &Self::Value<'a>,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError>;
}

/// Why two grants have no common part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MeetError {
    /// Two values that can only be equal differ, or a number is NaN.
    Conflict,
    /// The bytes of a grant are no such record, or the result does not fit its buffer.
    Codec(CodecError),
}

impl From<CodecError> for MeetError {
    fn from(error: CodecError) -> Self {
        Self::Codec(error)
    }
}

impl fmt::Display for MeetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict => f.write_str("what is asked and what is allowed exclude each other"),
            Self::Codec(error) => write!(f, "a grant is malformed: {error}"),
        }
    }
}

impl core::error::Error for MeetError {}

/// Meets two encoded grants, and returns the length of the result in `into`.
///
/// # Errors
/// Those of [`Meet::meet`], and [`MeetError::Codec`] if either is malformed.
///
/// ```
/// use corelet_abi::{meet_encoded, Seq};
/// // 100 a day of channels 0 and 1 is asked, 60 a day of channels 1 and 2 allowed: 60 of channel 1.
/// let mut both = [0; 8];
/// let length = meet_encoded::<(u8, Seq<u8, 4>)>(&[100, 2, 0, 1], &[60, 2, 1, 2], &mut both)?;
/// assert_eq!(both[..length], [60, 1, 1]);
/// # Ok::<(), corelet_abi::MeetError>(())
/// ```
pub fn meet_encoded<C: Meet>(
    asked: &[u8],
    allowed: &[u8],
    into: &mut [u8],
) -> Result<usize, MeetError> {
    let asked = decode::<C>(asked)?;
    let allowed = decode::<C>(allowed)?;
    let mut writer = Writer::new(into);
    C::meet(&asked, &allowed, &mut writer)?;
    Ok(writer.length())
}

/// [`Meet::meet`] for types whose values can only be equal.
///
/// # Errors
/// [`MeetError::Conflict`] if they are not.
pub fn meet_equal<'a, C: Codec>(
    asked: &C::Value<'a>,
    allowed: &C::Value<'a>,
    writer: &mut Writer<'_>,
) -> Result<(), MeetError> {
    if asked != allowed {
        return Err(MeetError::Conflict);
    }
    Ok(C::encode(asked, writer)?)
}

macro_rules! smaller {
    ($($type:ty),*) => {$(
        impl Meet for $type {
            fn meet<'a>(asked: &$type, allowed: &$type, writer: &mut Writer<'_>) -> Result<(), MeetError> {
                // NaN is neither: a limit that nothing exceeds.
                let smaller = match asked.partial_cmp(allowed) {
                    Some(Ordering::Greater) => allowed,
                    Some(_) => asked,
                    None => return Err(MeetError::Conflict),
                };
                Ok(<$type>::encode(smaller, writer)?)
            }
        }
    )*};
}

smaller!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

impl Meet for bool {
    fn meet<'a>(asked: &bool, allowed: &bool, writer: &mut Writer<'_>) -> Result<(), MeetError> {
        Ok(bool::encode(&(*asked && *allowed), writer)?)
    }
}

impl Meet for char {
    fn meet<'a>(asked: &char, allowed: &char, writer: &mut Writer<'_>) -> Result<(), MeetError> {
        meet_equal::<char>(asked, allowed, writer)
    }
}

impl<const MAX: usize> Meet for Text<MAX> {
    fn meet<'a>(
        asked: &&'a str,
        allowed: &&'a str,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        meet_equal::<Self>(asked, allowed, writer)
    }
}

impl<const MAX: usize> Meet for Bytes<MAX> {
    fn meet<'a>(
        asked: &&'a [u8],
        allowed: &&'a [u8],
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        // As for every list: the items that stand in both.
        let both = || asked.iter().filter(|item| allowed.contains(item));
        writer.length_of(both().count(), MAX)?;
        both().try_for_each(|item| writer.byte(*item))?;
        Ok(())
    }
}

impl<C: Codec, const MAX: usize> Meet for Seq<C, MAX> {
    fn meet<'a>(
        asked: &List<'a, C>,
        allowed: &List<'a, C>,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        let both = || {
            asked
                .iter()
                .filter(|item| allowed.iter().any(|other| *item == other))
        };
        writer.length_of(both().count(), MAX)?;
        both().try_for_each(|item| C::encode(&item, writer))?;
        Ok(())
    }
}

impl<C: Meet> Meet for Option<C> {
    fn meet<'a>(
        asked: &Self::Value<'a>,
        allowed: &Self::Value<'a>,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        match (asked, allowed) {
            (Some(asked), Some(allowed)) => {
                writer.byte(1)?;
                C::meet(asked, allowed, writer)
            }
            // With itself, since not every value is one that a grant may have.
            (Some(one), None) | (None, Some(one)) => {
                writer.byte(1)?;
                C::meet(one, one, writer)
            }
            (None, None) => Ok(writer.byte(0)?),
        }
    }
}

impl<T: Codec, E: Codec> Meet for Result<T, E> {
    fn meet<'a>(
        asked: &Self::Value<'a>,
        allowed: &Self::Value<'a>,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        meet_equal::<Self>(asked, allowed, writer)
    }
}

impl<C: Meet, const N: usize> Meet for [C; N] {
    fn meet<'a>(
        asked: &Self::Value<'a>,
        allowed: &Self::Value<'a>,
        writer: &mut Writer<'_>,
    ) -> Result<(), MeetError> {
        asked
            .iter()
            .zip(allowed)
            .try_for_each(|(asked, allowed)| C::meet(asked, allowed, writer))
    }
}

macro_rules! tuple {
    ($($codec:ident $index:tt),+) => {
        impl<$($codec: Meet),+> Meet for ($($codec,)+) {
            fn meet<'a>(asked: &Self::Value<'a>, allowed: &Self::Value<'a>, writer: &mut Writer<'_>) -> Result<(), MeetError> {
                $($codec::meet(&asked.$index, &allowed.$index, writer)?;)+
                Ok(())
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
