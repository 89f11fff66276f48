//! The journal of values: what memory holds of it, and how it is read.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use super::entry::{Entry, MORE_MAX, Payload, What, parts};
use super::walk::Walk;
use crate::Error;
use crate::contents::Contents;
use crate::journal::Chain;
use crate::record::{CHANGE_BYTES, Change};

/// What is kept, as far as memory holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live {
    /// The records that all entries take.
    pub records: u16,
}

/// What is kept under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub place: u16,
    /// The record before it.
    pub back: Option<u16>,
    pub entry: Entry,
}

/// What the journal says of an owner and one of its keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// The sum of what all entries of the owner count.
    pub used: u32,
    pub kept: Option<Kept>,
}

/// Searches for a name.
pub(crate) fn find<F: NorFlash>(
    flash: &mut F,
    chain: &Chain,
    owner: PluginId,
    key: &[u8],
) -> Result<Found, Error> {
    let mut used = None;
    let mut walk = Walk::new(chain);
    while let Some(glance) = walk.of(flash, owner)? {
        if used.is_some() && glance.key() != key {
            continue;
        }
        let Some(found) = read(flash, chain, glance.place)? else {
            continue;
        };
        let used = *used.get_or_insert(found.entry.used);
        if found.entry.key() == key {
            let kept = (found.entry.what == What::Set).then_some(found);
            return Ok(Found { used, kept });
        }
    }
    let used = used.unwrap_or(0);
    Ok(Found { used, kept: None })
}

/// Reads the record in a place; none if it ends no change.
pub(crate) fn read<F: NorFlash>(
    flash: &mut F,
    chain: &Chain,
    place: u16,
) -> Result<Option<Kept>, Error> {
    let record = chain.record(flash, place)?;
    Ok(match record.change {
        Change::Entry(entry) => Some(Kept {
            place,
            back: record.back,
            entry,
        }),
        _ => None,
    })
}

impl Kept {
    /// Key and value.
    pub(crate) fn payload<F: NorFlash>(
        &self,
        flash: &mut F,
        chain: &Chain,
    ) -> Result<Payload, Error> {
        let (_, mut payload) =
            Entry::new(self.entry.what, self.entry.owner, &self.entry.start, &[]);
        let mut back = self.back;
        let more = usize::from(self.entry.records()).saturating_sub(1);
        let mut places = [None; MORE_MAX];
        // The last part comes first on the way back.
        for place in places.iter_mut().take(more).rev() {
            *place = back;
            let at = back.ok_or(chain.damaged::<F>(self.place))?;
            back = chain.record(flash, at)?.back;
        }
        for (part, place) in parts(&mut payload).zip(places.into_iter().flatten()) {
            let Change::More(bytes) = chain.record(flash, place)?.change else {
                return Err(chain.damaged::<F>(place));
            };
            for (to, from) in part.iter_mut().zip(bytes) {
                *to = from;
            }
        }
        Ok(payload)
    }
}

/// Has `write` write all records of a change, of which `entry` is the last.
pub(crate) fn write_entry<F>(
    flash: &mut F,
    entry: Entry,
    mut payload: Payload,
    mut write: impl FnMut(&mut F, Change) -> Result<(), Error>,
) -> Result<(), Error> {
    let more = usize::from(entry.records()).saturating_sub(1);
    for part in parts(&mut payload).take(more) {
        let mut bytes = [0; CHANGE_BYTES];
        for (to, from) in bytes.iter_mut().zip(part) {
            *to = *from;
        }
        write(flash, Change::More(bytes))?;
    }
    write(flash, Change::Entry(entry))
}

impl Contents for Live {
    const IN_FLASH: bool = true;

    fn empty() -> Self {
        Self { records: 0 }
    }

    fn apply(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Nothing | Change::Header(_) | Change::More(_) => {}
            Change::Entry(entry) => self.records = entry.live,
            _ => return Err(Error::OtherMap),
        }
        Ok(())
    }

    fn snapshot<F: NorFlash>(
        &self,
        flash: &mut F,
        old: &Chain,
        write: &mut dyn FnMut(&mut F, Change) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut walk = Walk::new(old);
        while let Some(glance) = walk.next(flash)? {
            if !glance.is_set() {
                continue;
            }
            let Some(one) = read(flash, old, glance.place)? else {
                continue;
            };
            let found = find(flash, old, one.entry.owner, one.entry.key())?;
            if found.kept.is_none_or(|kept| kept.place != one.place) {
                continue;
            }
            let payload = one.payload(flash, old)?;
            // The last one of an owner says what all of it is.
            let entry = Entry {
                used: found.used,
                live: self.records,
                ..one.entry
            };
            write_entry(flash, entry, payload, &mut *write)?;
        }
        Ok(())
    }
}
