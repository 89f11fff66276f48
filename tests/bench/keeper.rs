//! A plugin that hands each request on to a function of the store, and answers with what comes back.

use std::fmt::Write as _;

use corelet_abi::{Function, NameKey, SHAPES_SECTION, Shape, ShapeEntry, encode};
use corelet_host::capability::storage;
use corelet_host::capability::storage::functions::{Delete, Exists, Get, ListKeys, Set};
use corelet_image::{Grant, Manifest};

/// All that the store lets it keep.
const ALL: storage::Grant = storage::Grant {
    bytes: u32::MAX,
    writes_per_day: None,
};

pub(crate) fn manifest() -> Manifest<'static> {
    let mut parameters = vec![0; 16];
    let length = encode::<storage::Grant>(&ALL, &mut parameters).expect("the grant fits");
    parameters.truncate(length);
    let mut manifest = Manifest {
        name: "keeper",
        ..Manifest::default()
    };
    let grant = Grant {
        interface: Get::INTERFACE,
        parameters: parameters.leak(),
    };
    manifest.grants.push(grant).expect("there is room");
    manifest
}

#[derive(Default)]
struct Parts {
    imports: String,
    exports: String,
    shapes: String,
}

impl Parts {
    fn shape(&mut self, key: NameKey, shape: Shape) {
        for byte in (ShapeEntry { key, shape }).to_bytes() {
            write!(self.shapes, "\\{byte:02x}").expect("text");
        }
    }

    fn relay<F: Function>(&mut self) {
        let (interface, name) = (F::INTERFACE, F::NAME);
        let import = format!(
            r#"(import "{interface}" "{name}" (func ${name} (param i32 i32 i32 i32) (result i32)))"#
        );
        // Responses come to lie at 0.
        let export = format!(
            r#"(func (export "corelet:bench/keeper@0.1.0#{name}") (param i32 i32) (result i64)
                (i64.extend_i32_s (call ${name} (local.get 0) (local.get 1) (i32.const 0) (i32.const 0x200))))"#
        );
        self.imports += &import;
        self.exports += &export;
        self.shape(NameKey::of(interface, name), F::SHAPE);
        self.shape(NameKey::of("corelet:bench/keeper@0.1.0", name), F::SHAPE);
    }
}

pub(crate) fn module() -> Vec<u8> {
    let mut parts = Parts::default();
    parts.relay::<Get>();
    parts.relay::<Set>();
    parts.relay::<Delete>();
    parts.relay::<Exists>();
    parts.relay::<ListKeys>();
    parts.shape(NameKey::of_export("init"), Shape(1));
    let Parts {
        imports,
        exports,
        shapes,
    } = parts;
    let text = format!(
        r#"(module
            {imports}
            (memory (export "memory") 0x800 (pagesize 1))
            (data (i32.const 0x400) "\00\02\00\00")
            (global (export "corelet:abi/exchange@1") i32 (i32.const 0x400))
            (func (export "init") (param i32 i32) (result i64) (i64.const 0x020000000001))
            {exports}
            (@custom "{SHAPES_SECTION}" "{shapes}"))"#
    );
    wat::parse_str(text).expect("the plugin is a module")
}
