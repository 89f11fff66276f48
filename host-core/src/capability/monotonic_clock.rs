//! `corelet:host/monotonic-clock`: time that never goes back.

pub use crate::generated::monotonic_clock::*;

use crate::Caller;

/// A board that measures time. Every host needs one, for ticks and quotas.
pub trait MonotonicClock {
    /// Nanoseconds since an arbitrary start. Never less than what it returned before: a hardware counter of 32 bits, which
    /// wraps after 71 minutes at 1 MHz, needs its wraps counted.
    ///
    /// While it shows less than it did, time stands still for the host: no tick is due, and no quota begins anew.
    fn now(&mut self) -> u64;

    /// The step in which [`now`](Self::now) advances, in nanoseconds.
    fn resolution(&mut self) -> u64;
}

impl<B: MonotonicClock + ?Sized> MonotonicClock for &mut B {
    fn now(&mut self) -> u64 {
        (**self).now()
    }

    fn resolution(&mut self) -> u64 {
        (**self).resolution()
    }
}

/// Fuel of each function.
pub const CLOCK_FUEL: u64 = 10;

impl<B: MonotonicClock> Host for B {
    fn now(&mut self, cx: &mut Caller<'_>) -> u64 {
        cx.charge(CLOCK_FUEL);
        MonotonicClock::now(self).max(cx.now())
    }

    fn resolution(&mut self, cx: &mut Caller<'_>) -> u64 {
        cx.charge(CLOCK_FUEL);
        MonotonicClock::resolution(self)
    }
}
