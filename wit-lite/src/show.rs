//! A contract in full, for a person or a program: worlds, and functions with their signatures, sizes and shapes.
//!
//! Shown are the main package and the interfaces that its worlds import or export.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::model::{Contract, Function, Interface, World};

/// The listing for a person.
///
/// ```
/// let contract = corelet_wit::Contract::standard();
/// let text = corelet_wit::show::text(&contract);
/// assert!(text.contains("
///   tick() -> result<_, record { origin: enum { plugin, imported, refused }, code: s32, message: string<max 32> }>
///     request 0 B   response 1 to 40 B   shape "));
/// ```
pub fn text(contract: &Contract) -> String {
    let mut out = format!("package {}\n", contract.main);
    for world in contract.main_worlds() {
        write_world(&mut out, contract, world);
    }
    for interface in contract.shown_interfaces() {
        out.push_str(&format!("\ninterface {}\n", interface.id()));
        for function in &interface.functions {
            let shape = contract.shape(interface, function);
            write_function(&mut out, contract, function, shape);
        }
    }
    out
}

/// The same for a program. Sizes are in bytes; a shape is a string of 16 hexadecimal digits.
///
/// ```json
/// { "package": "…",
///   "worlds": [{ "name": "…", "imports": ["…"], "exports": ["…"], "init": { function } }],
///   "interfaces": [{ "name": "…", "functions": [
///     { "name": "…", "signature": "…", "request_min": 0, "request_max": 0, "response_min": 0, "response_max": 0,
///       "shape": "…" }] }] }
/// ```
pub fn json(contract: &Contract) -> Value {
    let worlds = contract.main_worlds().map(|world| {
        let ids = |side: &[crate::InterfaceId]| -> Vec<String> {
            side.iter().map(|id| contract.interface(*id).id()).collect()
        };
        json!({
            "name": world.name,
            "imports": ids(&world.imports),
            "exports": ids(&world.exports),
            "init": function_json(contract, &contract.init(world), contract.init_shape(world)),
        })
    });
    let interfaces = contract.shown_interfaces().map(|interface| {
        let functions = interface.functions.iter();
        let functions = functions
            .map(|function| function_json(contract, function, contract.shape(interface, function)));
        json!({ "name": interface.id(), "functions": functions.collect::<Vec<_>>() })
    });
    json!({
        "package": contract.main.to_string(),
        "worlds": worlds.collect::<Vec<_>>(),
        "interfaces": interfaces.collect::<Vec<_>>(),
    })
}

fn function_json(contract: &Contract, function: &Function, shape: u64) -> Value {
    json!({
        "name": function.name,
        "signature": contract.signature(function),
        "request_min": contract.request_min(function),
        "request_max": contract.request_max(function),
        "response_min": contract.response_min(function),
        "response_max": contract.response_max(function),
        "shape": hex(shape),
    })
}

fn write_world(out: &mut String, contract: &Contract, world: &World) {
    out.push_str(&format!("\nworld {}\n", world.name));
    for (verb, side) in [("import", &world.imports), ("export", &world.exports)] {
        for id in side {
            out.push_str(&format!("  {verb} {}\n", contract.interface(*id).id()));
        }
    }
    write_function(
        out,
        contract,
        &contract.init(world),
        contract.init_shape(world),
    );
}

fn write_function(out: &mut String, contract: &Contract, function: &Function, shape: u64) {
    let request = range(
        contract.request_min(function),
        contract.request_max(function),
    );
    let response = range(
        contract.response_min(function),
        contract.response_max(function),
    );
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "  {}\n    request {request}   response {response}   shape {}",
        contract.signature(function),
        hex(shape),
    );
}

fn range(min: u32, max: u32) -> String {
    if min == max {
        format!("{max} B")
    } else {
        format!("{min} to {max} B")
    }
}

fn hex(shape: u64) -> String {
    format!("{shape:016x}")
}

impl Contract {
    /// The worlds of the main package.
    pub(crate) fn main_worlds(&self) -> impl Iterator<Item = &World> {
        self.worlds
            .iter()
            .filter(|world| world.package == self.main)
    }

    /// The interfaces of the main package, and those that its worlds have, in the order of [`Contract::interfaces`].
    pub(crate) fn shown_interfaces(&self) -> impl Iterator<Item = &Interface> {
        self.interfaces
            .iter()
            .enumerate()
            .filter_map(|(index, interface)| {
                let id = crate::InterfaceId(index);
                let used =
                    |world: &World| world.imports.contains(&id) || world.exports.contains(&id);
                (interface.package == self.main || self.main_worlds().any(used))
                    .then_some(interface)
            })
    }
}
