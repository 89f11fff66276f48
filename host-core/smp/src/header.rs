//! The eight bytes before each message.

/// Bytes of the header.
pub(crate) const HEADER_BYTES: usize = 8;

/// A request's version, in the two bits that tell it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Errors are `rc`.
    One,
    /// Errors of a group are `err`.
    Two,
    /// What came after this was written.
    Newer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Read,
    Write,
    /// A response, or what nobody has defined.
    Other,
}

#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) version: Version,
    pub(crate) op: Op,
    /// Bytes after the header.
    pub(crate) length: usize,
    pub(crate) group: u16,
    pub(crate) command: u8,
    sequence: u8,
}

impl Header {
    pub(crate) fn read(bytes: &[u8; HEADER_BYTES]) -> Self {
        let [first, _flags, l1, l0, g1, g0, sequence, command] = *bytes;
        Self {
            version: match (first >> 3) & 0b11 {
                0 => Version::One,
                1 => Version::Two,
                _ => Version::Newer,
            },
            op: match first & 0b111 {
                0 => Op::Read,
                2 => Op::Write,
                _ => Op::Other,
            },
            length: usize::from(u16::from_be_bytes([l1, l0])),
            group: u16::from_be_bytes([g1, g0]),
            command,
            sequence,
        }
    }

    /// The header of the answer with `length` bytes after it.
    pub(crate) fn answer(&self, length: u16) -> [u8; HEADER_BYTES] {
        let version = match self.version {
            Version::One => 0,
            Version::Two | Version::Newer => 1,
        };
        let op = match self.op {
            Op::Read => 1,
            Op::Write | Op::Other => 3,
        };
        let [l1, l0] = length.to_be_bytes();
        let [g1, g0] = self.group.to_be_bytes();
        [
            version << 3 | op,
            0,
            l1,
            l0,
            g1,
            g0,
            self.sequence,
            self.command,
        ]
    }
}
