use core::ops::Range;

use corelet_mps2_an386::{BOOT_RECORD, Bundle, COUNTER, DATA, FACTORY, FLASH_BYTES};
use corelet_store::Region;
use corelet_update::Mapped;
use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash, check_erase, check_read,
    check_write,
};

use super::peripherals::Psram;

/// A part of a NOR flash in PSRAM, mapped into memory: what is programmed can only clear bits, and only erasing sets them.
///
/// The emulator keeps the PSRAM in a file, so that contents outlive a killed machine as they do in a flash.
pub(super) struct Flash {
    /// What this part may erase and write. No other one has it.
    writable: Range<u32>,
}

/// The flash in its parts.
pub(super) struct Parts {
    /// Journal and banks.
    pub(super) images: Flash,
    /// What plugins keep.
    pub(super) data: Flash,
    /// What stands for one-time-programmable memory.
    pub(super) counter: Flash,
    /// What the device came with, or erased flash, in place.
    pub(super) factory: &'static [u8],
    /// The boot record, in place.
    pub(super) boot_record: &'static [u8],
    /// Images for firmware that measures or tests, in place.
    #[cfg_attr(not(any(feature = "bench", feature = "hostile")), expect(dead_code))]
    pub(super) bundle: &'static [u8],
}

impl Parts {
    /// Takes the flash apart.
    pub(super) fn of(_: Psram) -> Self {
        Self {
            images: Flash { writable: IMAGES },
            data: Flash {
                writable: DATA.range(),
            },
            counter: Flash {
                writable: COUNTER.range(),
            },
            factory: fixed(FACTORY.region),
            boot_record: fixed(BOOT_RECORD),
            bundle: fixed(Bundle::REGION),
        }
    }
}

/// Journal and banks lie between the boot record and what the device came with.
const IMAGES: Range<u32> = BOOT_RECORD.end()..FACTORY.region.offset();

const _: () = {
    assert!(FLASH_BYTES as usize == Psram::SIZE);
    assert!(BOOT_RECORD.end() <= FACTORY.region.offset());
    assert!(FACTORY.region.end() <= Bundle::REGION.offset());
    assert!(Bundle::REGION.end() <= DATA.offset() && DATA.end() <= COUNTER.offset());
    assert!(COUNTER.end() <= FLASH_BYTES);
};

/// A region that is never written as long as the machine runs.
fn fixed(region: Region) -> &'static [u8] {
    let start = Psram::BASE.wrapping_add(region.offset() as usize) as *const u8;
    // SAFETY: the callers name boot record, factory image and bundle, which lie in the PSRAM, which is memory, and outside of what any `Flash`
    // may write: journal and banks are between the first two, data and counter behind. `Psram` can be used up once, so there is no other.
    unsafe { core::slice::from_raw_parts(start, region.size() as usize) }
}

impl Flash {
    fn check_writable(&self, from: u32, to: u32) -> Result<(), FlashError> {
        if from >= self.writable.start && to <= self.writable.end {
            Ok(())
        } else {
            Err(FlashError(NorFlashErrorKind::OutOfBounds))
        }
    }

    /// The word at `offset`, a multiple of 4 below the capacity.
    fn word(offset: u32) -> *mut u32 {
        Psram::BASE.wrapping_add(offset as usize) as *mut u32
    }
}

impl Mapped for Flash {
    fn mapped(&self) -> &[u8] {
        if self.writable != IMAGES {
            return &[];
        }
        let end = FACTORY.region.end() as usize;
        // SAFETY: all of it lies in the PSRAM. What of it may be written this part alone writes, for which it has to be borrowed
        // as unique: not as long as the slice lives.
        unsafe { core::slice::from_raw_parts(Psram::BASE as *const u8, end) }
    }
}

/// A range that is not aligned, or not in what may be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlashError(NorFlashErrorKind);

impl NorFlashError for FlashError {
    fn kind(&self) -> NorFlashErrorKind {
        self.0
    }
}

impl ErrorType for Flash {
    type Error = FlashError;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        check_read(self, offset, bytes.len()).map_err(FlashError)?;
        let source = Psram::BASE.wrapping_add(offset as usize) as *const u8;
        // SAFETY: `check_read` says that all of it lies in the PSRAM, which is memory, and `bytes` does not, since it is unique.
        unsafe { core::ptr::copy_nonoverlapping(source, bytes.as_mut_ptr(), bytes.len()) };
        Ok(())
    }

    fn capacity(&self) -> usize {
        Psram::SIZE
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        check_erase(self, from, to).map_err(FlashError)?;
        self.check_writable(from, to)?;
        for offset in (from..to).step_by(Self::WRITE_SIZE) {
            // SAFETY: the word lies in what this part may write, where there are no references: what `mapped` lent has ended.
            unsafe { Self::word(offset).write_volatile(u32::MAX) };
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len()).map_err(FlashError)?;
        let end = offset.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.check_writable(offset, end)?;
        let (words, _) = bytes.as_chunks::<4>();
        for (offset, word) in (offset..end).step_by(Self::WRITE_SIZE).zip(words) {
            let pointer = Self::word(offset);
            // SAFETY: as in `erase`.
            unsafe { pointer.write_volatile(pointer.read_volatile() & u32::from_le_bytes(*word)) };
        }
        Ok(())
    }
}
