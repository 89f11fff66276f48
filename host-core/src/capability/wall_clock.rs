//! `corelet:host/wall-clock`: the time of day.

use corelet_abi::Status;

pub use crate::generated::wall_clock::*;

use crate::Caller;

/// A board that may know the time of day.
pub trait WallClock {
    /// UTC since 1970; none while the clock is not set. May jump, also back.
    fn now(&mut self) -> Option<Datetime>;

    /// The step in which [`now`](Self::now) advances.
    fn resolution(&mut self) -> Datetime;
}

impl<B: WallClock + ?Sized> WallClock for &mut B {
    fn now(&mut self) -> Option<Datetime> {
        (**self).now()
    }

    fn resolution(&mut self) -> Datetime {
        (**self).resolution()
    }
}

/// Fuel of each function: the clock may be a chip on a bus.
pub const CLOCK_FUEL: u64 = 50;

impl<B: WallClock> Host for B {
    fn now(&mut self, cx: &mut Caller<'_>) -> Datetime {
        cx.charge(CLOCK_FUEL);
        WallClock::now(self).unwrap_or_else(|| {
            cx.refuse(Status::UNAVAILABLE);
            Datetime {
                seconds: 0,
                nanoseconds: 0,
            }
        })
    }

    fn resolution(&mut self, cx: &mut Caller<'_>) -> Datetime {
        cx.charge(CLOCK_FUEL);
        WallClock::resolution(self)
    }
}
