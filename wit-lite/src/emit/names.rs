//! Names of the contract as Rust identifiers.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};

use crate::{Interface, PackageName};

/// `set-point-milli` as `set_point_milli`.
pub(super) fn snake(name: &str) -> String {
    name.replace('-', "_").to_lowercase()
}

/// `set-point-milli` as `SetPointMilli`.
pub(super) fn camel(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_uppercase() + &rest.to_lowercase()
        })
        .collect()
}

/// `set-point-milli` as `SET_POINT_MILLI`.
pub(super) fn upper(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

/// `name` as an identifier: raw if it is a keyword, with `_` behind it if it cannot be raw.
pub(super) fn ident(name: &str) -> Ident {
    const NEVER_RAW: [&str; 4] = ["self", "Self", "super", "crate"];
    const KEYWORDS: [&str; 48] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do",
        "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in",
        "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
        "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
        "unsized", "use", "virtual", "where", "while", "yield",
    ];
    if NEVER_RAW.contains(&name) {
        Ident::new(&format!("{name}_"), Span::call_site())
    } else if KEYWORDS.contains(&name) {
        Ident::new_raw(name, Span::call_site())
    } else {
        Ident::new(name, Span::call_site())
    }
}

/// The identifiers that are taken in one scope. Who comes first keeps its name; who comes later gets `_` behind it.
#[derive(Clone, Default)]
pub(super) struct Taken(BTreeSet<String>);

impl Taken {
    /// A scope in which `names` are taken.
    pub(super) fn with<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// `name`, or the first of `name_`, `name__`, … that is free.
    pub(super) fn claim(&mut self, name: String) -> Ident {
        let mut name = name;
        loop {
            let candidate = ident(&name);
            if self.0.insert(candidate.to_string()) {
                return candidate;
            }
            name.push('_');
        }
    }
}

/// The module of each interface: its name alone where that is enough; with its package's name before it if
/// another package has one of that name; with its version behind it if the same package has.
pub(super) fn modules(interfaces: &[&Interface]) -> Vec<Ident> {
    // The world's own items stand beside the modules.
    let mut taken = Taken::with(["owned"]);
    interfaces
        .iter()
        .map(|interface| {
            let package = &interface.package;
            let same_name = |other: &&&Interface| other.name == interface.name;
            let same_package = |other: &PackageName| {
                other.namespace == package.namespace && other.name == package.name
            };
            let rivals = || interfaces.iter().filter(same_name);
            let mut name = snake(&interface.name);
            if rivals().any(|other| !same_package(&other.package)) {
                let same_package_name = |other: &&Interface| {
                    other.package.name == package.name
                        && other.package.namespace != package.namespace
                };
                name = format!("{}_{name}", snake(&package.name));
                if rivals().any(same_package_name) {
                    name = format!("{}_{name}", snake(&package.namespace));
                }
            }
            if rivals()
                .filter(|other| same_package(&other.package))
                .count()
                > 1
                && let Some(version) = &package.version
            {
                let version = version.to_string().replace(['.', '-', '+'], "_");
                name = format!("{name}_{version}");
            }
            taken.claim(name)
        })
        .collect()
}
