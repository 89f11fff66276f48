//! The parser's own errors, in the form of all others.

use wit_parser::{PackageName, ParseError, Resolve, ResolveError, ResolveErrorKind, SourceMap};

use crate::refusal::{Place, Refusal};
use crate::source::Sources;
use crate::suggest::nearest;

/// `spans` is the map of the package that does not parse.
pub(crate) fn of_parse(error: &ParseError, spans: &SourceMap, sources: &Sources) -> Refusal {
    let place = sources
        .spot_in(spans, error.kind().span())
        .map(|spot| spot.place())
        .or_else(|| sources.beginning(spans.source_names().next()?));
    from_message(&error.to_string(), place)
}

pub(crate) fn of_resolve(error: &ResolveError, resolve: &Resolve, sources: &Sources) -> Refusal {
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
        ResolveErrorKind::InterfaceNotFound {
            requested, package, ..
        } => not_in_package("interface", requested, package, resolve, place),
        ResolveErrorKind::WorldNotFound {
            requested, package, ..
        } => not_in_package("world", requested, package, resolve, place),
        ResolveErrorKind::DuplicatePackage { name, span2, .. } => {
            let other = sources.place(*span2).map_or_else(String::new, |other| {
                format!("another one in {}:{}", other.path, other.line)
            });
            Refusal::new(format!("package `{name}` is there twice"))
                .at(place)
                .found(other, "one")
                .help("remove one of them from deps")
        }
        kind => from_message(&kind.to_string(), place),
    }
}

fn not_in_package(
    what: &str,
    name: &str,
    package: &PackageName,
    resolve: &Resolve,
    place: Option<Place>,
) -> Refusal {
    let package_names = resolve.package_names.get(package).map(|id| {
        let package = &resolve.packages[*id];
        match what {
            "world" => package.worlds.keys().cloned().collect::<Vec<_>>(),
            _ => package.interfaces.keys().cloned().collect(),
        }
    });
    let names = package_names.unwrap_or_default();
    let near = nearest(name, &names);
    let help = near.map_or_else(
        || format!("define it in {package}, or name another one"),
        |near| format!("did you mean `{near}`?"),
    );
    Refusal::new(format!("there is no {what} `{name}` in `{package}`"))
        .at(place)
        .found(name, names.join(", "))
        .help(help)
}

/// For what the parser says in words only: those are kept, and a mend is added.
fn from_message(message: &str, place: Option<Place>) -> Refusal {
    let message = backquoted(message);
    let first = message.lines().next().unwrap_or_default();
    if let Some((expected, found)) = first
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", found "))
    {
        // A list goes on or ends.
        let expected = match expected {
            "`}`" | "`)`" | "`>`" => format!("`,` or {expected}"),
            expected => expected.to_owned(),
        };
        return Refusal::new("this is not WIT")
            .at(place)
            .found(found, &expected)
            .help(format!("{expected} has to stand here, or right before"));
    }
    // A capital letter is refused before the name is looked up.
    let word = place.as_ref().map(Place::word).unwrap_or_default();
    if let Some((rust, wit)) = OF_RUST.iter().find(|(rust, _)| *rust == word)
        && (first.ends_with("does not exist") || first.contains("in identifier"))
    {
        return Refusal::new(format!("WIT has no type `{rust}`"))
            .at(place)
            .found(*rust, *wit)
            .help(format!("write {wit}"));
    }
    let mend = MENDS.iter().find(|(part, _)| first.contains(part));
    let help = mend.map_or(
        "see https://component-model.bytecodealliance.org/design/wit.html",
        |(_, help)| *help,
    );
    Refusal::new(first).at(place).help(help)
}

/// Types as Rust writes them, and as WIT does.
const OF_RUST: &[(&str, &str)] = &[
    ("i8", "s8"),
    ("i16", "s16"),
    ("i32", "s32"),
    ("i64", "s64"),
    ("float32", "f32"),
    ("float64", "f64"),
    ("usize", "u32"),
    ("isize", "s32"),
    ("str", "string"),
    ("String", "string"),
    ("Vec", "list<…>"),
    ("Option", "option<…>"),
    ("Result", "result<…>"),
];

/// A part of a message, and its mend.
const MENDS: &[(&str, &str)] = &[
    (
        "no `package` header",
        "begin one of the files with its package: `package vendor:name@1.0.0;`",
    ),
    (
        "does not match previous package name",
        "a directory holds one package; move the other one into deps",
    ),
    (
        "does not exist",
        "define it here, or take it over: `use interface.{name};`",
    ),
    (
        "depends on itself",
        "a value has a largest size, so no type holds itself; hold a number that stands for the other value",
    ),
    (
        "more than 32 flags",
        "at most 32 flags fit one type; make two types of them",
    ),
    ("conflicts with", "rename one of them"),
    ("duplicate", "rename one of them"),
    ("defined more than once", "rename one of them"),
    ("shadows previously", "rename one of them"),
    ("more than once", "take one of them away"),
    ("empty ", "give it at least one part, or leave it out"),
    (
        "invalid character in identifier",
        "names are words of letters and digits with `-` between them: `set-point-milli`",
    ),
    (
        "dependency cycle",
        "move what both need into a third package",
    ),
    (
        "transitively",
        "export that interface too, or do not export what its types come from",
    ),
];

/// The parser quotes now like 'this' and now like `this`.
fn backquoted(message: &str) -> String {
    if message.matches('\'').count().is_multiple_of(2) {
        message.replace('\'', "`")
    } else {
        message.to_owned()
    }
}
