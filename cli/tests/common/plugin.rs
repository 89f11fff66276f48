//! A plugin in WebAssembly text, with everything that a device asks for.

use corelet_abi::{NameKey, SHAPES_SECTION, Shape, ShapeEntry};
use corelet_image::{Budgets, Manifest};
use corelet_wit::Contract;

const PROCESS: &str = "corelet:plugin/processor@0.1.0#process";
const TICK: &str = "corelet:plugin/ticker@0.1.0#tick";
const HANDLE: &str = "corelet:plugin/event-handler@0.1.0#handle";

/// A plugin whose `tick` has the body `tick`, and which answers every list of readings with 21.5 °C.
pub fn module(tick: &str) -> Vec<u8> {
    importing(None, tick)
}

/// The same, which imports a function of an interface besides.
pub fn importing(import: Option<(&str, &str)>, tick: &str) -> Vec<u8> {
    let imported = import.map_or_else(String::new, |(interface, function)| {
        format!(
            r#"(import "{interface}" "{function}" (func (param i32 i32 i32 i32) (result i32)))"#
        )
    });
    let text = format!(
        r#"(module
            {imported}
            (memory (export "memory") 4096 (pagesize 1))
            (global (export "corelet:abi/exchange@1") i32 (i32.const 64))
            ;; Well, without a value; and well, with a reading.
            (data (i32.const 0) "\00")
            (data (i32.const 16) "\00\ae\03\01\01\07")
            (data (i32.const 64) "\00\08\00\00")
            ;; An error with the code 0 of an import.
            (data (i32.const 3000) "\01\01\00\13corelet:host/sensor")
            (func (export "init") (param i32 i32) (result i64) (i64.const 1))
            (func (export "{PROCESS}") (param i32 i32) (result i64)
                (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 6)))
            (func (export "{HANDLE}") (param i32 i32) (result i64) (i64.const 1))
            (func (export "{TICK}") (param i32 i32) (result i64) {tick}))"#
    );
    let contract = Contract::standard();
    let mut shapes = vec![(NameKey::of_export("init"), 0)];
    for interface in &contract.interfaces {
        for function in &interface.functions {
            let name = format!("{}#{}", interface.id(), function.name);
            let shape = contract.shape(interface, function);
            if [PROCESS, TICK, HANDLE].contains(&name.as_str()) {
                shapes.push((NameKey::of_export(&name), shape));
            } else if import == Some((&interface.id(), &function.name)) {
                shapes.push((NameKey::of(&interface.id(), &function.name), shape));
            }
        }
    }
    let entries = shapes.into_iter().map(|(key, shape)| {
        let shape = Shape(shape);
        ShapeEntry { key, shape }.to_bytes()
    });
    let module = wat::parse_str(text).unwrap();
    let (header, rest) = module.split_at(8);
    let mut module = header.to_vec();
    let section = wasm_encoder::CustomSection {
        name: SHAPES_SECTION.into(),
        data: entries.flatten().collect::<Vec<u8>>().into(),
    };
    wasm_encoder::Section::append_to(&section, &mut module);
    module.extend(rest);
    module
}

pub fn manifest(name: &str) -> Manifest<'_> {
    let mut manifest = Manifest {
        name,
        tick_ms: Some(1000),
        budgets: Budgets {
            fuel_per_call: 10_000,
            memory: 4096,
            stack: 4096,
            heap: 16_384,
        },
        ..Manifest::default()
    };
    manifest.topics.push("button").unwrap();
    manifest
}
