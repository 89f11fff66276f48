//! One module for each reason to refuse one.

mod common;

use common::*;
use corelet_abi::{EXCHANGE_EXPORT, Shape};
use corelet_admission::{ImportRefusal, Limits, Quantity, Reason, Refusal, Required, admit};

fn over(reason: Reason) -> (Quantity, u64, u32) {
    match reason {
        Reason::Over {
            what,
            found,
            allowed,
        } => (what, found, allowed),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_module_that_all_others_are_made_from_is_admitted() {
    assert!(Module::good().is_admitted());
}

#[test]
fn what_is_no_module() {
    for bytes in [
        &b""[..],
        b"\0asm",
        b"\0asm\x01\0\0",
        b"\0asm\x02\0\0\0",
        b"\0asm\x0d\0\x01\0",
        b"\x7fELF\0\0\0\0",
    ] {
        let expected = Refusal {
            offset: 0,
            reason: Reason::NotAModule,
        };
        assert_eq!(refusal(bytes), expected);
    }
}

#[test]
fn a_module_that_is_too_long() {
    let long = Module::good()
        .and(0, [name("x"), vec![0; 70_000]].concat())
        .bytes();
    let expected = (Quantity::ModuleBytes, long.len() as u64, 65_536);
    assert_eq!(over(refusal(&long).reason), expected);
}

#[test]
fn sections_of_unknown_kinds_and_a_start_function() {
    for found in [13, 14, 0x7f, 0xff] {
        let module = Module::good().and(found, vec![]);
        assert_eq!(module.reason(), Reason::UnknownSection { found });
    }
    let start = Module::good().with(START, vec![1]);
    assert_eq!(start.reason(), Reason::StartFunction);
}

#[test]
fn sections_twice_or_out_of_order() {
    for (id, contents) in Module::good().sections {
        if id != 0 {
            let module = Module::good().and(id, contents);
            assert_eq!(module.reason(), Reason::SectionOrder { found: id });
        }
    }
    // The count of data segments stands before the code, though its number is higher.
    let late = Module::good().and(DATA_COUNT, vec![0]);
    assert_eq!(late.reason(), Reason::SectionOrder { found: DATA_COUNT });
    assert!(Module::good().with(DATA_COUNT, vec![0]).is_admitted());
}

#[test]
fn bytes_left_over_at_the_end_of_every_section() {
    for (id, mut contents) in Module::good().sections {
        if id != 0 {
            contents.push(0);
            let module = Module::good().with(id, contents);
            assert_eq!(
                module.reason(),
                Reason::Trailing { found: 1 },
                "section {id}"
            );
        }
    }
    for (id, contents) in [
        (TABLE, vec![0, 0]),
        (TABLE, vec![1, 0x70, 0, 0, 0]),
        (ELEMENT, vec![0, 0]),
        (DATA_COUNT, vec![0, 0]),
        (DATA, vec![0, 0]),
    ] {
        let module = Module::good().with(id, contents);
        assert_eq!(
            module.reason(),
            Reason::Trailing { found: 1 },
            "section {id}"
        );
    }
}

#[test]
fn sections_without_their_count() {
    for id in 1..=12 {
        if id != START {
            let module = Module::good().with(id, vec![]);
            assert_eq!(module.reason(), Reason::Truncated, "section {id}");
        }
    }
}

#[test]
fn integers_and_names_in_no_right_form() {
    let too_long = Module::good().with(TYPE, vec![0x81, 0x80, 0x80, 0x80, 0x80, 0]);
    assert_eq!(too_long.reason(), Reason::Integer);
    let too_large = Module::good().with(TYPE, vec![0xff, 0xff, 0xff, 0xff, 0x10]);
    assert_eq!(too_large.reason(), Reason::Integer);
    let mut bad_name = import("t:t/h", "f", &[0, 0]);
    bad_name[2] = 0xff;
    assert_eq!(Module::good().with(IMPORT, bad_name).reason(), Reason::Utf8);
    let custom = Module::good().and(0, vec![1, 0xc0]);
    assert_eq!(custom.reason(), Reason::Utf8);
    let global = Module::good().with(
        GLOBAL,
        vec![1, I32, 0, 0x41, 0xff, 0xff, 0xff, 0xff, 0x0f, END],
    );
    assert_eq!(global.reason(), Reason::Integer);
}

#[test]
fn quantities_over_their_limits() {
    let device = Limits::DEVICE;
    let claim = |id, limit: u32| Module::good().with(id, leb(limit + 1)).reason();
    for (id, what) in [
        (TYPE, Quantity::Types),
        (IMPORT, Quantity::Imports),
        (FUNCTION, Quantity::Functions),
        (TABLE, Quantity::Tables),
        (MEMORY, Quantity::Memories),
        (GLOBAL, Quantity::Globals),
        (EXPORT, Quantity::Exports),
        (DATA_COUNT, Quantity::DataSegments),
        (ELEMENT, Quantity::ElementSegments),
        (DATA, Quantity::DataSegments),
    ] {
        let limit = device.of(what);
        assert_eq!(over(claim(id, limit)), (what, u64::from(limit) + 1, limit));
        // Exactly as many as allowed are not there either, and that is another reason.
        let there = Module::good().with(id, leb(limit)).reason();
        assert!(!matches!(there, Reason::Over { .. }), "{there:?}");
    }
    let with = |id, contents: &[u8]| over(Module::good().with(id, contents.to_vec()).reason());
    assert_eq!(with(TYPE, &[1, 0x60, 33]), (Quantity::Params, 33, 32));
    assert_eq!(
        with(TYPE, &[1, 0x60, 0, 2, I32, I32]),
        (Quantity::Results, 2, 1)
    );
    assert_eq!(
        with(IMPORT, &[1, 0x81, 0x01]),
        (Quantity::NameBytes, 129, 128)
    );
    assert_eq!(
        with(TABLE, &[1, 0x70, 0, 0x81, 0x01]),
        (Quantity::TableElements, 129, 128)
    );
    assert_eq!(
        with(MEMORY, &[1, 0, 2]),
        (Quantity::MemoryBytes, 131_072, 65_536)
    );
    assert_eq!(
        with(MEMORY, &[1, 8, 0x81, 0x80, 0x04, 0]),
        (Quantity::MemoryBytes, 65_537, 65_536)
    );
    assert_eq!(
        with(MEMORY, &[1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        (Quantity::MemoryBytes, 0xffff_ffff << 16, 65_536)
    );
    assert_eq!(
        with(CODE, &[1, 0x81, 0xc0, 0x00]),
        (Quantity::FunctionBytes, 8_193, 8_192)
    );
    // Two parameters and 255 locals.
    assert_eq!(
        with(CODE, &[1, 6, 1, 0xff, 0x01, I32, 0x42, END]),
        (Quantity::Locals, 257, 256)
    );
    // Thirty thousand locals in seven bytes, and groups whose sum would wrap around.
    assert_eq!(
        with(CODE, &[1, 7, 1, 0xb0, 0xea, 0x01, I32, 0x42, END]),
        (Quantity::Locals, 30_002, 256)
    );
    let wrap = [
        1, 16, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, I32, 0xff, 0xff, 0xff, 0xff, 0x0f, I32, 0x42, 0,
        END,
    ];
    assert_eq!(
        with(CODE, &wrap),
        (Quantity::Locals, u64::from(u32::MAX) + 2, 256)
    );
}

#[test]
fn functions_and_segments_over_their_limits_together() {
    // One function is imported: 256 more are one too many.
    let functions = Module::good().with(FUNCTION, [leb(256), vec![1; 256]].concat());
    assert_eq!(over(functions.reason()), (Quantity::Functions, 257, 256));
    let segment = |count: u8| [vec![0, 0x41, 0, END, count], vec![0; usize::from(count)]].concat();
    let elements = Module::good()
        .with(TABLE, vec![1, 0x70, 0, 100])
        .with(ELEMENT, [vec![2], segment(100), segment(29)].concat());
    assert_eq!(over(elements.reason()), (Quantity::TableElements, 129, 128));
    let custom = |length: usize| [name("x"), vec![0; length]].concat();
    let customs = Module::good().and(0, custom(8_000)).and(0, custom(8_400));
    assert_eq!(over(customs.reason()).0, Quantity::CustomBytes);
    let entries: Vec<String> = (0..129).map(|number| format!("{number}")).collect();
    let entries: Vec<(&str, u64)> = entries.iter().map(|text| (&text[..], 0)).collect();
    let shapes = Module::good().with(0, shapes(&entries));
    assert_eq!(over(shapes.reason()), (Quantity::Shapes, 129, 128));
}

#[test]
fn limits_above_the_devices_count_as_the_devices() {
    let limits = Limits {
        exports: u32::MAX,
        types: u32::MAX,
        functions: u32::MAX,
        ..Limits::DEVICE
    };
    let devices = Limits::DEVICE;
    for (id, what) in [
        (TYPE, Quantity::Types),
        (FUNCTION, Quantity::Functions),
        (EXPORT, Quantity::Exports),
    ] {
        let claim = devices.of(what) + 1;
        let module = Module::good().with(id, leb(claim)).bytes();
        let refusal = admit(&module, &limits, &OneImport).unwrap_err();
        assert_eq!(over(refusal.reason), (what, u64::from(claim), claim - 1));
    }
}

#[test]
fn types_of_other_forms_and_values() {
    let with = |contents: &[u8]| Module::good().with(TYPE, contents.to_vec()).reason();
    for found in [0x40, 0x5e, 0x5f, 0x4e, 0x50, 0x00] {
        assert_eq!(with(&[1, found, 0, 0]), Reason::TypeForm { found });
    }
    for found in [0x7b, 0x70, 0x6f, 0x64, 0x00] {
        assert_eq!(with(&[1, 0x60, 1, found, 0]), Reason::ValueType { found });
        assert_eq!(with(&[1, 0x60, 0, 1, found]), Reason::ValueType { found });
    }
    let locals = Module::good().with(CODE, vec![1, 6, 1, 1, 0x70, 0x42, 0, END]);
    assert_eq!(locals.reason(), Reason::ValueType { found: 0x70 });
    let global = Module::good().with(GLOBAL, vec![1, 0x70, 0, 0xd0, 0x70, END]);
    assert_eq!(global.reason(), Reason::ValueType { found: 0x70 });
}

#[test]
fn imports_of_other_kinds_and_types() {
    for (found, rest) in [
        (1, &[0x70, 0, 0][..]),
        (2, &[0, 1]),
        (3, &[I32, 0]),
        (4, &[0, 0]),
        (9, &[]),
    ] {
        let kind = [&[found], rest].concat();
        let module = Module::good().with(IMPORT, import("t:t/h", "f", &kind));
        assert!(
            matches!(module.reason(), Reason::ImportKind { found: other, .. } if other == found)
        );
    }
    let module = Module::good().with(IMPORT, import("t:t/h", "f", &[0, 1]));
    let refusal = refusal(&module.bytes());
    assert!(matches!(refusal.reason, Reason::ImportSignature { .. }));
    let module = Module::good().with(IMPORT, import("t:t/h", "f", &[0, 2]));
    let expected = Reason::Index {
        what: Quantity::Types,
        found: 2,
        allowed: 2,
    };
    assert_eq!(module.reason(), expected);
}

#[test]
fn imports_that_nobody_serves() {
    let module = |interface: &str, function: &str, shape: u64| {
        let key = format!("{interface}#{function}");
        Module::good()
            .with(IMPORT, import(interface, function, &[0, 0]))
            .with(0, shapes(&[(&key, shape), ("init", 3)]))
            .bytes()
    };
    for (interface, function, shape, expected) in [
        ("t:t/other", "f", 2, ImportRefusal::Unknown),
        ("t:t/h", "denied", 2, ImportRefusal::NotGranted),
        (
            "t:t/h",
            "f",
            9,
            ImportRefusal::WrongShape { offered: Shape(2) },
        ),
    ] {
        let module = module(interface, function, shape);
        match refusal(&module).reason {
            Reason::Import { import, refusal } => {
                assert_eq!(refusal, expected);
                assert_eq!(import.interface.of(&module), interface);
                assert_eq!(import.function.of(&module), function);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn functions_without_a_shape() {
    let module = |list: &[(&str, u64)]| Module::good().with(0, shapes(list)).reason();
    assert!(matches!(
        module(&[("init", 3)]),
        Reason::ImportWithoutShape { .. }
    ));
    assert!(matches!(
        module(&[("t:t/h#f", 2)]),
        Reason::ExportWithoutShape { .. }
    ));
    let none = Module::good().without(0).reason();
    assert!(matches!(none, Reason::ImportWithoutShape { .. }));
    // An export that a host would call needs one, another does not.
    let export = |name| Module::good().with(EXPORT, more_exports(&[(name, 0, 1)]));
    assert!(matches!(
        export("t:t/t#g").reason(),
        Reason::ExportWithoutShape { .. }
    ));
    assert!(export("aside").is_admitted());
}

#[test]
fn shapes_in_no_right_form() {
    let twice = Module::good().and(0, shapes(&[]));
    assert_eq!(twice.reason(), Reason::ShapesTwice);
    let mut cut = shapes(&[("t:t/h#f", 2), ("init", 3)]);
    cut.pop();
    assert_eq!(
        Module::good().with(0, cut).reason(),
        Reason::ShapesLength { found: 31 }
    );
    let repeated = shapes(&[("t:t/h#f", 2), ("init", 3), ("t:t/h#f", 2)]);
    assert_eq!(
        Module::good().with(0, repeated).reason(),
        Reason::ShapeTwice { entry: 2 }
    );
}

#[test]
fn functions_of_types_that_are_not_there() {
    let module = Module::good().with(FUNCTION, vec![1, 2]);
    let expected = Reason::Index {
        what: Quantity::Types,
        found: 2,
        allowed: 2,
    };
    assert_eq!(module.reason(), expected);
}

#[test]
fn tables_of_other_types() {
    let with = |contents: &[u8]| Module::good().with(TABLE, contents.to_vec()).reason();
    for found in [0x6f, 0x40, 0x64] {
        assert_eq!(with(&[1, found, 0, 0]), Reason::TableType { found });
    }
    for found in [2, 4, 0xff] {
        assert_eq!(with(&[1, 0x70, found, 0]), Reason::TableType { found });
    }
    let expected = Reason::Maximum {
        found: 1,
        minimum: 2,
    };
    assert_eq!(with(&[1, 0x70, 1, 2, 1]), expected);
    assert!(
        Module::good()
            .with(TABLE, vec![1, 0x70, 1, 2, 2])
            .is_admitted()
    );
}

#[test]
fn memories_of_other_types() {
    let with = |contents: &[u8]| Module::good().with(MEMORY, contents.to_vec()).reason();
    for found in [2, 3, 4, 5, 7, 16, 0xff] {
        assert_eq!(with(&[1, found, 1, 1]), Reason::MemoryFlags { found });
    }
    for found in [1, 12, 15, 17, 64] {
        assert_eq!(
            with(&[1, 8, 1, found]),
            Reason::PageSize {
                found: u32::from(found)
            }
        );
    }
    let maximum = |found, minimum| Reason::Maximum { found, minimum };
    assert_eq!(with(&[1, 1, 1, 0]), maximum(0, 1));
    assert_eq!(with(&[1, 9, 8, 7, 0]), maximum(7, 8));
    assert_eq!(with(&[1, 1, 1, 0x81, 0x80, 0x04]), maximum(65_537, 1));
    let all = Reason::Over {
        what: Quantity::MemoryBytes,
        found: 1 << 32,
        allowed: u32::MAX,
    };
    assert_eq!(with(&[1, 1, 1, 0x80, 0x80, 0x04]), all);
    for good in [
        &[1, 1, 1, 1][..],
        &[1, 1, 1, 0xff, 0xff, 0x03],
        &[1, 9, 64, 0xff, 0xff, 0xff, 0xff, 0x0f, 0],
        &[1, 8, 1, 16],
    ] {
        assert!(
            Module::good().with(MEMORY, good.to_vec()).is_admitted(),
            "{good:?}"
        );
    }
}

#[test]
fn globals_that_are_not_one_constant() {
    let with = |contents: &[u8]| Module::good().with(GLOBAL, contents.to_vec()).reason();
    for found in [2, 3, 0xff] {
        assert_eq!(
            with(&[1, I32, found, 0x41, 0, END]),
            Reason::Mutability { found }
        );
    }
    // A global, an addition, an i64 for an i32, a second constant.
    assert_eq!(
        with(&[1, I32, 0, 0x23, 0, END]),
        Reason::Constant { found: 0x23 }
    );
    assert_eq!(
        with(&[1, I32, 0, 0x41, 1, 0x41, 1, 0x6a, END]),
        Reason::Constant { found: 0x41 }
    );
    assert_eq!(
        with(&[1, I32, 0, 0x42, 0, END]),
        Reason::Constant { found: 0x42 }
    );
    assert_eq!(
        with(&[1, I64, 0, 0x41, 0, END]),
        Reason::Constant { found: 0x41 }
    );
    assert_eq!(with(&[1, I32, 0, END]), Reason::Constant { found: END });
    let every = [
        &[5, I32, 0, 0x41, 8, END][..],
        &[I32, 1, 0x41, 0x7f, END],
        &[I64, 1, 0x42, 0x7f, END],
        &[0x7d, 0, 0x43, 1, 2, 3, 4, END],
        &[0x7c, 1, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, END],
    ];
    assert!(Module::good().with(GLOBAL, every.concat()).is_admitted());
}

#[test]
fn exports_of_wrong_kinds() {
    for (name, kind) in [
        ("memory", 0),
        (EXCHANGE_EXPORT, 2),
        ("init", 3),
        ("t:t/t#f", 3),
        ("x", 4),
        ("x", 9),
    ] {
        let list = exports(&[(name, kind, 0)]);
        match Module::good().with(EXPORT, list).reason() {
            Reason::ExportKind { found, .. } => assert_eq!(found, kind),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn exports_of_what_is_not_there() {
    for (kind, what, allowed) in [
        (0, Quantity::Functions, 2),
        (1, Quantity::Tables, 0),
        (2, Quantity::Memories, 1),
        (3, Quantity::Globals, 1),
    ] {
        let module = Module::good().with(EXPORT, exports(&[("x", kind, allowed)]));
        let expected = Reason::Index {
            what,
            found: allowed,
            allowed,
        };
        assert_eq!(module.reason(), expected);
    }
}

#[test]
fn exports_twice() {
    for name in ["memory", "init", EXCHANGE_EXPORT] {
        let kind = match name {
            "memory" => 2,
            "init" => 0,
            _ => 3,
        };
        let index = u32::from(kind == 0);
        let module = Module::good()
            .with(EXPORT, more_exports(&[(name, kind, index)]))
            .bytes();
        match refusal(&module).reason {
            Reason::ExportTwice { name: found } => assert_eq!(found.of(&module), name),
            other => panic!("{other:?}"),
        }
    }
    let aside = Module::good().with(
        EXPORT,
        more_exports(&[("x", 0, 1), ("y", 0, 1), ("x", 0, 1)]),
    );
    assert!(matches!(aside.reason(), Reason::ExportTwice { .. }));
}

#[test]
fn exported_functions_of_other_types() {
    // Function 0 is the import, of the other type of the ABI.
    let init = Module::good().with(EXPORT, exports(&[("init", 0, 0)]));
    assert!(matches!(init.reason(), Reason::ExportSignature { .. }));
    let call = Module::good().with(EXPORT, more_exports(&[("t:t/t#f", 0, 0)]));
    assert!(matches!(call.reason(), Reason::ExportSignature { .. }));
}

#[test]
fn exports_that_must_be_there() {
    let all = [("memory", 2, 0), (EXCHANGE_EXPORT, 3, 0), ("init", 0, 1)];
    for (missing, what) in [Required::Memory, Required::Exchange, Required::Init]
        .into_iter()
        .enumerate()
    {
        let mut list = all.to_vec();
        list.remove(missing);
        let module = Module::good().with(EXPORT, exports(&list));
        assert_eq!(module.reason(), Reason::MissingExport { what });
    }
    let none = Module::good().without(EXPORT);
    assert_eq!(
        none.reason(),
        Reason::MissingExport {
            what: Required::Memory
        }
    );
    let empty = admit(b"\0asm\x01\0\0\0", &Limits::DEVICE, &()).unwrap_err();
    assert_eq!(
        empty.reason,
        Reason::MissingExport {
            what: Required::Memory
        }
    );
}

#[test]
fn exchange_buffers_in_no_right_place() {
    let next = Module::good().with(EXPORT, exports(&[("corelet:abi/exchange@2", 3, 0)]));
    assert!(matches!(next.reason(), Reason::AbiVersion { .. }));
    let with = |global: &[u8]| {
        Module::good()
            .with(GLOBAL, [&[1][..], global].concat())
            .reason()
    };
    assert_eq!(with(&[I32, 1, 0x41, 8, END]), Reason::ExchangeType);
    assert_eq!(with(&[I64, 0, 0x42, 8, END]), Reason::ExchangeType);
    // The memory has 64 bytes, and the size field four. -4 and the number next to 2³¹ are addresses too.
    let highest = [0x41, 0xfc, 0xff, 0xff, 0xff, 0x07];
    for (address, constant) in [
        (9, &[0x41, 9][..]),
        (10, &[0x41, 10]),
        (64, &[0x41, 0xc0, 0]),
        (0xffff_fffc, &[0x41, 0x7c]),
        (0x7fff_fffc, &highest),
    ] {
        let global = [&[I32, 0], constant, &[END]].concat();
        let expected = Reason::ExchangeAddress {
            found: address,
            memory: 64,
        };
        assert_eq!(with(&global), expected);
    }
    assert!(
        Module::good()
            .with(GLOBAL, vec![1, I32, 0, 0x41, 60, END])
            .is_admitted()
    );
}

#[test]
fn element_segments_that_do_not_fit() {
    let with = |table: &[u8], contents: &[u8]| {
        Module::good()
            .with(TABLE, table.to_vec())
            .with(ELEMENT, contents.to_vec())
    };
    let table = &[1, 0x70, 0, 2][..];
    for good in [
        &[1, 0, 0x41, 0, END, 2, 0, 1][..],
        &[1, 0, 0x41, 2, END, 0],
        &[1, 1, 0, 2, 0, 1],
        &[1, 2, 0, 0x41, 1, END, 0, 1, 1],
        &[1, 3, 0, 1, 1],
    ] {
        assert!(with(table, good).is_admitted(), "{good:?}");
    }
    let outside = |found| Reason::SegmentOutside { found, allowed: 2 };
    assert_eq!(
        with(table, &[1, 0, 0x41, 1, END, 2, 0, 1]).reason(),
        outside(3)
    );
    assert_eq!(with(table, &[1, 0, 0x41, 3, END, 0]).reason(), outside(3));
    assert_eq!(
        with(table, &[1, 0, 0x41, 0x7f, END, 1, 0]).reason(),
        outside(1 << 32)
    );
    for found in [4, 5, 6, 7, 8] {
        let reason = with(table, &[1, found, 0x41, 0, END, 0]).reason();
        assert_eq!(
            reason,
            Reason::Segment {
                found: u32::from(found)
            }
        );
    }
    assert_eq!(
        with(table, &[1, 1, 0x70, 0]).reason(),
        Reason::TableType { found: 0x70 }
    );
    let index = |what, found, allowed| Reason::Index {
        what,
        found,
        allowed,
    };
    let functions = with(table, &[1, 0, 0x41, 0, END, 1, 2]).reason();
    assert_eq!(functions, index(Quantity::Functions, 2, 2));
    let tables = with(table, &[1, 2, 1, 0x41, 0, END, 0, 0]).reason();
    assert_eq!(tables, index(Quantity::Tables, 1, 1));
    let none = Module::good()
        .with(ELEMENT, vec![1, 0, 0x41, 0, END, 0])
        .reason();
    assert_eq!(none, index(Quantity::Tables, 0, 0));
    assert_eq!(
        with(table, &[1, 0, 0x23, 0, END, 0]).reason(),
        Reason::Constant { found: 0x23 }
    );
}

#[test]
fn data_segments_that_do_not_fit() {
    let with = |contents: &[u8]| Module::good().with(DATA, contents.to_vec());
    for good in [
        &[1, 0, 0x41, 60, END, 4, 1, 2, 3, 4][..],
        &[1, 0, 0x41, 0xc0, 0, END, 0],
        &[1, 1, 2, 1, 2],
        &[1, 2, 0, 0x41, 0, END, 1, 1],
    ] {
        assert!(with(good).is_admitted(), "{good:?}");
    }
    let outside = |found| Reason::SegmentOutside { found, allowed: 64 };
    assert_eq!(
        with(&[1, 0, 0x41, 61, END, 4, 1, 2, 3, 4]).reason(),
        outside(65)
    );
    assert_eq!(
        with(&[1, 0, 0x41, 0x7f, END, 1, 1]).reason(),
        outside(1 << 32)
    );
    assert_eq!(
        with(&[1, 0, 0x41, 0, END, 9, 1]).reason(),
        Reason::Truncated
    );
    assert_eq!(with(&[1, 3, 0]).reason(), Reason::Segment { found: 3 });
    let index = with(&[1, 2, 1, 0x41, 0, END, 0]).reason();
    assert!(matches!(
        index,
        Reason::Index {
            what: Quantity::Memories,
            found: 1,
            allowed: 1
        }
    ));
    let count = |announced: u8, data: Option<&[u8]>| {
        let module = Module::good().with(DATA_COUNT, vec![announced]);
        match data {
            Some(data) => module.with(DATA, data.to_vec()).reason(),
            None => module.reason(),
        }
    };
    let differs = |found, allowed| Reason::Count {
        what: Quantity::DataSegments,
        found,
        allowed,
    };
    assert_eq!(count(2, Some(&[1, 1, 0])), differs(1, 2));
    assert_eq!(count(1, None), differs(0, 1));
}

#[test]
fn code_that_does_not_go_with_its_declarations() {
    let differs = |found, allowed| Reason::Count {
        what: Quantity::Functions,
        found,
        allowed,
    };
    assert_eq!(Module::good().without(CODE).reason(), differs(0, 1));
    assert_eq!(Module::good().with(CODE, vec![0]).reason(), differs(0, 1));
    assert_eq!(Module::good().with(CODE, vec![2]).reason(), differs(2, 1));
    assert_eq!(
        Module::good().with(CODE, vec![1, 3, 0, 0x42, 0]).reason(),
        Reason::Unclosed
    );
    assert_eq!(
        Module::good().with(CODE, vec![1, 1, 0]).reason(),
        Reason::Unclosed
    );
    assert_eq!(
        Module::good().with(CODE, vec![1, 0]).reason(),
        Reason::Truncated
    );
    assert_eq!(
        Module::good().with(CODE, vec![1, 9, 0]).reason(),
        Reason::Truncated
    );
    let empty = Module::good()
        .with(FUNCTION, vec![0])
        .with(CODE, vec![1, 2, 0, END]);
    // `init` points to a function that is not there, which is found first.
    assert!(matches!(
        empty.reason(),
        Reason::Index {
            what: Quantity::Functions,
            ..
        }
    ));
}

#[test]
fn refusals_say_where() {
    let mut bytes = Module::good().bytes();
    let name = b"\x06memory";
    let at = bytes.windows(7).position(|window| window == name).unwrap();
    bytes[at + name.len()] = 0;
    assert_eq!(refusal(&bytes).offset, at as u32);
}

#[test]
fn sentences_carry_the_names_and_what_to_do() {
    let sentence = |module: Module| {
        let bytes = module.bytes();
        refusal(&bytes).describe(&bytes).to_string()
    };
    let denied = Module::good()
        .with(IMPORT, import("t:t/h", "denied", &[0, 0]))
        .with(0, shapes(&[("t:t/h#denied", 2), ("init", 3)]));
    assert_eq!(
        sentence(denied),
        "import t:t/h `denied`: it is not granted to this plugin; name it under [grants] and in the policy of the slot \
         (at byte 28)"
    );
    let twice = Module::good().with(EXPORT, more_exports(&[("memory", 2, 0)]));
    assert_eq!(
        sentence(twice),
        "export `memory` has the name of another, or one with the same key: rename it (at byte 100)"
    );
    let memory = Module::good().with(MEMORY, vec![1, 0, 2]);
    assert_eq!(
        sentence(memory),
        "131072 bytes of memory, 65536 are allowed: make the module smaller, or raise `memory_bytes` (at byte 45)"
    );
    // Without the module the sentence stands, without names.
    let refusal = refusal(
        &Module::good()
            .with(EXPORT, exports(&[("init", 0, 0)]))
            .bytes(),
    );
    assert!(
        refusal
            .to_string()
            .starts_with("export `` has another type")
    );
}
