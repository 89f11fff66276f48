//! No image that differs in one bit, or ends early, from one that was signed is ever run.

use corelet_image::{Image, Keys, Version};
use corelet_tests::{Plugin, manifest, signed};

fn verifies(bytes: &[u8]) -> bool {
    let keys = Keys::NONE.accept_development();
    let image = Image::parse(bytes);
    image.is_ok_and(|image| image.verify(&keys, Version::default()).is_ok())
}

#[test]
fn no_bit_of_an_image_can_be_flipped() {
    let mut image = signed(&manifest("good"), &Plugin::new().build());
    assert!(verifies(&image));
    for bit in 0..image.len() * 8 {
        image[bit / 8] ^= 1 << (bit % 8);
        assert!(!verifies(&image), "bit {bit}");
        image[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn an_image_cannot_be_shorter_or_longer() {
    let mut image = signed(&manifest("good"), &Plugin::new().build());
    for length in 0..image.len() {
        assert!(!verifies(&image[..length]), "{length} bytes");
    }
    image.push(0);
    assert!(!verifies(&image));
}
