//! What a board does for whoever manages its plugins.

use corelet_host::PluginId;
use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_smp::LogLine;
use corelet_store::Counter;

/// What a board does for whoever manages its plugins. Each method does nothing where the board has nothing for it.
pub trait Device: MonotonicClock {
    /// Shows the lines that plugins logged, from number `from` on, as
    /// [`Managed::logs`](corelet_smp::Managed::logs) has it. A [`LogRing`](crate::LogRing) does that.
    fn log_lines(&self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        let _ = (from, show);
    }

    /// Notes that a reset is wanted, for when the port has sent its answer. Returns whether there will be one.
    fn reset(&mut self, force: bool) -> bool {
        let _ = force;
        false
    }

    /// A number in hardware that never falls, against which the flash is held: at the start, and when a security version that may run or the
    /// keys have risen. None where the board has none.
    fn counter(&mut self) -> Option<&mut dyn Counter> {
        None
    }

    /// Forgets what plugins kept that are not installed: called after each start, and when one may have gone.
    fn retain_data(&mut self, is_installed: &dyn Fn(PluginId) -> bool) {
        let _ = is_installed;
    }
}
