//! When a plugin is started, and how often again.

use crate::{Blame, Restarts};

/// An instance that is not initialised yet.
#[derive(Clone, Copy)]
pub(crate) struct Starting {
    /// When it may be, in nanoseconds.
    pub(crate) at: u64,
    /// Who is at fault that it is not. The board only if it waits for heap, and for nothing else: no backoff of the plugin's own runs then.
    pub(crate) blame: Blame,
    /// It took the place of another.
    pub(crate) again: bool,
    /// That it waits for heap was reported.
    pub(crate) reported: bool,
}

impl Starting {
    /// The heap has no room for the call of `init`.
    pub(crate) const fn wait_for_heap(&mut self, now: u64) {
        self.at = now.saturating_add(HEAP_WAIT_MS.saturating_mul(MS));
        self.blame = Blame::Board;
    }

    /// The heap may have room again.
    pub(crate) const fn heap_changed(&mut self) {
        if matches!(self.blame, Blame::Board) {
            self.at = 0;
        }
    }
}

/// How long `init` waits for heap before it is tried again. That is no restart of the plugin's own, and the wait does not grow.
const HEAP_WAIT_MS: u64 = 100;

/// The restarts of one plugin in the running period. It outlives instances.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RestartCount {
    begun: u64,
    count: u16,
}

impl RestartCount {
    /// When the next restart may be, in nanoseconds; none if there were as many as `allowed` has it. A period begins with the
    /// first fault after the last period.
    pub(crate) fn next(&mut self, now: u64, allowed: &Restarts) -> Option<u64> {
        let period = u64::from(allowed.period_ms).saturating_mul(MS);
        if self.count == 0 || now.saturating_sub(self.begun) >= period {
            *self = Self {
                begun: now,
                count: 0,
            };
        }
        if self.count >= allowed.most {
            return None;
        }
        let wait = match self.count.checked_sub(1) {
            None => 0,
            Some(doublings) => u64::from(allowed.backoff_ms)
                .saturating_mul(1_u64.checked_shl(doublings.into()).unwrap_or(u64::MAX))
                .saturating_mul(MS),
        };
        self.count = self.count.saturating_add(1);
        Some(now.saturating_add(wait.min(period)))
    }
}

const MS: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: Restarts = Restarts {
        most: 4,
        period_ms: 1_000,
        backoff_ms: 100,
    };

    #[test]
    fn waits_double_and_restarts_are_used_up() {
        let mut restarts = RestartCount::default();
        for (now, at) in [(0, 0), (5, 105), (200, 400), (500, 900)] {
            assert_eq!(restarts.next(now * MS, &ALLOWED), Some(at * MS));
        }
        assert_eq!(restarts.next(999 * MS, &ALLOWED), None);
        assert_eq!(restarts.next(1_000 * MS, &ALLOWED), Some(1_000 * MS));
        assert_eq!(restarts.next(1_001 * MS, &ALLOWED), Some(1_101 * MS));
    }

    #[test]
    fn a_period_begins_with_its_first_fault() {
        let mut restarts = RestartCount::default();
        for at in [900, 1_000, 1_100, 1_200] {
            assert!(restarts.next(at * MS, &ALLOWED).is_some());
        }
        assert_eq!(restarts.next(1_899 * MS, &ALLOWED), None);
        assert_eq!(restarts.next(1_900 * MS, &ALLOWED), Some(1_900 * MS));
    }

    #[test]
    fn no_wait_is_longer_than_a_period() {
        let allowed = Restarts {
            most: u16::MAX,
            ..ALLOWED
        };
        let mut restarts = RestartCount::default();
        for _ in 0..100 {
            assert!(restarts.next(0, &allowed) <= Some(1_000 * MS));
        }
        assert_eq!(restarts.next(0, &allowed), Some(1_000 * MS));
    }

    #[test]
    fn no_numbers_overflow() {
        let allowed = Restarts {
            most: u16::MAX,
            period_ms: u32::MAX,
            backoff_ms: u32::MAX,
        };
        let mut restarts = RestartCount::default();
        for _ in 0..=u16::MAX {
            let _ = restarts.next(u64::MAX, &allowed);
        }
        assert_eq!(restarts.next(u64::MAX, &allowed), None);
    }

    #[test]
    fn none_allowed_is_none() {
        let allowed = Restarts { most: 0, ..ALLOWED };
        assert_eq!(RestartCount::default().next(0, &allowed), None);
    }
}
