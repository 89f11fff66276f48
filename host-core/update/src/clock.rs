//! Time as trials see it.

/// The most that passes between two looks, in nanoseconds.
pub(crate) const LOOK_MAX_NS: u64 = 1_000_000_000;

/// The time in which somebody gave plugins the chance to run. A device that slept, or was busy elsewhere, or whose clock was set, does
/// not make a plugin silent, or a trial long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// What the board's clock last showed; none before the first look.
    shown: Option<u64>,
    passed: u64,
}

impl Clock {
    pub(crate) const NEW: Self = Self {
        shown: None,
        passed: 0,
    };

    /// The time now, in nanoseconds since the first look, where the board's clock shows `now`.
    pub(crate) fn look(&mut self, now: u64) -> u64 {
        let before = self.shown.replace(now).unwrap_or(now);
        let passed = now.saturating_sub(before).min(LOOK_MAX_NS);
        self.passed = self.passed.saturating_add(passed);
        self.passed
    }
}
