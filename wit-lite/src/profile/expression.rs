//! Finds the text of a type in the source: the parser keeps no place for a `string`, and shares one among equal lists.

use std::ops::Range;

/// A type as it is written.
pub(super) struct Expression {
    /// In bytes of the file.
    range: Range<usize>,
    parts: Vec<Expression>,
}

/// What comes before the type.
#[derive(Clone, Copy)]
pub(super) enum Lead {
    /// `name: T`, for a field or parameter.
    Colon,
    /// `name(T)`, for a case.
    Paren,
    /// `name = T`, for a type.
    Equals,
    /// `name: func(…) -> T`.
    Arrow,
}

/// The type that follows the name which ends at byte `end` of `text`.
pub(super) fn after(text: &str, end: usize, lead: Lead) -> Option<Expression> {
    let mut tokens = Tokens { text, at: end };
    let mark = match lead {
        Lead::Colon => ":",
        Lead::Paren => "(",
        Lead::Equals => "=",
        Lead::Arrow => "->",
    };
    let mut depth = 0_usize;
    loop {
        let token = &text[tokens.next()?];
        match token {
            _ if depth == 0 && token == mark => return tokens.expression(),
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            ";" | "{" | "}" => return None,
            _ => {}
        }
    }
}

impl Expression {
    /// The range of the part that the segments of a path descend to.
    pub(super) fn part(&self, segments: &[String]) -> Option<Range<usize>> {
        let Some((first, rest)) = segments.split_first() else {
            return Some(self.range.clone());
        };
        let index = match first.as_str() {
            "some" | "item" | "ok" => 0,
            "err" => 1,
            index => index.parse().ok()?,
        };
        self.parts.get(index)?.part(rest)
    }
}

struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl Tokens<'_> {
    /// A name or number, `->`, or one other char; spaces and comments are passed over.
    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.text.get(self.at..)?;
            let first = rest.chars().next()?;
            let length = if first.is_whitespace() {
                first.len_utf8()
            } else if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/")? + 2
            } else {
                let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '%';
                let length = if rest.starts_with("->") {
                    2
                } else if is_word(first) {
                    rest.find(|c| !is_word(c)).unwrap_or(rest.len())
                } else {
                    first.len_utf8()
                };
                let start = self.at;
                self.at += length;
                return Some(start..self.at);
            };
            self.at += length;
        }
    }

    fn eat(&mut self, token: &str) -> bool {
        let before = self.at;
        match self.next() {
            Some(range) if &self.text[range.clone()] == token => true,
            _ => {
                self.at = before;
                false
            }
        }
    }

    /// `name`, or `name<T, …>`.
    fn expression(&mut self) -> Option<Expression> {
        let mut range = self.next()?;
        let mut parts = Vec::new();
        if self.eat("<") {
            while !self.eat(">") {
                parts.push(self.expression()?);
                self.eat(",");
            }
            range.end = self.at;
        }
        Some(Expression { range, parts })
    }
}
