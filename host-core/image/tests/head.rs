//! Heads without the rest of their images.

mod common;

use common::*;
use corelet_image::*;

/// Bytes of the head of an image.
fn head_of(image: &[u8]) -> &[u8] {
    &image[..16 + manifest_bytes(image).len() + 64]
}

fn refused(head: &[u8]) -> ImageError {
    let head = Head::parse(head);
    let verified = head.and_then(|head| head.verify(&keys(), HOST).map(|_| ()));
    verified.unwrap_err()
}

#[test]
fn a_head_says_of_its_image_what_the_image_says() {
    let bytes = signed();
    let whole = Image::parse(&bytes).unwrap().verify(&keys(), HOST).unwrap();
    // What follows it is not looked at.
    for given in [head_of(&bytes), &bytes, &bytes[..bytes.len() - 1]] {
        let head = Head::parse(given).unwrap();
        assert_eq!(head.image_bytes(), bytes.len() as u64);
        assert_eq!(head.key_id(), KeyId::of(&DEVELOPMENT_KEY));
        let verified = head.verify(&keys(), HOST).unwrap();
        assert_eq!(verified.manifest(), whole.manifest());
        assert_eq!(verified.digest(), whole.digest());
        assert_eq!(verified.plugin_id(), whole.plugin_id());
        assert_eq!(verified.image_bytes(), bytes.len() as u64);
        assert!(verified.is_development());
    }
}

#[test]
fn the_header_tells_how_many_bytes_there_are() {
    let bytes = signed();
    let header = bytes.first_chunk().unwrap();
    let needed = Head::bytes_needed(header).unwrap();
    assert_eq!(needed, head_of(&bytes).len());
    for fewer in 0..needed {
        let expected = match fewer {
            0..16 => ImageError::NotAnImage,
            _ => ImageError::Length {
                found: fewer as u64,
                allowed: bytes.len() as u64,
            },
        };
        assert_eq!(refused(&bytes[..fewer]), expected);
    }
    assert_eq!(Head::bytes_needed(&[0; 16]), Err(ImageError::NotAnImage));
    let mut longest = *header;
    longest[8..12].copy_from_slice(&MANIFEST_MAX.to_le_bytes());
    assert_eq!(Head::bytes_needed(&longest), Ok(HEAD_MAX));
    longest[8..12].copy_from_slice(&(MANIFEST_MAX + 1).to_le_bytes());
    assert!(Head::bytes_needed(&longest).is_err());
}

#[test]
fn every_flipped_bit_of_a_head_is_found() {
    let bytes = signed();
    let head = head_of(&bytes);
    for bit in 0..head.len() * 8 {
        let mut flipped = head.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        refused(&flipped);
    }
}

#[test]
fn a_length_of_the_module_that_was_not_signed_is_found() {
    let bytes = signed();
    let longer = resigned(manifest_bytes(&bytes), b"\0asm\x01\0\0\0 ");
    let expected = ImageError::ModuleLength {
        found: 9,
        allowed: 8,
    };
    assert_eq!(refused(head_of(&longer)), expected);
}

#[test]
fn a_head_that_this_host_or_its_keys_refuse_is_refused_without_the_module() {
    let bytes = signed();
    let head = Head::parse(head_of(&bytes)).unwrap();
    let older = head.verify(&keys(), Version::new(1, 2, 2)).map(|_| ());
    assert!(matches!(older, Err(ImageError::NewerHost { .. })));
    let release = head.verify(&Keys::NONE, HOST).map(|_| ());
    assert_eq!(release, Err(ImageError::DevelopmentKey));
}

#[test]
fn what_was_verified_once_is_verified_again_without_keys() {
    let image = signed();
    let verified = Image::parse(&image).unwrap().verify(&keys(), HOST);
    let proof = verified.unwrap().proof();
    let again = Image::parse(&image).unwrap().verify_again(&proof, HOST);
    assert_eq!(again.unwrap().proof(), proof);
    for bit in 0..image.len() * 8 {
        let mut other = image.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        let result =
            Image::parse(&other).and_then(|image| image.verify_again(&proof, HOST).map(drop));
        // The signature itself was looked at before.
        let signature = head_of(&image).len() - SIGNATURE_BYTES..head_of(&image).len();
        assert_eq!(result.is_ok(), signature.contains(&(bit / 8)), "bit {bit}");
    }
}
