//! Types where they are written.

use wit_parser::{Span, TypeDefKind};

use super::bounds::{Bounds, Node, Path};
use super::expression::{self, Lead};
use super::{Check, FIXED_LIST_MAX, TUPLE_MAX};
use crate::model::Type;
use crate::refusal::{Place, Refusal};

/// A place where a type is written: a field, a case, a parameter, a result, or the right-hand side of `type`.
pub(super) struct Item<'n> {
    /// As messages name it.
    pub(super) name: &'n str,
    /// What a type that took its place could be called.
    pub(super) type_name: &'n str,
    /// The name's place, or the function's for a result.
    pub(super) span: Span,
    pub(super) lead: Lead,
    /// What the paths of its bounds begin with: parameters and results begin with their name, others with nothing.
    pub(super) root: Path,
}

impl Check<'_> {
    /// The whole type of `item`.
    pub(super) fn ty(&mut self, item: &Item<'_>, ty: wit_parser::Type, bounds: &Bounds) -> Type {
        self.at(item, item.root.clone(), ty, bounds)
    }

    /// The right-hand side of `type`.
    pub(super) fn alias(&mut self, item: &Item<'_>, kind: &TypeDefKind, bounds: &Bounds) -> Type {
        self.anonymous(item, item.root.clone(), kind, bounds)
    }

    /// The type at `path`, which begins with the item's root.
    fn at(&mut self, item: &Item<'_>, path: Path, ty: wit_parser::Type, bounds: &Bounds) -> Type {
        match ty {
            wit_parser::Type::Bool => Type::Bool,
            wit_parser::Type::U8 => Type::U8,
            wit_parser::Type::U16 => Type::U16,
            wit_parser::Type::U32 => Type::U32,
            wit_parser::Type::U64 => Type::U64,
            wit_parser::Type::S8 => Type::S8,
            wit_parser::Type::S16 => Type::S16,
            wit_parser::Type::S32 => Type::S32,
            wit_parser::Type::S64 => Type::S64,
            wit_parser::Type::F32 => Type::F32,
            wit_parser::Type::F64 => Type::F64,
            wit_parser::Type::Char => Type::Char,
            wit_parser::Type::String => Type::String {
                max: self.bound(item, &path, bounds, &Node::String),
            },
            wit_parser::Type::ErrorContext => {
                let mend = "use a record or an enum that says what went wrong";
                self.unsupported(item, &path, "an error-context", mend)
            }
            wit_parser::Type::Id(id) => {
                let def = &self.resolve.types[id];
                match &def.name {
                    // A type without an entry belongs to an inline interface, which is refused itself.
                    Some(_) => self
                        .types
                        .get(&id)
                        .map_or(Type::Bool, |id| Type::Named(*id)),
                    None => self.anonymous(item, path, &def.kind, bounds),
                }
            }
        }
    }

    fn anonymous(
        &mut self,
        item: &Item<'_>,
        path: Path,
        kind: &TypeDefKind,
        bounds: &Bounds,
    ) -> Type {
        let part = |check: &mut Self, segment: &str, ty: wit_parser::Type| {
            let mut path = path.clone();
            path.push(segment.to_owned());
            Box::new(check.at(item, path, ty, bounds))
        };
        match kind {
            TypeDefKind::Type(ty) => self.at(item, path, *ty, bounds),
            TypeDefKind::List(ty) => {
                let max = self.bound(item, &path, bounds, &Node::Anonymous(kind));
                let silent = Bounds::silent();
                let inner = bounds.get(&path).map_or(&silent, |_| bounds);
                let mut path = path.clone();
                path.push("item".to_owned());
                Type::List {
                    max,
                    item: Box::new(self.at(item, path, *ty, inner)),
                }
            }
            TypeDefKind::FixedLengthList(ty, length) => {
                if !(1..=FIXED_LIST_MAX).contains(length) {
                    let refusal = Refusal::new("this list has a length that no array has")
                        .at(self.expression(item, &path).0)
                        .found(format!("{length} items"), format!("1 to {FIXED_LIST_MAX}"))
                        .help("use a list<T> with @max(N)");
                    self.refuse(refusal);
                }
                Type::FixedList {
                    item: part(self, "item", *ty),
                    length: *length,
                }
            }
            TypeDefKind::Option(ty) => Type::Option(part(self, "some", *ty)),
            TypeDefKind::Result(result) => Type::Result {
                ok: result.ok.map(|ty| part(self, "ok", ty)),
                err: result.err.map(|ty| part(self, "err", ty)),
            },
            TypeDefKind::Tuple(tuple) => {
                let count = tuple.types.len();
                if count > TUPLE_MAX {
                    let refusal = Refusal::new("this tuple has too many parts")
                        .at(self.expression(item, &path).0)
                        .found(format!("{count} parts"), format!("at most {TUPLE_MAX}"))
                        .help("use a record, whose fields have names");
                    self.refuse(refusal);
                }
                let parts = tuple.types.iter().enumerate();
                let parts = parts.map(|(index, ty)| *part(self, &index.to_string(), *ty));
                Type::Tuple(parts.collect())
            }
            TypeDefKind::Map(..) => {
                let mend = "use a list of tuples with @max(N)";
                self.unsupported(item, &path, "a map", mend)
            }
            TypeDefKind::Stream(_) => {
                let mend = "use a list with @max(N), in several calls";
                self.unsupported(item, &path, "a stream", mend)
            }
            TypeDefKind::Future(_) => {
                let mend = "let the host deliver an event when the value is there";
                self.unsupported(item, &path, "a future", mend)
            }
            TypeDefKind::Handle(_) => {
                let mend = "let a number stand for the resource: u32";
                self.unsupported(item, &path, "a handle of a resource", mend)
            }
            // Records and the like always have a name in WIT.
            kind => {
                let what = format!("a {}", kind.as_str());
                self.unsupported(item, &path, &what, "give the type a name")
            }
        }
    }

    fn unsupported(&mut self, item: &Item<'_>, path: &Path, what: &str, mend: &str) -> Type {
        let (place, text) = self.expression(item, path);
        let found = text.unwrap_or_else(|| what.to_owned());
        let refusal = Refusal::new(format!("`{}` is {what}", item.subject(path)))
            .at(place)
            .found(found, "values of a bounded size")
            .help(mend);
        self.refuse(refusal);
        Type::Bool
    }

    /// The bound of the string or list at `path`.
    fn bound(&mut self, item: &Item<'_>, path: &Path, bounds: &Bounds, node: &Node<'_>) -> u32 {
        if let Some(max) = bounds.get(path) {
            return max;
        }
        if bounds.doubtful {
            return 1;
        }
        let what = match node {
            Node::String => "string",
            _ => "list",
        };
        let (place, text) = self.expression(item, path);
        let text = text.unwrap_or_else(|| what.to_owned());
        let example = bounds.example(self, node, path);
        let name = item.type_name(path);
        let refusal = Refusal::new(format!("`{}` has no upper bound", item.subject(path)))
            .at(place)
            .label(format!("a {what} of any length"))
            .found(&text, "a named type with @max(N)")
            .help(format!("{example}\ntype {name} = {text};"));
        self.refuse(refusal);
        1
    }

    /// Where the type at `path` is written, and how; else the place of the item's name.
    fn expression(&self, item: &Item<'_>, path: &Path) -> (Option<Place>, Option<String>) {
        let Some(spot) = self.sources.spot(item.span) else {
            return (None, None);
        };
        let segments = path.get(item.root.len()..).unwrap_or_default();
        let range = expression::after(spot.text, spot.range.end, item.lead)
            .and_then(|whole| whole.part(segments));
        match range {
            Some(range) => {
                let text = spot.text.get(range.clone()).map(str::to_owned);
                (Some(spot.with(range).place()), text)
            }
            None => (Some(spot.place()), None),
        }
    }
}

impl Item<'_> {
    /// `message`, `names.item`.
    fn subject(&self, path: &Path) -> String {
        let parts: Vec<_> = [self.name].into_iter().chain(self.below(path)).collect();
        parts.join(".")
    }

    /// A name for a type that is to take the place of what is at `path`.
    fn type_name(&self, path: &Path) -> String {
        let mut name = self.type_name.to_owned();
        for segment in self.below(path) {
            match segment {
                "some" | "ok" => {}
                index if index.starts_with(|c: char| c.is_ascii_digit()) => {
                    name += &format!("-part{index}");
                }
                segment => name += &format!("-{segment}"),
            }
        }
        name
    }

    fn below<'p>(&self, path: &'p Path) -> impl Iterator<Item = &'p str> + use<'p> {
        path.iter().skip(self.root.len()).map(String::as_str)
    }
}
