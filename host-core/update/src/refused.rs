use core::fmt;

use corelet_host::{LoadError, SlotId};
use corelet_image::{ImageError, KeySetError};
use corelet_smp::{Code, Refusal};
use corelet_store::{Error, ImageDigest};

use crate::Parked;

/// Why a command or an upload was refused. What ran before runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refused {
    /// There is no such slot.
    NoSuchSlot(SlotId),
    /// No image with this digest waits in the slot.
    NotStaged(SlotId),
    /// The plugin runs in this slot, or is to: it can be in one.
    InOtherSlot(SlotId),
    /// Nothing is on trial in the slot.
    NoTrial(SlotId),
    /// There is no image at this place.
    NoImage(SlotId),
    /// The image that came with the device stays.
    Factory(SlotId),
    /// The image is not fit for this device: its signature, its key, its versions or its manifest.
    Image(ImageError),
    /// The image has another length than was said.
    Length {
        /// Bytes that were said.
        found: u32,
        /// Bytes that its header announces.
        allowed: u64,
    },
    /// The digest is not said, and no image that came in part begins like this one.
    NoDigest,
    /// No upload was begun.
    NotOpen,
    /// What runs is not older.
    NotNewer,
    /// This image was not rejected.
    NotRejected(ImageDigest),
    /// The slot does not take the plugin.
    Load(LoadError),
    /// The store says so.
    Store(Error),
    /// What is in flash is not what was accepted.
    Damaged,
    /// The heap has no room for it.
    OutOfMemory,
    /// The firmware has no root key, so it takes no key sets.
    NoRootKey,
    /// The key set is malformed, or the root key did not sign it.
    KeySet(KeySetError),
    /// The board does not reset itself.
    NoReset,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchSlot(slot) => write!(f, "there is no slot {slot}"),
            Self::NotStaged(slot) => write!(
                f,
                "no image that was received and checked waits in slot {slot}: upload it first"
            ),
            Self::InOtherSlot(slot) => write!(
                f,
                "slot {slot} has this plugin, and it can be in one: erase it there first"
            ),
            Self::NoTrial(slot) => write!(f, "nothing is on trial in slot {slot}"),
            Self::NoImage(slot) => write!(f, "slot {slot} has no image there"),
            Self::Factory(slot) => write!(
                f,
                "slot {slot} has what the device came with, and that stays"
            ),
            Self::Image(error) => error.fmt(f),
            Self::Length { found, allowed } => write!(
                f,
                "{found} bytes were announced, and the image's header says {allowed}"
            ),
            Self::NoDigest => {
                f.write_str("the SHA-256 of the image is not said: upload it again, with `sha`")
            }
            Self::NotOpen => f.write_str("no upload was begun: begin at offset 0"),
            Self::NotNewer => f.write_str("what runs is not older"),
            Self::NotRejected(_) => f.write_str("this image was not rejected"),
            Self::Load(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Damaged => f.write_str("what is in flash is not what was sent: send it again"),
            Self::OutOfMemory => f.write_str(
                "the heap has no room for it: unload a plugin, or give the heap more memory",
            ),
            Self::NoRootKey => {
                f.write_str("this firmware has no root key, so its keys stay: build it with one")
            }
            Self::KeySet(error) => error.fmt(f),
            Self::NoReset => f.write_str("this device does not reset itself"),
        }
    }
}

impl core::error::Error for Refused {}

impl Refusal for Refused {
    fn code(&self) -> Code {
        match self {
            Self::NoSuchSlot(_) | Self::Store(Error::NoSuchSlot(_)) => Code::INVALID_SLOT,
            Self::NotStaged(_) | Self::NoImage(_) => Code::NO_IMAGE,
            Self::NoTrial(_) | Self::InOtherSlot(_) | Self::Factory(_) => Code::BAD_STATE,
            Self::Image(
                ImageError::UnknownKey { .. }
                | ImageError::DevelopmentKey
                | ImageError::Unsigned
                | ImageError::BadSignature,
            ) => Code::DENIED,
            Self::Image(ImageError::NotAnImage) => Code::NOT_AN_IMAGE,
            Self::Image(_) => Code::INVALID_HEADER,
            Self::Length { .. } => Code::INVALID_LENGTH,
            Self::NoDigest | Self::Damaged | Self::Store(Error::Digest) => Code::INVALID_HASH,
            Self::NotOpen => Code::INVALID_OFFSET,
            Self::NotNewer | Self::Store(Error::Downgrade { .. }) => Code::OLDER,
            Self::NotRejected(_) => Code::NOT_FOUND,
            Self::Load(_) => Code::DENIED,
            Self::Store(error) => match error {
                Error::Flash(_) | Error::NotWritten { .. } => Code::FLASH_WRITE_FAILED,
                Error::WantsErase => Code::BUSY,
                Error::Length { .. } => Code::TOO_LARGE,
                Error::OnTrial(_) => Code::ALREADY_PENDING,
                Error::NoBank => Code::NO_FREE_SLOT,
                Error::Rejected(_) => Code::DENIED,
                _ => Code::BAD_STATE,
            },
            Self::OutOfMemory => Code::NO_MEMORY,
            Self::KeySet(KeySetError::BadSignature | KeySetError::DevelopmentKey) => Code::DENIED,
            Self::KeySet(KeySetError::BadRoot | KeySetError::DevelopmentRoot) => Code::BAD_STATE,
            Self::KeySet(_) => Code::INVALID,
            Self::NoReset | Self::NoRootKey => Code::UNSUPPORTED,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl From<KeySetError> for Refused {
    fn from(error: KeySetError) -> Self {
        Self::KeySet(error)
    }
}

impl From<LoadError> for Refused {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl From<Parked> for Refused {
    fn from(why: Parked) -> Self {
        match why {
            Parked::Image(error) => Self::Image(error),
            Parked::OtherImage => Self::Damaged,
            Parked::Older { found, allowed } => Self::Store(Error::Downgrade { found, allowed }),
            Parked::Load(error) => Self::Load(error),
            Parked::Flash(error) => Self::Store(error),
            Parked::OutOfMemory => Self::OutOfMemory,
        }
    }
}
