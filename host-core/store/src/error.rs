//! Why the store does not do something.

use core::fmt;

use embedded_storage::nor_flash::NorFlashErrorKind;

use crate::{BankId, BankState, Reason, SlotId};

/// Why the store does not do something. Unless it says otherwise, nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error {
    /// The flash's driver says so. An image that was being received is to be [opened](crate::Store::open) again, which
    /// says where it goes on.
    Flash(NorFlashErrorKind),
    /// What was written does not read as that, although the driver did not object.
    NotWritten {
        /// Where, in bytes from the start of the flash.
        offset: u32,
    },
    /// An erase comes first: see [`Store::wants_erase`](crate::Store::wants_erase).
    WantsErase,
    /// There are records, and neither region of the journal is whole.
    Unreadable,
    /// A record within the journal cannot be read, and what comes behind it can.
    Damaged {
        /// Where that lies or begins, in bytes from the start of the flash.
        offset: u32,
    },
    /// The journal has another format.
    Format {
        /// The one that was found.
        found: u16,
        /// The one that this firmware reads.
        allowed: u16,
    },
    /// The journal is one for other banks or slots.
    OtherMap,
    /// The journal's regions are too small.
    JournalTooSmall {
        /// Bytes of the smaller.
        found: u32,
        /// Bytes that it needs at least.
        allowed: u32,
    },
    /// A key or a value is longer than it may be, or than the buffer for it.
    TooLong {
        /// Its bytes.
        found: u32,
        /// How many it may have.
        allowed: u32,
    },
    /// There is no room for the value.
    Full {
        /// Records of all entries with it: see [`entry_records`](crate::entry_records).
        found: u16,
        /// How many they may be.
        allowed: u16,
    },
    /// A sector is no multiple of what the flash writes at once.
    Geometry,
    /// There is no such slot.
    NoSuchSlot(SlotId),
    /// There is no such bank.
    NoSuchBank(BankId),
    /// The bank's state does not allow it.
    State {
        /// The bank.
        bank: BankId,
        /// Its state.
        found: BankState,
    },
    /// The slot has no bank in the state that is needed.
    NoneInSlot(SlotId),
    /// A version of the slot's plugin is on trial, and comes first.
    OnTrial(SlotId),
    /// The image's security version is below its plugin's floor.
    Downgrade {
        /// The image's.
        found: u32,
        /// The floor.
        allowed: u32,
    },
    /// This image was rejected.
    Rejected(Reason),
    /// As many images are rejected as can be remembered, or may come to be: one has to be
    /// [forgiven](crate::Store::forgive) first.
    RejectionsFull,
    /// As many plugins have a floor as can have, or may come to have.
    FloorsFull {
        /// How many that is.
        allowed: u16,
    },
    /// The image is empty, or larger than every bank.
    Length {
        /// Its bytes.
        found: u32,
        /// Bytes of the largest bank.
        allowed: u32,
    },
    /// Every bank that is large enough is in use.
    NoBank,
    /// Nothing is being received for the slot.
    NotOpen(SlotId),
    /// The bytes are not those that come next.
    Offset {
        /// Where they begin.
        found: u32,
        /// Where they should.
        allowed: u32,
    },
    /// More bytes than the image has, or than the bank.
    Beyond {
        /// Where they end.
        found: u32,
        /// Where they may.
        allowed: u32,
    },
    /// The image does not have the digest that was said, or is damaged in flash: its bank was rejected.
    Digest,
    /// The image is of another plugin or security version than was said: it was rejected.
    OtherPlugin,
    /// The key set is not newer than the keys that the device has.
    OldKeys {
        /// The set's epoch.
        found: u32,
        /// The least epoch that would do.
        allowed: u32,
    },
    /// The flash is older than the device: somebody may have put back a copy of it. Nothing in it is to run.
    OldFlash {
        /// The journal's count.
        found: u32,
        /// The hardware counter's.
        allowed: u32,
    },
    /// The hardware counter cannot be read.
    Counter,
    /// The hardware counter cannot be raised, or is used up. What is in flash may run, but an older copy of it passes if its count
    /// is the counter's or above.
    CounterBehind {
        /// The journal's count.
        found: u32,
        /// The hardware counter's, where it stays.
        allowed: u32,
    },
}

/// What an error lies at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Blame {
    /// The image or the key set, or who sent it.
    Guest,
    /// The firmware: its flash map, or a call that does not fit the state.
    Host,
    /// The flash or the counter.
    Board,
}

