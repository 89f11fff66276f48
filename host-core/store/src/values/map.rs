//! Where values lie.

use crate::compaction::{LOW, places_min};
use crate::journal::{places, stride};
use crate::map::{capacity, is_whole_sectors, sector};
use crate::record::Header;
use crate::regions::Regions;
use crate::{MapError, Region, Sectors};

/// Where values lie: a region of whole sectors in two halves, of which one is always in use. The halves are as equal as the sectors
/// let them be.
///
/// ```
/// use corelet_store::{DataMap, Region, Sectors};
/// const DATA: DataMap = DataMap::new(
///     &[Sectors { count: 4, size: 16 << 10 }, Sectors { count: 7, size: 64 << 10 }],
///     Region::new(16 << 10, 48 << 10),
/// );
/// assert_eq!(DATA.halves(), [Region::new(16 << 10, 16 << 10), Region::new(32 << 10, 32 << 10)]);
/// // So many records, whatever the flash writes at once.
/// const _: () = assert!(DATA.capacity(32) == 96);
/// assert_eq!(DATA.capacity(4), 153);
/// // With fewer of them there is more room for changes.
/// assert_eq!(DATA.with_capacity(40).capacity(4), 40);
/// assert_eq!((DATA.changes(4), DATA.with_capacity(40).changes(4)), (32, 145));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DataMap {
    regions: Regions,
    /// The most records of entries that are wanted.
    wanted: u16,
}

impl DataMap {
    /// The map of a region in a flash with these sectors, from its start on. For a constant, so that a wrong one is an error of the
    /// compiler.
    ///
    /// # Panics
    /// Where [`DataMap::try_new`] returns an error.
    pub const fn new(sectors: &'static [Sectors], region: Region) -> Self {
        match Self::try_new(sectors, region) {
            Ok(map) => map,
            Err(MapError::OneSector(_)) => panic!("values take two sectors at least"),
            Err(MapError::TooLarge) => panic!("offsets beyond 32 bits"),
            Err(_) => panic!("a region does not begin and end at a sector"),
        }
    }

    /// The map of a region in a flash with these sectors, if it can be one.
    ///
    /// # Errors
    /// [`MapError::TooLarge`], [`MapError::NotWholeSectors`] or [`MapError::OneSector`].
    pub const fn try_new(sectors: &'static [Sectors], region: Region) -> Result<Self, MapError> {
        if capacity(sectors) > u32::MAX as u64 {
            return Err(MapError::TooLarge);
        }
        if !is_whole_sectors(sectors, region) {
            return Err(MapError::NotWholeSectors(region));
        }
        let mut best = [Region::new(region.offset(), 0), region];
        let mut middle = region.offset();
        while let Some(next) = sector(sectors, middle) {
            middle = next.end();
            if middle >= region.end() {
                break;
            }
            let halves = [
                Region::new(region.offset(), middle - region.offset()),
                Region::new(middle, region.end() - middle),
            ];
            if smaller(halves) > smaller(best) {
                best = halves;
            }
        }
        if smaller(best) == 0 {
            return Err(MapError::OneSector(region));
        }
        Ok(Self {
            regions: Regions {
                both: best,
                sectors,
            },
            wanted: u16::MAX,
        })
    }

    /// The same, for no more than so many records of entries, although there is room for more: then searches take less, and the
    /// journal moves less often.
    pub const fn with_capacity(mut self, records: u16) -> Self {
        self.wanted = records;
        self
    }

    /// The two halves.
    pub const fn halves(&self) -> [Region; 2] {
        self.regions.both
    }

    /// How many records of entries always find room ([`entry_records`](crate::entry_records)), on a flash that writes and reads no
    /// more than `unit` bytes at once: 1 to 32. A quarter of a half is left, so that values can be set many times between two erases.
    pub const fn capacity(&self, unit: usize) -> u16 {
        let places = places(smaller(self.halves()), stride(unit));
        let most = places.saturating_sub(places_min(0) as u16);
        let quarter = places.div_ceil(4);
        let rest = places - quarter;
        let most = if most < rest { most } else { rest };
        if most < self.wanted {
            most
        } else {
            self.wanted
        }
    }

    /// How many records of changes find room between two moves of the journal, at least: 7 or more. A flash as for
    /// [`capacity`](Self::capacity).
    pub const fn changes(&self, unit: usize) -> u16 {
        // Behind a snapshot stand two records; one place stays erased.
        const REST: u16 = 3 + LOW;
        let places = places(smaller(self.halves()), stride(unit));
        places
            .saturating_sub(REST)
            .saturating_sub(self.capacity(unit))
    }

    pub(crate) const fn regions(&self) -> &Regions {
        &self.regions
    }

    /// What the journal is for: it means nothing with other halves, and does with the same elsewhere.
    pub(crate) fn header(&self) -> Header {
        Header::of_values(&self.regions.both)
    }
}

const fn smaller(halves: [Region; 2]) -> u32 {
    let [first, second] = halves;
    if first.size() < second.size() {
        first.size()
    } else {
        second.size()
    }
}
