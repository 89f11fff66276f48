//! The second of the chip's flash controllers, SPI1, with one flash at its first chip select.

use core::sync::atomic::{AtomicBool, Ordering};

use embedded_hal::spi::{Error, ErrorKind, ErrorType, Operation, SpiDevice};

/// Where the controller's registers are: AST1030 datasheet, QEMU's `aspeed_ast10x0.c`.
const REGISTERS: usize = 0x7e63_0000;
/// Where accesses go to the flash at the first chip select. In user mode each byte that is written here goes out on the bus as it is,
/// and each that is read is fetched from it, whatever the address.
const WINDOW: usize = 0x9000_0000;

/// The CE type setting register, by number.
const CONFIGURATION: usize = 0;
const WRITE_ENABLE_0: u32 = 1 << 16;
const TYPE_0_SPI: u32 = 2;

/// The control register of the first chip select, by number.
const CONTROL_0: usize = 4;
const MODE: u32 = 7;
/// User mode: selected as long as this is set.
const SELECTED: u32 = 3;
const RELEASED: u32 = 7;

/// The bus with its flash. It goes one way at a time: sending or receiving.
pub(super) struct Spi(());

/// A transfer both ways at once, which the controller cannot do.
#[derive(Clone, Copy, Debug)]
pub(super) struct FullDuplex;

impl Error for FullDuplex {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Spi {
    type Error = FullDuplex;
}

impl Spi {
    /// The bus, on the first call.
    pub(super) fn take() -> Option<Self> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::AcqRel) {
            return None;
        }
        let mut spi = Self(());
        spi.change(CONFIGURATION, 0, WRITE_ENABLE_0 | TYPE_0_SPI);
        spi.change(CONTROL_0, MODE, RELEASED);
        Some(spi)
    }

    /// Takes `clear` out of a register, and puts `set` in.
    fn change(&mut self, register: usize, clear: u32, set: u32) {
        let register = (REGISTERS as *mut u32).wrapping_add(register);
        // SAFETY: both registers are among the controller's, and have no effect on memory. There is one `Spi`.
        unsafe { register.write_volatile(register.read_volatile() & !clear | set) };
    }

    fn send(&mut self, bytes: &[u8]) {
        for byte in bytes {
            // SAFETY: the window is no memory, and there is one `Spi`.
            unsafe { (WINDOW as *mut u8).write_volatile(*byte) };
        }
    }

    fn receive(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            // SAFETY: as in `send`.
            *byte = unsafe { (WINDOW as *const u8).read_volatile() };
        }
    }

    fn operate(&mut self, operation: &mut Operation<'_, u8>) -> Result<(), FullDuplex> {
        match operation {
            Operation::Write(bytes) => self.send(bytes),
            Operation::Read(bytes) => self.receive(bytes),
            // A command, and room for the answer: what comes in with the command says nothing, and zeros go out with the answer anyway.
            Operation::TransferInPlace([command, answer @ ..])
                if answer.iter().all(|byte| *byte == 0) =>
            {
                self.send(&[*command]);
                self.receive(answer);
            }
            // A flash waits by its busy bit.
            Operation::DelayNs(_) => {}
            Operation::Transfer(..) | Operation::TransferInPlace(_) => return Err(FullDuplex),
        }
        Ok(())
    }
}

impl SpiDevice for Spi {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), FullDuplex> {
        self.change(CONTROL_0, MODE, SELECTED);
        let mut operations = operations.iter_mut();
        let result = operations.try_for_each(|operation| self.operate(operation));
        self.change(CONTROL_0, MODE, RELEASED);
        result
    }
}
