//! What a person reads when a contract is refused.

use std::fmt;

/// Why a contract is refused: one or more [`Refusal`]s, by file and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Sorts by place; refusals without one come first. Drops those that say the same thing of the same place.
    ///
    /// Returns nothing if there is none.
    pub(crate) fn of(mut refusals: Vec<Refusal>) -> Option<Self> {
        refusals.sort_by(|one, other| one.order().cmp(&other.order()));
        refusals.dedup();
        (!refusals.is_empty()).then_some(Self(refusals))
    }

    /// One after the other; there is at least one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Refusal> {
        self.0.iter()
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            refusal.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusals {}

/// One thing that is wrong with a contract: what, where, what would be right, and how to mend it.
///
/// ```text
/// error: `message` has no upper bound
///   --> wit/pump.wit:14:36
/// 14 |   log: func(level: level, message: string);
///    |                                    ^^^^^^ a string of any length
///    = found: string   allowed: a named type with @max(N)
/// help: /// @max(120)
///       type message = string;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(Box<Details>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Details {
    message: String,
    place: Option<Place>,
    label: String,
    found: String,
    allowed: String,
    help: String,
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was named to [`Contract::load`](crate::Contract::load).
    pub path: String,
    /// From 1.
    pub line: usize,
    /// In chars, from 1.
    pub column: usize,
    /// The whole line.
    pub text: String,
    /// In chars, at least 1.
    pub width: usize,
}

impl Place {
    /// The letters and digits from there on.
    pub(crate) fn word(&self) -> &str {
        let start = self.text.char_indices().nth(self.column - 1);
        let rest = start.and_then(|(start, _)| self.text.get(start..));
        let rest = rest.unwrap_or_default();
        rest.split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or_default()
    }
}

impl Refusal {
    /// `message` begins in lower case and has no full stop.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Details {
            message: message.into(),
            place: None,
            label: String::new(),
            found: String::new(),
            allowed: String::new(),
            help: String::new(),
        }))
    }

    pub(crate) fn at(mut self, place: Option<Place>) -> Self {
        self.0.place = place;
        self
    }

    /// What stands at the place, written behind the carets.
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    pub(crate) fn found(mut self, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        self.0.found = found.into();
        self.0.allowed = allowed.into();
        self
    }

    /// The mend; code or a sentence, of one or more lines.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where, if it is anywhere.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    fn order(&self) -> Option<(&str, usize, usize)> {
        self.0
            .place
            .as_ref()
            .map(|place| (place.path.as_str(), place.line, place.column))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0.message)?;
        let mut gutter = 1;
        if let Some(place) = &self.0.place {
            let number = place.line.to_string();
            gutter = number.len();
            let text = place.text.replace('\t', " ");
            let carets = "^".repeat(place.width);
            write!(
                f,
                "\n{:gutter$}--> {}:{number}:{}",
                "", place.path, place.column
            )?;
            write!(f, "\n{number} | {}", text.trim_end())?;
            write!(f, "\n{:gutter$} | {:2$}{carets}", "", "", place.column - 1)?;
            if !self.0.label.is_empty() {
                write!(f, " {}", self.0.label)?;
            }
        }
        if !self.0.found.is_empty() {
            write!(
                f,
                "\n{:gutter$} = found: {}   allowed: {}",
                "", self.0.found, self.0.allowed
            )?;
        }
        for (index, line) in self.0.help.lines().enumerate() {
            let lead = if index == 0 { "help: " } else { "      " };
            write!(f, "\n{}", format!("{lead}{line}").trim_end())?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
