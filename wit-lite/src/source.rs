use std::collections::BTreeMap;
use std::ops::Range;

use wit_parser::{SourceMap, Span};

use crate::refusal::Place;

/// The files of a contract, to find in them what the parser points at.
#[derive(Default)]
pub(crate) struct Sources {
    texts: BTreeMap<String, String>,
    spans: SourceMap,
}

/// A range of one file.
#[derive(Clone)]
pub(crate) struct Spot<'s> {
    path: &'s str,
    /// The whole file.
    pub(crate) text: &'s str,
    /// In bytes.
    pub(crate) range: Range<usize>,
}

impl Sources {
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
    }

    /// The map in which the spans that are asked for are valid.
    pub(crate) fn set_spans(&mut self, spans: SourceMap) {
        self.spans = spans;
    }

    /// Where `span` is; none for what the parser made up itself.
    pub(crate) fn spot(&self, span: Span) -> Option<Spot<'_>> {
        self.spot_in(&self.spans, span)
    }

    /// The same with the map of one package, before it is part of the whole.
    pub(crate) fn spot_in(&self, spans: &SourceMap, span: Span) -> Option<Spot<'_>> {
        let location = spans.resolve_span(span)?;
        let (path, text) = self.texts.get_key_value(location.path)?;
        Some(Spot {
            path,
            text,
            range: location.range,
        })
    }

    /// The first line of a file.
    pub(crate) fn beginning(&self, path: &str) -> Option<Place> {
        let (path, text) = self.texts.get_key_value(path)?;
        let range = 0..0;
        Some(Spot { path, text, range }.place())
    }

    /// Where `span` is among all others of its file.
    pub(crate) fn order(&self, span: Span) -> usize {
        self.spot(span).map_or(0, |spot| spot.range.start)
    }

    /// Where `span` is, as a person reads it.
    pub(crate) fn place(&self, span: Span) -> Option<Place> {
        self.spot(span).map(|spot| spot.place())
    }
}

impl<'s> Spot<'s> {
    /// Another range of the same file.
    pub(crate) fn with(&self, range: Range<usize>) -> Self {
        Self {
            range,
            ..self.clone()
        }
    }

    /// What stands before the spot.
    pub(crate) fn before(&self) -> &'s str {
        self.text.get(..self.range.start).unwrap_or("")
    }

    pub(crate) fn place(&self) -> Place {
        let before = self.before();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(line_start..).unwrap_or("");
        let line = line.split('\n').next().unwrap_or("");
        let end = self
            .range
            .end
            .clamp(self.range.start, line_start + line.len());
        let marked = self.text.get(self.range.start..end).unwrap_or("");
        Place {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
            text: line.to_owned(),
            width: marked.chars().count().max(1),
        }
    }
}
