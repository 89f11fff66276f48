//! Values of many owners.

mod contents;
mod entry;
mod map;
mod search;
mod walk;

pub(crate) use contents::Live;
pub use entry::{ENTRY_BYTES, KEY_MAX, VALUE_MAX, entry_bytes, entry_records};
pub(crate) use entry::{Entry, What};
pub use map::DataMap;

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use crate::compaction::{Compaction, RESERVE, places_min};
use crate::contents::Contents;
use crate::journal::Journal;
use crate::record::Change;
use crate::recovery::{Recovered, create, recover};
use crate::{Error, Region, Start};
use contents::{find, read, write_entry};
use entry::Payload;
use walk::Walk;

/// Small values of many owners in a region of a NOR flash: see the crate's documentation.
///
/// A change is in flash when the call returns. If power fails before, it has happened wholly or not at all.
#[derive(Debug)]
pub struct Values<F> {
    flash: F,
    map: DataMap,
    live: Live,
    journal: Journal,
    compaction: Compaction,
}

impl<F: NorFlash> Values<F> {
    /// Recovers what is in the flash. One in which no record can be read is formatted.
    ///
    /// Erases the sectors of one half at most, and none as a rule: it does if the flash is new, if a cut left something in the journal
    /// or met its move, if it was full when the device was last on, or if a record has a wrong bit.
    ///
    /// # Errors
    /// [`Error::Flash`] and [`Error::NotWritten`], after which it may be tried again; [`Error::Geometry`] and
    /// [`Error::JournalTooSmall`], which are the map's fault; [`Error::Unreadable`], [`Error::Damaged`], [`Error::Format`] or
    /// [`Error::OtherMap`].
    pub fn mount(flash: F, map: DataMap) -> Result<Self, Error> {
        Self::mount_or_format(flash, map, |_| false)
    }

    /// As [`mount`](Self::mount), and if what is there means nothing to this firmware, or is damaged beyond repair, and `lost` says
    /// so, [formats](Self::format) it: what was kept is lost rather than the device.
    ///
    /// # Errors
    /// As `mount`.
    pub fn mount_or_format(
        mut flash: F,
        map: DataMap,
        lost: impl FnOnce(Error) -> bool,
    ) -> Result<Self, Error> {
        map.regions()
            .check::<F>(places_min(entry_records(KEY_MAX, VALUE_MAX).into()))?;
        match recover(&mut flash, map.regions(), map.header(), Start::Ordinary) {
            Ok(recovered) => Ok(Self::new(flash, map, recovered)),
            Err(error) if error.is_lasting() && lost(error) => Self::format(flash, map),
            Err(error) => Err(error),
        }
    }

    /// Begins anew: nothing is kept. Erases both halves.
    ///
    /// # Errors
    /// [`Error::Flash`], [`Error::NotWritten`], [`Error::Geometry`] or [`Error::JournalTooSmall`].
    pub fn format(mut flash: F, map: DataMap) -> Result<Self, Error> {
        map.regions()
            .check::<F>(places_min(entry_records(KEY_MAX, VALUE_MAX).into()))?;
        let [_, second] = map.halves();
        map.regions().erase(&mut flash, second)?;
        let created = create(&mut flash, map.regions(), map.header(), Start::Ordinary)?;
        Ok(Self::new(flash, map, created))
    }

    fn new(flash: F, map: DataMap, recovered: Recovered<Live>) -> Self {
        Self {
            flash,
            map,
            live: recovered.contents,
            journal: recovered.journal,
            compaction: Compaction::default(),
        }
    }

    /// Gives the flash back.
    pub fn into_flash(self) -> F {
        self.flash
    }

    /// The flash. What is written in the region is for this store only.
    pub fn flash(&mut self) -> &mut F {
        &mut self.flash
    }

    /// Where values lie.
    pub const fn map(&self) -> &DataMap {
        &self.map
    }

    /// How many records all entries take: [`DataMap::capacity`] at most.
    pub const fn live(&self) -> u16 {
        self.live.records
    }

    /// How many they may take.
    const fn capacity(&self) -> u16 {
        let unit = if F::WRITE_SIZE > F::READ_SIZE {
            F::WRITE_SIZE
        } else {
            F::READ_SIZE
        };
        self.map.capacity(unit)
    }

