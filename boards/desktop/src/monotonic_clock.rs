use std::thread;
use std::time::{Duration, Instant};

/// Where the board's time comes from. It starts at 0.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The computer's own clock.
    Real {
        /// When it stood at 0.
        start: Instant,
    },
    /// A number that stands still until it is moved: the same in every run.
    Virtual {
        /// Nanoseconds.
        now: u64,
    },
}

impl Clock {
    /// The computer's clock, from 0 on.
    pub fn real() -> Self {
        Self::Real {
            start: Instant::now(),
        }
    }

    /// A clock that stands at 0.
    pub const fn stopped() -> Self {
        Self::Virtual { now: 0 }
    }

    /// Nanoseconds.
    pub fn now(&self) -> u64 {
        match self {
            Self::Real { start } => nanoseconds(start.elapsed()),
            Self::Virtual { now } => *now,
        }
    }

    /// Lets `duration` pass: waits for it, or moves the number.
    pub fn advance(&mut self, duration: Duration) {
        match self {
            Self::Real { .. } => thread::sleep(duration),
            Self::Virtual { now } => *now = now.saturating_add(nanoseconds(duration)),
        }
    }
}

/// 2⁶⁴ nanoseconds are 584 years.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_moves_when_it_is_moved() {
        let mut clock = Clock::stopped();
        assert_eq!(clock.now(), 0);
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now(), 1_500_000_000);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), u64::MAX);
    }

    #[test]
    fn real_time_passes() {
        let mut clock = Clock::real();
        let before = clock.now();
        clock.advance(Duration::from_millis(2));
        assert!(clock.now() >= before + 2_000_000);
    }
}
