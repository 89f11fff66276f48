use corelet_host::PluginId;
use corelet_host::abi::NameKey;
use corelet_host::capability::storage::KEY_MAX;
use heapless::String;
use sequential_storage::map::{Key, SerializationError};

/// Bytes of an owner.
const OWNER: usize = 8;

/// Under what a value is kept: the owner's eight bytes, length of the key, key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) owner: PluginId,
    pub(crate) key: String<KEY_MAX>,
}

impl Name {
    /// The most bytes it takes in a record.
    pub(crate) const MAX: usize = OWNER + 1 + KEY_MAX;

    /// Under this nothing is kept.
    pub(crate) const NOBODY: Self = Self {
        owner: PluginId([0; OWNER]),
        key: String::new(),
    };

    /// None if the key is too long.
    pub(crate) fn new(owner: PluginId, key: &str) -> Option<Self> {
        let key = key.try_into().ok()?;
        Some(Self { owner, key })
    }

    /// Where the key stands among its owner's, the same for ever: 63 bits, so that there is a place behind each.
    pub(crate) fn place(&self) -> u64 {
        NameKey::of_export(&self.key).0 >> 1
    }
}

impl Key for Name {
    fn serialize_into(&self, buffer: &mut [u8]) -> Result<usize, SerializationError> {
        let length = OWNER + 1 + self.key.len();
        let place = buffer
            .get_mut(..length)
            .ok_or(SerializationError::BufferTooSmall)?;
        let bytes = self.owner.0.into_iter();
        // At most `KEY_MAX`.
        let bytes = bytes.chain([self.key.len() as u8]).chain(self.key.bytes());
        place
            .iter_mut()
            .zip(bytes)
            .for_each(|(at, byte)| *at = byte);
        Ok(length)
    }

    fn deserialize_from(buffer: &[u8]) -> Result<(Self, usize), SerializationError> {
        let read = || {
            let (owner, rest) = buffer.split_first_chunk()?;
            let (length, rest) = rest.split_first()?;
            let key = rest.get(..usize::from(*length))?;
            let key = core::str::from_utf8(key).ok()?;
            Some((Self::new(PluginId(*owner), key)?, OWNER + 1 + key.len()))
        };
        read().ok_or(SerializationError::InvalidFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: PluginId = PluginId(*b"12345678");

    #[test]
    fn reads_back_what_it_writes() {
        let name = Name::new(OWNER, "switches").unwrap();
        let mut buffer = [0xaa; Name::MAX];
        let length = name.serialize_into(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"12345678\x08switches");
        assert_eq!(Name::deserialize_from(&buffer), Ok((name, length)));
    }

    #[test]
    fn places_stay_where_they_were() {
        let place = |key| Name::new(OWNER, key).unwrap().place();
        // FNV-1a of 64 bits, halved.
        assert_eq!(place(""), 0xcbf2_9ce4_8422_2325 >> 1);
        assert_eq!(place("a"), 0xaf63_dc4c_8601_ec8c >> 1);
    }

    #[test]
    fn refuses_bytes_that_are_no_name() {
        let refused = Err(SerializationError::InvalidFormat);
        assert_eq!(Name::deserialize_from(b""), refused);
        assert_eq!(Name::deserialize_from(b"12345678"), refused);
        assert_eq!(Name::deserialize_from(b"12345678\x02a"), refused);
        assert_eq!(Name::deserialize_from(b"12345678\x01\xff"), refused);
        assert_eq!(Name::deserialize_from(&[40; 120]), refused);
    }

    #[test]
    fn is_as_long_as_the_limits_allow() {
        let key = "k".repeat(KEY_MAX);
        let name = Name::new(OWNER, &key).unwrap();
        assert_eq!(name.serialize_into(&mut [0; Name::MAX]), Ok(Name::MAX));
        let full = Err(SerializationError::BufferTooSmall);
        assert_eq!(name.serialize_into(&mut [0; Name::MAX - 1]), full);
        assert_eq!(Name::new(OWNER, &(key + "k")), None);
    }
}
