//! Storms of `memory.grow`, `memory.fill`, `memory.copy` and `memory.init`, within memory and outside of it.

use corelet_tests::{MEMORY, OK, Plugin};

use crate::{Case, Expected};

const OUT: Expected = Expected::Stops("OutOfFuel");
const TRAP: Expected = Expected::Stops("MemoryOutOfBounds");

pub(super) fn cases() -> Vec<Case> {
    let mut cases = growth();
    cases.extend(bulk());
    cases
}

fn growth() -> Vec<Case> {
    const CLASS: &str = "memory.grow";
    let mut cases = Vec::new();
    let run = |body: &str| Plugin::new().export("run", &format!("{body} {OK}"));
    for step in [
        0_u32,
        1,
        16,
        64,
        100,
        1_000,
        4_096,
        10_000,
        30_000,
        60_000,
        63_488,
        63_489,
        1 << 20,
        0x7fff_ffff,
        u32::MAX,
    ] {
        let grow = format!("(memory.grow (i32.const {}))", step as i32);
        let until = format!("(loop (br_if 0 (i32.ne {grow} (i32.const -1))))");
        let expected = match step {
            0 => OUT,
            _ => Expected::Survived,
        };
        let plugin = run(&until);
        cases.push(Case::of_plugin(
            CLASS,
            "until it is refused",
            step.into(),
            &plugin,
            expected,
        ));
        let fill = format!("{until} (memory.fill (i32.const 0) (i32.const 7) (memory.size)) ");
        let expected = if step == 0 { OUT } else { Expected::Survived };
        cases.push(Case::of_plugin(
            CLASS,
            "and filled",
            step.into(),
            &run(&fill),
            expected,
        ));
        let storm = run(&format!("(loop (drop {grow}) (br 0))"));
        cases.push(Case::of_plugin(CLASS, "endless", step.into(), &storm, OUT));
        let trap = run(&format!("(drop {grow}) unreachable"));
        let stops = Expected::Stops("");
        cases.push(Case::of_plugin(
            CLASS,
            "and a trap",
            step.into(),
            &trap,
            stops,
        ));
    }
    for step in [1, 4_096, 63_488, u32::MAX] {
        let plugin = run(&format!(
            "(loop (drop (memory.grow (i32.const {}))) (br 0))",
            step as i32
        ))
        .memory(&format!("{MEMORY} 0xffffffff (pagesize 1)"));
        cases.push(Case::of_plugin(
            CLASS,
            "endless, with a maximum",
            step.into(),
            &plugin,
            OUT,
        ));
        let plugin = run(&format!(
            "(loop (drop (memory.grow (i32.const {}))) (br 0))",
            step as i32
        ))
        .memory("1 65535");
        cases.push(Case::of_plugin(
            CLASS,
            "endless, in pages",
            step.into(),
            &plugin,
            OUT,
        ));
    }
    let init = Plugin::with_init(&format!(
        "(loop (br_if 0 (i32.ne (memory.grow (i32.const 4096)) (i32.const -1)))) {OK}"
    ))
    .export("run", OK);
    cases.push(Case::of_plugin(
        CLASS,
        "in init",
        4_096,
        &init,
        Expected::Survived,
    ));
    cases
}

fn bulk() -> Vec<Case> {
    let mut cases = Vec::new();
    let segment = r#"(data $passive "0123456789abcdef0123456789abcdef")"#;
    let storm = |body: &str| {
        Plugin::new()
            .export("run", &format!("(loop {body} (br 0)) {OK}"))
            .items(segment)
    };
    for length in [
        0,
        1,
        8,
        64,
        512,
        1_024,
        MEMORY,
        MEMORY + 1,
        65_536,
        0x7fff_ffff,
        0x8000_0000,
        u32::MAX,
    ] {
        let signed = length as i32;
        let expected = |most: u32| if length <= most { OUT } else { TRAP };
        let fill = storm(&format!(
            "(memory.fill (i32.const 0) (i32.const 7) (i32.const {signed}))"
        ));
        cases.push(Case::of_plugin(
            "memory.fill",
            "endless",
            length.into(),
            &fill,
            expected(MEMORY),
        ));
        let end = storm(&format!(
            "(memory.fill (i32.const {}) (i32.const 7) (i32.const {signed}))",
            MEMORY - 64
        ));
        cases.push(Case::of_plugin(
            "memory.fill",
            "at the end",
            length.into(),
            &end,
            expected(64),
        ));
        let copy = storm(&format!(
            "(memory.copy (i32.const 8) (i32.const 0) (i32.const {signed}))"
        ));
        cases.push(Case::of_plugin(
            "memory.copy",
            "upwards",
            length.into(),
            &copy,
            expected(MEMORY - 8),
        ));
        let copy = storm(&format!(
            "(memory.copy (i32.const 0) (i32.const 8) (i32.const {signed}))"
        ));
        cases.push(Case::of_plugin(
            "memory.copy",
            "downwards",
            length.into(),
            &copy,
            expected(MEMORY - 8),
        ));
        let copy = storm(&format!(
            "(memory.copy (i32.const 1024) (i32.const 0) (i32.const {signed}))"
        ));
        cases.push(Case::of_plugin(
            "memory.copy",
            "apart",
            length.into(),
            &copy,
            expected(1_024),
        ));
        let init = storm(&format!(
            "(memory.init $passive (i32.const 0) (i32.const 0) (i32.const {signed}))"
        ));
        cases.push(Case::of_plugin(
            "memory.copy",
            "from a segment",
            length.into(),
            &init,
            expected(32),
        ));
        let wrapped = storm(&format!(
            "(memory.fill (i32.const {signed}) (i32.const 7) (i32.const -1))"
        ));
        cases.push(Case::of_plugin(
            "memory.fill",
            "around the end",
            length.into(),
            &wrapped,
            TRAP,
        ));
    }
    let dropped = storm("(data.drop $passive)");
    cases.push(Case::of_plugin(
        "memory.copy",
        "dropping the segment",
        32,
        &dropped,
        OUT,
    ));
    let dropped = storm(
        "(data.drop $passive) (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1))",
    );
    cases.push(Case::of_plugin(
        "memory.copy",
        "from a dropped segment",
        1,
        &dropped,
        TRAP,
    ));
    cases
}
