//! The journal's bytes, as the store's documentation says them, and by none of its code.

use crc::{CRC_64_XZ, Crc};

/// Bytes of a record.
pub(crate) const RECORD_BYTES: usize = 76;

const CRC: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

/// The kind of a record that says nothing.
pub(crate) const NOTHING: u8 = 0;
/// The kind of the last record of a snapshot.
pub(crate) const HEADER: u8 = 1;

/// One record: its fields, and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) generation: u32,
    /// `0xffff` for none.
    pub(crate) back: u16,
    pub(crate) starts: [u16; 2],
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    /// 56 bytes at most.
    pub(crate) says: Vec<u8>,
}

impl Record {
    pub(crate) fn encode(&self) -> [u8; RECORD_BYTES] {
        let mut bytes = Vec::with_capacity(RECORD_BYTES);
        bytes.extend(self.generation.to_le_bytes());
        bytes.extend(self.back.to_le_bytes());
        bytes.extend(self.starts.map(u16::to_le_bytes).as_flattened());
        bytes.extend([self.kind, self.flags]);
        bytes.extend(&self.says);
        bytes.resize(RECORD_BYTES - 8, 0);
        bytes.extend(CRC.checksum(&bytes).to_le_bytes());
        bytes.try_into().unwrap()
    }
}

/// What the header says of a journal for so many slots and these banks, each with its offset and size.
pub(crate) fn header(slots: u8, banks: &[(u32, u32)]) -> Vec<u8> {
    let bounds = banks.iter().flat_map(|(offset, size)| [*offset, *size]);
    let bounds: Vec<u8> = bounds.flat_map(u32::to_le_bytes).collect();
    let mut says = vec![1, 0, slots, banks.len() as u8];
    says.extend(CRC.checksum(&bounds).to_le_bytes());
    says
}

/// What the header says of values in halves of these sizes.
pub(crate) fn header_of_values(halves: [u32; 2]) -> Vec<u8> {
    let mut says = vec![1, 0, 0, 0];
    let sizes = halves.map(u32::to_le_bytes);
    says.extend(CRC.checksum(sizes.as_flattened()).to_le_bytes());
    says
}

/// Bytes from one place of a region to the next, and those of the mark among them.
pub(crate) const fn stride(write: usize) -> (usize, usize) {
    let unit = if write < 4 { 4 } else { write };
    (unit + RECORD_BYTES.next_multiple_of(unit), unit)
}
