//! Where things lie in a flash.

use core::fmt;
use core::ops::Range;

use crate::regions::Regions;
use crate::{Bank, BankId, BankState, SlotId};

/// Sectors of one size, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sectors {
    /// How many.
    pub count: u32,
    /// Bytes of each: what is erased at once.
    pub size: u32,
}

/// A part of a flash, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Region {
    offset: u32,
    size: u32,
}

impl Region {
    /// `size` bytes from `offset` on.
    pub const fn new(offset: u32, size: u32) -> Self {
        Self { offset, size }
    }

    /// Where it begins.
    pub const fn offset(self) -> u32 {
        self.offset
    }

    /// How many bytes it has.
    pub const fn size(self) -> u32 {
        self.size
    }

    /// The byte behind its last.
    pub const fn end(self) -> u32 {
        self.offset.saturating_add(self.size)
    }

    /// From its first byte to the one behind its last.
    pub const fn range(self) -> Range<u32> {
        self.offset..self.end()
    }

    /// Its bytes in `flash`, which is mapped into memory; none if it reaches beyond.
    ///
    /// ```
    /// use corelet_store::Region;
    /// assert_eq!(Region::new(1, 2).of(&[7, 8, 9]), Some(&[8, 9][..]));
    /// assert_eq!(Region::new(2, 2).of(&[7, 8, 9]), None);
    /// ```
    pub fn of(self, flash: &[u8]) -> Option<&[u8]> {
        flash.get(self.offset as usize..)?.get(..self.size as usize)
    }

    const fn overlaps(self, other: Self) -> bool {
        self.offset < other.end() && other.offset < self.end()
    }
}

/// An image that came with the device, for a slot that has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Factory {
    /// The slot.
    pub slot: SlotId,
    /// Where the image lies. The store only reads it.
    pub region: Region,
}

/// What a [`FlashMap`] is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout<const BANKS: usize> {
    /// The sectors of the whole flash, from its start on.
    pub sectors: &'static [Sectors],
    /// Where the journal is kept: one or more sectors each, of which one is always in use.
    pub journal: [Region; 2],
    /// Where images are kept: one or more sectors each.
    pub banks: [Region; BANKS],
    /// How many slots share the banks. At least one bank more than that, so that each slot can be updated.
    pub slots: u8,
    /// An image that came with the device.
    pub factory: Option<Factory>,
    /// Where plugins keep values. The store leaves it alone.
    pub data: Option<Region>,
}

/// Where journal, banks and data lie: every region in whole sectors, none over another.
///
/// A bank belongs to no slot: a slot's image is in whichever bank the journal says. So `slots` images need one bank more
/// than that for all updates together, or two for two at a time.
///
/// This is a microcontroller with 1 MiB of flash in sectors of 16, 64 and 128 KiB, an STM32F405. Its firmware has 528 KiB:
///
/// ```
/// use corelet_store::{BankId, FlashMap, Layout, Region, Sectors};
/// const KIB: u32 = 1024;
/// static FLASH: FlashMap<4> = FlashMap::new(Layout {
///     sectors: &[
///         Sectors { count: 4, size: 16 * KIB },
///         Sectors { count: 1, size: 64 * KIB },
///         Sectors { count: 7, size: 128 * KIB },
///     ],
///     journal: [Region::new(16 * KIB, 16 * KIB), Region::new(32 * KIB, 16 * KIB)],
///     banks: [
///         Region::new(64 * KIB, 64 * KIB),
///         Region::new(640 * KIB, 128 * KIB),
///         Region::new(768 * KIB, 128 * KIB),
///         Region::new(896 * KIB, 128 * KIB),
///     ],
///     slots: 3,
///     factory: None,
///     data: None,
/// });
/// assert_eq!(FLASH.capacity(), 1024 * KIB);
/// assert_eq!(FLASH.sector(700 * KIB), Some(Region::new(640 * KIB, 128 * KIB)));
/// assert_eq!(FLASH.bank(BankId(0)).map(Region::size), Some(64 * KIB));
/// ```
///
/// A map that is wrong does not compile, such as this one, whose second bank begins within a sector:
///
/// ```compile_fail
/// use corelet_store::{FlashMap, Layout, Region, Sectors};
/// const FLASH: FlashMap<2> = FlashMap::new(Layout {
///     sectors: &[Sectors { count: 16, size: 4096 }],
///     journal: [Region::new(0, 4096), Region::new(4096, 4096)],
///     banks: [Region::new(8192, 8192), Region::new(18_000, 8192)],
///     slots: 1,
///     factory: None,
///     data: None,
/// });
/// assert_eq!(FLASH.capacity(), 65_536);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashMap<const BANKS: usize> {
    layout: Layout<BANKS>,
}

