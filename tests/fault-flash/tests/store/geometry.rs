//! Flashes with sectors of 4 KiB, of 128 KiB, and of several sizes: three banks for two slots.

use corelet_fault_flash::Chip;
use corelet_store::{FlashMap, Layout, Region, Sectors};

use super::images::BANKS;

const KIB: u32 = 1024;

pub(crate) trait Geometry {
    /// Sectors of one of the journal's regions: what a start may erase.
    const JOURNAL_SECTORS: u64;
    const SECTORS: &'static [Sectors];

    fn map() -> &'static FlashMap<BANKS>;

    fn chip() -> Chip {
        Chip::runs(Self::SECTORS.iter().map(|run| (run.count, run.size)))
    }
}

/// A journal of two sectors; banks of two.
pub(crate) struct Small;

impl Geometry for Small {
    const JOURNAL_SECTORS: u64 = 2;
    const SECTORS: &'static [Sectors] = &[Sectors {
        count: 10,
        size: 4 * KIB,
    }];

    fn map() -> &'static FlashMap<BANKS> {
        static MAP: FlashMap<BANKS> = FlashMap::new(Layout {
            sectors: Small::SECTORS,
            journal: [Region::new(0, 8 * KIB), Region::new(8 * KIB, 8 * KIB)],
            banks: [
                Region::new(16 * KIB, 8 * KIB),
                Region::new(24 * KIB, 8 * KIB),
                Region::new(32 * KIB, 8 * KIB),
            ],
            slots: 2,
            factory: None,
            data: None,
        });
        &MAP
    }
}

/// A journal of one sector; banks of one.
pub(crate) struct Large;

impl Geometry for Large {
    const JOURNAL_SECTORS: u64 = 1;
    const SECTORS: &'static [Sectors] = &[Sectors {
        count: 5,
        size: 128 * KIB,
    }];

    fn map() -> &'static FlashMap<BANKS> {
        static MAP: FlashMap<BANKS> = FlashMap::new(Layout {
            sectors: Large::SECTORS,
            journal: [Region::new(0, 128 * KIB), Region::new(128 * KIB, 128 * KIB)],
            banks: [
                Region::new(256 * KIB, 128 * KIB),
                Region::new(384 * KIB, 128 * KIB),
                Region::new(512 * KIB, 128 * KIB),
            ],
            slots: 2,
            factory: None,
            data: None,
        });
        &MAP
    }
}

/// As much journal as the largest units need, in the smallest sectors; banks in which an image takes one sector, two, and many.
pub(crate) struct Uneven;

impl Geometry for Uneven {
    const JOURNAL_SECTORS: u64 = 6;
    const SECTORS: &'static [Sectors] = &[
        Sectors {
            count: 17,
            size: KIB,
        },
        Sectors {
            count: 2,
            size: 4 * KIB,
        },
        Sectors {
            count: 1,
            size: 8 * KIB,
        },
    ];

    fn map() -> &'static FlashMap<BANKS> {
        static MAP: FlashMap<BANKS> = FlashMap::new(Layout {
            sectors: Uneven::SECTORS,
            journal: [Region::new(0, 6 * KIB), Region::new(6 * KIB, 6 * KIB)],
            banks: [
                Region::new(12 * KIB, 5 * KIB),
                Region::new(17 * KIB, 8 * KIB),
                Region::new(25 * KIB, 8 * KIB),
            ],
            slots: 2,
            factory: None,
            data: None,
        });
        &MAP
    }
}
