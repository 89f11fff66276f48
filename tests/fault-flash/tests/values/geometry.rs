//! Halves of one small sector, of one of 128 KiB, and of sectors of several sizes.

use corelet_fault_flash::Chip;
use corelet_store::{DataMap, Region, Sectors};

/// The greatest size that divides all sectors.
pub(crate) const ERASE: usize = 1024;

const KIB: u32 = 1024;

pub(crate) trait Geometry {
    /// Sectors of the larger half: what a start may erase.
    const HALF_SECTORS: u64;
    const SECTORS: &'static [Sectors];
    const REGION: Region;

    fn map() -> DataMap {
        DataMap::new(Self::SECTORS, Self::REGION)
    }

    fn chip() -> Chip {
        Chip::runs(Self::SECTORS.iter().map(|run| (run.count, run.size)))
    }
}

pub(crate) struct Small;

impl Geometry for Small {
    const HALF_SECTORS: u64 = 1;
    const SECTORS: &'static [Sectors] = &[Sectors {
        count: 2,
        size: 4 * KIB,
    }];
    const REGION: Region = Region::new(0, 8 * KIB);
}

pub(crate) struct Large;

impl Geometry for Large {
    const HALF_SECTORS: u64 = 1;
    const SECTORS: &'static [Sectors] = &[Sectors {
        count: 2,
        size: 128 * KIB,
    }];
    const REGION: Region = Region::new(0, 256 * KIB);
}

/// Behind a sector that is somebody else's: a half of four sectors, and one of a larger sector.
pub(crate) struct Uneven;

impl Geometry for Uneven {
    const HALF_SECTORS: u64 = 4;
    const SECTORS: &'static [Sectors] = &[
        Sectors {
            count: 5,
            size: KIB,
        },
        Sectors {
            count: 1,
            size: 6 * KIB,
        },
    ];
    const REGION: Region = Region::new(KIB, 10 * KIB);
}
