use core::time::Duration;

/// How much of something was used in the running window of time.
///
/// Windows are fixed: they begin at multiples of their length on the monotonic clock. So no more than twice the limit is used within
/// any stretch as long as one window, and the state is two numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    start: u64,
    used: u32,
}

impl Window {
    /// Uses `amount` if the `limit` of this window of length `period` allows it. `now` is in nanoseconds.
    pub(crate) fn spend(&mut self, now: u64, period: Duration, limit: u32, amount: u32) -> bool {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).max(1);
        let elapsed = now.saturating_sub(self.start);
        if elapsed >= period {
            // At least one window lies between, so this is not before `start`.
            self.start = now.saturating_sub(elapsed.checked_rem(period).unwrap_or(0));
            self.used = 0;
        }
        match self.used.checked_add(amount) {
            Some(used) if used <= limit => {
                self.used = used;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_window_is_used_up_and_the_next_is_new() {
        let mut window = Window::default();
        assert!(window.spend(0, MINUTE, 10, 6));
        assert!(!window.spend(59 * SECOND, MINUTE, 10, 5));
        assert!(window.spend(59 * SECOND, MINUTE, 10, 4));
        assert!(!window.spend(59 * SECOND, MINUTE, 10, 1));
        assert!(window.spend(60 * SECOND, MINUTE, 10, 10));
        assert!(!window.spend(60 * SECOND, MINUTE, 10, 1));
    }

    #[test]
    fn windows_begin_at_multiples_of_their_length() {
        let mut window = Window::default();
        assert!(window.spend(130 * SECOND, MINUTE, 1, 1));
        assert!(!window.spend(179 * SECOND, MINUTE, 1, 1));
        assert!(window.spend(180 * SECOND, MINUTE, 1, 1));
    }

    #[test]
    fn no_numbers_overflow() {
        let mut window = Window::default();
        assert!(window.spend(u64::MAX, Duration::MAX, u32::MAX, u32::MAX));
        assert!(!window.spend(u64::MAX, Duration::MAX, u32::MAX, 1));
        assert!(Window::default().spend(u64::MAX, Duration::ZERO, 1, 1));
    }
}
