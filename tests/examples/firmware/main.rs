//! The README's firmware, compiled: `firmware.rs` stands in the README to the letter.

mod bsp;
// To fit a page.
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub)]
mod firmware;

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

fn main() {
    firmware::run(Bus, &[], [0; 32]);
}
