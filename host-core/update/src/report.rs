use core::fmt;

use corelet_host::{Blame, LoadError, SlotId, Strikes};
use corelet_image::ImageError;
use corelet_store::{Error, Reason};

/// What [`Updater::run`](crate::Updater::run) did, or has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[must_use = "a report may tell of a fault, or that an erase is wanted"]
pub enum Report {
    /// What the host did.
    Host(corelet_host::Report),
    /// A sector is to be erased: [`Updater::erase_now`](crate::Updater::erase_now) does it, when it suits. Told at every other call
    /// at most, so that work goes on.
    WantsErase,
    /// The image that the slot is to run took its place. It runs when it is [initialised](corelet_host::Report::Initialised).
    Placed {
        /// Where.
        slot: SlotId,
        /// It is on trial.
        trial: bool,
        /// Resets that are laid to it; none if there are none.
        strikes: Option<Strikes>,
    },
    /// There is nothing that the slot is to run any more.
    Emptied {
        /// Which.
        slot: SlotId,
    },
    /// A trial was passed: the version stays.
    Confirmed {
        /// Where.
        slot: SlotId,
    },
    /// A trial was not passed, and what ran before comes back.
    RolledBack {
        /// Where.
        slot: SlotId,
        /// Why.
        reason: Reason,
    },
    /// What the slot is to run does not run with this firmware. It stays where it is, with all that it kept, and is tried again at the next
    /// start, and before that where the board is to blame. Reported once.
    Parked {
        /// Where.
        slot: SlotId,
        /// Why.
        why: Parked,
    },
    /// The flash is older than the device, or the board's counter does not answer: if that is so at the start, nothing runs. Or the counter
    /// cannot follow ([`Error::CounterBehind`]), and all runs. Told every second.
    Unguarded {
        /// Which of these.
        error: Error,
    },
    /// The store could not write something down. It is tried again after a second.
    StoreFailed {
        /// Of which slot.
        slot: SlotId,
        /// Why.
        error: Error,
    },
}

/// Why an image that the slot is to run does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Parked {
    /// It is damaged, or no key that is trusted now signed it.
    Image(ImageError),
    /// It is another image than was confirmed, or older: somebody else wrote to the flash.
    OtherImage,
    /// Its security version is below the one that was confirmed of this plugin.
    Older {
        /// Its security version.
        found: u32,
        /// The least that may run.
        allowed: u32,
    },
    /// It does not fit this firmware.
    Load(LoadError),
    /// Its flash cannot be read, or is older than the device.
    Flash(Error),
    /// It does not lie in memory, and the heap has no room for a copy.
    OutOfMemory,
}

impl Parked {
    /// Whether it may pass without another image or another firmware: what the board is short of, or another slot has.
    pub(crate) fn is_passing(self) -> bool {
        match self {
            Self::OutOfMemory | Self::Flash(_) => true,
            Self::Load(error) => {
                error.blame() == Blame::Board || matches!(error, LoadError::NameTaken { .. })
            }
            Self::Image(_) | Self::OtherImage | Self::Older { .. } => false,
        }
    }
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Older { found, allowed } => Error::Downgrade {
                found: *found,
                allowed: *allowed,
            }
            .fmt(f),
            Self::Image(error) => error.fmt(f),
            Self::OtherImage => f.write_str("it is not the image that was confirmed"),
            Self::Load(error) => error.fmt(f),
            Self::Flash(error) => error.fmt(f),
            Self::OutOfMemory => {
                f.write_str("the heap has no room for a copy of it: give the heap more memory")
            }
        }
    }
}

impl core::error::Error for Parked {}

impl From<ImageError> for Parked {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl From<LoadError> for Parked {
    fn from(error: LoadError) -> Self {
        Self::Load(error)
    }
}

impl From<Error> for Parked {
    fn from(error: Error) -> Self {
        Self::Flash(error)
    }
}
