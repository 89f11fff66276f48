use corelet_store::{DataMap, Factory, FlashMap, Layout, Region, Sectors, SlotId};

/// Banks in the flash: each slot can be updated while all others are.
pub const BANKS: usize = 4;

/// Bytes of the flash.
pub const FLASH_BYTES: u32 = 16 << 20;

/// Where a [`BootRecord`](crate::BootRecord) stands.
pub const BOOT_RECORD: Region = Region::new(0, 4 << 10);

/// Where plugins keep values.
pub const DATA: Region = Region::new(1 << 20, 64 << 10);

/// How values lie there. As many as the policy lets plugins keep, so that looking for one costs little.
pub const DATA_MAP: DataMap = DataMap::new(SECTORS, DATA).with_capacity(96);

/// Stands for one-time-programmable memory, which is no part of a flash and is never erased: what is counted there does not fall when
/// the flash is put back.
pub const COUNTER: Region = Region::new(2 << 20, 4 << 10);

/// Where an image lies that came with the device, if it came with one. A product protects it against writing.
pub const FACTORY: Factory = Factory {
    slot: SlotId(0),
    region: Region::new(0x8_0000, 0x1_0000),
};

/// Where the store keeps its journal and the images, on a device that came without one.
pub static FLASH_MAP: FlashMap<BANKS> = FlashMap::new(LAYOUT);

/// The same on a device that came with an image.
pub static FACTORY_MAP: FlashMap<BANKS> = FlashMap::new(Layout {
    factory: Some(FACTORY),
    ..LAYOUT
});

const LAYOUT: Layout<BANKS> = Layout {
    sectors: SECTORS,
    journal: [
        Region::new(SECTOR, 2 * SECTOR),
        Region::new(3 * SECTOR, 2 * SECTOR),
    ],
    banks: [bank(0), bank(1), bank(2), bank(3)],
    slots: crate::SLOTS as u8,
    factory: None,
    data: Some(DATA),
};

const SECTOR: u32 = 4 << 10;

const SECTORS: &[Sectors] = &[Sectors {
    count: FLASH_BYTES / SECTOR,
    size: SECTOR,
}];

const fn bank(number: u32) -> Region {
    Region::new((64 << 10) * (1 + number), 64 << 10)
}
