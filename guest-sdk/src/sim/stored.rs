//! Stored values, as tests write and compare them.

use std::fmt;
use std::vec::Vec;

/// What [`storage`](super::storage) found under a key.
///
/// Equal to a number or truth value if its bytes are those that [`storage::set_u32`](crate::storage::set_u32) and the
/// like keep, and to a byte slice if they are its bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored(pub(super) Option<Vec<u8>>);

impl Stored {
    /// Whether nothing is stored.
    pub const fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The bytes, if something is stored.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("nothing"),
            Some(bytes) => match bytes.as_slice().try_into().map(i32::from_le_bytes) {
                Ok(number) => write!(f, "{number} {bytes:?}"),
                Err(_) => write!(f, "{bytes:?}"),
            },
        }
    }
}

impl PartialEq<&[u8]> for Stored {
    fn eq(&self, other: &&[u8]) -> bool {
        self.bytes() == Some(other)
    }
}

/// A value that [`store`](super::store) takes.
pub trait Value {
    /// The bytes that are stored.
    fn to_bytes(&self) -> Vec<u8>;
}

impl Value for &[u8] {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl<const N: usize> Value for &[u8; N] {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl Value for bool {
    fn to_bytes(&self) -> Vec<u8> {
        Vec::from([u8::from(*self)])
    }
}

impl PartialEq<bool> for Stored {
    fn eq(&self, other: &bool) -> bool {
        self.bytes() == Some(&other.to_bytes())
    }
}

macro_rules! number {
    ($($type:ty)*) => {$(
        impl Value for $type {
            fn to_bytes(&self) -> Vec<u8> {
                self.to_le_bytes().to_vec()
            }
        }

        impl PartialEq<$type> for Stored {
            fn eq(&self, other: &$type) -> bool {
                self.bytes() == Some(&other.to_le_bytes())
            }
        }
    )*};
}

number!(i32 u32 i64 u64);
