//! The records that hold, from the last to the first, at a glance.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use super::entry::What;
use crate::Error;
use crate::journal::{Chain, FRONT_BYTES};
use crate::record::ENTRY_KIND;

/// On the way from the last record to the first.
pub(crate) struct Walk<'a> {
    chain: &'a Chain,
    next: Option<u16>,
}

/// The front of a record, as it reads: its checksum was not looked at.
pub(crate) struct Glance {
    pub place: u16,
    front: [u8; FRONT_BYTES],
}

impl<'a> Walk<'a> {
    pub(crate) const fn new(chain: &'a Chain) -> Self {
        Self {
            chain,
            next: chain.last,
        }
    }

    /// The next record; none behind the first.
    pub(crate) fn next<F: NorFlash>(&mut self, flash: &mut F) -> Result<Option<Glance>, Error> {
        let Some(place) = self.next else {
            return Ok(None);
        };
        let front = self.chain.front(flash, place)?;
        let glance = Glance { place, front };
        let back = u16::from_le_bytes(glance.bytes(4));
        let back = (back != u16::MAX).then_some(back);
        let generation = u32::from_le_bytes(glance.bytes(0));
        if generation != self.chain.generation || back.is_some_and(|back| back >= place) {
            return Err(self.chain.damaged::<F>(place));
        }
        self.next = back;
        Ok(Some(glance))
    }

    /// The next record that ends a change of what `owner` keeps; none behind the one that says that all of it is gone.
    pub(crate) fn of<F: NorFlash>(
        &mut self,
        flash: &mut F,
        owner: PluginId,
    ) -> Result<Option<Glance>, Error> {
        while let Some(glance) = self.next(flash)? {
            if glance.owner() == owner && glance.what().is_some() {
                if glance.is_forgotten() {
                    self.next = None;
                }
                return Ok(Some(glance));
            }
        }
        Ok(None)
    }
}

impl Glance {
    /// The bytes from `at` on; what they are stands in the crate's documentation.
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        let rest = self.front.get(at..).and_then(<[u8]>::first_chunk);
        *rest.unwrap_or(&[0; N])
    }

    fn what(&self) -> Option<What> {
        let [kind] = self.bytes(10);
        let number = kind.checked_sub(ENTRY_KIND)?;
        What::ALL.get(usize::from(number)).copied()
    }

    /// Whether it says that a value was set.
    pub(crate) fn is_set(&self) -> bool {
        self.what() == Some(What::Set)
    }

    /// Whether it says that all of its owner's values are gone.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.what() == Some(What::Forgotten)
    }

    /// Whose it is.
    pub(crate) fn owner(&self) -> PluginId {
        PluginId(self.bytes(12))
    }

    /// Which of the owner's it is about.
    pub(crate) fn key(&self) -> &[u8] {
        let [length] = self.bytes(26);
        let rest = self.front.get(28..).unwrap_or_default();
        rest.get(..usize::from(length)).unwrap_or_default()
    }
}
