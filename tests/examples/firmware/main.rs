//! The README's firmware, compiled: `firmware.rs` stands in the README to the letter.

mod bsp;
// To fit a page.
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub)]
mod firmware;

use corelet_fault_flash::{Chip, Flash};
use corelet_image::Keys;
use corelet_update::OnBus;
use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, Operation};

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

fn main() -> Result<(), corelet_store::Error> {
    let chip = Flash::<4, 4096>::new(&Chip::uniform(4096, 64));
    match firmware::run(Bus, OnBus(chip), Keys::NONE, bsp::Uart)? {}
}
