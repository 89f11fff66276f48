use core::fmt;
use core::marker::PhantomData;

use crate::codec::varint_max;
use crate::{Codec, CodecError, Reader, Writer};

/// `list<T>` of at most `MAX` items; the value is a [`List`].
pub struct Seq<C, const MAX: usize>(PhantomData<C>);

/// The items of a list: a slice on the side that sends, a view of the message on the side that receives.
///
/// A view decodes item by item while it is iterated over, so a list takes no memory beside its message.
///
/// ```
/// use corelet_abi::{List, decode, encode, Seq};
/// let mut buffer = [0; 8];
/// let length = encode::<Seq<i32, 4>>(&List::from(&[1, -1, 300]), &mut buffer)?;
/// let list = decode::<Seq<i32, 4>>(&buffer[..length])?;
/// assert_eq!(list.len(), 3);
/// assert_eq!(list.iter().sum::<i32>(), 300);
/// # Ok::<(), corelet_abi::CodecError>(())
/// ```
pub struct List<'a, C: Codec> {
    source: Source<'a, C>,
}

enum Source<'a, C: Codec> {
    Items(&'a [C::Value<'a>]),
    /// `bytes` are exactly `count` encoded items: only [`Seq`]'s codec makes this, after it has decoded each.
    Message {
        count: usize,
        bytes: &'a [u8],
    },
}

impl<'a, C: Codec> List<'a, C> {
    /// A list without items.
    pub const EMPTY: Self = Self {
        source: Source::Items(&[]),
    };

    /// A list of `items`.
    pub const fn new(items: &'a [C::Value<'a>]) -> Self {
        Self {
            source: Source::Items(items),
        }
    }

    /// How many items there are.
    pub const fn len(&self) -> usize {
        match self.source {
            Source::Items(items) => items.len(),
            Source::Message { count, .. } => count,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The items from the first to the last.
    pub const fn iter(&self) -> Items<'a, C> {
        Items {
            source: match self.source {
                Source::Items(items) => Source::Items(items),
                Source::Message { count, bytes } => Source::Message { count, bytes },
            },
        }
    }

    /// Item `index`, from 0. Takes time in proportion to `index` on the side that receives.
    pub fn get(&self, index: usize) -> Option<C::Value<'a>> {
        self.iter().nth(index)
    }
}

/// The iterator over a [`List`].
pub struct Items<'a, C: Codec> {
    source: Source<'a, C>,
}

impl<'a, C: Codec> Iterator for Items<'a, C> {
    type Item = C::Value<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Items(items) => {
                let (first, rest) = items.split_first()?;
                *items = rest;
                Some(*first)
            }
            Source::Message { count, bytes } => {
                *count = count.checked_sub(1)?;
                let mut reader = Reader::new(bytes);
                // Every item was decoded once already: this cannot fail.
                let item = C::read(&mut reader);
                *bytes = reader.rest();
                Some(item)
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = match &self.source {
            Source::Items(items) => items.len(),
            Source::Message { count, .. } => *count,
        };
        (left, Some(left))
    }
}

impl<C: Codec> ExactSizeIterator for Items<'_, C> {}

impl<'a, C: Codec> IntoIterator for List<'a, C> {
    type Item = C::Value<'a>;
    type IntoIter = Items<'a, C>;

    fn into_iter(self) -> Items<'a, C> {
        self.iter()
    }
}

impl<'a, C: Codec> IntoIterator for &List<'a, C> {
    type Item = C::Value<'a>;
    type IntoIter = Items<'a, C>;

    fn into_iter(self) -> Items<'a, C> {
        self.iter()
    }
}

impl<'a, C: Codec> From<&'a [C::Value<'a>]> for List<'a, C> {
    fn from(items: &'a [C::Value<'a>]) -> Self {
        Self::new(items)
    }
}

impl<'a, C: Codec, const N: usize> From<&'a [C::Value<'a>; N]> for List<'a, C> {
    fn from(items: &'a [C::Value<'a>; N]) -> Self {
        Self::new(items)
    }
}

impl<C: Codec> Clone for List<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Codec> Copy for List<'_, C> {}

impl<C: Codec> Clone for Source<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Codec> Copy for Source<'_, C> {}

impl<C: Codec> fmt::Debug for List<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl<C: Codec> PartialEq for List<'_, C> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(one, two)| one == two)
    }
}

impl<'a, C: Codec> Eq for List<'a, C> where C::Value<'a>: Eq {}

impl<C: Codec, const LIMIT: usize> Codec for Seq<C, LIMIT> {
    type Value<'a> = List<'a, C>;
    const MAX: usize = varint_max(LIMIT as u64).saturating_add(C::MAX.saturating_mul(LIMIT));

    #[inline]
    fn encode(value: &List<'_, C>, writer: &mut Writer<'_>) -> Result<(), CodecError> {
        writer.length_of(value.len(), LIMIT)?;
        match value.source {
            Source::Items(items) => items.iter().try_for_each(|item| C::encode(item, writer)),
            Source::Message { bytes, .. } => writer.bytes(bytes),
        }
    }

    #[inline]
    fn read<'a>(reader: &mut Reader<'a>) -> List<'a, C> {
        let count = reader.length(LIMIT);
        let start = reader.rest();
        for _ in 0..count {
            if reader.check().is_err() {
                return List::EMPTY;
            }
            C::read(reader);
        }
        let length = start.len().saturating_sub(reader.rest().len());
        let bytes = start.get(..length).unwrap_or_default();
        List {
            source: Source::Message { count, bytes },
        }
    }
}
