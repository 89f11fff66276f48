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
        let storm = format!(
            "(loop (drop (memory.grow (i32.const {}))) (br 0))",
            step as i32
        );
        for (kind, memory) in [
            (
                "endless, with a maximum",
                format!("{MEMORY} 0xffffffff (pagesize 1)"),
            ),
            ("endless, in pages", "1 65535".to_owned()),
        ] {
            let plugin = run(&storm).memory(&memory);
            cases.push(Case::of_plugin(CLASS, kind, step.into(), &plugin, OUT));
        }
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
    const FILL: &str = "memory.fill";
    const COPY: &str = "memory.copy";
    const INIT: &str = "memory.init $passive";
    const DROP: &str = "(data.drop $passive)";
    const END: i32 = MEMORY as i32;
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
        for (class, kind, instruction, [first, second, third], expected) in [
            (FILL, "endless", FILL, [0, 7, signed], expected(MEMORY)),
            (
                FILL,
                "at the end",
                FILL,
                [END - 64, 7, signed],
                expected(64),
            ),
            (COPY, "upwards", COPY, [8, 0, signed], expected(MEMORY - 8)),
            (
                COPY,
                "downwards",
                COPY,
                [0, 8, signed],
                expected(MEMORY - 8),
            ),
            (COPY, "apart", COPY, [1_024, 0, signed], expected(1_024)),
            (COPY, "from a segment", INIT, [0, 0, signed], expected(32)),
            (FILL, "around the end", FILL, [signed, 7, -1], TRAP),
        ] {
            let plugin = storm(&format!(
                "({instruction} (i32.const {first}) (i32.const {second}) (i32.const {third}))"
            ));
            cases.push(Case::of_plugin(
                class,
                kind,
                length.into(),
                &plugin,
                expected,
            ));
        }
    }
    for (kind, size, body, expected) in [
        ("dropping the segment", 32, DROP.to_owned(), OUT),
        (
            "from a dropped segment",
            1,
            format!("{DROP} (memory.init $passive (i32.const 0) (i32.const 0) (i32.const 1))"),
            TRAP,
        ),
    ] {
        cases.push(Case::of_plugin(COPY, kind, size, &storm(&body), expected));
    }
    cases
}
