use core::fmt;
use core::ops::Range;

use corelet_host::capability::storage::{KEY_MAX, VALUE_MAX, entry_bytes};

/// The flash of the desktop board and of the emulated board, in a file of 16 MiB.
pub const DEVELOPMENT_FLASH: FlashMap<8> = FlashMap::new(Layout {
    capacity: 16 << 20,
    erase_size: 4 << 10,
    boot_record: Region::new(0, 4 << 10),
    first_bank: Region::new(64 << 10, 64 << 10),
    data: Region::new(1 << 20, 64 << 10),
});

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

    /// From its first byte to the one behind its last.
    pub const fn range(self) -> Range<u32> {
        self.offset..self.offset.saturating_add(self.size)
    }

    /// Its bytes in `flash`, which is mapped into memory; none if it reaches beyond.
    ///
    /// ```
    /// use corelet_board_support::Region;
    /// assert_eq!(Region::new(1, 2).of(&[7, 8, 9]), Some(&[8, 9][..]));
    /// assert_eq!(Region::new(2, 2).of(&[7, 8, 9]), None);
    /// ```
    pub fn of(self, flash: &[u8]) -> Option<&[u8]> {
        flash.get(self.offset as usize..)?.get(..self.size as usize)
    }

    const fn check(self, layout: &Layout) -> Result<(), FlashMapError> {
        let aligned = self.offset.is_multiple_of(layout.erase_size)
            && self.size.is_multiple_of(layout.erase_size);
        if self.size == 0 || !aligned {
            return Err(FlashMapError::NotWholeSectors(self));
        }
        match self.offset.checked_add(self.size) {
            Some(end) if end <= layout.capacity => Ok(()),
            _ => Err(FlashMapError::BeyondEnd(self)),
        }
    }

    /// Both must have passed `check`, so that their ends are numbers.
    const fn overlaps(self, other: Self) -> bool {
        self.offset < other.offset + other.size && other.offset < self.offset + self.size
    }
}

/// What a [`FlashMap`] is made from. All numbers are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How large the flash is.
    pub capacity: u32,
    /// What is erased at once: the sector.
    pub erase_size: u32,
    /// Where it stands what to run.
    pub boot_record: Region,
    /// The first bank; the others follow it without a gap and are as large.
    pub first_bank: Region,
    /// Where plugins keep values: two sectors at least.
    pub data: Region,
}

/// Where images and data lie in a plugin flash: every region in whole sectors, none over another.
///
/// A *bank* holds one plugin image from its first byte on. How long the image is stands in its header; behind it,
/// and in an empty bank, the flash is erased (`0xff`). The *boot record* is the firmware's own.
///
/// ```
/// use corelet_board_support::{FlashMap, Layout, Region};
/// const FLASH: FlashMap<2> = FlashMap::new(Layout {
///     capacity: 256 * 1024,
///     erase_size: 4096,
///     boot_record: Region::new(0, 4096),
///     first_bank: Region::new(0x1_0000, 0x1_0000),
///     data: Region::new(0x3_0000, 0x1_0000),
/// });
/// assert_eq!(FLASH.bank(1), Some(Region::new(0x2_0000, 0x1_0000)));
/// assert_eq!(FLASH.bank(2), None);
/// ```
///
/// A map that is wrong does not compile, such as this one, whose second bank lies beyond the flash:
///
/// ```compile_fail
/// use corelet_board_support::{FlashMap, Layout, Region};
/// const FLASH: FlashMap<2> = FlashMap::new(Layout {
///     capacity: 128 * 1024,
///     erase_size: 4096,
///     boot_record: Region::new(0, 4096),
///     first_bank: Region::new(0x1_0000, 0x1_0000),
///     data: Region::new(0x2000, 0x2000),
/// });
/// assert_eq!(FLASH.capacity(), 128 * 1024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashMap<const BANKS: usize> {
    layout: Layout,
}

