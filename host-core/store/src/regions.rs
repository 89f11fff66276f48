//! The two regions that a journal moves between.

use embedded_storage::nor_flash::NorFlash;

use crate::Error;
use crate::journal;
use crate::map::{self, Region, Sectors};

/// Both, and the sectors of the flash that they lie in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Regions {
    pub both: [Region; 2],
    pub sectors: &'static [Sectors],
}

impl Regions {
    /// The one that is not `region`.
    pub(crate) fn other(&self, region: Region) -> Region {
        let [first, second] = self.both;
        if region == first { second } else { first }
    }

    /// The sector of the byte at `offset`; none beyond the flash.
    pub(crate) const fn sector(&self, offset: u32) -> Option<Region> {
        map::sector(self.sectors, offset)
    }

    /// Erases one of them, one sector after the other.
    pub(crate) fn erase<F: NorFlash>(&self, flash: &mut F, region: Region) -> Result<(), Error> {
        let mut offset = region.offset();
        while offset < region.end() {
            let sector = self.sector(offset).ok_or(Error::Geometry)?;
            journal::erase(flash, sector)?;
            offset = sector.end();
        }
        Ok(())
    }

    /// Whether all sectors of the flash are a multiple of what is written and read at once, and both regions have `allowed` places.
    pub(crate) fn check<F: NorFlash>(&self, allowed: usize) -> Result<(), Error> {
        let unit = F::WRITE_SIZE.max(F::READ_SIZE) as u32;
        if self
            .sectors
            .iter()
            .any(|run| !run.size.is_multiple_of(unit))
        {
            return Err(Error::Geometry);
        }
        let allowed = (allowed as u32).saturating_mul(journal::Places::<F>::STRIDE);
        let [first, second] = self.both;
        let found = first.size().min(second.size());
        if found < allowed {
            return Err(Error::JournalTooSmall { found, allowed });
        }
        Ok(())
    }
}
