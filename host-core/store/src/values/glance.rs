//! Records of values at a glance.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use super::entry::{What, entry_bytes, entry_records};
use super::live::{PlaceSet, Places};
use crate::Error;
use crate::journal::{Chain, FRONT_BYTES};
use crate::record::ENTRY_KIND;

/// The front of one record after the other, as they read: their checksums are not looked at.
pub(crate) struct Glance<'a> {
    chain: &'a Chain,
    front: [u8; FRONT_BYTES],
}

impl<'a> Glance<'a> {
    pub(crate) const fn new(chain: &'a Chain) -> Self {
        Self {
            chain,
            front: [0; FRONT_BYTES],
        }
    }

    /// Looks at the record in a place.
    pub(crate) fn at<F: NorFlash>(&mut self, flash: &mut F, place: u16) -> Result<(), Error> {
        self.chain.front(flash, place, &mut self.front)?;
        if u32::from_le_bytes(self.bytes(0)) != self.chain.generation {
            return Err(self.chain.damaged::<F>(place));
        }
        Ok(())
    }

    /// The bytes from `at` on; what they are stands in the crate's documentation.
    // A search spends its time here.
    #[inline(always)]
    fn bytes<const N: usize>(&self, at: usize) -> [u8; N] {
        let rest = self.front.get(at..).and_then(<[u8]>::first_chunk);
        *rest.unwrap_or(&[0; N])
    }

    fn place(&self, at: usize) -> Option<u16> {
        let place = u16::from_le_bytes(self.bytes(at));
        (place != u16::MAX).then_some(place)
    }

    /// The place of the record before it.
    pub(crate) fn back(&self) -> Option<u16> {
        self.place(4)
    }

    pub(crate) fn what(&self) -> Option<What> {
        let [kind] = self.bytes(10);
        let number = kind.checked_sub(ENTRY_KIND)?;
        What::ALL.get(usize::from(number)).copied()
    }

    /// Whose it is.
    #[inline(always)]
    pub(crate) fn owner(&self) -> PluginId {
        PluginId(self.bytes(12))
    }

    /// The place of the record whose value it takes the place of.
    pub(crate) fn instead(&self) -> Option<u16> {
        self.place(20)
    }

    fn lengths(&self) -> (usize, usize) {
        let [key, value] = self.bytes(22);
        (key.into(), value.into())
    }

    /// Which of the owner's it is about.
    pub(crate) fn key(&self) -> &[u8] {
        let rest = self.front.get(24..).unwrap_or_default();
        rest.get(..self.lengths().0).unwrap_or_default()
    }

    /// Whether it is about this key; by eight bytes at once, since a plugin may give all of its keys the same beginning.
    pub(crate) fn is_about(&self, key: &[u8]) -> bool {
        let found = self.key();
        let (words, rest) = key.as_chunks::<8>();
        let (found_words, found_rest) = found.as_chunks::<8>();
        let number = |word: &[u8; 8]| u64::from_le_bytes(*word);
        found.len() == key.len()
            && words.iter().map(number).eq(found_words.iter().map(number))
            && rest == found_rest
    }

    pub(crate) fn records(&self) -> u16 {
        let (key, value) = self.lengths();
        entry_records(key, value)
    }

    pub(crate) fn entry_bytes(&self) -> u32 {
        let (key, value) = self.lengths();
        entry_bytes(key, value)
    }
}

/// Looks at the records in some places, one after the other.
pub(crate) struct Look<'a> {
    places: Places<'a>,
    pub glance: Glance<'a>,
}

impl<'a> Look<'a> {
    pub(crate) fn new(chain: &'a Chain, places: &'a PlaceSet) -> Self {
        Self {
            places: places.iter(),
            glance: Glance::new(chain),
        }
    }

    /// The place of the next one.
    pub(crate) fn next<F: NorFlash>(&mut self, flash: &mut F) -> Result<Option<u16>, Error> {
        let Some(place) = self.places.next() else {
            return Ok(None);
        };
        self.glance.at(flash, place)?;
        Ok(Some(place))
    }

    /// The place of the next one that is about what `owner` keeps.
    pub(crate) fn of<F: NorFlash>(
        &mut self,
        flash: &mut F,
        owner: PluginId,
    ) -> Result<Option<u16>, Error> {
        let owner = u64::from_le_bytes(owner.0);
        while let Some(place) = self.next(flash)? {
            if u64::from_le_bytes(self.glance.owner().0) == owner {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }
}
