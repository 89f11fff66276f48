//! The beginning of a module refuses nothing that all of it would not be refused for.

mod common;

use common::*;
use corelet_admission::{
    Beginning, ImportRefusal, Limits, Quantity, Reason, admit, admit_beginning,
};
use proptest::prelude::*;

/// A module with its shapes in front, as `corelet build` makes it.
fn built(mut module: Module) -> Vec<u8> {
    let shapes = module.sections.iter().position(|(id, _)| *id == 0).unwrap();
    module.sections[..=shapes].rotate_right(1);
    module.bytes()
}

/// The beginning, found with as few bytes as it asks for.
fn beginning(module: &[u8]) -> Option<&[u8]> {
    let mut known = 0;
    loop {
        match Beginning::of(&module[..known]) {
            Beginning::Whole(bytes) => return Some(bytes),
            Beginning::Unknown => return None,
            Beginning::Needs(needed) => {
                assert!(needed <= Beginning::BYTES_MAX);
                assert!(needed as usize > known, "{needed} after {known}");
                known = needed as usize;
                if known > module.len() {
                    return None;
                }
            }
        }
    }
}

/// Why the beginning is refused; admission says the same of all of it, unless a section behind it is misplaced.
fn reason(module: &[u8]) -> Option<Reason> {
    let refused = admit_beginning(beginning(module)?, &Limits::DEVICE, &OneImport).err()?;
    let whole = refusal(module);
    let behind = matches!(
        whole.reason,
        Reason::UnknownSection { .. }
            | Reason::SectionOrder { .. }
            | Reason::StartFunction
            | Reason::Truncated
            | Reason::Integer
            | Reason::Utf8
            | Reason::ShapesTwice
            | Reason::Over {
                what: Quantity::CustomBytes | Quantity::NameBytes | Quantity::ModuleBytes,
                ..
            }
    );
    // What is missing is missing at the end of what there is.
    assert!(
        behind || whole.reason == refused.reason,
        "{refused:?}, {whole:?}"
    );
    Some(refused.reason)
}

/// With an export besides those that must be there.
fn good() -> Module {
    Module::good()
        .with(EXPORT, more_exports(&[("t:t/t#f", 0, 1)]))
        .with(0, shapes(&[("t:t/h#f", 2), ("init", 3), ("t:t/t#f", 4)]))
}

#[test]
fn it_ends_with_the_exports_and_says_what_they_are() {
    let module = built(good());
    let found = beginning(&module).unwrap();
    let code = good()
        .sections
        .iter()
        .find(|(id, _)| *id == CODE)
        .unwrap()
        .1
        .len();
    assert_eq!(found.len() + 2 + code, module.len());
    let declared = admit_beginning(found, &Limits::DEVICE, &OneImport).unwrap();
    let whole = check(&module).unwrap();
    assert!(declared.exports().eq(whole.exports()));
    assert_eq!(declared.exports().count(), 2);
    // However much more is there.
    assert_eq!(Beginning::of(&module), Beginning::Whole(found));
    // A module that exports nothing ends before its code, and is refused for it.
    let silent = built(good().without(EXPORT));
    assert!(matches!(
        reason(&silent),
        Some(Reason::MissingExport { .. })
    ));
}

