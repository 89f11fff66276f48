//! The journal's way from one region to the other.

use embedded_storage::nor_flash::NorFlash;

use crate::journal::{self, Journal, Room};
use crate::ledger::Ledger;
use crate::map::FlashMap;
use crate::record::{Change, Header};
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

/// Erases a region of the journal, one sector after the other.
pub(crate) fn erase_region<F: NorFlash, const BANKS: usize>(
    flash: &mut F,
    map: &FlashMap<BANKS>,
    region: Region,
) -> Result<(), Error> {
    let mut offset = region.offset();
    while offset < region.end() {
        let sector = map.sector(offset).ok_or(Error::Geometry)?;
        journal::erase(flash, sector)?;
        offset = sector.end();
    }
    Ok(())
}

/// Writes all that `ledger` says to an erased region: the header behind it, and a record behind the header. Without that one
/// the region does not count, and the one before it does.
pub(crate) fn write_snapshot<F: NorFlash, const BANKS: usize, const PLUGINS: usize>(
    flash: &mut F,
    map: &FlashMap<BANKS>,
    ledger: &Ledger<BANKS, PLUGINS>,
    journal: &mut Journal,
    boot: bool,
) -> Result<(), Error> {
    let last = [
        (Change::Header(Header::of(map)), false),
        (Change::Nothing, boot),
    ];
    let changes = ledger.snapshot().map(|change| (change, false)).chain(last);
    for (change, boot) in changes {
        if journal.insist(flash, change, boot)? == Room::None {
            return Err(Error::WantsErase);
        }
    }
    journal.moving = false;
    Ok(())
}
