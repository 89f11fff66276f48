//! The end: what no plugin can cause, and what nothing recovers from but a reset.

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m_rt::{ExceptionFrame, exception};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    if is_first() {
        defmt::error!("panic");
    }
    stop()
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    if is_first() {
        defmt::error!("hard fault at {=u32:#x}", frame.pc());
    }
    stop()
}

#[exception]
unsafe fn DefaultHandler(number: i16) {
    if is_first() {
        defmt::error!("unexpected interrupt {=i16}", number);
    }
    stop()
}

/// Whether this is the first fault: reporting may itself fail.
fn is_first() -> bool {
    static FAULTED: AtomicBool = AtomicBool::new(false);
    !FAULTED.swap(true, Ordering::AcqRel)
}

/// Ends the emulator, and tells it that the firmware failed. A product would reset here.
pub(super) fn stop() -> ! {
    semihosting::process::exit(1)
}
