use std::time::{Duration, SystemTime, UNIX_EPOCH};

use corelet_host::capability::wall_clock::Datetime;

/// Where the board's time of day comes from.
#[derive(Clone, Copy, Debug)]
pub enum TimeOfDay {
    /// It was never set.
    Unset,
    /// The computer's own.
    System,
    /// It was set, and goes on with the monotonic clock.
    Set {
        /// What it was set to: since 1970-01-01T00:00:00Z.
        to: Duration,
        /// When it was set, in nanoseconds on the monotonic clock.
        at: u64,
    },
}

impl TimeOfDay {
    /// 2026-01-01T00:00:00Z at the start of the board.
    pub const NEW_YEAR: Self = Self::Set {
        to: Duration::from_secs(1_767_225_600),
        at: 0,
    };

    /// The time when the monotonic clock says `now`.
    pub fn now(&self, now: u64) -> Option<Datetime> {
        let since_1970 = match self {
            Self::Unset => return None,
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).ok()?,
            Self::Set { to, at } => {
                to.saturating_add(Duration::from_nanos(now.saturating_sub(*at)))
            }
        };
        Some(Datetime {
            seconds: since_1970.as_secs(),
            nanoseconds: since_1970.subsec_nanos(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_with_the_monotonic_clock_from_where_it_was_set() {
        let clock = TimeOfDay::Set {
            to: Duration::new(100, 900_000_000),
            at: 5_000_000_000,
        };
        let now = clock.now(6_200_000_000).unwrap();
        assert_eq!((now.seconds, now.nanoseconds), (102, 100_000_000));
        assert_eq!(TimeOfDay::Unset.now(0), None);
    }

    #[test]
    fn the_computers_time_is_after_this_was_written() {
        let new_year = TimeOfDay::NEW_YEAR.now(0).unwrap();
        assert!(TimeOfDay::System.now(0).unwrap().seconds > new_year.seconds - 86_400);
    }
}
