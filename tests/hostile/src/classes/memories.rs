//! Sizes of memories, in pages of one byte and of 64 KiB, of tables, and of the exchange buffer.

use corelet_admission::Limits;
use corelet_tests::{MEMORY, OK, Plugin};

use crate::module::{section, with_section};
use crate::{Case, Expected};

const CLASS: &str = "memory and table sizes";
const REFUSED: Expected = Expected::Refused("Refused(Refusal {");

pub(super) fn cases() -> Vec<Case> {
    let mut cases = memories();
    cases.extend(tables());
    cases.extend(exchange());
    cases
}

fn plugin() -> Plugin {
    Plugin::new().export(
        "run",
        "(memory.fill (i32.const 0x400) (i32.const 7) (i32.const 64)) (i64.const 1)",
    )
}

fn memories() -> Vec<Case> {
    let limit = Limits::DEVICE.memory_bytes;
    let mut cases = Vec::new();
    // What a heap of 96 KiB has no room for may come before the limit.
    let expected = |bytes: u64| match bytes {
        0..2_048 => REFUSED,
        _ if bytes <= u64::from(limit) => Expected::Answers,
        _ => REFUSED,
    };
    for size in [
        0,
        1,
        2_047,
        2_048,
        4_096,
        16_384,
        32_768,
        50_000,
        60_000,
        65_535,
        65_536,
        65_537,
        131_072,
        1 << 20,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
    ] {
        for (kind, limits) in [
            ("bytes", format!("{size} (pagesize 1)")),
            ("bytes at most", format!("{size} {size} (pagesize 1)")),
            ("bytes at first", format!("{size} 0xffffffff (pagesize 1)")),
        ] {
            let plugin = plugin().memory(&limits);
            cases.push(Case::of_plugin(CLASS, kind, size, &plugin, expected(size)));
        }
    }
    for pages in [0, 1, 2, 16, 100, 1_000, 65_535] {
        for (kind, limits) in [
            ("pages", format!("{pages}")),
            ("pages at first", format!("{pages} 65535")),
        ] {
            let plugin = plugin().memory(&limits);
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                pages,
                &plugin,
                expected(pages << 16),
            ));
        }
    }
    // What text does not say: more pages than there are addresses, a maximum under the minimum, two, none, odd pages.
    cases.extend(
        [
            ("too many pages", &[1, 0, 0x81, 0x80, 4][..]),
            ("a maximum under the minimum", &[1, 9, 0x80, 0x10, 1, 0]),
            ("two", &[2, 8, 0x80, 0x10, 0, 8, 0x80, 0x10, 0]),
            ("none", &[0]),
            ("pages of two bytes", &[1, 8, 0x80, 8, 1]),
            ("pages of 2^16 bytes, said so", &[1, 8, 0, 16]),
            ("pages of 2^63 bytes", &[1, 8, 0x80, 0x10, 63]),
            ("pages of 2^64 bytes", &[1, 8, 0x80, 0x10, 64]),
            ("shared", &[1, 3, 0, 1]),
            ("addresses of 64 bits", &[1, 4, 1]),
            ("unknown flags", &[1, 0x90, 1]),
        ]
        .map(|(kind, bytes)| section_refused(5, kind, bytes)),
    );
    cases
}

fn tables() -> Vec<Case> {
    let mut cases = Vec::new();
    for size in [
        0,
        1,
        16,
        100,
        127,
        128,
        129,
        1_000,
        65_536,
        1_000_000,
        0x7fff_ffff,
        0xffff_ffff,
    ] {
        let expected = super::at_most(size, Limits::DEVICE.table_elements);
        for (kind, limits) in [
            ("elements", format!("{size}")),
            ("elements at most", format!("{size} {size}")),
            ("elements at first", format!("{size} 0xffffffff")),
        ] {
            let plugin = plugin().items(&format!("(table {limits} funcref)"));
            cases.push(Case::of_plugin(CLASS, kind, size, &plugin, expected));
        }
    }
    cases.extend(
        [
            ("two tables", &[2, 0x70, 0, 1, 0x70, 0, 1][..]),
            ("a table of references", &[1, 0x6f, 0, 1]),
            (
                "a maximum of elements under the minimum",
                &[1, 0x70, 1, 2, 1],
            ),
            ("unknown flags of a table", &[1, 0x70, 9, 1, 1]),
        ]
        .map(|(kind, bytes)| section_refused(4, kind, bytes)),
    );
    cases
}

/// A plugin with another section of this number.
fn section_refused(number: u8, kind: &'static str, bytes: &[u8]) -> Case {
    let module = with_section(number, bytes, None);
    Case::of_module(CLASS, kind, bytes.len() as u64, &module, REFUSED)
}

/// Where the buffer for requests is claimed to be, and how large.
fn exchange() -> Vec<Case> {
    let mut cases = Vec::new();
    for address in [
        0,
        2,
        4,
        1_024,
        MEMORY - 8,
        MEMORY - 4,
        MEMORY,
        0x7fff_fffc,
        0x8000_0000,
        0xffff_fffc,
    ] {
        let plugin = Plugin::new().export("run", OK).exchange_at(address);
        let kind = "address of the exchange buffer";
        cases.push(Case::of_plugin(
            CLASS,
            kind,
            address.into(),
            &plugin,
            Expected::Survived,
        ));
    }
    let data = section(11);
    for size in [
        0,
        1,
        255,
        1_276,
        1_277,
        2_048,
        65_536,
        0x7fff_ffff,
        u32::MAX,
    ] {
        // The size is the last word of the first segment.
        let mut data = data.clone();
        let old = 256_u32.to_le_bytes();
        let place = data.windows(4).position(|bytes| bytes == old);
        if let Some(place) = place {
            data[place..place + 4].copy_from_slice(&size.to_le_bytes());
        }
        let expected = match size {
            0..=4 => Expected::Stops("RequestTooLarge"),
            5..=1_276 => Expected::Answers,
            _ => Expected::Refused("Exchange {"),
        };
        let kind = "bytes of the exchange buffer";
        let module = with_section(11, &data, None);
        cases.push(Case::of_module(CLASS, kind, size.into(), &module, expected));
    }
    cases
}