impl<const BANKS: usize> FlashMap<BANKS> {
    /// The map of `layout`. For a constant, so that a wrong one is an error of the compiler.
    ///
    /// # Panics
    /// Where [`FlashMap::try_new`] returns an error.
    pub const fn new(layout: Layout) -> Self {
        match Self::try_new(layout) {
            Ok(map) => map,
            Err(FlashMapError::NotWholeSectors(_)) => {
                panic!("a region does not begin and end at a sector")
            }
            Err(FlashMapError::BeyondEnd(_)) => panic!("a region reaches beyond the flash"),
            Err(FlashMapError::Overlap(..)) => panic!("two regions overlap"),
            Err(FlashMapError::DataTooSmall(_)) => panic!("data takes two sectors at least"),
            Err(FlashMapError::Geometry) => panic!("the flash cannot hold data"),
        }
    }

    /// The map of `layout`, if it can be one.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub const fn try_new(layout: Layout) -> Result<Self, FlashMapError> {
        if layout.erase_size == 0 {
            return Err(FlashMapError::NotWholeSectors(layout.boot_record));
        }
        // Banks adjoin, so they are one region to all checks but that of their own size.
        let bank = layout.first_bank;
        let all = Region::new(bank.offset, bank.size.saturating_mul(BANKS as u32));
        let regions = [layout.boot_record, layout.data, bank, all];
        let mut index = 0;
        while index < regions.len() {
            if let Err(error) = regions[index].check(&layout) {
                return Err(error);
            }
            index += 1;
        }
        if layout.boot_record.overlaps(all) {
            return Err(FlashMapError::Overlap(layout.boot_record, all));
        }
        if layout.boot_record.overlaps(layout.data) {
            return Err(FlashMapError::Overlap(layout.boot_record, layout.data));
        }
        if layout.data.overlaps(all) {
            return Err(FlashMapError::Overlap(layout.data, all));
        }
        if layout.data.size / layout.erase_size < 2 {
            return Err(FlashMapError::DataTooSmall(layout.data));
        }
        Ok(Self { layout })
    }

    /// How large the flash is, in bytes.
    pub const fn capacity(&self) -> u32 {
        self.layout.capacity
    }

    /// What is erased at once, in bytes.
    pub const fn erase_size(&self) -> u32 {
        self.layout.erase_size
    }

    /// Where it stands what to run.
    pub const fn boot_record(&self) -> Region {
        self.layout.boot_record
    }

    /// Bank `index`, from 0; none if there are not so many.
    pub const fn bank(&self, index: usize) -> Option<Region> {
        if index >= BANKS {
            return None;
        }
        let first = self.layout.first_bank;
        // Within the region of all banks, which was checked.
        Some(Region::new(
            first.offset + first.size * index as u32,
            first.size,
        ))
    }

    /// Where plugins keep values.
    pub const fn data(&self) -> Region {
        self.layout.data
    }

    /// How many bytes of entries the data region always has room for, whatever their sizes and however often they are written
    /// anew, on a flash whose words have up to 8 bytes: what the `bytes` of all plugins' storage grants may add up to. Plugins
    /// that went count until what they kept is forgotten.
    ///
    /// ```
    /// use corelet_board_support::DEVELOPMENT_FLASH;
    /// assert_eq!(DEVELOPMENT_FLASH.data_capacity(), 15 * (4096 - 16 - 168));
    /// ```
    pub const fn data_capacity(&self) -> u32 {
        // Each sector is marked in its first and last word.
        const MARKS: u32 = 2 * 8;
        // An entry stands in one sector, so at worst the largest misses a place by one word in each of them.
        const GAP: u32 = entry_bytes(KEY_MAX, VALUE_MAX) - 8;
        // One sector is kept free. A region has two or more, which was checked.
        let sectors = self.layout.data.size / self.layout.erase_size - 1;
        sectors.saturating_mul(self.layout.erase_size.saturating_sub(MARKS + GAP))
    }
}

/// Why a layout is no [`FlashMap`]; the fault is the board's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FlashMapError {
    /// The region is empty, or does not begin and end at a sector.
    NotWholeSectors(Region),
    /// The region reaches beyond the capacity.
    BeyondEnd(Region),
    /// The two regions share bytes.
    Overlap(Region, Region),
    /// The region for data has fewer than two sectors.
    DataTooSmall(Region),
    /// The flash's sectors are too small for a record of data, or its words too large.
    Geometry,
}

