use core::ops::Range;

use corelet_board_support::DEVELOPMENT_FLASH;
use embedded_storage::nor_flash::{
    ErrorType, MultiwriteNorFlash, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash,
    check_erase, check_read, check_write,
};

use super::peripherals::Psram;

/// A NOR flash in PSRAM, mapped into memory: what is programmed can only clear bits, and only erasing sets them.
///
/// The emulator keeps the PSRAM in a file, so that contents outlive a killed machine as they do in a flash.
pub(super) struct Flash {
    _psram: Psram,
}

impl Flash {
    /// What may be erased and written. The rest holds images, which are borrowed for as long as the firmware runs.
    const WRITABLE: Range<u32> = DEVELOPMENT_FLASH.data().range();

    /// The flash, and what lies in front of its writable part, in place.
    pub(super) fn new(psram: Psram) -> (Self, &'static [u8]) {
        let length = Self::WRITABLE.start as usize;
        // SAFETY: the PSRAM is `SIZE` bytes of memory, in which the data region lies, and so do the bytes before it.
        // Nothing writes to these as long as the machine runs: `Flash` refuses to, and `Psram` can be used up once.
        let images = unsafe { core::slice::from_raw_parts(Psram::BASE as *const u8, length) };
        (Self { _psram: psram }, images)
    }

    fn check_writable(from: u32, to: u32) -> Result<(), FlashError> {
        if from >= Self::WRITABLE.start && to <= Self::WRITABLE.end {
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
        // SAFETY: `check_read` says that all of it lies in the PSRAM, which is memory; no reference into the writable
        // part exists, and `bytes` is none into the part that is lent out, since it is unique.
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
        Self::check_writable(from, to)?;
        for offset in (from..to).step_by(Self::WRITE_SIZE) {
            // SAFETY: the word lies in the writable part, where there are no references.
            unsafe { Self::word(offset).write_volatile(u32::MAX) };
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        check_write(self, offset, bytes.len()).map_err(FlashError)?;
        let end = offset.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        Self::check_writable(offset, end)?;
        let (words, _) = bytes.as_chunks::<4>();
        for (offset, word) in (offset..end).step_by(Self::WRITE_SIZE).zip(words) {
            let pointer = Self::word(offset);
            // SAFETY: as in `erase`.
            unsafe { pointer.write_volatile(pointer.read_volatile() & u32::from_le_bytes(*word)) };
        }
        Ok(())
    }
}

/// A word may be written again: bits that are 0 stay so.
impl MultiwriteNorFlash for Flash {}
