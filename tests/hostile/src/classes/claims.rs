//! Counts and lengths that are claimed, with nothing behind them: thirteen bytes that ask for a million.

use corelet_spec::CODE;

use crate::module::{CUSTOM, DATA_COUNT, unsigned, with_run, with_section};
use crate::{Case, Expected};

const CLASS: &str = "claimed counts";

/// What is claimed.
const COUNTS: [u64; 6] = [
    1_000,
    65_536,
    1_000_000,
    16_777_215,
    0x7fff_ffff,
    0xffff_ffff,
];

/// Every section that begins with a count.
const SECTIONS: [(&str, u8); 11] = [
    ("types", 1),
    ("imports", 2),
    ("functions", 3),
    ("tables", 4),
    ("memories", 5),
    ("globals", 6),
    ("exports", 7),
    ("element segments", 9),
    ("bodies", CODE),
    ("data segments", 11),
    ("data segments to come", DATA_COUNT),
];

/// What stands in a section before a count that is further in.
const INSIDE: [(&str, u8, &[u8]); 9] = [
    ("parameters", 1, &[1, 0x60]),
    ("results", 1, &[1, 0x60, 0]),
    ("bytes of an interface's name", 2, &[1]),
    ("bytes of an import's name", 2, &[1, 1, b'a']),
    ("bytes of an export's name", 7, &[1]),
    ("elements", 9, &[1, 0, 0x41, 0, 0x0b]),
    ("bytes of a function", CODE, &[3]),
    ("groups of locals", CODE, &[3, 100]),
    ("bytes of a segment", 11, &[1, 0, 0x41, 0, 0x0b]),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for count in COUNTS {
        let claim = unsigned(count);
        let mut add = |kind: String, module: &[u8]| {
            let refused = Expected::Refused("Refused(Refusal {");
            cases.push(Case::of_module(CLASS, kind, count, module, refused));
        };
        for (what, id) in SECTIONS {
            let bare = [b"\0asm\x01\0\0\0", &[id, claim.len() as u8][..], &claim].concat();
            add(format!("{what}, and nothing else"), &bare);
            add(what.into(), &with_section(id, &claim, None));
        }
        for (what, id, before) in INSIDE {
            let contents = [before, &claim].concat();
            add(what.into(), &with_section(id, &contents, None));
        }
        add(
            "bytes of a section".into(),
            &with_section(1, &[1, 0x60, 0, 0], Some(&claim)),
        );
        add(
            "bytes of a custom section's name".into(),
            &with_section(CUSTOM, &claim, None),
        );
        let labels = [&[0x41, 0, 0x0e][..], &claim, &[0, 0x0b]].concat();
        add("labels".into(), &with_run(&[0], &labels));
    }
    cases
}