impl<const BANKS: usize> FlashMap<BANKS> {
    /// The map of `layout`. For a constant, so that a wrong one is an error of the compiler.
    ///
    /// # Panics
    /// Where [`FlashMap::try_new`] returns an error.
    pub const fn new(layout: Layout<BANKS>) -> Self {
        match Self::try_new(layout) {
            Ok(map) => map,
            Err(MapError::NotWholeSectors(_)) => {
                panic!("a region does not begin and end at a sector")
            }
            Err(MapError::OneSector(_)) => panic!("values take two sectors at least"),
            Err(MapError::Overlap(..)) => panic!("two regions overlap"),
            Err(MapError::Slots { .. }) => panic!("one slot at least, and more banks than slots"),
            Err(MapError::NoSuchSlot(_)) => panic!("the factory image is for no slot"),
            Err(MapError::TooLarge) => panic!("offsets beyond 32 bits, or more than 254 banks"),
        }
    }

    /// The map of `layout`, if it can be one.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub const fn try_new(layout: Layout<BANKS>) -> Result<Self, MapError> {
        if BANKS > 254 || capacity(layout.sectors) > u32::MAX as u64 {
            return Err(MapError::TooLarge);
        }
        if layout.slots == 0 || layout.slots as usize >= BANKS {
            return Err(MapError::Slots {
                slots: layout.slots,
                banks: BANKS as u8,
            });
        }
        if let Some(factory) = layout.factory
            && factory.slot.0 >= layout.slots
        {
            return Err(MapError::NoSuchSlot(factory.slot));
        }
        let map = Self { layout };
        let mut one = 0;
        while let Some(region) = map.region(one) {
            if !is_whole_sectors(layout.sectors, region) {
                return Err(MapError::NotWholeSectors(region));
            }
            let mut other = 0;
            while other < one {
                if let Some(before) = map.region(other)
                    && before.overlaps(region)
                {
                    return Err(MapError::Overlap(before, region));
                }
                other += 1;
            }
            one += 1;
        }
        Ok(map)
    }

    /// All regions, by number.
    const fn region(&self, index: usize) -> Option<Region> {
        let layout = &self.layout;
        let [first, second] = layout.journal;
        if index < BANKS {
            return Some(layout.banks[index]);
        }
        let (factory, data) = match (layout.factory, layout.data) {
            (Some(factory), data) => (Some(factory.region), data),
            (None, data) => (data, None),
        };
        match index - BANKS {
            0 => Some(first),
            1 => Some(second),
            2 => factory,
            3 => data,
            _ => None,
        }
    }

    /// How large the flash is, in bytes.
    pub const fn capacity(&self) -> u32 {
        capacity(self.layout.sectors) as u32
    }

    /// The sector of the byte at `offset`; none beyond the flash.
    pub const fn sector(&self, offset: u32) -> Option<Region> {
        sector(self.layout.sectors, offset)
    }

    /// The journal's two regions.
    pub const fn journal(&self) -> [Region; 2] {
        self.layout.journal
    }

    /// A bank; none if there are not so many.
    pub const fn bank(&self, bank: BankId) -> Option<Region> {
        if bank.0 as usize >= BANKS {
            return None;
        }
        Some(self.layout.banks[bank.0 as usize])
    }

    /// How many slots share the banks.
    pub const fn slots(&self) -> u8 {
        self.layout.slots
    }

    /// The image that came with the device.
    pub const fn factory(&self) -> Option<Factory> {
        self.layout.factory
    }

    /// Where plugins keep values.
    pub const fn data(&self) -> Option<Region> {
        self.layout.data
    }

    /// The largest bank, in bytes.
    pub fn largest_bank(&self) -> u32 {
        let sizes = self.layout.banks.iter().map(|bank| bank.size);
        sizes.max().unwrap_or(0)
    }

    /// Whether a bank's image fits into it, and what was received of that ends with a sector.
    pub(crate) fn fits(&self, id: BankId, bank: &Bank) -> bool {
        let Some(region) = self.bank(id) else {
            return false;
        };
        let received = match bank.state {
            BankState::Receiving { offset } => offset,
            _ => 0,
        };
        let next = region.offset().saturating_add(received);
        bank.image.bytes <= region.size()
            && received <= bank.image.bytes
            && (next == region.end()
                || self
                    .sector(next)
                    .is_some_and(|sector| sector.offset() == next))
    }

    /// Where the journal moves.
    pub(crate) const fn regions(&self) -> Regions {
        Regions {
            both: self.layout.journal,
            sectors: self.layout.sectors,
        }
    }

    /// What a journal is for: it means nothing with other banks or slots.
    pub(crate) fn banks(&self) -> &[Region; BANKS] {
        &self.layout.banks
    }
}

