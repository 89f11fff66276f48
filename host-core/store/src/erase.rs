//! Erases, which the firmware does when they suit.

use embedded_storage::nor_flash::NorFlash;

use crate::compaction::{self, LOW};
use crate::journal::{self, Journal};
use crate::{Error, Region, Store};

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// The sector that is to be erased next; none if there is none. Chips stall while they erase, so it is for the firmware to say
    /// when: [`erase_step`](Self::erase_step).
    ///
    /// A sector of the journal is asked for some records before the journal is full, and then other calls fail with
    /// [`Error::WantsErase`]; a sector of a bank is what [`receive`](Self::receive) waits for.
    pub fn wants_erase(&self) -> Option<Region> {
        if self.compaction.begun || self.compaction.erased > 0 || self.journal.free() <= LOW {
            let region = self.other_region();
            // All sectors erased and no snapshot: it starts over.
            let erased = if self.compaction.erased < region.size() {
                self.compaction.erased
            } else {
                0
            };
            return self.map.sector(region.offset().saturating_add(erased));
        }
        self.transfer_wants_erase()
    }

    /// Erases the sector that [`wants_erase`](Self::wants_erase) names: nothing if there is none. With the last sector of the journal's
    /// other region, the journal moves there.
    ///
    /// # Errors
    /// [`Error::Flash`] or [`Error::NotWritten`]; it may be tried again.
    pub fn erase_step(&mut self) -> Result<(), Error> {
        let Some(sector) = self.wants_erase() else {
            return Ok(());
        };
        let region = self.other_region();
        if region.range().contains(&sector.offset()) {
            return self.erase_journal(region, sector);
        }
        // What may have been written of the bank's progress must not come true once its bytes are gone.
        self.settle()?;
        journal::erase(&mut self.flash, sector)?;
        self.transfer_erased(sector);
        Ok(())
    }

    fn erase_journal(&mut self, region: Region, sector: Region) -> Result<(), Error> {
        // Until the sector is erased, what is in it counts as before.
        journal::erase(&mut self.flash, sector)?;
        self.compaction.erased = sector.end().saturating_sub(region.offset());
        if sector.end() < region.end() {
            return Ok(());
        }
        let generation = self.journal.generation.saturating_add(1);
        let mut moved = Journal::new::<F>(region, generation, self.journal.boots);
        self.compaction.begun = true;
        self.compaction.erased = 0;
        compaction::write_snapshot(&mut self.flash, self.map, &self.ledger, &mut moved, false)?;
        self.compaction.begun = false;
        self.journal = moved;
        Ok(())
    }

    fn other_region(&self) -> Region {
        let [first, second] = self.map.journal();
        if self.journal.region == first {
            second
        } else {
            first
        }
    }
}
