//! Why a request was refused, in the protocol's numbers.

use core::fmt;

/// The group of image management, whose own numbers say more than the common ones.
const IMAGE: u8 = 1;

/// Why a request was refused: a number that every client knows, and one that says more in its group, if there is one.
///
/// A client that speaks version 1 hears the first, one of version 2 the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Code {
    rc: u8,
    /// Its own number in `group`, or 0.
    own: u8,
    group: u8,
}

impl Code {
    const fn common(rc: u8) -> Self {
        Self::of_group(rc, 0, 0)
    }

    pub(crate) const fn of_group(rc: u8, group: u8, own: u8) -> Self {
        Self { rc, own, group }
    }

    const fn image(rc: u8, own: u8) -> Self {
        Self::of_group(rc, IMAGE, own)
    }

    /// Something else.
    pub const UNKNOWN: Self = Self::common(1);
    /// There is no memory for it.
    pub const NO_MEMORY: Self = Self::common(2);
    /// The request is malformed, or lacks something.
    pub const INVALID: Self = Self::common(3);
    /// What the request names is not there.
    pub const NOT_FOUND: Self = Self::common(5);
    /// Not in this state.
    pub const BAD_STATE: Self = Self::common(6);
    /// The answer is longer than the buffer.
    pub const TOO_LONG: Self = Self::common(7);
    /// No such command.
    pub const UNSUPPORTED: Self = Self::common(8);
    /// Data is damaged.
    pub const CORRUPT: Self = Self::common(9);
    /// Not now: ask again.
    pub const BUSY: Self = Self::common(10);
    /// Not allowed: by who may ask, or by who signed.
    pub const DENIED: Self = Self::common(11);
    /// A later version of the protocol.
    pub const TOO_NEW: Self = Self::common(13);

    /// There is no image in the slot.
    pub const NO_IMAGE: Self = Self::image(5, 3);
    /// No image has this digest.
    pub const HASH_NOT_FOUND: Self = Self::image(5, 8);
    /// No bank is free.
    pub const NO_FREE_SLOT: Self = Self::image(6, 9);
    /// The flash could not be read.
    pub const FLASH_READ_FAILED: Self = Self::image(1, 11);
    /// The flash could not be written.
    pub const FLASH_WRITE_FAILED: Self = Self::image(1, 12);
    /// The flash could not be erased.
    pub const FLASH_ERASE_FAILED: Self = Self::image(1, 13);
    /// There is no such slot.
    pub const INVALID_SLOT: Self = Self::image(3, 14);
    /// A chunk does not say where it belongs.
    pub const INVALID_OFFSET: Self = Self::image(3, 20);
    /// The first chunk does not say how long the image is.
    pub const INVALID_LENGTH: Self = Self::image(3, 21);
    /// The image's header is malformed.
    pub const INVALID_HEADER: Self = Self::image(3, 22);
    /// It is no image.
    pub const NOT_AN_IMAGE: Self = Self::image(3, 23);
    /// A digest that is none, is missing, or is not that of what came.
    pub const INVALID_HASH: Self = Self::image(3, 24);
    /// What runs is newer.
    pub const OLDER: Self = Self::image(6, 27);
    /// Another image waits to be tried, or is being tried.
    pub const ALREADY_PENDING: Self = Self::image(6, 28);
    /// The image is too large for the slot.
    pub const TOO_LARGE: Self = Self::image(3, 30);
    /// A chunk goes beyond the end of the image.
    pub const OVERRUN: Self = Self::image(3, 31);
    /// This image cannot be confirmed now.
    pub const CONFIRMATION_REFUSED: Self = Self::image(6, 32);
    /// What runs already is not tried.
    pub const TEST_OF_ACTIVE: Self = Self::image(6, 33);

    /// The number that every client knows.
    pub const fn rc(self) -> u8 {
        self.rc
    }

    /// The group and its own number, if it has one for this.
    pub const fn group(self) -> Option<(u8, u8)> {
        match self.own {
            0 => None,
            own => Some((self.group, own)),
        }
    }
}

/// An error of a [`Managed`](crate::Managed) device: a number for the program that asked, and with `Display` a text for the
/// person before it, who reads it in full if it fits into an answer.
pub trait Refusal: fmt::Display {
    /// The number.
    fn code(&self) -> Code;
}
