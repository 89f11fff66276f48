//! The last lines that plugins logged.

use corelet_host::capability::logging::Level;
use corelet_smp::LogLine;
use heapless::{Deque, String};

/// The most bytes of a line; what is longer is cut.
pub const LINE_MAX: usize = 96;
/// The most bytes of a plugin's name.
const NAME_MAX: usize = corelet_host::PLUGIN_NAME_MAX;

#[derive(Clone, Debug)]
struct Line {
    time: u64,
    plugin: String<NAME_MAX>,
    level: u8,
    text: String<LINE_MAX>,
}

/// The last `N` lines that plugins logged, in memory: a new one takes the place of the oldest. Some 150 bytes each.
#[derive(Clone, Debug, Default)]
pub struct LogRing<const N: usize> {
    lines: Deque<Line, N>,
    /// The number of the next line.
    next: u32,
}

impl<const N: usize> LogRing<N> {
    /// Without lines.
    pub const fn new() -> Self {
        Self {
            lines: Deque::new(),
            next: 0,
        }
    }

    /// Keeps a line that `plugin` logged at `now`, in nanoseconds since the reset.
    pub fn push(&mut self, now: u64, plugin: &str, level: Level, context: &str, message: &str) {
        let mut line = Line {
            time: now / 1_000_000,
            plugin: String::new(),
            level: level as u8,
            text: String::new(),
        };
        push_cut(&mut line.plugin, plugin);
        if !context.is_empty() {
            push_cut(&mut line.text, context);
            push_cut(&mut line.text, ": ");
        }
        push_cut(&mut line.text, message);
        if self.lines.is_full() {
            self.lines.pop_front();
        }
        // There is room, unless `N` is 0.
        let _ = self.lines.push_back(line);
        self.next = self.next.wrapping_add(1);
    }

    /// Shows the lines from number `from` on, until `show` answers false; all of them if no line has that number and it is not the next
    /// one's.
    pub fn show(&self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        let first = self.next.wrapping_sub(self.lines.len() as u32);
        let skipped = from.wrapping_sub(first);
        let skipped = if skipped <= self.lines.len() as u32 {
            skipped
        } else {
            0
        };
        for (index, line) in (0..).zip(&self.lines).skip(skipped as usize) {
            let line = LogLine {
                number: first.wrapping_add(index),
                time: line.time,
                plugin: &line.plugin,
                level: line.level,
                text: &line.text,
            };
            if !show(&line) {
                return;
            }
        }
    }
}

/// As many characters as there is room for.
fn push_cut<const N: usize>(to: &mut String<N>, text: &str) {
    for character in text.chars() {
        if to.push(character).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn numbers<const N: usize>(ring: &LogRing<N>, from: u32) -> Vec<u32> {
        let mut numbers = Vec::new();
        ring.show(from, &mut |line| {
            numbers.push(line.number);
            true
        });
        numbers
    }

    #[test]
    fn the_last_lines_stay_with_their_numbers() {
        let mut ring = LogRing::<3>::new();
        assert!(numbers(&ring, 0).is_empty());
        for _ in 0..5 {
            ring.push(7_000_000, "hello", Level::Info, "here", "there");
        }
        assert_eq!(numbers(&ring, 0), [2, 3, 4]);
        assert_eq!(numbers(&ring, 3), [3, 4]);
        assert!(numbers(&ring, 5).is_empty());
        // From before a reset.
        assert_eq!(numbers(&ring, 6), [2, 3, 4]);
        ring.show(4, &mut |line| {
            let LogLine {
                time,
                plugin,
                level,
                text,
                ..
            } = *line;
            assert_eq!((time, plugin, level, text), (7, "hello", 2, "here: there"));
            true
        });
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut ring = LogRing::<1>::new();
        let long = "ä".repeat(LINE_MAX);
        ring.push(0, &long, Level::Trace, "", &long);
        ring.show(0, &mut |line| {
            assert_eq!(line.text, "ä".repeat(LINE_MAX / 2));
            assert_eq!(line.plugin, "ä".repeat(NAME_MAX / 2));
            false
        });
    }
}
