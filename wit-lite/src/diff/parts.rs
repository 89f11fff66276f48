//! The smallest parts of two signatures that differ.

use std::fmt;

use super::Verdict;
use crate::model::{Case, Contract, Field, Function, Label, Type, TypeKind};

/// A part of a signature that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// From a parameter or `result` downwards, for instance `result.ok.amps`; empty for the parameters as a whole.
    pub path: String,
    /// What it was.
    pub old: String,
    /// What it is.
    pub new: String,
    /// An open enum got more cases: nothing that was there changed.
    pub grown: bool,
}

impl Part {
    pub(super) fn verdict(&self) -> Verdict {
        match self.grown {
            true => Verdict::Compatible,
            false => Verdict::Breaking,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "parameters"
        } else {
            &self.path
        };
        write!(f, "  {path}\n    old  {}\n    new  {}", self.old, self.new)
    }
}

/// A contract and something in it.
type In<'c, T> = (&'c Contract, &'c T);

pub(super) fn of_functions(
    (old, before): In<'_, Function>,
    (new, after): In<'_, Function>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut comparison = Comparison {
        old,
        new,
        parts: &mut parts,
    };
    if same_names(&before.params, &after.params) {
        comparison.fields("", &before.params, &after.params);
    } else {
        let text = |contract: &Contract, params: &[Field]| {
            let params = params
                .iter()
                .map(|param| format!("{}: {}", param.name, contract.type_text(&param.ty)));
            format!("({})", params.collect::<Vec<_>>().join(", "))
        };
        comparison.differs("", text(old, &before.params), text(new, &after.params));
    }
    comparison.optional("result", before.result.as_ref(), after.result.as_ref());
    parts
}

pub(super) fn of_types(
    path: &str,
    (old, before): In<'_, Type>,
    (new, after): In<'_, Type>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    Comparison {
        old,
        new,
        parts: &mut parts,
    }
    .types(path, before, after);
    parts
}

fn same_names(one: &[Field], other: &[Field]) -> bool {
    one.iter()
        .map(|field| &field.name)
        .eq(other.iter().map(|field| &field.name))
}

fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

struct Comparison<'c> {
    old: &'c Contract,
    new: &'c Contract,
    parts: &'c mut Vec<Part>,
}

impl Comparison<'_> {
    fn differs(&mut self, path: &str, old: String, new: String) {
        self.parts.push(Part {
            path: path.to_owned(),
            old,
            new,
            grown: false,
        });
    }

    /// Descends while the two are of one kind, and reports where they are not.
    fn types(&mut self, path: &str, old: &Type, new: &Type) {
        let (old_contract, new_contract) = (self.old, self.new);
        let (old, new) = (old_contract.unaliased(old), new_contract.unaliased(new));
        match (old, new) {
            (
                Type::List {
                    item: one,
                    max: bound,
                },
                Type::List { item: other, max },
            ) if bound == max => {
                self.types(&below(path, "item"), one, other);
            }
            (
                Type::FixedList {
                    item: one,
                    length: before,
                },
                Type::FixedList {
                    item: other,
                    length,
                },
            ) if before == length => self.types(&below(path, "item"), one, other),
            (Type::Option(one), Type::Option(other)) => {
                self.types(&below(path, "some"), one, other)
            }
            (Type::Tuple(one), Type::Tuple(other)) if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.types(&below(path, &index.to_string()), one, other);
                }
            }
            (Type::Result { ok: ok1, err: err1 }, Type::Result { ok: ok2, err: err2 }) => {
                self.optional(&below(path, "ok"), ok1.as_deref(), ok2.as_deref());
                self.optional(&below(path, "err"), err1.as_deref(), err2.as_deref());
            }
            (Type::Named(one), Type::Named(other)) => {
                let (one, other) = (old_contract.type_def(*one), new_contract.type_def(*other));
                match (&one.kind, &other.kind) {
                    (TypeKind::Record(one), TypeKind::Record(other)) if same_names(one, other) => {
                        self.fields(path, one, other);
                    }
                    (TypeKind::Variant(one), TypeKind::Variant(other))
                        if same_cases(one, other) =>
                    {
                        for (one, other) in one.iter().zip(other) {
                            let path = below(path, &one.name);
                            self.optional(&path, one.payload.as_ref(), other.payload.as_ref());
                        }
                    }
                    (
                        TypeKind::Enum {
                            cases: before,
                            open: true,
                        },
                        TypeKind::Enum { cases, open: true },
                    ) if one.name == other.name => self.open_enums(path, before, cases),
                    _ => self.texts(path, old, new),
                }
            }
            _ => self.texts(path, old, new),
        }
    }

    fn fields(&mut self, path: &str, old: &[Field], new: &[Field]) {
        for (one, other) in old.iter().zip(new) {
            self.types(&below(path, &one.name), &one.ty, &other.ty);
        }
    }

    fn optional(&mut self, path: &str, old: Option<&Type>, new: Option<&Type>) {
        match (old, new) {
            (Some(old), Some(new)) => self.types(path, old, new),
            (None, None) => {}
            (old, new) => {
                let text = |contract: &Contract, ty: Option<&Type>| {
                    ty.map_or_else(|| "nothing".to_owned(), |ty| contract.type_text(ty))
                };
                let (old, new) = (text(self.old, old), text(self.new, new));
                self.differs(path, old, new);
            }
        }
    }

    fn texts(&mut self, path: &str, old: &Type, new: &Type) {
        let (old, new) = (self.old.type_text(old), self.new.type_text(new));
        if old != new {
            self.differs(path, old, new);
        }
    }

    /// The cases are not in the shape, but each has to keep its number.
    fn open_enums(&mut self, path: &str, old: &[Label], new: &[Label]) {
        let names = |cases: &[Label]| {
            cases
                .iter()
                .map(|case| case.name.clone())
                .collect::<Vec<_>>()
        };
        let (old, new) = (names(old), names(new));
        if old != new {
            let text = |names: &[String]| format!("open enum {{ {} }}", names.join(", "));
            self.parts.push(Part {
                path: path.to_owned(),
                old: text(&old),
                new: text(&new),
                grown: new.starts_with(&old),
            });
        }
    }
}

fn same_cases(one: &[Case], other: &[Case]) -> bool {
    one.iter()
        .map(|case| &case.name)
        .eq(other.iter().map(|case| &case.name))
}