impl Error {
    /// What it lies at.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Flash(_)
            | Self::NotWritten { .. }
            | Self::Unreadable
            | Self::Damaged { .. }
            | Self::OldFlash { .. }
            | Self::Counter
            | Self::CounterBehind { .. } => Blame::Board,
            Self::Downgrade { .. }
            | Self::Rejected(_)
            | Self::Length { .. }
            | Self::Beyond { .. }
            | Self::Digest
            | Self::OtherPlugin
            | Self::OldKeys { .. } => Blame::Guest,
            _ => Blame::Host,
        }
    }
}

impl Error {
    /// Whether a start ends like that each time, until the journal is formatted.
    pub const fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Unreadable | Self::Damaged { .. } | Self::Format { .. } | Self::OtherMap
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(kind) => write!(f, "the flash: {kind}"),
            Self::NotWritten { offset } => write!(
                f,
                "the flash at {offset:#x} does not hold what was written to it: it may be worn out"
            ),
            Self::WantsErase => f.write_str("a sector has to be erased first: let the store do it when it suits"),
            Self::Unreadable => f.write_str(
                "neither region of the journal is whole: format it, and make anew what it kept",
            ),
            Self::Damaged { offset } => write!(
                f,
                "the journal cannot be read up to {offset:#x}: format it, and make anew what it kept"
            ),
            Self::Format { found, allowed } => write!(
                f,
                "a journal of format {found}, this firmware reads format {allowed}: run the firmware that wrote it, or format the flash"
            ),
            Self::OtherMap => f.write_str(
                "the journal is one for other banks or slots: run the firmware that wrote it, or format the flash",
            ),
            Self::JournalTooSmall { found, allowed } => write!(
                f,
                "a journal of {found} bytes, it needs {allowed} for what it is to keep: give it more sectors"
            ),
            Self::TooLong { found, allowed } => {
                write!(f, "a key or a value of {found} bytes, allowed are {allowed}")
            }
            Self::Full { found, allowed } => write!(
                f,
                "values of {found} records, there is room for {allowed}: delete some"
            ),
            Self::Geometry => f.write_str("a sector is no multiple of what the flash writes at once: mend the map"),
            Self::NoSuchSlot(slot) => write!(f, "there is no slot {slot}"),
            Self::NoSuchBank(bank) => write!(f, "there is no bank {bank}"),
            Self::State { bank, found } => write!(f, "bank {bank} is {found}"),
            Self::NoneInSlot(slot) => write!(f, "slot {slot} has no image for that"),
            Self::OnTrial(slot) => write!(
                f,
                "slot {slot} has a version on trial: confirm it or roll it back first"
            ),
            Self::Downgrade { found, allowed } => write!(
                f,
                "security version {found}, the device has confirmed {allowed}: send that or a later one"
            ),
            Self::Rejected(reason) => write!(
                f,
                "this image was rejected, {reason}: send another version, or clear the verdict"
            ),
            Self::RejectionsFull => f.write_str("too many rejected images are remembered: clear a verdict"),
            Self::FloorsFull { allowed } => write!(
                f,
                "this device remembers the security versions of {allowed} plugins, and has as many"
            ),
            Self::Length { found, allowed } => {
                write!(f, "an image of {found} bytes, 1 to {allowed} find room in a bank")
            }
            Self::NoBank => f.write_str("every bank that is large enough is in use: clear one"),
            Self::NotOpen(slot) => write!(f, "nothing is being received for slot {slot}: open it"),
            Self::Offset { found, allowed } => {
                write!(f, "bytes from {found} on, those from {allowed} on come next")
            }
            Self::Beyond { found, allowed } => write!(f, "bytes up to {found}, there are {allowed}"),
            Self::Digest => f.write_str("the image does not have the digest that was said: send it again"),
            Self::OtherPlugin => {
                f.write_str("the image is of another plugin or security version than was said")
            }
            Self::OldKeys { found, allowed } => write!(
                f,
                "a key set of epoch {found}, this device takes epoch {allowed} or later: sign a newer one"
            ),
            Self::OldFlash { found, allowed } => write!(
                f,
                "the flash is older than the device: its count is {found}, the hardware's {allowed}; was a copy put back?"
            ),
            Self::Counter => f.write_str("the hardware counter does not answer"),
            Self::CounterBehind { found, allowed } => write!(
                f,
                "it runs, but the hardware counter stays at {allowed} where the flash counts {found}: copies from between pass; is it used up?"
            ),
        }
    }
}

impl core::error::Error for Error {}
