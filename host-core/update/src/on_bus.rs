use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

use crate::Mapped;

/// A flash behind a bus: its bytes are not in memory. For drivers that others wrote, which cannot be [`Mapped`] themselves.
#[derive(Clone, Debug)]
pub struct OnBus<F>(pub F);

impl<F> Mapped for OnBus<F> {}

impl<F: ErrorType> ErrorType for OnBus<F> {
    type Error = F::Error;
}

impl<F: ReadNorFlash> ReadNorFlash for OnBus<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), F::Error> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl<F: NorFlash> NorFlash for OnBus<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        self.0.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        self.0.write(offset, bytes)
    }
}
