//! Memory that a reset leaves as it was: why there was one, and which plugin ran.

use core::sync::atomic::{AtomicU32, Ordering};

use corelet_host::{Quarantine, Reset};

/// What [`KEPT`] says while the firmware runs; anything else that is none of these has stood there before power came.
const RUNNING: u32 = 0x9a3c_55e1;
const WATCHDOG: u32 = 0x3d51_c7a2;
const PANIC: u32 = 0xe617_0b9c;

#[repr(C)]
struct Kept {
    why: AtomicU32,
    quarantine: Quarantine,
}

// As much as memory.x leaves.
const _: () = assert!(size_of::<Kept>() <= 256);

// SAFETY: memory.x defines the name, at the start of 256 bytes of RAM that no section lies in, aligned to them. Every
// content is a `Kept`.
unsafe extern "C" {
    #[link_name = "_kept"]
    safe static KEPT: Kept;
}

/// What the host marks.
pub(super) fn quarantine() -> &'static Quarantine {
    &KEPT.quarantine
}

/// Why the firmware starts. The next start is a requested one, unless [`will_reset`] says otherwise meanwhile.
///
/// The emulator has no register for that. So the firmware itself has to say it before; a product asks its reset controller first.
pub(super) fn take_reset() -> Reset {
    let why = KEPT.why.load(Ordering::Relaxed);
    KEPT.why.store(RUNNING, Ordering::Relaxed);
    match why {
        WATCHDOG => Reset::Watchdog,
        PANIC => Reset::Panic,
        RUNNING => Reset::Requested,
        _ => Reset::PowerOn,
    }
}

/// Says why the next start will be. What was said first holds.
pub(super) fn will_reset(why: Reset) {
    let why = match why {
        Reset::Watchdog => WATCHDOG,
        Reset::Panic => PANIC,
        _ => return,
    };
    if KEPT.why.load(Ordering::Relaxed) == RUNNING {
        KEPT.why.store(why, Ordering::Relaxed);
    }
}
