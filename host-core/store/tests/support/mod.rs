//! A small device: its flash map, its images, and a store over a flash that keeps the rules.
#![allow(dead_code, reason = "each test takes a part")]

#[path = "../../../../tests/fault-flash/tests/store/images.rs"]
mod images;

use corelet_fault_flash::{Chip, Flash};
use corelet_store::{Error, FlashMap, Layout, Region, Sectors, Start};

pub(crate) use images::{ERASE, Opened as Device, receive, version, with_erases};

/// Two slots, three banks, one of them larger; sectors of 1, 4 and 8 KiB.
pub(crate) static MAP: FlashMap<3> = FlashMap::new(Layout {
    sectors: &[
        Sectors {
            count: 12,
            size: 1 << 10,
        },
        Sectors {
            count: 3,
            size: 4 << 10,
        },
        Sectors {
            count: 1,
            size: 8 << 10,
        },
    ],
    journal: [Region::new(0, 6 << 10), Region::new(6 << 10, 6 << 10)],
    banks: [
        Region::new(12 << 10, 4 << 10),
        Region::new(16 << 10, 8 << 10),
        Region::new(24 << 10, 8 << 10),
    ],
    slots: 2,
    factory: None,
    data: None,
});

pub(crate) fn chip() -> Chip {
    let mut sectors = vec![1 << 10; 12];
    sectors.extend([4 << 10; 3]);
    sectors.push(8 << 10);
    Chip::uneven(&sectors)
}

pub(crate) fn mount<const WRITE: usize>(
    flash: &Flash<WRITE, ERASE>,
) -> Result<Device<WRITE>, Error> {
    Device::mount(flash.clone(), &MAP, Start::Ordinary)
}
