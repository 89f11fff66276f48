//! What nothing recovers from but a reset.

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicBool, Ordering};

use corelet_host::Reset;
use cortex_m::peripheral::SCB;
use cortex_m_rt::{ExceptionFrame, exception};

use super::kept;

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
    kept::will_reset(Reset::Panic);
    if is_first() {
        defmt::error!(
            "panic or fault at {=u32:#x}, called from {=u32:#x}",
            frame.pc(),
            frame.lr()
        );
    }
    SCB::sys_reset()
}

#[exception]
unsafe fn DefaultHandler(number: i16) {
    kept::will_reset(Reset::Panic);
    if is_first() {
        defmt::error!("unexpected interrupt {=i16}", number);
    }
    SCB::sys_reset()
}

/// The watchdog has not been fed for a period, and resets the machine when another one has passed.
///
/// Nothing is logged: this may have come in the middle of a line.
#[exception]
unsafe fn NonMaskableInt() -> ! {
    kept::will_reset(Reset::Watchdog);
    loop {
        cortex_m::asm::wfi();
    }
}

/// Whether this is the first fault: reporting may itself fail.
fn is_first() -> bool {
    static FAULTED: AtomicBool = AtomicBool::new(false);
    !FAULTED.swap(true, Ordering::AcqRel)
}
