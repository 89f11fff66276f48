//! What the proof says about a module.

mod common;

use common::*;
use corelet_abi::{EXCHANGE_EXPORT, NameKey, Shape};
use corelet_admission::{Export, Import, Limits, admit};

#[test]
fn imports_exports_and_shapes_are_told() {
    let bytes = Module::good()
        .with(EXPORT, more_exports(&[("t:t/t#f", 0, 1), ("aside", 0, 1)]))
        .with(
            0,
            shapes(&[("unused", 9), ("init", 3), ("t:t/t#f", 4), ("t:t/h#f", 2)]),
        )
        .bytes();
    let admitted = check(&bytes).unwrap();
    let imports: Vec<_> = admitted.imports().collect();
    let expected = Import {
        interface: "t:t/h",
        function: "f",
        key: NameKey::of("t:t/h", "f"),
        shape: Shape(2),
    };
    assert_eq!(imports, [expected]);
    let exports: Vec<_> = admitted.exports().collect();
    let export = |name, shape| Export {
        name,
        key: NameKey::of_export(name),
        shape: Shape(shape),
    };
    assert_eq!(exports, [export("init", 3), export("t:t/t#f", 4)]);
    assert_eq!(admitted.shapes().count(), 4);
    assert_eq!(admitted.module(), bytes);
    assert_eq!(admitted.exchange(), 8);
}

#[test]
fn memory_and_table_are_told() {
    let told = |memory: &[u8], table: Option<&[u8]>| {
        let mut module = Module::good().with(MEMORY, memory.to_vec());
        if let Some(table) = table {
            module = module.with(TABLE, table.to_vec());
        }
        let bytes = module.bytes();
        let admitted = check(&bytes).unwrap();
        (
            admitted.memory_bytes(),
            admitted.memory_max(),
            admitted.memory_page_size(),
            admitted.table_elements(),
        )
    };
    assert_eq!(told(&[1, 8, 64, 0], None), (64, None, 1, 0));
    assert_eq!(told(&[1, 9, 64, 65, 0], None), (64, Some(65), 1, 0));
    assert_eq!(
        told(&[1, 0, 1], Some(&[1, 0x70, 0, 7])),
        (65_536, None, 65_536, 7)
    );
    let most = &[1, 1, 1, 0xff, 0xff, 0x03];
    assert_eq!(
        told(most, Some(&[0])),
        (65_536, Some(65_535 << 16), 65_536, 0)
    );
}

#[test]
fn a_module_of_text_is_admitted() {
    let text = format!(
        r#"(module
            (memory (export "memory") 1)
            (global (export "{EXCHANGE_EXPORT}") i32 (i32.const 16))
            (table 4 funcref)
            (elem (i32.const 1) $init)
            (data (i32.const 16) "\08\00\00\00")
            (data $passive "abc")
            (global $counter (mut i64) (i64.const -1))
            (func $init (export "init") (param i32 i32) (result i64)
                (local i32 i32 f64)
                (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 3))
                (i64.const 0)))"#
    );
    let mut bytes = wat::parse_str(&text).unwrap();
    let section = shapes(&[("init", 3)]);
    bytes.push(0);
    bytes.extend(leb(section.len() as u32));
    bytes.extend(section);
    let admitted = admit(&bytes, &Limits::DEVICE, &()).unwrap();
    assert_eq!(admitted.imports().count(), 0);
    assert_eq!(admitted.exports().count(), 1);
    assert_eq!(admitted.table_elements(), 4);
}
