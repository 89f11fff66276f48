//! Images that nobody vouched for.

use corelet_image::{DEVELOPMENT_KEY, HEADER_BYTES, Manifest, SIGNATURE_BYTES, Unsigned, Version};

use crate::{Case, Expected, Plugin, manifest, signed};

pub(super) fn cases() -> Vec<Case> {
    let module = Plugin::new().build();
    let manifest = manifest("misbehaving");
    let good = signed(&manifest, &module);
    let signature = good.len() - module.len() - SIGNATURE_BYTES;
    let case = |name: &str, image: Vec<u8>, words: &'static str| Case {
        name: name.into(),
        image,
        expected: Expected::Refused(words),
    };
    let flipped = |byte: usize, words: &'static str| {
        let mut image = good.clone();
        image[byte] ^= 0x10;
        case(&format!("a bit of byte {byte} flipped"), image, words)
    };
    let cut = |length: usize, words: &'static str| {
        case(
            &format!("an image cut off after {length} bytes"),
            good[..length].into(),
            words,
        )
    };
    let unsigned = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY);
    let unsigned = unsigned.unwrap_or_else(|error| panic!("{error}"));
    let newer = Manifest {
        min_host: Version::new(99, 0, 0),
        ..manifest.clone()
    };
    vec![
        case(
            "an image that is not signed",
            unsigned.as_bytes().into(),
            "Unsigned",
        ),
        case(
            "an image that is signed with another key",
            other_key(&good, signature),
            "BadSignature",
        ),
        case(
            "an image of a key that is not trusted",
            untrusted(&good),
            "UnknownKey",
        ),
        case("a module without an image", module.clone(), "NotAnImage"),
        case(
            "an image for a newer host",
            signed(&newer, &module),
            "NewerHost",
        ),
        flipped(0, "NotAnImage"),
        flipped(4, "Format"),
        flipped(9, "Length"),
        flipped(13, "Length"),
        flipped(HEADER_BYTES, "UnknownKey"),
        flipped(HEADER_BYTES + 9, "BadSignature"),
        flipped(signature - 1, "BadSignature"),
        flipped(signature, "BadSignature"),
        flipped(signature + SIGNATURE_BYTES - 1, "BadSignature"),
        flipped(signature + SIGNATURE_BYTES, "ModuleDigest"),
        flipped(good.len() - 1, "ModuleDigest"),
        // The store knows how long it is.
        cut(8, "NotAnImage"),
        cut(HEADER_BYTES, "Length"),
        cut(signature - 1, "Length"),
        cut(signature + 10, "Length"),
        cut(signature + SIGNATURE_BYTES, "Length"),
        cut(good.len() - 1, "Length"),
    ]
}

/// A signature that is one, of other bytes.
fn other_key(good: &[u8], signature: usize) -> Vec<u8> {
    let other = signed(&manifest("other"), &Plugin::new().build());
    let start = other.len() - (good.len() - signature);
    let mut image = good.to_vec();
    image[signature..signature + SIGNATURE_BYTES]
        .copy_from_slice(&other[start..start + SIGNATURE_BYTES]);
    image
}

/// The id of a key that nobody has.
fn untrusted(good: &[u8]) -> Vec<u8> {
    let mut image = good.to_vec();
    image[HEADER_BYTES..HEADER_BYTES + 8].fill(0x5a);
    image
}
