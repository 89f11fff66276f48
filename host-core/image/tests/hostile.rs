//! Bytes that nobody meant well with. Whatever they are, an image is refused and nothing panics.

mod common;

use common::*;
use corelet_image::{Head, Image};
use proptest::prelude::*;

/// Everything that one can ask of bytes that may be an image.
fn is_verified(bytes: &[u8]) -> bool {
    let Ok(image) = Image::parse(bytes) else {
        return false;
    };
    let _ = image.unverified_manifest().map(|manifest| manifest.check());
    let head = Head::parse(bytes).map(|head| head.verify(&keys(), HOST).map(|_| ()));
    match image.verify(&keys(), HOST) {
        Ok(_) => {
            assert_eq!(head, Ok(Ok(())));
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// An image's header of right lengths before these bytes.
fn with_header(manifest: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"CRLT\x01\0\0\0".to_vec();
    bytes.extend((manifest.len() as u32).to_le_bytes());
    bytes.extend((rest.len() as u32).wrapping_sub(64).to_le_bytes());
    bytes.extend(manifest);
    bytes.extend(rest);
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(!is_verified(&bytes));
    }

    #[test]
    fn random_parts_behind_a_right_header_are_refused(
        manifest in prop::collection::vec(any::<u8>(), 0..300),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(!is_verified(&with_header(&manifest, &rest)));
    }

    #[test]
    fn random_manifests_that_were_signed_do_not_panic(
        manifest in prop::collection::vec(any::<u8>(), 0..300)
    ) {
        let mut with_key = manifest_bytes(&signed())[..8].to_vec();
        with_key.extend(manifest);
        is_verified(&resigned(&with_key, MODULE));
    }

    #[test]
    fn changed_manifests_that_were_signed_do_not_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..5)
    ) {
        let mut manifest = manifest_bytes(&signed()).to_vec();
        for (at, value, how) in edits {
            // The key's id stays: without it nothing is decoded.
            let at = 8 + at.index(manifest.len() - 8);
            match how {
                0 => manifest[at] = value,
                1 => manifest.insert(at, value),
                _ => { manifest.remove(at); }
            }
        }
        is_verified(&resigned(&manifest, MODULE));
    }

    #[test]
    fn changed_images_are_refused(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..5)
    ) {
        let good = signed();
        let mut image = good.clone();
        for (at, value, how) in edits {
            let at = at.index(image.len());
            match how {
                0 => image[at] = value,
                1 => image.insert(at, value),
                _ => { image.remove(at); }
            }
        }
        prop_assert_eq!(is_verified(&image), image == good);
    }
}
