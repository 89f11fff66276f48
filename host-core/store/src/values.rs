//! Values of many owners.

mod contents;
mod entry;
mod glance;
mod live;
mod map;
mod search;

pub use entry::{ENTRY_BYTES, KEY_MAX, VALUE_MAX, entry_bytes, entry_records};
pub(crate) use entry::{Entry, What};
pub use map::DataMap;

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;

use crate::compaction::{Compaction, RESERVE, places_min};
use crate::journal::{Journal, Places};
use crate::record::Change;
use crate::recovery::{Recovered, create, recover};
use crate::{Error, Region, Start};
use contents::{Kept, Records, write_entry};
use entry::Payload;
use glance::Look;
use live::Live;

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
        let recovered = recover(&mut flash, map.regions(), map.header(), Start::Ordinary);
        let counted = recovered.and_then(|recovered| Self::count_all(&mut flash, &map, recovered));
        match counted {
            Ok((journal, live)) => Ok(Self::new(flash, map, journal, live)),
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
        let (journal, live) = Self::count_all(&mut flash, &map, created)?;
        Ok(Self::new(flash, map, journal, live))
    }

    /// Counts what holds after a start, and sees to it that the journal can move.
    fn count_all(
        flash: &mut F,
        map: &DataMap,
        recovered: Recovered<Records>,
    ) -> Result<(Journal, Live), Error> {
        let mut live = Live::UNKNOWN;
        live.count(flash, &recovered.journal.chain())?;
        for half in map.halves() {
            live.check(Places::<F>::count(half))?;
        }
        Ok((recovered.journal, live))
    }

    fn new(flash: F, map: DataMap, journal: Journal, live: Live) -> Self {
        Self {
            flash,
            map,
            live,
            journal,
            compaction: Compaction::default(),
        }
    }

    /// Sees to it that memory knows which records hold: not after a start, nor after the journal's move.
    fn count(&mut self) -> Result<(), Error> {
        if self.live.generation != self.journal.generation {
            self.live.count(&mut self.flash, &self.journal.chain())?;
        }
        Ok(())
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

    /// How many records all entries take: [`capacity`](Self::capacity) at most.
    pub const fn live(&self) -> u16 {
        self.live.records
    }

    /// How many they may take: [`DataMap::capacity`] of this flash.
    pub const fn capacity(&self) -> u16 {
        self.map.capacity(Self::UNIT)
    }

    /// How many records of changes there are between two moves of the journal, at least: [`DataMap::changes`] of this flash.
    pub const fn changes(&self) -> u16 {
        self.map.changes(Self::UNIT)
    }

    /// What the flash writes or reads at once.
    const UNIT: usize = if F::WRITE_SIZE > F::READ_SIZE {
        F::WRITE_SIZE
    } else {
        F::READ_SIZE
    };

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
        self.count()?;
        let (entry, payload) = Entry::new(What::Set, owner, key.as_bytes(), value);
        let kept = self.find(owner, key.as_bytes())?;
        if let Some(kept) = kept {
            let lengths = |entry: &Entry| (entry.key_length, entry.value_length);
            if lengths(&kept.entry) == lengths(&entry)
                && kept.payload(&mut self.flash, &self.journal.chain())? == payload
            {
                return Ok(());
            }
        }
        let freed = kept.map_or(0, |kept| kept.entry.records());
        let found = self
            .live
            .records
            .saturating_sub(freed)
            .saturating_add(entry.records());
        let allowed = self.capacity();
        if found > allowed {
            return Err(Error::Full { found, allowed });
        }
        self.write(entry, payload, kept)
    }

    /// Forgets `key`, and tells whether there was a value.
    ///
    /// # Errors
    /// [`Error::Flash`], [`Error::NotWritten`] or [`Error::Damaged`].
    pub fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, Error> {
        self.count()?;
        let kept = self.find(owner, key.as_bytes())?;
        if kept.is_some() {
            let (entry, payload) = Entry::new(What::Deleted, owner, key.as_bytes(), &[]);
            self.write(entry, payload, kept)?;
        }
        Ok(kept.is_some())
    }

    /// Forgets all that `owner` keeps, by one record.
    ///
    /// # Errors
    /// As [`delete`](Self::delete).
    pub fn forget(&mut self, owner: PluginId) -> Result<(), Error> {
        self.count()?;
        let chain = self.journal.chain();
        let mut look = Look::new(&chain, &self.live.places);
        let mut records: u16 = 0;
        while look.of(&mut self.flash, owner)?.is_some() {
            records = records.saturating_add(look.glance.records());
        }
        if records == 0 {
            return Ok(());
        }
        let (entry, payload) = Entry::new(What::Forgotten, owner, &[], &[]);
        self.write(entry, payload, None)?;
        // Which ones they were is counted again.
        self.live = Live {
            records: self.live.records.saturating_sub(records),
            ..Live::UNKNOWN
        };
        Ok(())
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

    /// Writes a change down, in place of what is kept.
    fn write(
        &mut self,
        mut entry: Entry,
        payload: Payload,
        mut kept: Option<Kept>,
    ) -> Result<(), Error> {
        self.settle()?;
        let needed = RESERVE.saturating_add(entry.records());
        let generation = self.journal.generation;
        while self.compaction.begun || self.journal.free() < needed {
            if self.journal.generation != generation {
                // There is room behind a snapshot, but where many places do not hold what is written to them.
                return Err(Error::NotWritten {
                    offset: Places::<F>::offset(self.journal.region, self.journal.next),
                });
            }
            self.step()?;
        }
        if self.journal.generation != generation {
            self.count()?;
            if kept.is_some() {
                kept = self.find(entry.owner, entry.key())?;
            }
        }
        entry.instead = kept.map(|kept| kept.place);
        let journal = &mut self.journal;
        let written = write_entry(&mut self.flash, entry, payload, |flash, change| {
            journal.append(flash, change, false)
        });
        if written.is_err() {
            // What was not acknowledged is void before anything else happens, if the flash lets it. If not, the next call sees to it.
            let _ = self.settle();
        }
        written?;
        if let Some(kept) = kept {
            self.live.put(kept.place, kept.entry.records(), false);
        }
        if entry.what == What::Set
            && let Some(place) = self.journal.last
        {
            self.live.put(place, entry.records(), true);
        }
        Ok(())
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
            &Records,
            &mut self.journal,
        )
    }
}
