//! What crosses the boundary as an integer, and the section of shapes.

use corelet_abi::{Answer, NameKey, Shape, ShapeEntry, Status, import_result, pack, unpack};
use proptest::prelude::*;

#[test]
fn every_status_is_negative_and_has_words_of_its_own() {
    for (index, (status, name)) in Status::ALL.iter().enumerate() {
        assert_eq!(status.code(), -(index as i32) - 1, "{name}");
        assert_eq!(Status::from_code(status.code()), Some(*status));
        let alike = Status::ALL
            .iter()
            .filter(|(other, _)| other.reason() == status.reason());
        assert_eq!(alike.count(), 1, "{name}");
    }
    assert_eq!(Status::from_code(0), None);
    assert_eq!(
        Status::from_code(-99).unwrap().to_string(),
        "a status that this version does not know (status -99)"
    );
}

#[test]
fn an_answer_beyond_two_gibibytes_cannot_be_packed() {
    let answer = Answer {
        pointer: 1 << 31,
        length: 0,
    };
    assert_eq!(unpack(pack(Ok(answer))), Some(Err(Status::LOGIC_BUG)));
}

#[test]
fn what_is_below_every_status_is_malformed() {
    assert_eq!(
        unpack(i64::from(i32::MIN)),
        Some(Err(Status::from_code(i32::MIN).unwrap()))
    );
    assert_eq!(unpack(i64::from(i32::MIN) - 1), None);
}

#[test]
fn a_response_too_long_to_be_told_is_a_fault_of_corelet() {
    assert_eq!(import_result(Ok(i32::MAX as usize)), i32::MAX);
    assert_eq!(
        import_result(Ok(i32::MAX as usize + 1)),
        Status::LOGIC_BUG.code()
    );
    assert_eq!(import_result(Err(Status::DENIED)), -6);
}

#[test]
fn a_name_key_is_fnv_1a_of_the_whole_name() {
    // The published test vectors of FNV-1a with 64 bits.
    assert_eq!(NameKey::of_export("").0, 0xcbf2_9ce4_8422_2325);
    assert_eq!(NameKey::of_export("a").0, 0xaf63_dc4c_8601_ec8c);
    assert_eq!(NameKey::of_export("foobar").0, 0x8594_4171_f739_67e8);
    assert_eq!(
        NameKey::of("corelet:host/sensor@0.1.0", "read"),
        NameKey::of_export("corelet:host/sensor@0.1.0#read")
    );
}

#[test]
fn an_entry_of_the_section_is_key_and_shape_in_little_endian() {
    let entry = ShapeEntry {
        key: NameKey(0x0807_0605_0403_0201),
        shape: Shape(0x100f_0e0d_0c0b_0a09),
    };
    let bytes = entry.to_bytes();
    assert!(bytes.iter().copied().eq(1..=16));
    assert_eq!(ShapeEntry::from_bytes(bytes), entry);
}

proptest! {
    #[test]
    fn every_answer_in_memory_is_unpacked_as_it_was_packed(pointer in 0..1_u32 << 31, length: u32) {
        let answer = Answer { pointer, length };
        prop_assert_eq!(unpack(pack(Ok(answer))), Some(Ok(answer)));
    }

    #[test]
    fn every_integer_has_one_meaning(raw: i64) {
        match unpack(raw) {
            Some(result) => prop_assert_eq!(pack(result), raw),
            None => prop_assert!(raw < i64::from(i32::MIN)),
        }
    }
}
