use std::ops::{Add, Sub};

/// How much was done with a flash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Reads.
    pub reads: u64,
    /// Bytes that were read.
    pub bytes_read: u64,
    /// Writes.
    pub writes: u64,
    /// Bytes that were written, or should have been.
    pub bytes_written: u64,
    /// Sectors that were erased, or should have been.
    pub erases: u64,
}

impl Add for Work {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            reads: self.reads + other.reads,
            bytes_read: self.bytes_read + other.bytes_read,
            writes: self.writes + other.writes,
            bytes_written: self.bytes_written + other.bytes_written,
            erases: self.erases + other.erases,
        }
    }
}

impl Sub for Work {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            reads: self.reads - other.reads,
            bytes_read: self.bytes_read - other.bytes_read,
            writes: self.writes - other.writes,
            bytes_written: self.bytes_written - other.bytes_written,
            erases: self.erases - other.erases,
        }
    }
}
