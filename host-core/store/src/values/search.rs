//! What is read of the values.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use super::Values;
use super::contents::{Kept, read};
use super::glance::Look;
use crate::Error;

/// Where a key stands among its owner's, the same for ever: 63 bits, so that there is a place behind each. All that is asked of it is
/// that no two keys have the same one. Computed of each record that is looked at, so it takes eight bytes at once.
fn rank(key: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = key.as_chunks::<8>();
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let words = words.iter().chain([&last]);
    let hash = words.fold(key.len() as u64, |hash, word| {
        (hash.rotate_left(29) ^ u64::from_le_bytes(*word)).wrapping_mul(ODD)
    });
    hash >> 1
}

impl<F: NorFlash> Values<F> {
    /// Searches for a name.
    pub(super) fn find(&mut self, owner: PluginId, key: &[u8]) -> Result<Option<Kept>, Error> {
        let chain = self.journal.chain();
        let mut look = Look::new(&chain, &self.live.places);
        while let Some(place) = look.of(&mut self.flash, owner)? {
            if look.glance.is_about(key) {
                return read(&mut self.flash, &chain, place).map(Some);
            }
        }
        Ok(None)
    }

    /// Reads the value of `key` into the front of `buffer`; none if there is none. It looks at what is kept, one after the other,
    /// until it finds the key's.
    ///
    /// # Errors
    /// [`Error::TooLong`] if it is longer than `buffer`, [`Error::Flash`], or [`Error::Damaged`] if a record became unreadable since
    /// the start.
    pub fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, Error> {
        self.count()?;
        let Some(kept) = self.find(owner, key.as_bytes())? else {
            return Ok(None);
        };
        let payload = kept.payload(&mut self.flash, &self.journal.chain())?;
        let length = usize::from(kept.entry.value_length);
        let allowed = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let place = buffer.get_mut(..length).ok_or(Error::TooLong {
            found: length as u32,
            allowed,
        })?;
        let value = payload.iter().skip(usize::from(kept.entry.key_length));
        place
            .iter_mut()
            .zip(value)
            .for_each(|(to, from)| *to = *from);
        Ok(Some(place))
    }

    /// The sum of [`entry_bytes`](crate::entry_bytes) over all that `owner` keeps.
    ///
    /// # Errors
    /// [`Error::Flash`] or [`Error::Damaged`].
    pub fn used(&mut self, owner: PluginId) -> Result<u32, Error> {
        self.count()?;
        let chain = self.journal.chain();
        let mut look = Look::new(&chain, &self.live.places);
        let mut used: u32 = 0;
        while look.of(&mut self.flash, owner)?.is_some() {
            used = used.saturating_add(look.glance.entry_bytes());
        }
        Ok(used)
    }

    /// Reads the first key at or after `cursor` into `buffer`, and returns it with the cursor that stands after it; none at the end.
    /// Cursors begin at 0, and only this makes others. Each key that is there all the while is given once, whatever is set and deleted
    /// between the calls.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, Error> {
        self.count()?;
        let chain = self.journal.chain();
        let mut look = Look::new(&chain, &self.live.places);
        let mut first: Option<(u64, u16)> = None;
        while let Some(place) = look.of(&mut self.flash, owner)? {
            let rank = rank(look.glance.key());
            if rank >= cursor && first.is_none_or(|(least, _)| rank < least) {
                first = Some((rank, place));
            }
        }
        let Some((rank, place)) = first else {
            return Ok(None);
        };
        let entry = read(&mut self.flash, &chain, place)?.entry;
        let key = entry.key();
        let allowed = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let copy = buffer.get_mut(..key.len()).ok_or(Error::TooLong {
            found: key.len() as u32,
            allowed,
        })?;
        copy.copy_from_slice(key);
        let key = core::str::from_utf8(copy).map_err(|_| chain.damaged::<F>(place))?;
        Ok(Some((key, rank.saturating_add(1))))
    }

    /// An owner that keeps something, and is one that is asked for.
    pub(super) fn first_owner(
        &mut self,
        asked: impl Fn(PluginId) -> bool,
    ) -> Result<Option<PluginId>, Error> {
        self.count()?;
        let chain = self.journal.chain();
        let mut look = Look::new(&chain, &self.live.places);
        while look.next(&mut self.flash)?.is_some() {
            let owner = look.glance.owner();
            if asked(owner) {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }
}
