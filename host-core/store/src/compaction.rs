//! The journal's way from one region to the other.

use embedded_storage::nor_flash::NorFlash;

use crate::contents::Contents;
use crate::journal::{self, Chain, Journal, Room};
use crate::record::{Change, Header};
use crate::regions::Regions;
use crate::{Error, Region};

/// Places that are kept for recoveries and for what settles a doubt.
pub(crate) const RESERVE: u16 = 8;

/// With fewer free places than that, the other region is to be erased when it suits.
pub(crate) const LOW: u16 = 2 * RESERVE;

/// How far the journal is on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compaction {
    /// Bytes of the other region that were erased since the device started.
    pub erased: u32,
    /// Whether the snapshot was begun, and not finished. It may count at the next start, so nothing else may be written.
    pub begun: bool,
}

/// The least places that a region has: for a snapshot, what is kept, and some work between two moves.
pub(crate) const fn places_min(snapshot: usize) -> usize {
    // Behind the snapshot stand its header and the record that shows that the header is whole.
    snapshot + 2 + LOW as usize + RESERVE as usize
}

impl Compaction {
    /// The sector of the other region that is to be erased next, if the journal asks for the move.
    pub(crate) fn wants(&self, journal: &Journal, regions: &Regions) -> Option<Region> {
        if self.begun || self.erased > 0 || journal.free() <= LOW {
            return self.next(journal, regions);
        }
        None
    }

    /// The sector of the other region that is to be erased next.
    pub(crate) fn next(&self, journal: &Journal, regions: &Regions) -> Option<Region> {
        let region = regions.other(journal.region);
        // All sectors erased and no snapshot: it starts over.
        let erased = if self.erased < region.size() {
            self.erased
        } else {
            0
        };
        regions.sector(region.offset().saturating_add(erased))
    }

    /// Erases a sector of the other region, which is the next. With the last, the journal moves there.
    pub(crate) fn step<F: NorFlash, C: Contents>(
        &mut self,
        flash: &mut F,
        regions: &Regions,
        header: Header,
        contents: &C,
        journal: &mut Journal,
    ) -> Result<(), Error> {
        let region = regions.other(journal.region);
        let sector = self.next(journal, regions).ok_or(Error::Geometry)?;
        // Until the sector is erased, what is in it counts as before.
        journal::erase(flash, sector)?;
        self.erased = sector.end().saturating_sub(region.offset());
        if sector.end() < region.end() {
            return Ok(());
        }
        let generation = journal.generation.saturating_add(1);
        let mut moved = Journal::new::<F>(region, generation, journal.boots);
        self.begun = true;
        self.erased = 0;
        write_snapshot(flash, header, contents, &journal.chain(), &mut moved, false)?;
        self.begun = false;
        *journal = moved;
        Ok(())
    }
}

/// Writes all that `contents` says to an erased region: the header behind it, and a record behind the header. Without that one
/// the region does not count, and the one before it does.
pub(crate) fn write_snapshot<F: NorFlash, C: Contents>(
    flash: &mut F,
    header: Header,
    contents: &C,
    old: &Chain,
    journal: &mut Journal,
    boot: bool,
) -> Result<(), Error> {
    let places = journal.places;
    let mut write = |flash: &mut F, change, boot| match journal.insist(flash, change, boot)? {
        Room::Enough => Ok(()),
        Room::None => Err(Error::WantsErase),
    };
    contents.snapshot(flash, old, places, &mut |flash, change| {
        write(flash, change, false)
    })?;
    write(flash, Change::Header(header), false)?;
    write(flash, Change::Nothing, boot)?;
    journal.moving = false;
    Ok(())
}
