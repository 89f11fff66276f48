//! The end: what no plugin can cause, and what nothing recovers from but a reset.

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m_rt::{ExceptionFrame, exception};

/// Faults, so that [`HardFault`] logs where it was called from: an address for `addr2line`.
///
/// Nothing of the panic itself is looked at, not even its place: that alone would keep all formatting of text alive, and
/// take 100 KiB of flash.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    cortex_m::asm::udf()
}

#[exception]
unsafe fn HardFault(frame: &ExceptionFrame) -> ! {
    if is_first() {
        defmt::error!(
            "panic or fault at {=u32:#x}, called from {=u32:#x}",
            frame.pc(),
            frame.lr()
        );
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
