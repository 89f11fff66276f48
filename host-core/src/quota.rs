//! How much of each quota was used in the window of time that runs.

use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::time::Duration;

use crate::PluginId;

/// For each slot: as many as the standard interfaces have quotas, and one more.
const WINDOWS_PER_SLOT: usize = 6;
/// For plugins that went.
const WINDOWS_KEPT: usize = 8;

/// What is counted: whose use, of what, in how many nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    plugin: PluginId,
    /// Without a version: another version brings no new quota.
    interface: &'static str,
    period: u64,
}

impl Quota {
    pub(crate) fn new(plugin: PluginId, interface: &'static str, period: Duration) -> Self {
        Self {
            plugin,
            interface,
            period: u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).max(1),
        }
    }
}

/// Windows are fixed: they begin at multiples of their length on the monotonic clock. So no more than twice the limit is used within
/// any stretch as long as one window, and the state is two numbers.
struct Window {
    quota: Quota,
    start: u64,
    used: u32,
}

impl Window {
    const fn is_over(&self, now: u64) -> bool {
        now.saturating_sub(self.start) >= self.quota.period
    }
}

/// Room for more in a window.
pub(crate) struct Room<'w> {
    used: &'w mut u32,
    /// How much will be.
    after: u32,
}

impl Room<'_> {
    pub(crate) const fn spend(self) {
        *self.used = self.after;
    }
}

/// The windows of all plugins, also of those that went: loading a plugin again does not begin a window anew.
///
/// There are [`WINDOWS_PER_SLOT`] places for each slot, and [`WINDOWS_KEPT`] more, which are taken from the heap once. A window gives
/// its place back when it is over. If all places have windows that run, the shortest makes room for one that is longer; for one that
/// is not there is no place, and what it would count is refused. So no crowd of plugins ends a window of a day before the day does.
pub(crate) struct Windows {
    list: Vec<Window>,
    places: usize,
}

impl Windows {
    pub(crate) const fn for_slots(slots: usize) -> Self {
        Self {
            list: Vec::new(),
            places: slots
                .saturating_mul(WINDOWS_PER_SLOT)
                .saturating_add(WINDOWS_KEPT),
        }
    }

    /// Takes the room of all places, if it was not taken before.
    pub(crate) fn reserve(&mut self) -> Result<(), TryReserveError> {
        let missing = self.places.saturating_sub(self.list.len());
        self.list.try_reserve_exact(missing)
    }

