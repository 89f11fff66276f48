//! The parser's own errors, in the form of all others.

use wit_parser::{ParseError, ResolveError, ResolveErrorKind, SourceMap};

use crate::refusal::{Place, Refusal};
use crate::source::Sources;

/// `spans` is the map of the package that does not parse.
pub(crate) fn of_parse(error: &ParseError, spans: &SourceMap, sources: &Sources) -> Refusal {
    let place = sources
        .spot_in(spans, error.kind().span())
        .map(|spot| spot.place());
    from_message(&error.to_string(), place)
}

pub(crate) fn of_resolve(error: &ResolveError, sources: &Sources) -> Refusal {
    let place = sources.place(error.kind().span());
    match error.kind() {
        ResolveErrorKind::PackageNotFound {
            requested, known, ..
        } => {
            let known: Vec<_> = known.iter().map(ToString::to_string).collect();
            Refusal::new(format!("there is no package `{requested}`"))
                .at(place)
                .found(requested.to_string(), known.join(", "))
                .help(format!("put its .wit files into deps/{}", requested.name))
        }
        ResolveErrorKind::DuplicatePackage { name, span2, .. } => {
            let other = sources.place(*span2);
            let other = other
                .map(|place| format!("{}:{}", place.path, place.line))
                .unwrap_or_default();
            Refusal::new(format!("package `{name}` is there twice"))
                .at(place)
                .found(format!("another one in {other}"), "one")
                .help("remove one of them from deps")
        }
        kind => from_message(&kind.to_string(), place),
    }
}

/// Takes "expected …, found …" apart where the parser says so.
fn from_message(message: &str, place: Option<Place>) -> Refusal {
    let expected = message
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", found "));
    let mut lines = message.lines();
    let first = lines.next().unwrap_or("this is not WIT");
    let rest: Vec<_> = lines.collect();
    match expected {
        Some((expected, found)) => Refusal::new("this is not WIT")
            .at(place)
            .found(found, expected),
        None => Refusal::new(first).at(place).help(rest.join("\n")),
    }
}
