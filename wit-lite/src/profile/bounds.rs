//! Which string or list each `@max` is of.

use std::collections::BTreeMap;

use wit_parser::{Resolve, TypeDefKind};

use super::Check;
use super::attribute::{Attributes, Bound};
use crate::refusal::Refusal;
use crate::suggest::nearest;

/// The first segment of a path to what a function returns.
pub(super) const RESULT: &str = "result";

/// From a parameter or `result` (of a function) or from the type itself (elsewhere) to one of its parts.
pub(super) type Path = Vec<String>;

/// The bounds of all strings and lists in one item.
pub(super) struct Bounds(BTreeMap<Path, u32>);

/// A string or list, and the list that it is in.
struct Slot {
    path: Path,
    within: Option<usize>,
}

/// What a type is made of, as far as it has no name of its own.
pub(super) enum Node<'r> {
    String,
    /// `list`, `option`, `result`, `tuple`, …
    Anonymous(&'r TypeDefKind),
    /// All else: a type without parts, or one with a name.
    Leaf,
}

impl<'r> Node<'r> {
    pub(super) fn of(resolve: &'r Resolve, ty: wit_parser::Type) -> Self {
        match ty {
            wit_parser::Type::String => Self::String,
            wit_parser::Type::Id(id) if resolve.types[id].name.is_none() => {
                Self::Anonymous(&resolve.types[id].kind)
            }
            _ => Self::Leaf,
        }
    }

    /// The same for the right-hand side of `type name = …`.
    pub(super) fn of_alias(resolve: &'r Resolve, kind: &'r TypeDefKind) -> Self {
        match kind {
            TypeDefKind::Type(ty) => Self::of(resolve, *ty),
            kind => Self::Anonymous(kind),
        }
    }

    /// Its parts, each with the segment that leads to it.
    fn parts(&self, resolve: &'r Resolve) -> Vec<(String, Self)> {
        let part = |segment: &str, ty| (segment.to_owned(), Self::of(resolve, ty));
        match self {
            Self::Anonymous(TypeDefKind::List(item) | TypeDefKind::FixedLengthList(item, _)) => {
                vec![part("item", *item)]
            }
            Self::Anonymous(TypeDefKind::Option(some)) => vec![part("some", *some)],
            Self::Anonymous(TypeDefKind::Result(result)) => {
                let ok = result.ok.map(|ok| part("ok", ok));
                ok.into_iter()
                    .chain(result.err.map(|err| part("err", err)))
                    .collect()
            }
            Self::Anonymous(TypeDefKind::Tuple(tuple)) => {
                let parts = tuple.types.iter().enumerate();
                parts
                    .map(|(index, ty)| part(&index.to_string(), *ty))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Bounds {
    /// The bounds of a type, field or case.
    pub(super) fn of_item(check: &mut Check<'_>, node: Node<'_>, attributes: &Attributes) -> Self {
        let mut slots = Vec::new();
        find(check.resolve, &node, Vec::new(), None, &mut slots);
        Self::assign(check, &slots, &attributes.bounds)
    }

    /// The bounds of a function's parameters and result.
    pub(super) fn of_function(
        check: &mut Check<'_>,
        function: &wit_parser::Function,
        attributes: &Attributes,
    ) -> Self {
        let mut slots = Vec::new();
        let params = function.params.iter().map(|param| (&*param.name, param.ty));
        for (name, ty) in params.chain(function.result.map(|ty| (RESULT, ty))) {
            let node = Node::of(check.resolve, ty);
            find(
                check.resolve,
                &node,
                vec![name.to_owned()],
                None,
                &mut slots,
            );
        }
        let hidden = function.params.iter().any(|param| param.name == RESULT);
        for bound in &attributes.bounds {
            if hidden && bound.path.first().is_some_and(|first| first == RESULT) {
                check.refuse(
                    Refusal::new("this bound could be of the parameter `result` or of the result")
                        .at(bound.place.clone())
                        .found(
                            "a parameter named `result`",
                            "another name, where a bound begins with `result`",
                        )
                        .help("rename the parameter"),
                );
            }
        }
        Self::assign(check, &slots, &attributes.bounds)
    }

    pub(super) fn get(&self, path: &Path) -> Option<u32> {
        self.0.get(path).copied()
    }

    fn assign(check: &mut Check<'_>, slots: &[Slot], given: &[Bound]) -> Self {
        let mut bounds = BTreeMap::new();
        for bound in given {
            let covers = |slot: &Slot| slot.path.starts_with(&bound.path);
            let outermost: Vec<_> = slots
                .iter()
                .filter(|slot| {
                    covers(slot) && !slot.within.is_some_and(|within| covers(&slots[within]))
                })
                .collect();
            match outermost.as_slice() {
                [slot] => {
                    if bounds.insert(slot.path.clone(), bound.max).is_some() {
                        check.refuse(
                            Refusal::new("this bound is given twice")
                                .at(bound.place.clone())
                                .found("a second bound of one string or list", "one")
                                .help("take one of them away"),
                        );
                    }
                }
                [] => check.refuse(names_nothing(slots, bound)),
                several => check.refuse(
                    Refusal::new("this bound could be of several strings or lists")
                        .at(bound.place.clone())
                        .found(paths(several), "a path to one of them")
                        .help(example(several, bound.max)),
                ),
            }
        }
        Self(bounds)
    }
}

fn names_nothing(slots: &[Slot], bound: &Bound) -> Refusal {
    let all: Vec<_> = slots.iter().collect();
    let path = bound.path.join(".");
    let message = if path.is_empty() {
        "this bound is of no string or list".to_owned()
    } else {
        format!("`{path}` is no string or list")
    };
    let near = nearest(&path, slots.iter().map(|slot| slot.path.join(".")));
    let refusal = Refusal::new(message).at(bound.place.clone());
    match near {
        Some(near) => refusal
            .found(path, paths(&all))
            .help(format!("did you mean `{near}`?")),
        None if slots.is_empty() => refusal
            .found(
                "a bound",
                "none: nothing here is a string or list without a name of its own",
            )
            .help("take it away; a type with a name is bounded where it is defined"),
        None => refusal
            .found(
                if path.is_empty() {
                    "a bound without a path".to_owned()
                } else {
                    path
                },
                paths(&all),
            )
            .help(example(&all, bound.max)),
    }
}

fn paths(slots: &[&Slot]) -> String {
    let paths: Vec<_> = slots.iter().map(|slot| slot.path.join(".")).collect();
    paths.join(", ")
}

fn example(slots: &[&Slot], max: u32) -> String {
    let entries: Vec<_> = slots
        .iter()
        .map(|slot| match slot.path.join(".") {
            path if path.is_empty() => max.to_string(),
            path => format!("{path}: {max}"),
        })
        .collect();
    format!("/// @max({})", entries.join(", "))
}

fn find(
    resolve: &Resolve,
    node: &Node<'_>,
    path: Path,
    within: Option<usize>,
    slots: &mut Vec<Slot>,
) {
    let mut within = within;
    if matches!(node, Node::String | Node::Anonymous(TypeDefKind::List(_))) {
        slots.push(Slot {
            path: path.clone(),
            within,
        });
        within = Some(slots.len() - 1);
    }
    for (segment, part) in node.parts(resolve) {
        let mut path = path.clone();
        path.push(segment);
        find(resolve, &part, path, within, slots);
    }
}
