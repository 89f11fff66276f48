//! Which records hold what is kept.

use core::slice;

use embedded_storage::nor_flash::NorFlash;

use super::entry::What;
use super::glance::Glance;
use crate::Error;
use crate::compaction::places_min;
use crate::journal::{Chain, PLACES_MAX};

const BITS: u16 = u32::BITS as u16;

/// Some places of a journal: a bit for each.
#[derive(Clone, Debug)]
pub(crate) struct PlaceSet([u32; (PLACES_MAX / BITS) as usize]);

impl PlaceSet {
    const EMPTY: Self = Self([0; (PLACES_MAX / BITS) as usize]);

    fn put(&mut self, place: u16, is_in: bool) {
        if let Some(word) = self.0.get_mut(usize::from(place / BITS)) {
            let bit = 1 << (place % BITS);
            *word = if is_in { *word | bit } else { *word & !bit };
        }
    }

    fn contains(&self, place: u16) -> bool {
        let word = self.0.get(usize::from(place / BITS));
        word.is_some_and(|word| word >> (place % BITS) & 1 != 0)
    }

    /// All of them, from the first to the last.
    pub(crate) fn iter(&self) -> Places<'_> {
        Places {
            words: self.0.iter(),
            behind: 0,
            rest: 0,
        }
    }
}

/// The places of a set.
pub(crate) struct Places<'a> {
    words: slice::Iter<'a, u32>,
    /// The first place behind the word that is looked at.
    behind: u16,
    /// What is left of that.
    rest: u32,
}

impl Iterator for Places<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        while self.rest == 0 {
            self.rest = *self.words.next()?;
            self.behind = self.behind.wrapping_add(BITS);
        }
        let bit = self.rest.trailing_zeros() as u16;
        self.rest &= self.rest.wrapping_sub(1);
        Some(self.behind.wrapping_sub(BITS).wrapping_add(bit))
    }
}

/// What is kept, as far as memory holds it.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    /// The generation of the journal that was counted; none has 0.
    pub generation: u32,
    /// Where the records are that end the changes which hold.
    pub places: PlaceSet,
    /// The records that all entries take.
    pub records: u16,
}

impl Live {
    /// Nothing was counted yet.
    pub(crate) const UNKNOWN: Self = Self {
        generation: 0,
        places: PlaceSet::EMPTY,
        records: 0,
    };

    /// Counts what holds of a journal, from the last record on: each says in which one's place it stands.
    pub(crate) fn count<F: NorFlash>(&mut self, flash: &mut F, chain: &Chain) -> Result<(), Error> {
        *self = Self::UNKNOWN;
        let mut gone = PlaceSet::EMPTY;
        let mut glance = Glance::new(chain);
        let mut next = chain.last;
        while let Some(place) = next {
            glance.at(flash, place)?;
            next = before::<F>(chain, place, glance.back())?;
            let what = glance.what();
            if what == Some(What::Set) && !gone.contains(place) {
                self.put(place, glance.records(), true);
            }
            if what == Some(What::Forgotten) {
                let (owner, mut next) = (glance.owner(), next);
                while let Some(place) = next {
                    glance.at(flash, place)?;
                    next = before::<F>(chain, place, glance.back())?;
                    if glance.owner() == owner {
                        gone.put(place, true);
                    }
                }
            } else if what.is_some()
                && let Some(instead) = glance.instead()
            {
                gone.put(instead, true);
            }
        }
        self.generation = chain.generation;
        Ok(())
    }

    /// That a half with so many places takes all that holds, and leaves room to work: what [`Values`](crate::Values) keep always does.
    pub(crate) const fn check(&self, places: u16) -> Result<(), Error> {
        if self.records as usize + places_min(0) > places as usize {
            return Err(Error::OtherMap);
        }
        Ok(())
    }

    /// Notes that what the record in `place` says holds now, with so many records in all, or holds no more.
    pub(crate) fn put(&mut self, place: u16, records: u16, holds: bool) {
        self.places.put(place, holds);
        self.records = if holds {
            self.records.saturating_add(records)
        } else {
            self.records.saturating_sub(records)
        };
    }
}

/// The record before the one in `place`, which says that it is in `back`.
fn before<F: NorFlash>(chain: &Chain, place: u16, back: Option<u16>) -> Result<Option<u16>, Error> {
    if back.is_some_and(|back| back >= place) {
        return Err(chain.damaged::<F>(place));
    }
    Ok(back)
}
