use core::hash::Hasher;

use corelet_host::capability::storage::{KEY_MAX, OWNER_MAX};
use heapless::String;
use sequential_storage::map::{Key, SerializationError};

/// Under what a value is kept: length of the owner, owner, length of the key, key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) owner: String<OWNER_MAX>,
    pub(crate) key: String<KEY_MAX>,
}

impl Name {
    /// The most bytes it takes in a record.
    pub(crate) const MAX: usize = 1 + OWNER_MAX + 1 + KEY_MAX;

    /// Under this nothing is kept.
    pub(crate) const NOBODY: Self = Self {
        owner: String::new(),
        key: String::new(),
    };

    /// None if either is too long.
    pub(crate) fn new(owner: &str, key: &str) -> Option<Self> {
        Some(Self {
            owner: owner.try_into().ok()?,
            key: key.try_into().ok()?,
        })
    }

    /// Where the key stands among its owner's, the same for ever: 63 bits, so that there is a place behind each.
    pub(crate) fn place(&self) -> u64 {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        hash.write(self.key.as_bytes());
        hash.finish() >> 1
    }
}

impl Key for Name {
    fn serialize_into(&self, buffer: &mut [u8]) -> Result<usize, SerializationError> {
        let rest = put(&self.owner, buffer)?;
        put(&self.key, rest)?;
        Ok(2 + self.owner.len() + self.key.len())
    }

    fn deserialize_from(buffer: &[u8]) -> Result<(Self, usize), SerializationError> {
        let (owner, rest) = take(buffer)?;
        let (key, _) = take(rest)?;
        let length = 2 + owner.len() + key.len();
        let name = Self::new(owner, key).ok_or(SerializationError::InvalidFormat)?;
        Ok((name, length))
    }
}

fn put<'a>(text: &str, buffer: &'a mut [u8]) -> Result<&'a mut [u8], SerializationError> {
    let length = u8::try_from(text.len()).map_err(|_| SerializationError::InvalidData)?;
    let (first, rest) = buffer
        .split_first_mut()
        .ok_or(SerializationError::BufferTooSmall)?;
    let (place, rest) = rest
        .split_at_mut_checked(text.len())
        .ok_or(SerializationError::BufferTooSmall)?;
    *first = length;
    place.copy_from_slice(text.as_bytes());
    Ok(rest)
}

fn take(buffer: &[u8]) -> Result<(&str, &[u8]), SerializationError> {
    let (&length, rest) = buffer
        .split_first()
        .ok_or(SerializationError::InvalidFormat)?;
    let (bytes, rest) = rest
        .split_at_checked(usize::from(length))
        .ok_or(SerializationError::InvalidFormat)?;
    let text = core::str::from_utf8(bytes).map_err(|_| SerializationError::InvalidFormat)?;
    Ok((text, rest))
}

/// FNV-1a of 64 bits.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes() {
        let name = Name::new("thermostat", "switches").unwrap();
        let mut buffer = [0xaa; Name::MAX];
        let length = name.serialize_into(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"\x0athermostat\x08switches");
        assert_eq!(Name::deserialize_from(&buffer), Ok((name, length)));
    }

    #[test]
    fn refuses_bytes_that_are_no_name() {
        let refused = Err(SerializationError::InvalidFormat);
        assert_eq!(Name::deserialize_from(b""), refused);
        assert_eq!(Name::deserialize_from(b"\x02a"), refused);
        assert_eq!(Name::deserialize_from(b"\x01a"), refused);
        assert_eq!(Name::deserialize_from(b"\x01\xff\x00"), refused);
        assert_eq!(Name::deserialize_from(&[40; 120]), refused);
    }

    #[test]
    fn is_as_long_as_the_limits_allow() {
        let (owner, key) = ("o".repeat(OWNER_MAX), "k".repeat(KEY_MAX));
        let name = Name::new(&owner, &key).unwrap();
        assert_eq!(name.serialize_into(&mut [0; Name::MAX]), Ok(Name::MAX));
        assert_eq!(Name::new(&(owner.clone() + "o"), &key), None);
        assert_eq!(Name::new(&owner, &(key + "k")), None);
    }
}
