//! The key set that took the place of the firmware's keys.

use corelet_image::{KEYS_MAX, Keys, PublicKey, VerifiedKeySet};
use embedded_storage::nor_flash::NorFlash;
use heapless::Vec;

use crate::record::Change;
use crate::{Error, Store};

/// One key of a set, as a record says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyPart {
    pub epoch: u32,
    /// Which key of the set, from 0.
    pub index: u8,
    /// How many the set has.
    pub count: u8,
    pub key: PublicKey,
}

/// The keys of one set, in order.
fn parts(epoch: u32, keys: &[PublicKey]) -> impl Iterator<Item = Change> {
    let count = keys.len() as u8;
    let numbered = (0..count).zip(keys);
    numbered.map(move |(index, key)| {
        Change::Key(KeyPart {
            epoch,
            index,
            count,
            key: *key,
        })
    })
}

/// The set that counts, and what there is of one that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyRing {
    /// 0 if none counts: then the firmware's keys do.
    epoch: u32,
    keys: Vec<PublicKey, KEYS_MAX>,
    coming_epoch: u32,
    coming: Vec<PublicKey, KEYS_MAX>,
}

impl KeyRing {
    pub(crate) const fn new() -> Self {
        Self {
            epoch: 0,
            keys: Vec::new(),
            coming_epoch: 0,
            coming: Vec::new(),
        }
    }

    /// Takes the next key of a set that is being written. Whether the set counts from now on: it was the last, and the epoch is higher.
    pub(crate) fn add(&mut self, part: &KeyPart) -> bool {
        if part.index == 0 {
            self.coming.clear();
            self.coming_epoch = part.epoch;
        }
        if part.epoch != self.coming_epoch || usize::from(part.index) != self.coming.len() {
            return false;
        }
        // No set has more than there is room for.
        let _ = self.coming.push(part.key);
        if self.coming.len() < usize::from(part.count) || part.epoch <= self.epoch {
            return false;
        }
        self.epoch = part.epoch;
        self.keys = core::mem::take(&mut self.coming);
        true
    }

    /// The records that say which set counts.
    pub(crate) fn snapshot(&self) -> impl Iterator<Item = Change> {
        parts(self.epoch, &self.keys)
    }
}

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// The keys that images are verified with: those of the key set that the device was given, or else the firmware's. Whether the
    /// development key is accepted is the firmware's affair.
    pub fn keys<'a>(&'a self, firmware: Keys<'a>) -> Keys<'a> {
        let ring = self.ledger.ring();
        if ring.epoch == 0 {
            return firmware;
        }
        firmware.replaced_by(&ring.keys)
    }

    /// The epoch of the keys: 0 for the firmware's.
    pub const fn key_epoch(&self) -> u32 {
        self.ledger.ring().epoch
    }

    /// Trusts the keys of a set from now on, and no others: all of them, or those before. Nothing if they are trusted already.
    ///
    /// # Errors
    /// [`Error::OldKeys`], [`Error::WantsErase`], [`Error::Flash`] or [`Error::NotWritten`].
    pub fn set_keys(&mut self, set: &VerifiedKeySet<'_>) -> Result<(), Error> {
        let ring = self.ledger.ring();
        if set.epoch() == ring.epoch && set.keys() == ring.keys {
            return Ok(());
        }
        if set.epoch() <= ring.epoch {
            return Err(Error::OldKeys {
                found: set.epoch(),
                allowed: ring.epoch.saturating_add(1),
            });
        }
        // Always from the first on: if the journal has to move in between, what is there does not move with it.
        parts(set.epoch(), set.keys()).try_for_each(|part| self.commit(part))
    }
}
