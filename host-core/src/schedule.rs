//! When a plugin is ticked.

/// The ticks of one plugin. Times are nanoseconds on the board's monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    period: u64,
    due: u64,
}

impl Ticks {
    /// Every `period_ms` milliseconds, for the first time one period after `now`.
    pub(crate) fn every(period_ms: u32, now: u64) -> Self {
        let period = u64::from(period_ms).saturating_mul(1_000_000);
        Self {
            period,
            due: now.saturating_add(period),
        }
    }

    /// When the next one is due.
    pub(crate) const fn due(&self) -> u64 {
        self.due
    }

    /// Takes the tick that is due at `now`, if one is, and returns how many before it were missed. They are left out,
    /// so that a plugin which comes late is not called in a burst; the next tick keeps to the grid of the period.
    pub(crate) fn take(&mut self, now: u64) -> Option<u32> {
        let late = now.checked_sub(self.due)?;
        let missed = late.checked_div(self.period)?;
        let periods = missed.saturating_add(1);
        self.due = self.due.saturating_add(self.period.saturating_mul(periods));
        Some(u32::try_from(missed).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn a_tick_is_due_once_a_period() {
        let mut ticks = Ticks::every(10, 3 * MS);
        assert_eq!(ticks.take(12 * MS), None);
        assert_eq!(ticks.take(13 * MS), Some(0));
        assert_eq!(ticks.take(13 * MS), None);
        assert_eq!(ticks.take(22 * MS), None);
        assert_eq!(ticks.take(23 * MS), Some(0));
    }

    #[test]
    fn missed_ticks_are_counted_and_left_out() {
        let mut ticks = Ticks::every(10, 0);
        assert_eq!(ticks.take(47 * MS), Some(3));
        assert_eq!(ticks.take(49 * MS), None);
        assert_eq!(ticks.take(50 * MS), Some(0));
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let mut ticks = Ticks::every(u32::MAX, u64::MAX - 1);
        assert_eq!(ticks.take(u64::MAX), Some(0));
    }
}
