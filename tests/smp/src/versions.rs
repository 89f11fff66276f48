use corelet_image::Version;

use crate::image;

/// The version that runs at first.
pub const OLD: Version = Version::new(1, 4, 0);
/// The version that is sent.
pub const NEW: Version = Version::new(1, 5, 0);

/// An image of [`OLD`].
pub fn old() -> Vec<u8> {
    image(OLD, 900)
}

/// An image of [`NEW`], of more than one sector.
pub fn new() -> Vec<u8> {
    image(NEW, 9_000)
}