/// The sector of the byte at `offset` in a flash with these, which has 32 bits of bytes; none beyond it.
pub(crate) const fn sector(mut runs: &[Sectors], offset: u32) -> Option<Region> {
    let mut start = 0;
    while let [run, rest @ ..] = runs {
        let size = run.count * run.size;
        if offset - start < size {
            return Some(Region::new(offset - (offset - start) % run.size, run.size));
        }
        start += size;
        runs = rest;
    }
    None
}

/// Whether a region begins and ends at a sector, and is not empty.
pub(crate) const fn is_whole_sectors(sectors: &[Sectors], region: Region) -> bool {
    let (Some(first), Some(end)) = (
        sector(sectors, region.offset),
        region.offset.checked_add(region.size),
    ) else {
        return false;
    };
    let behind = match sector(sectors, end) {
        Some(sector) => sector.offset == end,
        None => end as u64 == capacity(sectors),
    };
    region.size > 0 && first.offset == region.offset && behind
}

pub(crate) const fn capacity(mut runs: &[Sectors]) -> u64 {
    let mut sum: u64 = 0;
    while let [run, rest @ ..] = runs {
        sum = sum.saturating_add(run.count as u64 * run.size as u64);
        runs = rest;
    }
    sum
}

/// Why a layout is no [`FlashMap`]; the fault is the firmware's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MapError {
    /// The region is empty, or does not begin and end at a sector of the flash.
    NotWholeSectors(Region),
    /// The region is one sector, and values need two.
    OneSector(Region),
    /// The two regions share bytes.
    Overlap(Region, Region),
    /// No slots, or not more banks than slots.
    Slots {
        /// How many slots.
        slots: u8,
        /// How many banks.
        banks: u8,
    },
    /// The factory image is for a slot that there is not.
    NoSuchSlot(SlotId),
    /// A flash of more than 4 GiB, or more than 254 banks.
    TooLarge,
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWholeSectors(region) => {
                write!(
                    f,
                    "{region} does not begin and end at a sector of the flash"
                )
            }
            Self::OneSector(region) => {
                write!(f, "{region} is one sector: values take two at least")
            }
            Self::Overlap(one, other) => write!(f, "{one} overlaps {other}"),
            Self::Slots { slots, banks } => write!(
                f,
                "{slots} slots with {banks} banks: one slot at least, and more banks than slots"
            ),
            Self::NoSuchSlot(slot) => write!(
                f,
                "the factory image is for slot {slot}, which there is not"
            ),
            Self::TooLarge => f.write_str("a flash of more than 4 GiB, or more than 254 banks"),
        }
    }
}

impl core::error::Error for MapError {}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the region of {:#x} bytes at {:#x}",
            self.size, self.offset
        )
    }
}
