//! Why the command did not do what it was asked for, and the exit code that says so.

use std::fmt;
use std::path::Path;

/// What kind of failure it was; its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something was checked and found wanting: a contract, an image, a plugin, a call. Or a device refused.
    Refused = 1,
    /// The command line was wrong, or a file could not be read or written.
    Usage = 2,
    /// Cargo, the compiler, QEMU or another tool failed or is missing, or a device does not answer.
    Tool = 3,
}

/// The most bytes of a line of a file that is shown.
const LINE_MAX: usize = 400;

/// A failure, ready to be read by a person.
///
/// [`Display`](fmt::Display) prints all of it, beginning with `error: `, without colours.
#[derive(Clone, Debug)]
pub struct Failure {
    kind: Kind,
    text: String,
}

impl Failure {
    /// Something that was checked and found wanting.
    pub fn refused(message: impl fmt::Display) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// A wrong command line, or a file that could not be read or written.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A tool that failed or is missing, or a device that does not answer.
    pub fn tool(message: impl fmt::Display) -> Self {
        Self::new(Kind::Tool, message)
    }

    /// A failure to read `path`.
    pub fn reading(path: &Path, error: &std::io::Error) -> Self {
        Self::usage(format_args!("cannot read {}: {error}", path.display()))
    }

    /// A failure to write `path`.
    pub fn writing(path: &Path, error: &std::io::Error) -> Self {
        Self::usage(format_args!("cannot write {}: {error}", path.display()))
    }

    /// A failure of `kind`. A message that already begins with `error: `, as those of the contract do, is kept as it is.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        let message = message.to_string();
        let text = if message.starts_with("error: ") {
            message
        } else {
            format!("error: {message}")
        };
        Self { kind, text }
    }

    /// Adds the place in a file: its name, line and column, the line itself, and `label` under the part that is meant.
    #[must_use]
    pub(crate) fn at(mut self, place: &Place<'_>, label: &str) -> Self {
        let (line, column) = place.line_and_column();
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let source = place.source_line();
        let indent: String = source
            .chars()
            .take(column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        let marks = "^".repeat(place.width());
        self.push(&format!(
            "{gutter}--> {}:{line}:{column}",
            place.path.display()
        ));
        // A line that no person wrote is not for a person to read.
        if source.len() > LINE_MAX || source.chars().any(|c| c.is_control() && c != '\t') {
            self.push(&format!("{gutter} = {label}"));
            return self;
        }
        self.push(&format!("{number} | {source}"));
        self.push(&format!("{gutter} | {indent}{marks} {label}"));
        self
    }

    /// Adds what was found and what would be allowed.
    #[must_use]
    pub fn found(mut self, found: impl fmt::Display, allowed: impl fmt::Display) -> Self {
        self.push(&format!("  = found: {found}   allowed: {allowed}"));
        self
    }

    /// Adds a line of facts: what it is about, and what is known.
    #[must_use]
    pub fn fact(mut self, subject: &str, what: impl fmt::Display) -> Self {
        self.push(&format!("  {subject:<8} {what}"));
        self
    }

    /// Adds what the reader can do. Further lines are indented under the first.
    #[must_use]
    pub fn help(mut self, help: impl fmt::Display) -> Self {
        self.text.push_str(&self::help(&help));
        self
    }

    /// Adds a last line: what holds in spite of it.
    #[must_use]
    pub(crate) fn then(mut self, what: impl fmt::Display) -> Self {
        self.push(&what.to_string());
        self
    }

    /// The same, where it keeps a file from being read.
    #[must_use]
    pub(crate) fn unread(self) -> Self {
        Self {
            kind: Kind::Usage,
            ..self
        }
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    fn push(&mut self, line: &str) {
        self.text.push('\n');
        self.text.push_str(line);
    }
}

/// A line that says what the reader can do, to stand below what went wrong.
pub(crate) fn help(help: &impl fmt::Display) -> String {
    format!("\nhelp: {}", help.to_string().replace('\n', "\n      "))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// A part of a file's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The file, as the reader shall see its name.
    pub(crate) path: &'a Path,
    /// All of its text.
    pub(crate) text: &'a str,
    /// The first byte of the part.
    pub(crate) start: usize,
    /// The byte after its last.
    pub(crate) end: usize,
}

impl Place<'_> {
    /// Line and column of the first character, both from 1. Columns count characters.
    fn line_and_column(&self) -> (usize, usize) {
        let before = self.text.get(..self.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        (line, column)
    }

    fn source_line(&self) -> &str {
        let (line, _) = self.line_and_column();
        self.text.lines().nth(line - 1).unwrap_or("")
    }

    /// Characters to mark: at least one, and none beyond the first line.
    fn width(&self) -> usize {
        let part = self.text.get(self.start..self.end).unwrap_or("");
        part.lines().next().unwrap_or("").chars().count().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_with_its_line() {
        let text = "[budget]\nfuel = 1\n";
        let place = Place {
            path: Path::new("corelet.toml"),
            text,
            start: 9,
            end: 13,
        };
        let failure = Failure::refused("unknown key `fuel`")
            .at(&place, "not a key of [budget]")
            .found("fuel", "fuel-per-call")
            .help("fuel-per-call = 20_000\nstack = 1024");
        assert_eq!(
            failure.to_string(),
            "error: unknown key `fuel`\n --> corelet.toml:2:1\n2 | fuel = 1\n  | ^^^^ not a key of [budget]\n  \
             = found: fuel   allowed: fuel-per-call\nhelp: fuel-per-call = 20_000\n      stack = 1024"
        );
    }

    #[test]
    fn a_message_that_is_complete_is_kept() {
        assert_eq!(
            Failure::refused("error: it is so").to_string(),
            "error: it is so"
        );
    }

    #[test]
    fn a_place_at_the_end_of_the_file_is_shown() {
        let place = Place {
            path: Path::new("a"),
            text: "x = ",
            start: 4,
            end: 4,
        };
        let text = Failure::refused("no value").at(&place, "here").to_string();
        assert!(text.ends_with("1 | x = \n  |     ^ here"), "{text}");
    }
}
