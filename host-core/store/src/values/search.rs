//! What is read of the values.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;
use heapless::Vec;

use super::Values;
use super::contents::{find, read};
use super::walk::Walk;
use crate::Error;

/// How many keys are put in order in one search.
const KEYS_PER_SEARCH: usize = 16;

/// Where a key stands among its owner's, the same for ever: 63 bits, so that there is a place behind each. It is the key's FNV-1a hash,
/// since one of many bits is all that is asked, of each record that is looked at.
fn rank(key: &[u8]) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    let hash = key.iter().fold(BASIS, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    });
    hash >> 1
}

/// The keys of lowest rank that were seen.
struct Keys(Vec<(u64, u16, bool), KEYS_PER_SEARCH>);

impl Keys {
    /// Notes what the record in `place` says of a key, unless a later one has said it.
    fn note(&mut self, rank: u64, place: u16, is_set: bool) {
        let Err(index) = self.0.binary_search_by_key(&rank, |(other, ..)| *other) else {
            return;
        };
        if index < KEYS_PER_SEARCH {
            if self.0.is_full() {
                self.0.pop();
            }
            // There is room, and the index is at most the length.
            let _ = self.0.insert(index, (rank, place, is_set));
        }
    }
}

impl<F: NorFlash> Values<F> {
    /// Reads the value of `key` into the front of `buffer`; none if there is none. It looks at one record after the other, from the
    /// last on, until it finds the key's.
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
        let chain = self.journal.chain();
        let found = find(&mut self.flash, &chain, owner, key.as_bytes())?;
        let Some(kept) = found.kept else {
            return Ok(None);
        };
        let payload = kept.payload(&mut self.flash, &chain)?;
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

    /// The sum of [`entry_bytes`](crate::entry_bytes) over all that `owner` keeps. It stands in the last of its records.
    ///
    /// # Errors
    /// [`Error::Flash`] or [`Error::Damaged`].
    pub fn used(&mut self, owner: PluginId) -> Result<u32, Error> {
        let chain = self.journal.chain();
        let Some(glance) = Walk::new(&chain).of(&mut self.flash, owner)? else {
            return Ok(0);
        };
        let one = read(&mut self.flash, &chain, glance.place)?;
        Ok(one.map_or(0, |one| one.entry.used))
    }

    /// Reads the first key at or after `cursor` into `buffer`, and returns it with the cursor that stands after it; none at the end.
    /// Cursors begin at 0, and only this makes others. Each key that is there all the while is given once, whatever is set and deleted
    /// between the calls.
    ///
    /// It takes one search, and one more for every 16 keys at the cursor that were deleted since the journal last moved.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn keys<'b>(
        &mut self,
        owner: PluginId,
        mut cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, Error> {
        let chain = self.journal.chain();
        loop {
            let mut keys = Keys(Vec::new());
            let mut walk = Walk::new(&chain);
            while let Some(glance) = walk.of(&mut self.flash, owner)? {
                if glance.is_forgotten() {
                    break;
                }
                let rank = rank(glance.key());
                if rank >= cursor {
                    keys.note(rank, glance.place, glance.is_set());
                }
            }
            if let Some((rank, place, _)) = keys.0.iter().find(|(.., is_set)| *is_set) {
                let Some(one) = read(&mut self.flash, &chain, *place)? else {
                    return Err(chain.damaged::<F>(*place));
                };
                let key = one.entry.key();
                let allowed = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
                let copy = buffer.get_mut(..key.len()).ok_or(Error::TooLong {
                    found: key.len() as u32,
                    allowed,
                })?;
                copy.copy_from_slice(key);
                let key = core::str::from_utf8(copy).map_err(|_| chain.damaged::<F>(*place))?;
                return Ok(Some((key, rank.saturating_add(1))));
            }
            match keys.0.last() {
                Some((last, ..)) if keys.0.is_full() => cursor = last.saturating_add(1),
                _ => return Ok(None),
            }
        }
    }

    /// An owner that keeps something, and is one that is asked for.
    pub(super) fn first_owner(
        &mut self,
        asked: impl Fn(PluginId) -> bool,
    ) -> Result<Option<PluginId>, Error> {
        let chain = self.journal.chain();
        let mut walk = Walk::new(&chain);
        while let Some(glance) = walk.next(&mut self.flash)? {
            if !glance.is_set() || !asked(glance.owner()) {
                continue;
            }
            if self.used(glance.owner())? > 0 {
                return Ok(Some(glance.owner()));
            }
        }
        Ok(None)
    }
}
