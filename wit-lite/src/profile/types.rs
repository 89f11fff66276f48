use wit_parser::{Span, TypeDefKind, TypeOwner};

use super::bounds::{Bounds, Node, Path};
use super::expression::{self, Expression, Lead};
use super::names::Casing;
use super::{Check, FIXED_LIST_MAX, TUPLE_MAX};
use crate::model::{Case, Field, Label, Owner, Type, TypeDef, TypeId, TypeKind};
use crate::refusal::{Place, Refusal};

/// A place where a type is written: a field, a case, a parameter, a result, or the right-hand side of `type`.
pub(super) struct Item<'n> {
    /// As messages name it.
    pub(super) name: &'n str,
    /// The name's place, or the function's for a result.
    pub(super) span: Span,
    pub(super) lead: Lead,
    /// What the paths of its bounds begin with: parameters and results begin with their name, others with nothing.
    pub(super) root: Path,
}

impl Check<'_> {
    /// All types with a name, after those that they are made of: the parser keeps them in this order.
    pub(super) fn types(&mut self) {
        for (id, def) in &self.resolve.types {
            let Some(name) = &def.name else { continue };
            let owner = match def.owner {
                TypeOwner::Interface(interface) => self
                    .interfaces
                    .get(&interface)
                    .copied()
                    .map(Owner::Interface),
                TypeOwner::World(world) => Some(Owner::World(world.index())),
                TypeOwner::None => None,
            };
            let Some(owner) = owner else { continue };
            let (kind, docs) = self.kind(name, def);
            let here = TypeId(self.contract.types.len());
            self.types.insert(id, here);
            self.contract.types.push(TypeDef {
                name: name.clone(),
                owner,
                docs,
                kind,
            });
        }
        for (id, interface) in &self.resolve.interfaces {
            let Some(here) = self.interfaces.get(&id) else {
                continue;
            };
            let mut types: Vec<_> = interface.types.values().collect();
            types.sort_by_key(|id| self.sources.order(self.resolve.types[**id].span));
            let types = types
                .iter()
                .filter_map(|id| self.types.get(id).copied())
                .collect();
            self.contract.interfaces[here.0].types = types;
            let names = interface
                .types
                .iter()
                .map(|(name, id)| (&**name, self.resolve.types[*id].span));
            self.refuse_collisions("types", names.collect(), Casing::Camel);
        }
    }

    fn kind(&mut self, name: &str, def: &wit_parser::TypeDef) -> (TypeKind, String) {
        match &def.kind {
            TypeDefKind::Enum(wit) => {
                let attributes = self.attributes(&def.docs, def.span);
                self.no_bounds(&attributes);
                let cases = wit
                    .cases
                    .iter()
                    .map(|case| (&case.name, &case.docs, case.span));
                let kind = TypeKind::Enum {
                    cases: self.labels(cases, "cases"),
                    open: attributes.open,
                };
                (kind, attributes.docs)
            }
            TypeDefKind::Flags(wit) => {
                let flags = wit
                    .flags
                    .iter()
                    .map(|flag| (&flag.name, &flag.docs, flag.span));
                let kind = TypeKind::Flags(self.labels(flags, "flags"));
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Record(wit) => {
                let names = wit.fields.iter().map(|field| (&*field.name, field.span));
                self.refuse_collisions("fields", names.collect(), Casing::Snake);
                let fields = wit.fields.iter().map(|field| {
                    let (ty, docs) =
                        self.part(&field.name, field.span, &field.docs, Lead::Colon, field.ty);
                    Field {
                        name: field.name.clone(),
                        docs,
                        ty,
                    }
                });
                let kind = TypeKind::Record(fields.collect());
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Variant(wit) => {
                let names = wit.cases.iter().map(|case| (&*case.name, case.span));
                self.refuse_collisions("cases", names.collect(), Casing::Camel);
                let cases = wit.cases.iter().map(|case| match case.ty {
                    Some(ty) => {
                        let (ty, docs) =
                            self.part(&case.name, case.span, &case.docs, Lead::Paren, ty);
                        Case {
                            name: case.name.clone(),
                            docs,
                            payload: Some(ty),
                        }
                    }
                    None => Case {
                        name: case.name.clone(),
                        docs: self.plain_docs(&case.docs, case.span),
                        payload: None,
                    },
                });
                let kind = TypeKind::Variant(cases.collect());
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Resource => {
                let refusal = self
                    .refusal(def.span, format!("`{name}` is a resource"))
                    .found("resource", "values")
                    .help(format!("type {name} = u32;\nand functions that take it"));
                self.refuse(refusal);
                (TypeKind::Alias(Type::Bool), String::new())
            }
            kind => {
                let attributes = self.attributes(&def.docs, def.span);
                self.not_open(&attributes);
                let item = Item {
                    name,
                    span: def.span,
                    lead: Lead::Equals,
                    root: Vec::new(),
                };
                let bounds = Bounds::of_item(self, Node::of_alias(self.resolve, kind), &attributes);
                let ty = match kind {
                    TypeDefKind::Type(ty) => self.ty(&item, *ty, &bounds),
                    kind => self.anonymous(&item, Vec::new(), kind, &bounds),
                };
                (TypeKind::Alias(ty), attributes.docs)
            }
        }
    }

    /// The type and the docs of a field, or of a case with a payload.
    fn part(
        &mut self,
        name: &str,
        span: Span,
        docs: &wit_parser::Docs,
        lead: Lead,
        ty: wit_parser::Type,
    ) -> (Type, String) {
        let attributes = self.attributes(docs, span);
        self.not_open(&attributes);
        let bounds = Bounds::of_item(self, Node::of(self.resolve, ty), &attributes);
        let item = Item {
            name,
            span,
            lead,
            root: Vec::new(),
        };
        (self.ty(&item, ty, &bounds), attributes.docs)
    }

    fn labels<'w>(
        &mut self,
        labels: impl Iterator<Item = (&'w String, &'w wit_parser::Docs, Span)> + Clone,
        what: &str,
    ) -> Vec<Label> {
        let names = labels.clone().map(|(name, _, span)| (&**name, span));
        self.refuse_collisions(what, names.collect(), Casing::Camel);
        labels
            .map(|(name, docs, span)| Label {
                name: name.clone(),
                docs: self.plain_docs(docs, span),
            })
            .collect()
    }

    /// The whole type of `item`.
    pub(super) fn ty(&mut self, item: &Item<'_>, ty: wit_parser::Type, bounds: &Bounds) -> Type {
        self.at(item, item.root.clone(), ty, bounds)
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
                max: self.bound(item, &path, bounds, "string"),
            },
            wit_parser::Type::ErrorContext => self.unsupported(
                item,
                &path,
                "error-context",
                "a record or enum that says what went wrong",
            ),
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
            TypeDefKind::List(ty) => Type::List {
                max: self.bound(item, &path, bounds, "list"),
                item: part(self, "item", *ty),
            },
            TypeDefKind::FixedLengthList(ty, length) => {
                if !(1..=FIXED_LIST_MAX).contains(length) {
                    let refusal = Refusal::new("this list has a length that no array has")
                        .at(self.type_place(item, &path))
                        .found(format!("{length} items"), format!("1 to {FIXED_LIST_MAX}"))
                        .help("a list<T> with @max(N)");
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
                let parts = tuple.types.iter().enumerate();
                let parts: Vec<_> = parts
                    .map(|(index, ty)| *part(self, &index.to_string(), *ty))
                    .collect();
                if parts.len() > TUPLE_MAX {
                    let refusal = Refusal::new("this tuple has too many parts")
                        .at(self.type_place(item, &path))
                        .found(
                            format!("{} parts", parts.len()),
                            format!("at most {TUPLE_MAX}"),
                        )
                        .help("a record, whose fields have names");
                    self.refuse(refusal);
                }
                Type::Tuple(parts)
            }
            TypeDefKind::Map(..) => {
                self.unsupported(item, &path, "map", "list<tuple<K, V>> with @max(N)")
            }
            TypeDefKind::Stream(_) => self.unsupported(
                item,
                &path,
                "stream",
                "a list with @max(N), in several calls",
            ),
            TypeDefKind::Future(_) => self.unsupported(
                item,
                &path,
                "future",
                "an event that the host delivers when the value is there",
            ),
            TypeDefKind::Handle(_) => {
                self.unsupported(item, &path, "handle of a resource", "a number: u32")
            }
            TypeDefKind::Type(ty) => self.at(item, path, *ty, bounds),
            kind => self.unsupported(item, &path, kind.as_str(), "a type with a name"),
        }
    }

    fn unsupported(&mut self, item: &Item<'_>, path: &Path, what: &str, mend: &str) -> Type {
        let refusal = Refusal::new(format!("`{}` is a {what}", item.subject(path)))
            .at(self.type_place(item, path))
            .found(what, "values of a bounded size")
            .help(mend);
        self.refuse(refusal);
        Type::Bool
    }

    /// The bound of the string or list at `path`.
    fn bound(&mut self, item: &Item<'_>, path: &Path, bounds: &Bounds, what: &str) -> u32 {
        if let Some(max) = bounds.get(path) {
            return max;
        }
        let (place, text) = match self.expression(item, path) {
            Some((place, text)) => (Some(place), text),
            None => (self.sources.place(item.span), what.to_owned()),
        };
        let example = match (what, &*text) {
            ("string", _) => 120,
            (_, "list<u8>") => 64,
            _ => 16,
        };
        let refusal = Refusal::new(format!("`{}` has no upper bound", item.subject(path)))
            .at(place)
            .label(format!("a {what} of any length"))
            .found(&text, "a named type with @max(N)")
            .help(format!(
                "/// @max({example})\ntype {} = {text};",
                item.type_name(path)
            ));
        self.refuse(refusal);
        1
    }

    /// Where the type at `path` is written; the item's name if that is not found.
    fn type_place(&self, item: &Item<'_>, path: &Path) -> Option<Place> {
        match self.expression(item, path) {
            Some((place, _)) => Some(place),
            None => self.sources.place(item.span),
        }
    }

    /// The type at `path` as it is written, and where.
    fn expression(&self, item: &Item<'_>, path: &Path) -> Option<(Place, String)> {
        let spot = self.sources.spot(item.span)?;
        let whole = expression::after(spot.text, spot.range.end, item.lead)?;
        let segments = path.get(item.root.len()..)?;
        let part = segments
            .iter()
            .try_fold(&whole, |part: &Expression, segment| part.part(segment))?;
        let text = spot.text.get(part.range.clone())?;
        Some((spot.with(part.range.clone()).place(), text.to_owned()))
    }
}

impl Item<'_> {
    /// `message`, `names.item`.
    fn subject(&self, path: &Path) -> String {
        let below = path.iter().skip(self.root.len()).map(String::as_str);
        let parts: Vec<_> = [self.name].into_iter().chain(below).collect();
        parts.join(".")
    }

    /// A name for a type that is to take the place of what is at `path`.
    fn type_name(&self, path: &Path) -> String {
        let below = path.iter().skip(self.root.len()).map(String::as_str);
        let below = below.filter(|segment| {
            segment.parse::<usize>().is_err() && *segment != "some" && *segment != "ok"
        });
        let parts: Vec<_> = [self.name].into_iter().chain(below).collect();
        parts.join("-")
    }
}
