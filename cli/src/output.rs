//! What goes to the terminal: results on standard output, everything else on standard error.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use crate::units::grouped;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const PLACE: Style = AnsiColor::Blue.on_default().bold();

/// Prints `failure` on standard error; in colour if that is a terminal.
pub(crate) fn failure(failure: &impl Display) {
    anstream::eprintln!("{}", coloured(&failure.to_string()));
}

thread_local! {
    /// What is being shown, which a line must not run into.
    static SHOWN: RefCell<Option<ProgressBar>> = const { RefCell::new(None) };
}

/// Prints a line that is no result: what is being done, or what is worth knowing.
pub(crate) fn note(line: impl Display) {
    let print = || anstream::eprintln!("{line}");
    match SHOWN.with_borrow(Clone::clone) {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

/// Shows `bar` from now on.
fn show(bar: &ProgressBar) {
    SHOWN.set(Some(bar.clone()));
}

/// Ends what is shown.
fn clear(bar: &ProgressBar) {
    SHOWN.set(None);
    bar.finish_and_clear();
}

/// Prints a line of the result.
pub(crate) fn line(line: impl Display) {
    anstream::println!("{line}");
}

/// Prints JSON with every control character escaped that JSON leaves as it is.
pub(crate) fn json(text: &impl Display) {
    let escaped = |char: char| match char {
        '\u{7f}'..='\u{9f}' => format!("\\u{:04x}", u32::from(char)),
        _ => char.to_string(),
    };
    line(text.to_string().chars().map(escaped).collect::<String>());
}

/// `text` with what is not printable escaped, for what nobody vouched for. Quotes stay as they are.
pub(crate) fn shown(text: &str) -> String {
    let escaped = |char: char| match char {
        '\'' | '"' => char.to_string(),
        _ => char.escape_debug().to_string(),
    };
    text.chars().map(escaped).collect()
}

/// Shows that `what` goes on, until it is dropped. Nothing is shown where standard error is no terminal.
pub(crate) fn progress(what: impl Into<std::borrow::Cow<'static, str>>) -> Progress {
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    show(&bar);
    Progress(bar)
}

/// Shows that of `what` so many bytes are on their way, until it is dropped: how many have arrived, how fast, and the time that is
/// left. Where standard error is no terminal, a line for each quarter.
pub(crate) fn transfer(what: &'static str, bytes: u64) -> Transfer {
    let bar = ProgressBar::new(bytes).with_message(what);
    let template = "{msg} {bytes} of {total_bytes} {bar:30} {bytes_per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    show(&bar);
    Transfer {
        bar,
        begun: Cell::new(false),
        quarters: Cell::new(0),
    }
}

/// Bytes on their way.
#[derive(Debug)]
pub(crate) struct Transfer {
    bar: ProgressBar,
    begun: Cell<bool>,
    quarters: Cell<u64>,
}

impl Transfer {
    /// So many bytes have arrived.
    pub(crate) fn at(&self, bytes: u64) {
        self.bar.set_position(bytes);
        // What was there before tells nothing of the rate.
        if !self.begun.replace(true) {
            self.bar.reset_eta();
        }
        let all = self.bar.length().unwrap_or(0).max(1);
        let quarters = bytes.saturating_mul(4) / all;
        if self.bar.is_hidden() && quarters != self.quarters.replace(quarters) {
            note(format_args!(
                "{}  {} of {} B",
                self.bar.message(),
                grouped(bytes),
                grouped(all)
            ));
        }
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        clear(&self.bar);
    }
}

/// Something that takes long.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Drop for Progress {
    fn drop(&mut self) {
        clear(&self.0);
    }
}

/// Colours the words that begin a part of a failure.
fn coloured(text: &str) -> String {
    const PARTS: [(&str, Style); 3] = [("error:", ERROR), ("help:", HELP), ("-->", PLACE)];
    let lines = text.lines().map(|line| {
        let words = line.trim_start();
        let indent = line.len() - words.len();
        let part = PARTS
            .iter()
            .find_map(|(word, style)| Some((word, style, words.strip_prefix(word)?)));
        match part {
            Some((word, style, rest)) => format!("{:indent$}{style}{word}{style:#}{rest}", ""),
            None => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_escaped() {
        assert_eq!(shown("it's `so`"), "it's `so`");
        assert_eq!(shown("a\n\x1b[1m\u{202e}"), "a\\n\\u{1b}[1m\\u{202e}");
    }

    #[test]
    fn colours_change_nothing_but_the_colour() {
        let text = "error: no\n --> a:1:1\nhelp: yes";
        let coloured = coloured(text);
        assert_ne!(coloured, text);
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), text);
    }
}
