//! `@max` and `@open`, each on a line of its own in a doc comment.

use std::ops::Range;

use wit_parser::{Docs, Span};

use super::BOUND_MAX;
use crate::refusal::{Place, Refusal};
use crate::source::{Sources, Spot};
use crate::suggest::nearest;

/// What a doc comment says to the profile, and the rest of it.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) docs: String,
    pub(super) bounds: Vec<Bound>,
    pub(super) open: bool,
    pub(super) open_place: Option<Place>,
    /// Some of it was refused.
    pub(super) faulty: bool,
}

/// One entry of an `@max`: `64`, or `result.err: 64`.
pub(super) struct Bound {
    /// Empty for a bare number.
    pub(super) path: Vec<String>,
    pub(super) max: u32,
    pub(super) place: Option<Place>,
}

const KNOWN: [&str; 2] = ["max", "open"];

/// Reads `docs` of the item whose name is at `span`.
pub(super) fn read(docs: &Docs, span: Span, sources: &Sources) -> (Attributes, Vec<Refusal>) {
    let text = docs.contents.as_deref().unwrap_or("");
    let mut reading = Reading {
        item: sources.spot(span),
        attributes: Attributes::default(),
        refusals: Vec::new(),
    };
    let mut prose: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with('@') {
            reading.line(line.trim());
        } else if !line.trim().is_empty() || prose.last().is_some_and(|last| !last.is_empty()) {
            prose.push(line.trim_end());
        }
    }
    reading.attributes.docs = prose.join("\n").trim_end().to_owned();
    reading.attributes.faulty = !reading.refusals.is_empty();
    (reading.attributes, reading.refusals)
}

struct Reading<'s> {
    item: Option<Spot<'s>>,
    attributes: Attributes,
    refusals: Vec<Refusal>,
}

impl Reading<'_> {
    /// Where bytes `part` of an attribute's line are: in the nearest such line before the item's name, or behind it for
    /// an import, whose place is the world's.
    fn place(&self, line: &str, part: Range<usize>) -> Option<Place> {
        let item = self.item.as_ref()?;
        let behind = || {
            item.text
                .get(item.range.end..)?
                .find(line)
                .map(|at| item.range.end + at)
        };
        match item.before().rfind(line).or_else(behind) {
            Some(start) => Some(item.with(start + part.start..start + part.end).place()),
            None => Some(item.place()),
        }
    }

    fn line(&mut self, line: &str) {
        let name_end = line[1..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .map_or(line.len(), |end| end + 1);
        let name = &line[1..name_end];
        let place = self.place(line, 0..name_end);
        match name {
            "max" => self.max(line, name_end),
            "open" if name_end == line.len() => {
                if self.attributes.open {
                    let twice = Refusal::new("`@open` is said twice").at(place.clone());
                    self.refusals.push(
                        twice
                            .found("a second `@open`", "one")
                            .help("take one of them away"),
                    );
                }
                self.attributes.open = true;
                self.attributes.open_place = place;
            }
            "open" => self.refusals.push(
                Refusal::new("`@open` takes nothing")
                    .at(self.place(line, 0..line.len()))
                    .found(line, "@open")
                    .help("@open"),
            ),
            _ => self.unknown(name, place),
        }
    }

    fn unknown(&mut self, name: &str, place: Option<Place>) {
        let refusal = Refusal::new(format!("there is no attribute `@{name}`"))
            .at(place)
            .found(format!("@{name}"), "@max(…), @open");
        self.refusals.push(match (name, nearest(name, KNOWN)) {
            ("since" | "unstable" | "deprecated", _) => refusal.help(format!(
                "write `@{name}(…)` without `///`, between the comment and the item"
            )),
            (_, Some(near)) => refusal.help(format!("did you mean `@{near}`?")),
            (_, None) => refusal.help("begin the line with another character if it is prose"),
        });
    }

    /// `@max(64)`, `@max(message: 64, result.err: 32)`, `@max(8, item: 16)`.
    fn max(&mut self, line: &str, name_end: usize) {
        let inner = line[name_end..]
            .trim_start()
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'));
        let Some(inner) = inner else {
            let place = self.place(line, 0..line.len());
            self.refusals.push(malformed(line, place));
            return;
        };
        let mut start = line.len() - 1 - inner.len();
        for entry in inner.split(',') {
            let indent = entry.len() - entry.trim_start().len();
            let trimmed = entry.trim();
            let place = self.place(line, start + indent..start + indent + trimmed.len());
            start += entry.len() + 1;
            self.entry(trimmed, place);
        }
    }

    fn entry(&mut self, entry: &str, place: Option<Place>) {
        let (path, number) = match entry.split_once(':') {
            Some((path, number)) => (path.trim(), number.trim()),
            None => ("", entry),
        };
        let segments: Vec<String> = path.split('.').map(str::to_owned).collect();
        let is_segment = |segment: &String| {
            !segment.is_empty()
                && segment
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let well_formed = if entry.contains(':') {
            segments.iter().all(is_segment)
        } else {
            true
        };
        if !well_formed || number.is_empty() || !number.chars().all(|c| c.is_ascii_digit()) {
            self.refusals.push(malformed(entry, place));
            return;
        }
        match number.parse::<u32>() {
            Ok(max) if (1..=BOUND_MAX).contains(&max) => self.attributes.bounds.push(Bound {
                path: if path.is_empty() {
                    Vec::new()
                } else {
                    segments
                },
                max,
                place,
            }),
            _ => {
                let help = if number.trim_start_matches('0').is_empty() {
                    "leave the string or list out if it is always empty"
                } else {
                    "send it in several calls"
                };
                self.refusals.push(
                    Refusal::new("this bound is out of range")
                        .at(place)
                        .found(number, format!("1 to {BOUND_MAX}"))
                        .help(help),
                );
            }
        }
    }
}

fn malformed(found: &str, place: Option<Place>) -> Refusal {
    Refusal::new("this is not a bound")
        .at(place)
        .found(
            format!("`{found}`"),
            "@max(64), @max(name: 64, result.err: 32)",
        )
        .help("alone on its line, numbers in decimal: @max(64)")
}
