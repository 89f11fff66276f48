//! The records that hold values, and what a move makes of them.

use embedded_storage::nor_flash::NorFlash;

use super::entry::{Entry, Payload, parts};
use super::glance::Look;
use super::live::Live;
use crate::Error;
use crate::contents::Contents;
use crate::journal::Chain;
use crate::record::{CHANGE_BYTES, Change};

/// What is kept under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub place: u16,
    /// The record before it.
    pub back: Option<u16>,
    pub entry: Entry,
}

/// Reads the record in a place, which ends a change.
pub(crate) fn read<F: NorFlash>(flash: &mut F, chain: &Chain, place: u16) -> Result<Kept, Error> {
    let record = chain.record(flash, place)?;
    match record.change {
        Change::Entry(entry) => Ok(Kept {
            place,
            back: record.back,
            entry,
        }),
        _ => Err(chain.damaged::<F>(place)),
    }
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
        // The last part comes first on the way back.
        for part in parts(&mut payload).take(more).rev() {
            let place = back.ok_or(chain.damaged::<F>(self.place))?;
            let record = chain.record(flash, place)?;
            let Change::More(bytes) = record.change else {
                return Err(chain.damaged::<F>(place));
            };
            for (to, from) in part.iter_mut().zip(bytes) {
                *to = from;
            }
            back = record.back;
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

/// The records of values. Memory holds nothing of what they say.
pub(crate) struct Records;

impl Contents for Records {
    const IN_FLASH: bool = true;

    fn empty() -> Self {
        Self
    }

    fn apply(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Nothing | Change::Header(_) | Change::More(_) | Change::Entry(_) => Ok(()),
            _ => Err(Error::OtherMap),
        }
    }

    fn snapshot<F: NorFlash>(
        &self,
        flash: &mut F,
        old: &Chain,
        places: u16,
        write: &mut dyn FnMut(&mut F, Change) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut live = Live::UNKNOWN;
        live.count(flash, old)?;
        live.check(places)?;
        let mut look = Look::new(old, &live.places);
        while let Some(place) = look.next(flash)? {
            let kept = read(flash, old, place)?;
            let payload = kept.payload(flash, old)?;
            let entry = Entry {
                instead: None,
                ..kept.entry
            };
            write_entry(flash, entry, payload, &mut *write)?;
        }
        Ok(())
    }
}
