//! Integers that are longer than they need to be, longer than they may be, or set bits that their type has not.

use crate::module::{padded, section, with_run, with_section};
use crate::{Case, Expected};

const CLASS: &str = "huge LEBs";

const LENGTHS: [usize; 11] = [1, 2, 3, 4, 5, 6, 9, 10, 11, 100, 5_000];

/// An integer in the middle of code: what it is, its value, the most bytes that it may have, and what stands around it.
type InCode = (&'static str, u64, usize, &'static [u8], &'static [u8]);

const IN_CODE: [InCode; 8] = [
    ("i32.const", 1, 5, &[0x41], &[0x1a, 0x42, 1, 0x0b]),
    ("i64.const", 1, 10, &[0x42], &[0x0b]),
    ("local.get", 1, 5, &[0x20], &[0x1a, 0x42, 1, 0x0b]),
    ("br", 0, 5, &[0x02, 0x40, 0x0c], &[0x0b, 0x42, 1, 0x0b]),
    ("offset", 4, 5, &[0x41, 0, 0x28, 0], &[0x1a, 0x42, 1, 0x0b]),
    (
        "alignment",
        2,
        5,
        &[0x41, 0, 0x28],
        &[0, 0x1a, 0x42, 1, 0x0b],
    ),
    (
        "call",
        0,
        5,
        &[0x42, 1, 0x1a, 0x41, 0, 0x41, 0, 0x10],
        &[0x0b],
    ),
    (
        "labels",
        0,
        5,
        &[0x02, 0x40, 0x41, 0, 0x0e],
        &[0, 0x0b, 0x42, 1, 0x0b],
    ),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for length in LENGTHS {
        let mut add = |kind: &str, most: usize, module: &[u8]| {
            let expected = if length <= most {
                Expected::Answers
            } else {
                Expected::Refused("Refused(Refusal {")
            };
            cases.push(Case::of_module(
                CLASS,
                kind,
                length as u64,
                module,
                expected,
            ));
        };
        for (what, value, most, before, behind) in IN_CODE {
            let code = [before, &padded(value, length), behind].concat();
            add(what, most, &with_run(&[0], &code));
        }
        let (types, length_of) = (section(1), |bytes: &[u8]| {
            padded(bytes.len() as u64, length)
        });
        let (count, rest) = types.split_at(1);
        let counted = [padded(count[0].into(), length), rest.into()].concat();
        add("types", 5, &with_section(1, &counted, None));
        add(
            "bytes of a section",
            5,
            &with_section(1, &types, Some(&length_of(&types))),
        );
        add(
            "groups of locals",
            5,
            &with_run(&padded(0, length), &[0x42, 1, 0x0b]),
        );
    }
    // Bits that 32 and 64 have no place for.
    for last in [0x10, 0x20, 0x40, 0x4f, 0x70] {
        let code = [
            &[0x41, 0x80, 0x80, 0x80, 0x80, last][..],
            &[0x1a, 0x42, 1, 0x0b],
        ]
        .concat();
        let refused = Expected::Refused("Refused(Refusal {");
        let module = with_run(&[0], &code);
        cases.push(Case::of_module(
            CLASS,
            "bits of i32",
            last.into(),
            &module,
            refused,
        ));
        let code = [&[0x42][..], &[0x80; 9], &[last, 0x0b]].concat();
        let module = with_run(&[0], &code);
        cases.push(Case::of_module(
            CLASS,
            "bits of i64",
            last.into(),
            &module,
            refused,
        ));
    }
    cases
}