    /// The room that the `limit` leaves for `amount` more of `quota` in the window that runs; none if there is not so much. Nothing is
    /// used yet. `now` is in nanoseconds.
    pub(crate) fn room(
        &mut self,
        now: u64,
        quota: Quota,
        limit: u32,
        amount: u32,
    ) -> Option<Room<'_>> {
        // What can never be allowed takes no place.
        if amount > limit {
            return None;
        }
        let known = self.list.iter().position(|window| window.quota == quota);
        let index = known.or_else(|| self.place(now, quota))?;
        let new = Window {
            quota,
            start: now.saturating_sub(now.checked_rem(quota.period).unwrap_or(0)),
            used: 0,
        };
        if index == self.list.len() && index < self.list.capacity() {
            self.list.push(new);
        } else if let Some(window) = self.list.get_mut(index)
            && (window.quota != quota || window.is_over(now))
        {
            *window = new;
        }
        let window = self.list.get_mut(index)?;
        let after = window.used.checked_add(amount)?;
        let used = &mut window.used;
        (after <= limit).then_some(Room { used, after })
    }

    /// Where a window of `quota` begins; none if all places have windows that run and are no shorter.
    fn place(&self, now: u64, quota: Quota) -> Option<usize> {
        if let Some(over) = self.list.iter().position(|window| window.is_over(now)) {
            return Some(over);
        }
        if self.list.len() < self.places {
            return Some(self.list.len());
        }
        let windows = self.list.iter().enumerate();
        let (index, shortest) = windows.min_by_key(|(_, window)| window.quota.period)?;
        (shortest.quota.period < quota.period).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const MINUTE: u64 = 60 * SECOND;
    const DAY: u64 = 24 * 60 * MINUTE;

    impl Windows {
        fn has(&mut self, now: u64, quota: Quota, limit: u32, amount: u32) -> bool {
            self.room(now, quota, limit, amount).is_some()
        }

        fn spend(&mut self, now: u64, quota: Quota, limit: u32, amount: u32) -> bool {
            let room = self.room(now, quota, limit, amount);
            room.map(Room::spend).is_some()
        }
    }

    fn windows() -> Windows {
        let mut windows = Windows::for_slots(1);
        windows.reserve().unwrap();
        windows
    }

    fn quota(plugin: u8, period: u64) -> Quota {
        Quota::new(
            PluginId([plugin; 8]),
            "vendor:pump/motor",
            Duration::from_nanos(period),
        )
    }

    #[test]
    fn a_window_is_used_up_and_the_next_is_new() {
        let mut windows = windows();
        let minute = quota(0, MINUTE);
        assert!(windows.spend(0, minute, 10, 6));
        assert!(!windows.spend(59 * SECOND, minute, 10, 5));
        assert!(windows.spend(59 * SECOND, minute, 10, 4));
        assert!(!windows.spend(59 * SECOND, minute, 10, 1));
        assert!(windows.spend(60 * SECOND, minute, 10, 10));
        assert!(!windows.spend(60 * SECOND, minute, 10, 1));
    }

    #[test]
    fn windows_begin_at_multiples_of_their_length() {
        let mut windows = windows();
        let minute = quota(0, MINUTE);
        assert!(windows.spend(130 * SECOND, minute, 1, 1));
        assert!(!windows.spend(179 * SECOND, minute, 1, 1));
        assert!(windows.spend(180 * SECOND, minute, 1, 1));
    }

    #[test]
    fn each_plugin_interface_and_period_has_a_window_of_its_own() {
        let mut windows = windows();
        let other = Quota {
            interface: "vendor:pump/valve",
            ..quota(0, SECOND)
        };
        for quota in [quota(0, SECOND), quota(0, MINUTE), quota(1, SECOND), other] {
            assert!(windows.spend(0, quota, 1, 1));
            assert!(!windows.spend(0, quota, 1, 1));
        }
        assert!(windows.spend(SECOND, quota(0, SECOND), 1, 1));
        assert!(!windows.spend(SECOND, quota(0, MINUTE), 1, 1));
    }

    #[test]
    fn to_ask_uses_nothing() {
        let mut windows = windows();
        let minute = quota(0, MINUTE);
        for _ in 0..3 {
            assert!(windows.has(0, minute, 10, 10));
            assert!(!windows.has(0, minute, 10, 11));
        }
        assert!(windows.spend(0, minute, 10, 6));
        assert!(windows.has(0, minute, 10, 4));
        assert!(!windows.has(0, minute, 10, 5));
    }

    #[test]
    fn no_numbers_overflow() {
        let quota_of = |period| Quota::new(PluginId([0; 8]), "vendor:pump/motor", period);
        let mut windows = windows();
        let longest = quota_of(Duration::MAX);
        assert!(windows.spend(u64::MAX, longest, u32::MAX, u32::MAX));
        assert!(!windows.spend(u64::MAX, longest, u32::MAX, 1));
        assert!(windows.spend(u64::MAX, quota_of(Duration::ZERO), 1, 1));
    }

    /// Uses one of two in every place of a host with one slot, each by a plugin of its own.
    fn crowd(windows: &mut Windows, now: u64, period: u64) -> u8 {
        let places = (WINDOWS_PER_SLOT + WINDOWS_KEPT) as u8;
        for plugin in 0..places {
            assert!(windows.spend(now, quota(plugin, period), 2, 1));
        }
        places
    }

    #[test]
    fn no_crowd_ends_a_window_before_its_time() {
        let mut windows = windows();
        let places = crowd(&mut windows, 0, DAY);
        assert!(!windows.spend(0, quota(places, DAY), 2, 1));
        assert!(!windows.spend(DAY - 1, quota(places, SECOND), 2, 1));
        for plugin in 0..places {
            assert!(windows.spend(DAY - 1, quota(plugin, DAY), 2, 1));
            assert!(!windows.spend(DAY - 1, quota(plugin, DAY), 2, 1));
        }
        assert!(windows.spend(DAY, quota(places, DAY), 2, 1));
    }

    #[test]
    fn a_longer_window_takes_the_place_of_a_shorter() {
        let mut windows = windows();
        let places = crowd(&mut windows, 0, MINUTE);
        assert!(!windows.spend(0, quota(places, MINUTE), 1, 1));
        assert!(
            !windows.spend(0, quota(places, DAY), 1, 2),
            "more than ever is allowed"
        );
        assert!(
            windows.spend(0, quota(0, MINUTE), 2, 1),
            "no place was lost"
        );
        assert!(windows.spend(0, quota(places, DAY), 1, 1));
        assert!(!windows.spend(0, quota(places, DAY), 1, 1));
        assert_eq!(windows.list.capacity(), usize::from(places));
    }

    #[test]
    fn without_room_nothing_is_allowed() {
        let mut windows = Windows::for_slots(1);
        assert!(!windows.spend(0, quota(0, DAY), 1, 1));
    }
}
