//! What changed from one contract to another, function by function, in words.
//!
//! A change is *compatible* if a plugin that was built for the old contract runs on firmware that was built for the
//! new one, and *breaking* if not. So a function that is added to an imported interface is compatible, and one that is
//! added to an exported interface is not: plugins built before do not answer to it.
//!
//! Interfaces are the same if their package and name are, and their versions are equal or compatible by the rules of
//! semantic versions.

mod parts;
#[cfg(test)]
mod tests;
mod worlds;

use std::fmt;

use corelet_abi::version_track;
use semver::Version;

use crate::model::{Contract, Function, Interface, Type};
pub use parts::Part;

/// A function, a grant or a world's import or export, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// For instance ``vendor:pump/motor@1.0.0 `status` ``.
    pub subject: String,
    /// What became of it, for instance `added`.
    pub words: String,
    /// Whether plugins that were built before run on.
    pub verdict: Verdict,
    /// The parts that are not what they were.
    pub parts: Vec<Part>,
}

/// Whether plugins that were built for the old contract run with the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing changed.
    Unchanged,
    /// They do.
    Compatible,
    /// Those that use it do not.
    Breaking,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Unchanged => "unchanged",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:10}  {}", self.verdict, self.subject)?;
        if self.verdict != Verdict::Unchanged {
            write!(f, ": {}", self.words)?;
        }
        self.parts.iter().try_for_each(|part| write!(f, "\n{part}"))
    }
}

/// Every function, grant, world, import and export of the two, in the order of `new`, what was removed last.
///
/// Compared are the interfaces of the main packages, and those that their worlds import or export.
pub fn compare(old: &Contract, new: &Contract) -> Vec<Change> {
    let mut changes = Vec::new();
    let (olds, news): (Vec<_>, Vec<_>) = (
        old.shown_interfaces().collect(),
        new.shown_interfaces().collect(),
    );
    for interface in &news {
        let before = same(&olds, interface);
        compare_functions(&mut changes, (old, before), (new, Some(interface)));
        if let Some(before) = before {
            changes.extend(compare_grants((old, before), (new, interface)));
        }
    }
    for interface in olds
        .iter()
        .filter(|interface| same(&news, interface).is_none())
    {
        compare_functions(&mut changes, (old, Some(interface)), (new, None));
    }
    worlds::compare(&mut changes, old, new);
    changes
}

impl Change {
    fn new(subject: String, words: &str, verdict: Verdict) -> Self {
        Self {
            subject,
            words: words.to_owned(),
            verdict,
            parts: Vec::new(),
        }
    }

    /// What was there before and still is, `parts` of it no longer the same.
    fn of_parts(subject: String, parts: Vec<Part>) -> Self {
        let verdict = parts.iter().map(Part::verdict).max();
        Self {
            subject,
            words: "changed".to_owned(),
            verdict: verdict.unwrap_or(Verdict::Unchanged),
            parts,
        }
    }
}

/// The interface of `candidates` that `interface` is a version of: of the same version, or else of a compatible one.
fn same<'c>(candidates: &[&'c Interface], interface: &Interface) -> Option<&'c Interface> {
    let mut named = candidates
        .iter()
        .filter(|other| other.unversioned_id() == interface.unversioned_id());
    let version = |interface: &Interface| interface.package.version.clone();
    let exact = named
        .clone()
        .find(|other| version(other) == version(interface));
    exact
        .or_else(|| named.find(|other| compatible(&version(other), &version(interface))))
        .copied()
}

fn compatible(one: &Option<Version>, other: &Option<Version>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => {
            let track =
                |version: &Version| version_track(version.major, version.minor, version.patch);
            one.pre.is_empty() && other.pre.is_empty() && track(one) == track(other)
        }
        _ => false,
    }
}

/// One contract, and the interface in it if it has it.
type Side<'c> = (&'c Contract, Option<&'c Interface>);

fn compare_functions(changes: &mut Vec<Change>, (old, before): Side<'_>, (new, after): Side<'_>) {
    let (olds, news) = (functions(before), functions(after));
    let Some(interface) = after.or(before) else {
        return;
    };
    let subject = |function: &Function| format!("{} `{}`", interface.id(), function.name);
    let exported = before.is_some_and(|interface| old.exports(interface))
        || after.is_some_and(|interface| new.exports(interface));
    let imported = before.is_some_and(|interface| old.imports(interface))
        || after.is_some_and(|interface| new.imports(interface));
    for function in news {
        changes.push(match find(olds, &function.name) {
            Some(earlier) => Change::of_parts(
                subject(function),
                parts::of_functions((old, earlier), (new, function)),
            ),
            None if exported => Change::new(
                subject(function),
                "added; plugins built before do not answer it",
                Verdict::Breaking,
            ),
            None => Change::new(subject(function), "added", Verdict::Compatible),
        });
    }
    for function in olds
        .iter()
        .filter(|function| find(news, &function.name).is_none())
    {
        changes.push(if exported && !imported {
            Change::new(
                subject(function),
                "removed; it is not called any more",
                Verdict::Compatible,
            )
        } else {
            Change::new(subject(function), "removed", Verdict::Breaking)
        });
    }
}

fn functions(interface: Option<&Interface>) -> &[Function] {
    interface.map_or(&[], |interface| &interface.functions)
}

fn find<'c>(functions: &'c [Function], name: &str) -> Option<&'c Function> {
    functions.iter().find(|function| function.name == name)
}

/// A grant stands in manifests, so its bytes have to stay what they are.
fn compare_grants(
    (old, before): (&Contract, &Interface),
    (new, after): (&Contract, &Interface),
) -> Option<Change> {
    let subject = format!("{} grant", after.id());
    let grants = (old.grant_record(before), new.grant_record(after));
    match grants {
        (Some(one), Some(other)) => {
            let parts = parts::of_types(
                "grant",
                (old, &Type::Named(one)),
                (new, &Type::Named(other)),
            );
            Some(Change::of_parts(subject, parts))
        }
        (None, Some(_)) => Some(Change::new(
            subject,
            "added; manifests made before lack it",
            Verdict::Breaking,
        )),
        (Some(_), None) => Some(Change::new(
            subject,
            "removed; manifests made before carry it",
            Verdict::Breaking,
        )),
        (None, None) => None,
    }
}
