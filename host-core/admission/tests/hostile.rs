//! Bytes that nobody meant well with. Whatever they are, admission answers.

mod common;

use common::*;
use corelet_admission::{Limits, Quantity, Reason, admit};
use proptest::prelude::*;

/// Everything that one can ask of an admitted module.
fn use_all(bytes: &[u8], limits: &Limits) {
    match admit(bytes, limits, &OneImport) {
        Ok(admitted) => {
            let imports = admitted.imports().count();
            let exports = admitted.exports().count();
            assert!(imports <= limits.imports as usize && exports <= limits.exports as usize);
            assert!(admitted.exchange() + 4 <= admitted.memory_bytes());
            let _ = admitted.shapes().count();
        }
        Err(refusal) => {
            assert!(refusal.offset as usize <= bytes.len());
            let sentence = refusal.describe(bytes).to_string();
            assert!(sentence.contains("(at byte "), "{sentence}");
        }
    }
}

#[test]
fn thirteen_bytes_that_claim_a_million_are_refused() {
    for (id, what) in [
        (TYPE, Quantity::Types),
        (IMPORT, Quantity::Imports),
        (FUNCTION, Quantity::Functions),
        (EXPORT, Quantity::Exports),
        (GLOBAL, Quantity::Globals),
        (ELEMENT, Quantity::ElementSegments),
        (DATA, Quantity::DataSegments),
        (DATA_COUNT, Quantity::DataSegments),
    ] {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend([id, 3, 0xc0, 0x84, 0x3d]);
        assert_eq!(bytes.len(), 13);
        match refusal(&bytes).reason {
            // What stands behind the exports is read when they are as they must be.
            Reason::MissingExport { .. } => assert!(matches!(id, ELEMENT | DATA | DATA_COUNT)),
            Reason::Over {
                what: found,
                found: 1_000_000,
                ..
            } => assert_eq!(found, what),
            other => panic!("{other:?}"),
        }
        // The same claim in a module that has everything else.
        let claim = Module::good().with(id, vec![0xc0, 0x84, 0x3d]).reason();
        assert!(matches!(claim, Reason::Over { what: found, .. } if found == what));
    }
}

#[test]
fn every_beginning_of_a_module_is_refused() {
    let module = rich();
    for length in 0..module.len() {
        let beginning = &module[..length];
        use_all(beginning, &Limits::DEVICE);
        assert!(check(beginning).is_err());
    }
    assert!(check(&module).is_ok());
}

#[test]
fn one_changed_byte_anywhere_is_survived() {
    let module = rich();
    for at in 0..module.len() {
        for value in [
            0,
            1,
            0x0b,
            0x40,
            0x7f,
            0x80,
            0xc0,
            0xff,
            module[at] ^ 1,
            module[at] ^ 0x80,
        ] {
            let mut changed = module.clone();
            changed[at] = value;
            use_all(&changed, &Limits::DEVICE);
        }
    }
}

/// A module with something in every section.
fn rich() -> Vec<u8> {
    Module::good()
        .with(TABLE, vec![1, 0x70, 1, 4, 4])
        .with(
            GLOBAL,
            vec![
                2, I32, 0, 0x41, 8, END, 0x7c, 1, 0x44, 1, 2, 3, 4, 5, 6, 7, 8, END,
            ],
        )
        .with(EXPORT, more_exports(&[("t:t/t#f", 0, 1), ("aside", 3, 1)]))
        .with(ELEMENT, vec![2, 0, 0x41, 1, END, 2, 0, 1, 1, 0, 1, 1])
        .with(DATA_COUNT, vec![2])
        .with(CODE, vec![1, 8, 2, 1, I32, 3, 0x7c, 0x42, 0, END])
        .with(DATA, vec![2, 0, 0x41, 8, END, 4, 4, 0, 0, 0, 1, 2, 9, 9])
        .with(0, shapes(&[("t:t/h#f", 2), ("init", 3), ("t:t/t#f", 4)]))
        .bytes()
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        use_all(&bytes, &Limits::DEVICE);
    }

    #[test]
    fn random_sections_are_survived(
        sections in prop::collection::vec((0_u8..14, prop::collection::vec(any::<u8>(), 0..24)), 0..12)
    ) {
        use_all(&Module { sections }.bytes(), &Limits::DEVICE);
    }

    #[test]
    fn one_random_section_in_a_good_module_is_survived(
        id in 0_u8..13,
        contents in prop::collection::vec(any::<u8>(), 0..48),
    ) {
        use_all(&Module::good().with(id, contents).bytes(), &Limits::DEVICE);
    }

    #[test]
    fn mutated_modules_are_survived(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..6)
    ) {
        let mut module = rich();
        for (at, value, how) in edits {
            let at = at.index(module.len());
            match how {
                0 => module[at] = value,
                1 => module.insert(at, value),
                _ => { module.remove(at); }
            }
        }
        use_all(&module, &Limits::DEVICE);
    }
}
