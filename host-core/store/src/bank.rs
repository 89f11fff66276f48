//! What is known of an image in a bank.

use core::fmt;

use corelet_image::PluginId;

use crate::{BankState, SlotId};

/// Which bank, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BankId(pub u8);

impl fmt::Display for BankId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The SHA-256 of all bytes of an image: header, manifest, signature and module.
pub type ImageDigest = [u8; 32];

/// An image that somebody offers. Whoever accepts it has checked, in its header and manifest, the signature and all that is
/// said here but the digest, which the image will be held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Offered {
    /// What the image is known by.
    pub digest: ImageDigest,
    /// Its length in bytes.
    pub bytes: u32,
    /// Which plugin it is a version of.
    pub plugin: PluginId,
    /// The manifest's security version.
    pub security_version: u32,
}

/// One bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Bank {
    /// What it holds.
    pub state: BankState,
    /// The slot that its image is for. Nothing if it is empty.
    pub slot: SlotId,
    /// Its image, as it was accepted. Nothing if it is empty.
    pub image: Offered,
}

impl Bank {
    pub(crate) const EMPTY: Self = Self {
        state: BankState::Empty,
        slot: SlotId(0),
        image: Offered {
            digest: [0; 32],
            bytes: 0,
            plugin: PluginId([0; 8]),
            security_version: 0,
        },
    };

    /// The same with another state; empty banks are all the same.
    pub(crate) const fn with(self, state: BankState) -> Self {
        match state {
            BankState::Empty => Self::EMPTY,
            state => Self { state, ..self },
        }
    }
}