    /// Keeps `value` under `key` in place of what was there; writes nothing if it is what is there. If the half is full, the
    /// journal moves first, which erases the other half; [`wants_erase`](Self::wants_erase) says so before.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Full`], [`Error::Flash`], [`Error::NotWritten`] or [`Error::Damaged`].
    pub fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), Error> {
        for (bytes, allowed) in [(key.as_bytes(), KEY_MAX), (value, VALUE_MAX)] {
            if bytes.len() > allowed {
                return Err(Error::TooLong {
                    found: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
                    allowed: allowed as u32,
                });
            }
        }
        let (mut entry, payload) = Entry::new(What::Set, owner, key.as_bytes(), value);
        let chain = self.journal.chain();
        let found = find(&mut self.flash, &chain, owner, key.as_bytes())?;
        let (mut records, mut bytes) = (0, 0);
        if let Some(kept) = found.kept {
            let same = (kept.entry.key_length, kept.entry.value_length)
                == (entry.key_length, entry.value_length);
            if same && kept.payload(&mut self.flash, &chain)? == payload {
                return Ok(());
            }
            (records, bytes) = (kept.entry.records(), kept.entry.bytes());
        }
        entry.live = self
            .live
            .records
            .saturating_sub(records)
            .saturating_add(entry.records());
        entry.used = found
            .used
            .saturating_sub(bytes)
            .saturating_add(entry.bytes());
        let allowed = self.capacity();
        if entry.live > allowed {
            return Err(Error::Full {
                found: entry.live,
                allowed,
            });
        }
        self.write(entry, payload)
    }

    /// Forgets `key`, and tells whether there was a value.
    ///
    /// # Errors
    /// [`Error::Flash`], [`Error::NotWritten`] or [`Error::Damaged`].
    pub fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, Error> {
        let chain = self.journal.chain();
        let found = find(&mut self.flash, &chain, owner, key.as_bytes())?;
        let Some(kept) = found.kept else {
            return Ok(false);
        };
        let (mut entry, payload) = Entry::new(What::Deleted, owner, key.as_bytes(), &[]);
        entry.live = self.live.records.saturating_sub(kept.entry.records());
        entry.used = found.used.saturating_sub(kept.entry.bytes());
        self.write(entry, payload)?;
        Ok(true)
    }

    /// Forgets all that `owner` keeps, by one record.
    ///
    /// # Errors
    /// As [`delete`](Self::delete).
    pub fn forget(&mut self, owner: PluginId) -> Result<(), Error> {
        let chain = self.journal.chain();
        let mut records: u16 = 0;
        let mut walk = Walk::new(&chain);
        while let Some(glance) = walk.of(&mut self.flash, owner)? {
            let one = read(&mut self.flash, &chain, glance.place)?;
            let Some(one) = one.filter(|_| glance.is_set()) else {
                continue;
            };
            let kept = find(&mut self.flash, &chain, owner, one.entry.key())?.kept;
            if kept.is_some_and(|kept| kept.place == one.place) {
                records = records.saturating_add(one.entry.records());
            }
        }
        if records == 0 {
            return Ok(());
        }
        let (mut entry, payload) = Entry::new(What::Forgotten, owner, &[], &[]);
        entry.live = self.live.records.saturating_sub(records);
        self.write(entry, payload)
    }

    /// Forgets all that the owners keep of whom `keep` says no: for a start, and plugins that were taken off the device.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); some of them may be forgotten then.
    pub fn retain(&mut self, keep: impl Fn(PluginId) -> bool) -> Result<(), Error> {
        while let Some(owner) = self.first_owner(|owner| !keep(owner))? {
            self.forget(owner)?;
        }
        Ok(())
    }

    /// Writes a change down.
    fn write(&mut self, entry: Entry, payload: Payload) -> Result<(), Error> {
        self.settle()?;
        let needed = RESERVE.saturating_add(entry.records());
        while self.compaction.begun || self.journal.free() < needed {
            self.step()?;
        }
        let journal = &mut self.journal;
        let written = write_entry(&mut self.flash, entry, payload, |flash, change| {
            journal.append(flash, change, false)
        });
        if written.is_err() {
            // What was not acknowledged is void before anything else happens, if the flash lets it. If not, the next call sees to it.
            let _ = self.settle();
        }
        written?;
        self.live.apply(&Change::Entry(entry))
    }

    /// Makes void what may or may not have been written.
    fn settle(&mut self) -> Result<(), Error> {
        if !self.journal.doubtful || self.compaction.begun || self.journal.free() == 0 {
            return Ok(());
        }
        self.journal.append(&mut self.flash, Change::Nothing, false)
    }

    /// The sector that is to be erased next; none if there is none. Chips stall while they erase, so firmware may do it when it suits,
    /// by [`erase_step`](Self::erase_step). If it does not, a call does that finds no room, all sectors of a half together.
    pub fn wants_erase(&self) -> Option<Region> {
        self.compaction.wants(&self.journal, self.map.regions())
    }

    /// Erases the sector that [`wants_erase`](Self::wants_erase) names: nothing if there is none. With the last sector of the other half,
    /// the journal moves there.
    ///
    /// # Errors
    /// [`Error::Flash`], [`Error::NotWritten`] or [`Error::Damaged`]; it may be tried again.
    pub fn erase_step(&mut self) -> Result<(), Error> {
        if self.wants_erase().is_none() {
            return Ok(());
        }
        self.settle()?;
        self.step()
    }

    fn step(&mut self) -> Result<(), Error> {
        let header = self.map.header();
        self.compaction.step(
            &mut self.flash,
            self.map.regions(),
            header,
            &self.live,
            &mut self.journal,
        )
    }
}