impl fmt::Display for FlashMapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWholeSectors(region) => {
                write!(f, "{region} does not begin and end at a sector")
            }
            Self::BeyondEnd(region) => write!(f, "{region} reaches beyond the flash"),
            Self::Overlap(one, other) => write!(f, "{one} overlaps {other}"),
            Self::DataTooSmall(region) => {
                write!(f, "{region} is too small for data: two sectors at least")
            }
            Self::Geometry => f.write_str(
                "the flash cannot hold data: its sectors are too small, or its words too large",
            ),
        }
    }
}

impl core::error::Error for FlashMapError {}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the region of {:#x} bytes at {:#x}",
            self.size, self.offset
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Layout = Layout {
        capacity: 0x10000,
        erase_size: 0x1000,
        boot_record: Region::new(0, 0x1000),
        first_bank: Region::new(0x1000, 0x4000),
        data: Region::new(0xc000, 0x2000),
    };

    fn error(change: impl FnOnce(&mut Layout)) -> FlashMapError {
        let mut layout = GOOD;
        change(&mut layout);
        FlashMap::<2>::try_new(layout).unwrap_err()
    }

    #[test]
    fn banks_follow_one_another_and_end() {
        let map = FlashMap::<2>::try_new(GOOD).unwrap();
        assert_eq!(map.bank(0), Some(Region::new(0x1000, 0x4000)));
        assert_eq!(map.bank(1).unwrap().range(), 0x5000..0x9000);
        assert_eq!(map.bank(2), None);
    }

    #[test]
    fn regions_are_whole_sectors() {
        let odd = Region::new(0xc800, 0x2000);
        assert_eq!(error(|l| l.data = odd), FlashMapError::NotWholeSectors(odd));
        let part = Region::new(0xc000, 0x2800);
        assert_eq!(
            error(|l| l.data = part),
            FlashMapError::NotWholeSectors(part)
        );
        let empty = Region::new(0, 0);
        assert_eq!(
            error(|l| l.boot_record = empty),
            FlashMapError::NotWholeSectors(empty)
        );
        assert!(matches!(
            error(|l| l.erase_size = 0),
            FlashMapError::NotWholeSectors(_)
        ));
    }

    #[test]
    fn regions_end_within_the_flash() {
        let data = Region::new(0xf000, 0x2000);
        assert_eq!(error(|l| l.data = data), FlashMapError::BeyondEnd(data));
        let wrapping = Region::new(0xffff_f000, 0x2000);
        assert_eq!(
            error(|l| l.data = wrapping),
            FlashMapError::BeyondEnd(wrapping)
        );
        let huge = Region::new(0x1000, 0x8000_0000);
        assert!(matches!(
            error(|l| l.first_bank = huge),
            FlashMapError::BeyondEnd(_)
        ));
    }

    #[test]
    fn regions_share_no_byte() {
        assert!(matches!(
            error(|l| l.boot_record = Region::new(0x8000, 0x1000)),
            FlashMapError::Overlap(..)
        ));
        assert!(matches!(
            error(|l| l.data = Region::new(0x8000, 0x2000)),
            FlashMapError::Overlap(..)
        ));
        assert!(matches!(
            error(|l| l.data = Region::new(0, 0x2000)),
            FlashMapError::Overlap(..)
        ));
    }

    #[test]
    fn data_takes_two_sectors() {
        let data = Region::new(0xc000, 0x1000);
        assert_eq!(error(|l| l.data = data), FlashMapError::DataTooSmall(data));
    }

    #[test]
    fn the_development_map_is_where_tools_expect_it() {
        assert_eq!(
            DEVELOPMENT_FLASH.bank(0),
            Some(Region::new(0x1_0000, 0x1_0000))
        );
        assert_eq!(DEVELOPMENT_FLASH.data().range(), 0x10_0000..0x11_0000);
    }
}
