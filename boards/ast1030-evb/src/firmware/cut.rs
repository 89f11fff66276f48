//! A cut of power at a moment that the test chose.

use core::sync::atomic::{AtomicU32, Ordering};

use embedded_hal::spi::{ErrorType, Operation, SpiDevice};

/// Commands of the flash that change it: they program a page, or erase a sector.
const PROGRAM: u8 = 0x02;
const ERASE: u8 = 0x20;

/// Changes that are left until the cut.
static LEFT: AtomicU32 = AtomicU32::new(u32::MAX);
/// Changes from there on do not count.
static END: AtomicU32 = AtomicU32::new(u32::MAX);

/// Cuts the power after so many changes of the flash below `end`, before the next.
pub(super) fn after(changes: u32, end: u32) {
    LEFT.store(changes, Ordering::Relaxed);
    END.store(end, Ordering::Relaxed);
}

/// A bus with a flash on it, until the cut.
pub(super) struct Powered<S>(pub(super) S);

impl<S: ErrorType> ErrorType for Powered<S> {
    type Error = S::Error;
}

impl<S: SpiDevice> SpiDevice for Powered<S> {
    fn transaction(&mut self, operations: &mut [Operation<'_, u8>]) -> Result<(), S::Error> {
        if let [Operation::Write([PROGRAM | ERASE, high, middle, low]), ..] = operations
            && u32::from_be_bytes([0, *high, *middle, *low]) < END.load(Ordering::Relaxed)
            && LEFT.fetch_sub(1, Ordering::Relaxed) == 0
        {
            // Whoever waits for this line takes the power away.
            defmt::info!("cut");
            loop {
                core::hint::spin_loop();
            }
        }
        self.0.transaction(operations)
    }
}
