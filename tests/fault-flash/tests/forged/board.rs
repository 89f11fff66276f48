//! A small flash, its map, and the images that are installed in it.

use std::sync::LazyLock;

use corelet_fault_flash::Chip;
use corelet_image::PluginId;
use corelet_store::{FlashMap, Layout, Offered, Region, Sectors};
use sha2::{Digest, Sha256};

pub(crate) const KIB: u32 = 1024;
pub(crate) const ERASE: usize = 1024;
pub(crate) const BANKS: usize = 3;
/// How many plugins can have a floor: fewer than there are.
pub(crate) const FLOORS: usize = 4;
pub(crate) const PLUGINS: u8 = 5;
pub(crate) const SLOTS: u8 = 2;
pub(crate) const IMAGES: usize = 12;

const SECTORS: &[Sectors] = &[
    Sectors {
        count: 14,
        size: KIB,
    },
    Sectors {
        count: 1,
        size: 2 * KIB,
    },
    Sectors {
        count: 3,
        size: KIB,
    },
];

/// As much journal as the largest units need. Banks of two sectors, of one, and of three.
pub(crate) static MAP: FlashMap<BANKS> = FlashMap::new(Layout {
    sectors: SECTORS,
    journal: [Region::new(0, 6 * KIB), Region::new(6 * KIB, 6 * KIB)],
    banks: [
        Region::new(12 * KIB, 2 * KIB),
        Region::new(14 * KIB, 2 * KIB),
        Region::new(16 * KIB, 3 * KIB),
    ],
    slots: SLOTS,
    factory: None,
    data: None,
});

pub(crate) fn chip() -> Chip {
    Chip::runs(SECTORS.iter().map(|run| (run.count, run.size)))
}

pub(crate) const fn plugin(number: u8) -> PluginId {
    PluginId([number; 8])
}

/// Images of every plugin, with several security versions; some fill a bank.
pub(crate) static ALL: LazyLock<Vec<(Vec<u8>, Offered)>> = LazyLock::new(|| {
    const LENGTHS: [usize; 6] = [1, 700, 1024, 2000, 2048, 3072];
    let image = |number: usize| {
        let length = LENGTHS[number % LENGTHS.len()];
        let bytes = (0..length).map(|index| (number * 31 + index * 13 + index / 97) as u8);
        let bytes: Vec<u8> = bytes.collect();
        let offered = Offered {
            digest: Sha256::digest(&bytes).into(),
            bytes: length as u32,
            plugin: plugin(number as u8 % PLUGINS),
            security_version: number as u32 % 4,
        };
        (bytes, offered)
    };
    (0..IMAGES).map(image).collect()
});
