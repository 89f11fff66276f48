//! Format strings: text, `{}` and `{name}`.

/// `log::LINE_MAX` of `corelet-guest`, which every expansion compares it with.
pub(crate) const LINE_MAX: usize = 120;

/// A part of a format string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// `{}`: the next argument.
    Next,
    /// `{name}`: a variable in scope.
    Named(String),
}

/// Takes `format` apart; an error is a sentence for the author.
pub(crate) fn parse(format: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        rest = if let Some(after) = from.strip_prefix("{{") {
            text.push('{');
            after
        } else if let Some(after) = from.strip_prefix("}}") {
            text.push('}');
            after
        } else {
            let (name, after) = from
                .strip_prefix('{')
                .and_then(|inner| inner.split_once('}'))
                .ok_or("a brace stands alone; write `{{` or `}}` for the character itself")?;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(placeholder(name)?);
            after
        };
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    let length = length_of_text(&pieces);
    if length > LINE_MAX {
        return Err(format!(
            "the text alone has {length} bytes; a line has at most {LINE_MAX}"
        ));
    }
    Ok(pieces)
}

fn placeholder(name: &str) -> Result<Piece, String> {
    if name.is_empty() {
        return Ok(Piece::Next);
    }
    if syn::parse_str::<syn::Ident>(name).is_err() {
        return Err(format!(
            "`{{{name}}}` is not understood; a placeholder is `{{}}` or `{{name}}`, without options"
        ));
    }
    Ok(Piece::Named(name.to_owned()))
}

fn length_of_text(pieces: &[Piece]) -> usize {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.len(),
            Piece::Next | Piece::Named(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_placeholders_alternate() {
        let pieces = parse("{} m°C: heating {state}!").unwrap();
        assert_eq!(
            pieces,
            [
                Piece::Next,
                Piece::Text(" m°C: heating ".to_owned()),
                Piece::Named("state".to_owned()),
                Piece::Text("!".to_owned()),
            ]
        );
    }

    #[test]
    fn doubled_braces_are_characters() {
        let pieces = parse("{{{}}}").unwrap();
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(pieces, [text("{"), Piece::Next, text("}")]);
    }

    #[test]
    fn options_positions_and_lone_braces_are_refused() {
        for format in [
            "{:?}",
            "{0}",
            "{name:>4}",
            "{ }",
            "{",
            "}",
            "a { b",
            "{a{b}",
        ] {
            assert!(parse(format).is_err(), "{format}");
        }
    }

    #[test]
    fn text_beyond_a_line_is_refused() {
        assert!(parse(&"x".repeat(LINE_MAX)).is_ok());
        let refusal = parse(&"x".repeat(LINE_MAX + 1)).unwrap_err();
        assert!(refusal.contains("121"), "{refusal}");
    }
}