#[test]
fn what_does_not_fit_is_refused_for_the_reason_that_admission_gives() {
    let import_of = |function: &str, shape: u64| {
        let name = format!("t:t/h#{function}");
        good()
            .with(IMPORT, import("t:t/h", function, &[0, 0]))
            .with(0, shapes(&[(&name, shape), ("init", 3), ("t:t/t#f", 4)]))
    };
    let refusal_of = |module: Module| match reason(&built(module)) {
        Some(Reason::Import { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&built(import_of("f", 2))), None);
    assert_eq!(refusal_of(import_of("other", 2)), ImportRefusal::Unknown);
    assert_eq!(
        refusal_of(import_of("denied", 2)),
        ImportRefusal::NotGranted
    );
    let other_shape = refusal_of(import_of("f", 9));
    assert!(matches!(other_shape, ImportRefusal::WrongShape { .. }));

    let only = |list: &[(&str, u64)]| reason(&built(good().with(0, shapes(list))));
    let no_import = only(&[("init", 3), ("t:t/t#f", 4)]);
    assert!(matches!(
        no_import,
        Some(Reason::Import { .. } | Reason::ImportWithoutShape { .. })
    ));
    let no_export = only(&[("t:t/h#f", 2), ("init", 3)]);
    assert!(matches!(no_export, Some(Reason::ExportWithoutShape { .. })));

    let types = vec![1, 0x60, 4, I32, I32, I32, I32, 1, I64];
    let other_type = reason(&built(good().with(TYPE, types).with(FUNCTION, vec![1, 0])));
    assert!(
        matches!(other_type, Some(Reason::ImportSignature { .. })),
        "{other_type:?}"
    );
    let large = reason(&built(good().with(MEMORY, vec![1, 0, 2])));
    let memory = Quantity::MemoryBytes;
    assert!(matches!(large, Some(Reason::Over { what, .. }) if what == memory));
    let many = reason(&built(good().with(IMPORT, vec![0xc0, 0x84, 0x3d])));
    let imports = Quantity::Imports;
    assert!(matches!(many, Some(Reason::Over { what, .. }) if what == imports));
}

#[test]
fn a_module_whose_shapes_are_elsewhere_or_whose_beginning_is_long_is_for_admission_alone() {
    assert_eq!(Beginning::of(&good().bytes()), Beginning::Unknown);
    let padding = name("padding");
    let mut other_first = good();
    other_first.sections.insert(0, (0, padding.clone()));
    assert_eq!(beginning(&other_first.bytes()), None);
    // Behind the shapes there is room for others.
    let mut between = built(good());
    let types = 8 + 2 + good().sections.last().unwrap().1.len();
    assert_eq!(between[types], TYPE);
    let section = [vec![0], leb(padding.len() as u32), padding].concat();
    between.splice(types..types, section);
    assert_eq!(reason(&between), None);
    assert!(beginning(&between).is_some() && check(&between).is_ok());

    let shapes_of = |count: u64| {
        let names: Vec<_> = (0..count).map(|number| format!("t:t/t#{number}")).collect();
        let mut list: Vec<_> = names.iter().map(|name| (&name[..], 1)).collect();
        list.extend([("t:t/h#f", 2), ("init", 3), ("t:t/t#f", 4)]);
        built(good().with(0, shapes(&list)))
    };
    assert!(beginning(&shapes_of(100)).is_some());
    let long = shapes_of(125);
    assert!(check(&long).is_ok());
    assert_eq!(beginning(&long), None);
    // That is known as soon as the section's length is.
    assert_eq!(Beginning::of(&long[..11]), Beginning::Unknown);
}

#[test]
fn every_prefix_asks_for_more_or_has_it() {
    let module = built(good());
    let whole = beginning(&module).unwrap().len();
    for length in 0..=module.len() {
        match Beginning::of(&module[..length]) {
            Beginning::Needs(needed) => {
                assert!(length < whole && (length..=whole).contains(&(needed as usize - 1)));
            }
            found => assert_eq!(
                (found, length >= whole),
                (Beginning::Whole(&module[..whole]), true)
            ),
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let bytes = [b"\0asm\x01\0\0\0", &bytes[..]].concat();
        if let Some(found) = beginning(&bytes) {
            let _ = admit_beginning(found, &Limits::DEVICE, &OneImport);
        }
        // Also what nobody said is one.
        let _ = admit_beginning(&bytes, &Limits::DEVICE, &OneImport);
    }

    #[test]
    fn mutated_modules_are_refused_for_nothing_else(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 0..5)
    ) {
        let mut module = built(good());
        for (at, value, how) in edits {
            let at = at.index(module.len());
            match how {
                0 => module[at] = value,
                1 => module.insert(at, value),
                _ => { module.remove(at); }
            }
        }
        let refused = reason(&module).is_some();
        prop_assert!(!refused || admit(&module, &Limits::DEVICE, &OneImport).is_err());
    }

    #[test]
    fn one_random_section_is_refused_for_nothing_else(
        id in 1_u8..8,
        contents in prop::collection::vec(any::<u8>(), 0..48),
    ) {
        let _ = reason(&built(good().with(id, contents)));
    }
}
