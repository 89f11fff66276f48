//! What a change of a value looks like in records.

use core::slice::ChunksMut;

use corelet_image::PluginId;

use crate::journal::FRONT_BYTES;
use crate::record::{CHANGE_BYTES, Reader, Writer};

/// The most bytes of a key.
pub const KEY_MAX: usize = 24;

/// The most bytes of a value.
pub const VALUE_MAX: usize = 128;

/// What an entry counts in [`Values::used`](crate::Values::used) besides its key and its value.
pub const ENTRY_BYTES: u32 = 24;

/// Key and value, one behind the other.
pub(crate) type Payload = [u8; KEY_MAX + VALUE_MAX];

/// As much of them as the record has that ends the change: the whole key at least.
const START: usize = CHANGE_BYTES - 12;

const _: () = assert!(24 + KEY_MAX <= FRONT_BYTES && KEY_MAX <= START);

/// How many records an entry takes, with a key and a value of so many bytes: one up to 44 bytes of both, two up to 100, or three.
pub const fn entry_records(key: usize, value: usize) -> u16 {
    let rest = key.saturating_add(value).saturating_sub(START);
    rest.div_ceil(CHANGE_BYTES) as u16 + 1
}

/// What an entry counts in [`Values::used`](crate::Values::used), with a key and a value of so many bytes.
pub const fn entry_bytes(key: usize, value: usize) -> u32 {
    ENTRY_BYTES.saturating_add(key.saturating_add(value) as u32)
}

/// What becomes of a name, or of all names of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Set,
    Deleted,
    /// All that the owner kept is gone.
    Forgotten,
}

impl What {
    pub(crate) const ALL: [Self; 3] = [Self::Set, Self::Deleted, Self::Forgotten];
}

/// The record that ends a change: without it nothing has changed. What is more of a long value stands in the records right before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub what: What,
    pub owner: PluginId,
    /// Where the record is that held what the key had so far, if there is one.
    pub instead: Option<u16>,
    pub key_length: u8,
    pub value_length: u8,
    /// The front of the payload.
    pub start: [u8; START],
}

impl Entry {
    pub(crate) fn new(what: What, owner: PluginId, key: &[u8], value: &[u8]) -> (Self, Payload) {
        let mut payload = [0; KEY_MAX + VALUE_MAX];
        for (place, byte) in payload.iter_mut().zip(key.iter().chain(value)) {
            *place = *byte;
        }
        let entry = Self {
            what,
            owner,
            instead: None,
            // Both were checked.
            key_length: key.len() as u8,
            value_length: value.len() as u8,
            start: *payload.first_chunk().unwrap_or(&[0; START]),
        };
        (entry, payload)
    }

    pub(crate) fn encode(&self, writer: &mut Writer<'_>) {
        writer.put(self.owner.0);
        writer.put(self.instead.unwrap_or(u16::MAX).to_le_bytes());
        writer.put([self.key_length, self.value_length]);
        writer.put(self.start);
    }

    pub(crate) fn decode(what: What, reader: &mut Reader<'_>) -> Option<Self> {
        let owner = PluginId(reader.take()?);
        let instead = u16::from_le_bytes(reader.take()?);
        let [key_length, value_length] = reader.take()?;
        if usize::from(key_length) > KEY_MAX || usize::from(value_length) > VALUE_MAX {
            return None;
        }
        Some(Self {
            what,
            owner,
            instead: (instead != u16::MAX).then_some(instead),
            key_length,
            value_length,
            start: reader.take()?,
        })
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.start
            .get(..usize::from(self.key_length))
            .unwrap_or_default()
    }

    pub(crate) const fn records(&self) -> u16 {
        entry_records(self.key_length as usize, self.value_length as usize)
    }
}

/// The parts of a payload that records of their own have, with what is left of the last one.
pub(crate) fn parts(payload: &mut Payload) -> ChunksMut<'_, u8> {
    let rest = payload.get_mut(START..).unwrap_or_default();
    rest.chunks_mut(CHANGE_BYTES)
}
