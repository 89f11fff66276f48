//! Images to upload.

use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Manifest, Unsigned, Version};

fn unsigned(name: &str, version: Version, module: usize) -> Unsigned {
    let manifest = Manifest {
        name,
        version,
        ..Manifest::default()
    };
    // Bytes that do not repeat with any period of a buffer.
    let module: Vec<u8> = (0..module).map(|n| (n * n / 7 + n) as u8).collect();
    Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).expect("a manifest within its bounds")
}

/// An image with a module of `module` bytes, which nothing runs.
pub fn image(version: Version, module: usize) -> Vec<u8> {
    image_for("thermostat", version, module)
}

/// The same of another plugin.
pub fn image_for(name: &str, version: Version, module: usize) -> Vec<u8> {
    let unsigned = unsigned(name, version, module);
    unsigned.sign(&DEVELOPMENT_SEED).expect("it signs")
}

/// An image that nobody signed.
pub fn unsigned_image(version: Version, module: usize) -> Vec<u8> {
    unsigned("thermostat", version, module).as_bytes().to_vec()
}
