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
pub(super) struct Bounds {
    by_path: BTreeMap<Path, u32>,
    /// Some were refused: that others are missing may be for that reason, and is not said.
    pub(super) doubtful: bool,
}

/// A string or list, and the list that it is in.
struct Slot {
    path: Path,
    within: Option<usize>,
    /// A bound that it could have.
    example: u32,
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
    pub(super) fn of_item(check: &mut Check<'_>, node: &Node<'_>, attributes: &Attributes) -> Self {
        let mut slots = Vec::new();
        find(check.resolve, node, Vec::new(), None, &mut slots);
        let mut bounds = Self::new(attributes);
        for bound in &attributes.bounds {
            bounds.assign(check, &slots, bound);
        }
        bounds
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
        let hides_result = function.params.iter().any(|param| param.name == RESULT);
        let mut bounds = Self::new(attributes);
        for bound in &attributes.bounds {
            match bound.path.first() {
                None => bounds.refuse(check, without_parameter(&slots, bound)),
                Some(first) if first == RESULT && hides_result => {
                    bounds.refuse(check, of_parameter_or_result(bound));
                }
                Some(_) => bounds.assign(check, &slots, bound),
            }
        }
        bounds
    }

    fn new(attributes: &Attributes) -> Self {
        Self {
            by_path: BTreeMap::new(),
            doubtful: attributes.faulty,
        }
    }

    /// Those of what is in a list without a bound: what is said of the list is said of its items.
    pub(super) const fn silent() -> Self {
        Self {
            by_path: BTreeMap::new(),
            doubtful: true,
        }
    }

    /// An attribute that would bound `node`, which is at `path`, and all that is in it, as the right-hand side of `type`.
    pub(super) fn example(&self, check: &Check<'_>, node: &Node<'_>, path: &Path) -> String {
        let mut slots = Vec::new();
        find(check.resolve, node, Vec::new(), None, &mut slots);
        let entries = slots.iter().map(|slot| {
            let whole = path.iter().chain(&slot.path).cloned().collect();
            (slot, self.get(&whole).unwrap_or(slot.example))
        });
        attribute(entries)
    }

    pub(super) fn get(&self, path: &Path) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    fn refuse(&mut self, check: &mut Check<'_>, refusal: Refusal) {
        self.doubtful = true;
        check.refuse(refusal);
    }

    /// Gives `bound` to the outermost string or list at its path or below.
    fn assign(&mut self, check: &mut Check<'_>, slots: &[Slot], bound: &Bound) {
        let covers = |slot: &Slot| slot.path.starts_with(&bound.path);
        let outermost: Vec<_> = slots
            .iter()
            .filter(|slot| {
                covers(slot) && !slot.within.is_some_and(|within| covers(&slots[within]))
            })
            .collect();
        match outermost.as_slice() {
            [slot] => {
                if self.by_path.insert(slot.path.clone(), bound.max).is_some() {
                    self.refuse(check, given_twice(bound));
                }
            }
            [] => self.refuse(check, of_nothing(slots, bound)),
            several => self.refuse(check, of_several(several, bound)),
        }
    }
}

fn given_twice(bound: &Bound) -> Refusal {
    Refusal::new("this bound is given twice")
        .at(bound.place.clone())
        .found("a second bound of one string or list", "one")
        .help("take one of them away")
}

fn of_several(several: &[&Slot], bound: &Bound) -> Refusal {
    Refusal::new("this bound could be of several strings or lists")
        .at(bound.place.clone())
        .found(
            format!("any of {}", paths(several)),
            "a path to one of them",
        )
        .help(example(several, bound.max))
}

fn without_parameter(slots: &[Slot], bound: &Bound) -> Refusal {
    let all: Vec<_> = slots.iter().collect();
    Refusal::new("this bound does not say what of the function it bounds")
        .at(bound.place.clone())
        .found(
            bound.max.to_string(),
            "a path that begins with a parameter or `result`",
        )
        .help(example(&all, bound.max))
}

fn of_parameter_or_result(bound: &Bound) -> Refusal {
    Refusal::new("this bound could be of the parameter `result` or of the result")
        .at(bound.place.clone())
        .found(
            "a parameter named `result`",
            "another name, where a bound begins with `result`",
        )
        .help("rename the parameter")
}

fn of_nothing(slots: &[Slot], bound: &Bound) -> Refusal {
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
            .found(path, paths(&all))
            .help(example(&all, bound.max)),
    }
}

fn paths(slots: &[&Slot]) -> String {
    let paths: Vec<_> = slots.iter().map(|slot| slot.path.join(".")).collect();
    paths.join(", ")
}

fn example(slots: &[&Slot], max: u32) -> String {
    attribute(slots.iter().map(|slot| (*slot, max)))
}

fn attribute<'s>(bounds: impl Iterator<Item = (&'s Slot, u32)>) -> String {
    let entries = bounds.map(|(slot, max)| match slot.path.join(".") {
        path if path.is_empty() => max.to_string(),
        path => format!("{path}: {max}"),
    });
    format!("/// @max({})", entries.collect::<Vec<_>>().join(", "))
}

/// All strings and lists in `node`, each after the list that it is in.
fn find(
    resolve: &Resolve,
    node: &Node<'_>,
    path: Path,
    within: Option<usize>,
    slots: &mut Vec<Slot>,
) {
    let mut within = within;
    let example = match node {
        Node::String => Some(120),
        Node::Anonymous(TypeDefKind::List(wit_parser::Type::U8)) => Some(64),
        Node::Anonymous(TypeDefKind::List(_)) => Some(16),
        _ => None,
    };
    if let Some(example) = example {
        slots.push(Slot {
            path: path.clone(),
            within,
            example,
        });
        within = Some(slots.len() - 1);
    }
    for (segment, part) in node.parts(resolve) {
        let mut path = path.clone();
        path.push(segment);
        find(resolve, &part, path, within, slots);
    }
}
