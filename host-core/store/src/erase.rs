//! Erases, which the firmware does when they suit.

use embedded_storage::nor_flash::NorFlash;

use crate::record::Header;
use crate::regions::Regions;
use crate::{Error, Region, Store, journal};

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// The sector that is to be erased next; none if there is none. Chips stall while they erase, so it is for the firmware to say
    /// when: [`erase_step`](Self::erase_step).
    ///
    /// A sector of the journal is asked for some records before the journal is full, and then other calls fail with
    /// [`Error::WantsErase`]; a sector of a bank is what [`receive`](Self::receive) waits for.
    pub fn wants_erase(&self) -> Option<Region> {
        let journal = self.compaction.wants(&self.journal, &self.regions());
        journal.or_else(|| self.transfer_wants_erase())
    }

    /// Erases the sector that [`wants_erase`](Self::wants_erase) names: nothing if there is none. With the last sector of the journal's
    /// other region, the journal moves there.
    ///
    /// # Errors
    /// [`Error::Flash`] or [`Error::NotWritten`]; it may be tried again.
    pub fn erase_step(&mut self) -> Result<(), Error> {
        let regions = self.regions();
        if self.compaction.wants(&self.journal, &regions).is_some() {
            let header = Header::of(self.map);
            let Self {
                flash,
                compaction,
                ledger,
                journal,
                ..
            } = self;
            return compaction.step(flash, &regions, header, ledger, journal);
        }
        let Some(sector) = self.transfer_wants_erase() else {
            return Ok(());
        };
        // What may have been written of the bank's progress must not come true once its bytes are gone.
        self.settle()?;
        journal::erase(&mut self.flash, sector)?;
        self.transfer_erased(sector);
        Ok(())
    }

    fn regions(&self) -> Regions {
        self.map.regions()
    }
}
