use std::error::Error;
use std::fmt;

use embedded_storage::nor_flash::{NorFlashError, NorFlashErrorKind};

/// What a driver must not ask of a flash: an error of the program that does, and never of the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// A read, write or erase beyond the end.
    OutOfBounds {
        /// Where it begins.
        offset: u32,
        /// Bytes.
        length: usize,
    },
    /// A write that does not begin and end at a unit.
    NotWholeUnits {
        /// Where it begins.
        offset: u32,
        /// Bytes.
        length: usize,
    },
    /// An erase that does not begin and end at a sector.
    NotWholeSectors {
        /// Where it begins.
        from: u32,
        /// Where it ends.
        to: u32,
    },
    /// A write that would make a 0 a 1.
    SetsBit {
        /// The first byte of which it is asked.
        offset: u32,
    },
    /// A write to a unit that was programmed since it was erased.
    ProgrammedTwice {
        /// The first such unit.
        offset: u32,
    },
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfBounds { offset, length } => {
                write!(f, "{length} bytes at {offset:#x} reach beyond the flash")
            }
            Self::NotWholeUnits { offset, length } => {
                write!(
                    f,
                    "a write of {length} bytes at {offset:#x} is not whole units"
                )
            }
            Self::NotWholeSectors { from, to } => {
                write!(f, "an erase of {from:#x}..{to:#x} is not whole sectors")
            }
            Self::SetsBit { offset } => write!(f, "a write makes a 0 a 1 at {offset:#x}"),
            Self::ProgrammedTwice { offset } => {
                write!(
                    f,
                    "the unit at {offset:#x} is programmed again without an erase"
                )
            }
        }
    }
}

impl Error for Misuse {}

/// Why the flash did not do what it was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashError {
    /// Power failed, now or before.
    NoPower,
    /// The driver failed, as it was told to.
    Driver,
    /// The checksum of a unit is wrong: it was not programmed whole.
    Checksum,
    /// The program asked for what it must not.
    Misuse(Misuse),
}

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        match self {
            Self::Misuse(Misuse::OutOfBounds { .. }) => NorFlashErrorKind::OutOfBounds,
            Self::Misuse(Misuse::NotWholeUnits { .. } | Misuse::NotWholeSectors { .. }) => {
                NorFlashErrorKind::NotAligned
            }
            _ => NorFlashErrorKind::Other,
        }
    }
}

impl fmt::Display for FlashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPower => f.write_str("power failed"),
            Self::Driver => f.write_str("the driver failed"),
            Self::Checksum => f.write_str("the checksum of a unit is wrong"),
            Self::Misuse(misuse) => misuse.fmt(f),
        }
    }
}

impl Error for FlashError {}
