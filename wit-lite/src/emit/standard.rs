//! The standard interfaces: the runtime has their bindings, so that all crates share one set of types.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::names::{ident, snake};
use super::rust::{Rust, Side};
use crate::{Contract, Interface, InterfaceId, Type, TypeKind, World};

/// A world of every standard interface, for the runtime's own copy: what hosts offer is imported, what plugins answer to
/// is exported.
pub fn standard_world(contract: &Contract) -> World {
    let ids_of = |package: &str| {
        let interfaces = contract.interfaces.iter().enumerate();
        let ours = interfaces
            .filter(|(_, interface)| is_standard(interface) && interface.package.name == package);
        ours.map(|(index, _)| InterfaceId(index)).collect()
    };
    World {
        package: contract.main.clone(),
        name: String::from("standard"),
        docs: String::new(),
        imports: ids_of("host"),
        exports: ids_of("plugin"),
        types: Vec::new(),
        config: None,
    }
}

/// The modules that stand for interfaces: those that the caller names, and the runtime's for the standard ones. A
/// contract may bring its own copy of a standard interface; if that differs, it gets its own bindings.
pub(super) fn mappings(rust: &Rust<'_>) -> BTreeMap<InterfaceId, TokenStream> {
    let standard = Contract::standard();
    let runtime = rust.runtime();
    let options = rust.options();
    rust.modules()
        .filter_map(|id| {
            let interface = rust.interface(id);
            if let Some(path) = options.with.get(&interface.id()) {
                return Some((id, path.clone()));
            }
            let ours = standard
                .interfaces
                .iter()
                .find(|ours| is_standard(ours) && ours.id() == interface.id())?;
            if options.standard || !is_same(rust.contract(), interface, &standard, ours) {
                return None;
            }
            let module = ident(&snake(&interface.name));
            let path = match (rust.side(), interface.package.name.as_str()) {
                (Side::Guest, _) => quote!(#runtime::#module),
                (Side::Host, "host") => quote!(#runtime::capability::#module),
                (Side::Host, _) => quote!(#runtime::plugin::#module),
            };
            Some((id, path))
        })
        .collect()
}

fn is_standard(interface: &Interface) -> bool {
    interface.package.namespace == "corelet"
}

/// Whether two interfaces make the same types and functions.
fn is_same(one: &Contract, a: &Interface, two: &Contract, b: &Interface) -> bool {
    outline(one, a) == outline(two, b)
}

/// Every name and type of an interface.
fn outline(contract: &Contract, interface: &Interface) -> Vec<String> {
    let types = interface.types.iter().map(|id| {
        let def = contract.type_def(*id);
        // An open enum's cases are no part of its text.
        let labels: Vec<_> = match &def.kind {
            TypeKind::Enum { cases, .. } => cases.iter().map(|case| case.name.as_str()).collect(),
            _ => Vec::new(),
        };
        let text = contract.type_text(&Type::Named(*id));
        format!("{}: {text} {}", def.name, labels.join(" "))
    });
    let functions = interface
        .functions
        .iter()
        .map(|function| contract.signature(function));
    types.chain(functions).collect()
}
