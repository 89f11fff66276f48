//! Why the device refuses.

use std::fmt;

use corelet_image::{ImageError, KeySetError};
use corelet_smp::{Code, Refusal};

use super::{BANK, SLOTS};

/// Why the device refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No such slot.
    Slot(u8),
    /// The image does not fit into the bank.
    TooLarge(u32),
    /// It does not begin as an image does.
    NotAnImage,
    /// The image is not what was signed, or not signed.
    Image(ImageError),
    /// The bytes are not those of the digest that came with them.
    Digest,
    /// The bank is in use: its image is pending, runs, or is what a trial falls back to.
    InUse,
    /// A version is on trial in the slot.
    OnTrial(u8),
    /// An earlier security version than the device takes.
    Downgrade {
        /// What the image has.
        found: u32,
        /// The least that is taken.
        allowed: u32,
    },
    /// It stopped in its trial.
    Trapped,
    /// Nothing is there.
    Nothing,
    /// It was confirmed before.
    Confirmed,
    /// The keys cannot be replaced.
    NoRootKey,
    /// No key set, or not of the root key.
    KeySet(KeySetError),
    /// A key set of this epoch is not later.
    OldKeys(u32),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot(slot) => write!(f, "there is no slot {slot}: 0 to {}", SLOTS - 1),
            Self::TooLarge(length) => write!(f, "{length} bytes, {BANK} are allowed"),
            Self::NotAnImage => f.write_str("this is no Corelet image"),
            Self::Image(error) => error.fmt(f),
            Self::Digest => f.write_str("the bytes do not have the SHA-256 that came with them"),
            Self::InUse => f.write_str("the image there is in use"),
            Self::OnTrial(slot) => write!(
                f,
                "slot {slot} has a version on trial: confirm it or roll it back first"
            ),
            Self::Downgrade { found, allowed } => write!(
                f,
                "security version {found}, the device has confirmed {allowed}: send that or a later one"
            ),
            Self::Trapped => f.write_str("it trapped"),
            Self::Nothing => f.write_str("nothing is there"),
            Self::Confirmed => f.write_str("it was confirmed before"),
            Self::NoRootKey => f.write_str("it has no root key"),
            Self::KeySet(error) => error.fmt(f),
            Self::OldKeys(epoch) => write!(f, "epoch {epoch} is not later"),
        }
    }
}

impl Refusal for Refused {
    fn code(&self) -> Code {
        match self {
            Self::Slot(_) => Code::INVALID_SLOT,
            Self::TooLarge(_) => Code::TOO_LARGE,
            Self::NotAnImage => Code::NOT_AN_IMAGE,
            Self::Image(ImageError::UnknownKey { .. } | ImageError::Unsigned) => Code::DENIED,
            Self::Image(_) => Code::INVALID_HEADER,
            Self::Digest => Code::INVALID_HASH,
            Self::InUse => Code::NO_FREE_SLOT,
            Self::OnTrial(_) => Code::ALREADY_PENDING,
            Self::Downgrade { .. } => Code::OLDER,
            Self::Trapped => Code::BAD_STATE,
            Self::Nothing => Code::NO_IMAGE,
            Self::Confirmed | Self::OldKeys(_) => Code::BAD_STATE,
            Self::NoRootKey => Code::UNSUPPORTED,
            Self::KeySet(_) => Code::DENIED,
        }
    }
}
