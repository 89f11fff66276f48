use corelet_host::capability::logging::{Level, Log};

use super::board::Board;
use super::monotonic_clock;

impl Log for Board {
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
        let now = monotonic_clock::now();
        self.lines.push(now, plugin, level, context, message);
        let separator = if context.is_empty() { "" } else { ": " };
        match level {
            Level::Trace => {
                defmt::trace!(
                    "[{=str}] {=str}{=str}{=str}",
                    plugin,
                    context,
                    separator,
                    message
                );
            }
            Level::Debug => {
                defmt::debug!(
                    "[{=str}] {=str}{=str}{=str}",
                    plugin,
                    context,
                    separator,
                    message
                );
            }
            Level::Info => {
                defmt::info!(
                    "[{=str}] {=str}{=str}{=str}",
                    plugin,
                    context,
                    separator,
                    message
                );
            }
            Level::Warn => {
                defmt::warn!(
                    "[{=str}] {=str}{=str}{=str}",
                    plugin,
                    context,
                    separator,
                    message
                );
            }
            Level::Error | Level::Critical => {
                defmt::error!(
                    "[{=str}] {=str}{=str}{=str}",
                    plugin,
                    context,
                    separator,
                    message
                );
            }
        }
    }
}
