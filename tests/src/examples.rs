use std::fs;
use std::path::Path;

use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Image, Manifest, Unsigned};

/// Builds one of the SDK's example plugins as its author does, and returns its signed image.
///
/// # Panics
/// If it does not build.
pub fn build_example(name: &str) -> Vec<u8> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk/examples");
    let built = corelet_cli::build(&examples.join(name), None);
    let built = built.unwrap_or_else(|error| panic!("{name}: {error}"));
    fs::read(&built.image).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The same plugin with another configuration, signed anew.
///
/// # Panics
/// If it is no image.
pub fn with_config(image: &[u8], config: &[u8]) -> Vec<u8> {
    let image = Image::parse(image).unwrap_or_else(|error| panic!("{error}"));
    let manifest = image.unverified_manifest();
    let manifest = Manifest {
        config,
        ..manifest.unwrap_or_else(|error| panic!("{error}"))
    };
    Unsigned::build(&manifest, image.unverified_module(), &DEVELOPMENT_KEY)
        .and_then(|image| image.sign(&DEVELOPMENT_SEED))
        .unwrap_or_else(|error| panic!("{error}"))
}
