//! One small image whose bytes never change: what other implementations are held to.

mod common;

use common::*;
use corelet_image::{Image, MAGIC};

const GOLDEN: &str = include_str!("golden.hex");

fn golden() -> Vec<u8> {
    let digits: String = GOLDEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn the_golden_image_is_verified() {
    let bytes = golden();
    assert_eq!(bytes[..4], MAGIC);
    let image = Image::parse(&bytes).unwrap();
    let verified = image.verify(&keys(), HOST).unwrap();
    assert_eq!(verified.manifest().config, manifest().config);
    assert_eq!(verified.module(), MODULE);
}

#[test]
fn the_same_manifest_gives_the_golden_bytes() {
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert_eq!(hex(&signed()), hex(&golden()));
}
