//! Element and data segments: many, long, and outside of what they are for.

use corelet_admission::Limits;
use corelet_tests::{MEMORY, OK, Plugin};

use super::at_most;
use crate::{Case, Expected};

const CLASS: &str = "segments";
const REFUSED: Expected = Expected::Refused("Refused(Refusal {");

pub(super) fn cases() -> Vec<Case> {
    let mut cases = data();
    cases.extend(elements());
    cases
}

fn plugin(items: &str) -> Plugin {
    Plugin::new().export("run", OK).items(items)
}

fn data() -> Vec<Case> {
    let mut cases = Vec::new();
    // Two are the plugin's own.
    for count in [1, 16, 29, 30, 31, 100, 1_000, 8_000] {
        let expected = at_most(count + 2, Limits::DEVICE.data_segments);
        let count_of = |text: &str| plugin(&text.repeat(count as usize));
        for (kind, text) in [
            ("active, empty", r#"(data (i32.const 64) "")"#),
            ("active", r#"(data (i32.const 64) "abcd")"#),
            ("passive", r#"(data "abcd")"#),
        ] {
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                count,
                &count_of(text),
                expected,
            ));
        }
    }
    for length in [1, 100, 700, 1_000, 4_000, 16_000, 50_000, 64_000] {
        let text = "a".repeat(length as usize);
        let active = plugin(&format!(r#"(data (i32.const 0x408) "{text}")"#));
        let expected = at_most(length + 0x408, MEMORY);
        cases.push(Case::of_plugin(
            CLASS,
            "bytes of an active one",
            length,
            &active,
            expected,
        ));
        let passive = plugin(&format!(r#"(data "{text}")"#));
        let expected = if length < 20_000 {
            Expected::Answers
        } else {
            Expected::Survived
        };
        cases.push(Case::of_plugin(
            CLASS,
            "bytes of a passive one",
            length,
            &passive,
            expected,
        ));
    }
    for offset in [
        0,
        MEMORY - 1,
        MEMORY,
        MEMORY + 1,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX,
    ] {
        let outside = plugin(&format!(r#"(data (i32.const {}) "\00\00")"#, offset as i32));
        let expected = at_most(u64::from(offset) + 2, MEMORY);
        cases.push(Case::of_plugin(
            CLASS,
            "offset of data",
            offset.into(),
            &outside,
            expected,
        ));
    }
    cases
}

fn elements() -> Vec<Case> {
    let limits = Limits::DEVICE;
    let mut cases = Vec::new();
    for count in [1, 7, 8, 9, 100, 5_000] {
        let expected = at_most(count, limits.element_segments);
        let active = "(elem (i32.const 0) func $export0)".repeat(count as usize);
        let active = plugin(&format!("(table 4 funcref) {active}"));
        cases.push(Case::of_plugin(
            CLASS,
            "of elements",
            count,
            &active,
            expected,
        ));
        let passive = "(elem func $export0)".repeat(count as usize);
        cases.push(Case::of_plugin(
            CLASS,
            "of passive elements",
            count,
            &plugin(&passive),
            Expected::Survived,
        ));
    }
    for count in [1, 64, 127, 128, 129, 1_000, 30_000] {
        let functions = "$export0 ".repeat(count as usize);
        let expected = at_most(count, limits.table_elements);
        let table = format!("(table {count} funcref) (elem (i32.const 0) func {functions})");
        cases.push(Case::of_plugin(
            CLASS,
            "elements",
            count,
            &plugin(&table),
            expected,
        ));
        let outside = format!("(table 8 funcref) (elem (i32.const 1) func {functions})");
        let expected = at_most(count + 1, 8);
        cases.push(Case::of_plugin(
            CLASS,
            "elements behind one",
            count,
            &plugin(&outside),
            expected,
        ));
    }
    for offset in [8, 9, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let table = format!(
            "(table 8 funcref) (elem (i32.const {}) func $export0)",
            offset as i32
        );
        cases.push(Case::of_plugin(
            CLASS,
            "offset of elements",
            offset.into(),
            &plugin(&table),
            REFUSED,
        ));
    }
    cases
}
