//! Names and custom sections, of which an interpreter would keep copies.

use corelet_admission::Limits;
use corelet_host::abi::{SHAPES_SECTION, Shape};
use corelet_spec::Section;
use corelet_tests::{OK, Plugin};

use super::at_most;
use crate::module::{CUSTOM, good, unsigned, with_section};
use crate::{Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = names();
    cases.extend(custom());
    cases
}

fn names() -> Vec<Case> {
    const CLASS: &str = "names";
    let mut cases = Vec::new();
    for length in [1, 30, 100, 128, 129, 1_000, 10_000, 60_000] {
        let name = "n".repeat(length);
        let aside = Plugin::new()
            .export("run", OK)
            .items(&format!(r#"(global (export "{name}") i32 (i32.const 0))"#));
        let expected = at_most(length as u64, Limits::DEVICE.name_bytes);
        cases.push(Case::of_plugin(
            CLASS,
            "of a global",
            length as u64,
            &aside,
            expected,
        ));
        let refused = Expected::Refused("Refused(Refusal {");
        let import = Plugin::new().import("a:b/c@1.0.0", &name, Shape(1));
        cases.push(Case::of_plugin(
            CLASS,
            "of an import",
            length as u64,
            &import,
            refused,
        ));
        let import = Plugin::new().import(&name, "f", Shape(1));
        cases.push(Case::of_plugin(
            CLASS,
            "of an interface",
            length as u64,
            &import,
            refused,
        ));
        let export =
            Plugin::new()
                .export("run", OK)
                .export_as(&format!("a:b/c@1.0.0#{name}"), Shape(1), OK);
        let expected = at_most(length as u64 + 12, Limits::DEVICE.name_bytes);
        cases.push(Case::of_plugin(
            CLASS,
            "of a function",
            length as u64,
            &export,
            expected,
        ));
    }
    for (kind, bytes) in [
        ("cut off", &[0xe2, 0x82][..]),
        ("overlong", &[0xc0, 0x80]),
        ("a surrogate", &[0xed, 0xa0, 0x80]),
        ("beyond Unicode", &[0xf4, 0x90, 0x80, 0x80]),
        ("a stray byte", &[b'a', 0x80, b'b']),
        ("0xff", &[0xff]),
    ] {
        let name = [unsigned(bytes.len() as u64), bytes.into()].concat();
        let size = bytes.len() as u64;
        let refused = Expected::Refused("Utf8");
        let custom = with_section(CUSTOM, &name, None);
        cases.push(Case::of_module(
            CLASS,
            format!("{kind}, of a section"),
            size,
            &custom,
            refused,
        ));
        let export = [&[1][..], &name, &[0, 0]].concat();
        let export = with_section(7, &export, None);
        cases.push(Case::of_module(
            CLASS,
            format!("{kind}, of an export"),
            size,
            &export,
            refused,
        ));
    }
    cases
}

fn custom() -> Vec<Case> {
    const CLASS: &str = "custom sections";
    let limit = Limits::DEVICE.custom_bytes;
    let sections = good().sections;
    let own = sections.iter().filter(|section| section.id == CUSTOM);
    let own: u64 = own.map(|section| section.bytes.len() as u64).sum();
    let mut cases = Vec::new();
    for length in [0, 100, 1_000, 10_000, 16_000, 17_000, 40_000, 64_000] {
        for (what, byte) in [("zeros", 0), ("text", b'a'), ("0xff", 0xff)] {
            let contents = [&[4][..], b"name", &vec![byte; length as usize]].concat();
            let expected = at_most(length + own + 5, limit);
            let module = with_section(CUSTOM, &contents, None);
            cases.push(Case::of_module(CLASS, what, length, &module, expected));
        }
    }
    for count in [1, 10, 100, 1_000, 4_000, 15_000] {
        let mut module = good().module();
        for _ in 0..count {
            module.extend([CUSTOM, 2, 1, b'x']);
        }
        let expected = at_most(count * 2 + own, limit);
        cases.push(Case::of_module(CLASS, "sections", count, &module, expected));
    }
    for entries in [0, 1, 16, 64, 120, 125, 126, 500, 1_000, 4_000] {
        let more =
            (0..entries).flat_map(|n: u64| [(0x5a5a_0000 + n).to_le_bytes(), n.to_le_bytes()]);
        let module = with_shapes(&more.collect::<Vec<_>>().concat());
        // Those of `init`, `alive` and `run` besides.
        let expected = at_most(entries + 3, Limits::DEVICE.shapes);
        cases.push(Case::of_module(CLASS, "shapes", entries, &module, expected));
    }
    for extra in 1..16 {
        let module = with_shapes(&vec![7; extra]);
        let refused = Expected::Refused("ShapesLength");
        cases.push(Case::of_module(
            CLASS,
            "part of a shape",
            extra as u64,
            &module,
            refused,
        ));
    }
    let mut twice = good().module();
    good()
        .sections
        .iter()
        .filter(|section| is_shapes(section))
        .for_each(|section| section.put(&mut twice));
    let refused = Expected::Refused("ShapesTwice");
    cases.push(Case::of_module(CLASS, "shapes twice", 2, &twice, refused));
    cases
}

fn is_shapes(section: &Section) -> bool {
    section.id == CUSTOM && section.bytes[1..].starts_with(SHAPES_SECTION.as_bytes())
}

/// The good module with more bytes in its section of shapes.
fn with_shapes(more: &[u8]) -> Vec<u8> {
    let mut parts = good();
    let sections = parts.sections.iter_mut();
    sections
        .filter(|section| is_shapes(section))
        .for_each(|section| section.bytes.extend(more));
    parts.module()
}
