//! The README's firmware, compiled: `firmware.rs` stands in the README to the letter.

mod bsp;
// To fit a page.
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub)]
mod firmware;

use corelet_fault_flash::Flash;
use corelet_image::Keys;
use corelet_update::Mapped;
use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, Operation};
use embedded_storage::nor_flash::{ErrorType as FlashErrorType, NorFlash, ReadNorFlash};

struct Bus;

impl ErrorType for Bus {
    type Error = ErrorKind;
}

impl I2c for Bus {
    fn transaction(&mut self, _: u8, operations: &mut [Operation<'_>]) -> Result<(), ErrorKind> {
        for operation in operations {
            if let Operation::Read(bytes) = operation {
                bytes.copy_from_slice(&[0x15, 0x80]);
            }
        }
        Ok(())
    }
}

/// A flash on a bus.
struct Chip(Flash<4, 4096>);

impl Mapped for Chip {}

impl FlashErrorType for Chip {
    type Error = <Flash<4, 4096> as FlashErrorType>::Error;
}

impl ReadNorFlash for Chip {
    const READ_SIZE: usize = Flash::<4, 4096>::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Chip {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.write(offset, bytes)
    }
}

fn main() -> Result<(), corelet_store::Error> {
    let chip = Chip(Flash::new(&corelet_fault_flash::Chip::uniform(4096, 64)));
    match firmware::run(Bus, chip, Keys::NONE, bsp::Uart)? {}
}
