//! The W25Q32 as the store takes it.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::digital::{self, OutputPin};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash, check_erase};
use w25q32jv::{Error, SECTOR_SIZE, W25q32jv};

use super::cut::Powered;
use super::spi::{FullDuplex, Spi};

/// The driver `w25q32jv`, but for its erase of a range, which panics where the erase of a sector fails; and a count of the work.
pub(super) struct Flash(W25q32jv<Powered<Spi>, PulledUp, PulledUp>);

/// A pin of the flash that the board holds high.
pub(super) struct PulledUp;

impl digital::ErrorType for PulledUp {
    type Error = Infallible;
}

impl OutputPin for PulledUp {
    fn set_low(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// What the flash did since the start.
#[derive(Clone, Copy)]
pub(super) struct Work {
    /// Bytes that were written.
    pub(super) written: u32,
    /// Bytes that were erased.
    pub(super) erased: u32,
}

static WRITTEN: AtomicU32 = AtomicU32::new(0);
static ERASED: AtomicU32 = AtomicU32::new(0);

impl Work {
    pub(super) fn so_far() -> Self {
        Self {
            written: WRITTEN.load(Ordering::Relaxed),
            erased: ERASED.load(Ordering::Relaxed),
        }
    }

    pub(super) const fn since(self, before: Self) -> Self {
        Self {
            written: self.written.wrapping_sub(before.written),
            erased: self.erased.wrapping_sub(before.erased),
        }
    }
}

impl Flash {
    pub(super) fn new(spi: Spi) -> Option<Self> {
        W25q32jv::new(Powered(spi), PulledUp, PulledUp)
            .ok()
            .map(Self)
    }
}

impl ErrorType for Flash {
    type Error = Error<FullDuplex, Infallible>;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        ReadNorFlash::capacity(&self.0)
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 1;
    const ERASE_SIZE: usize = SECTOR_SIZE as usize;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        check_erase(self, from, to).map_err(|_| Error::OutOfBounds)?;
        for sector in from / SECTOR_SIZE..to / SECTOR_SIZE {
            self.0.erase_sector(sector)?;
            ERASED.fetch_add(SECTOR_SIZE, Ordering::Relaxed);
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.write_blocking(offset, bytes)?;
        WRITTEN.fetch_add(bytes.len() as u32, Ordering::Relaxed);
        Ok(())
    }
}
