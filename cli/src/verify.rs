//! `corelet verify`: whether a device that trusts certain keys would take an image.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_image::{
    DEVELOPMENT_KEY, Image, ImageError, KeyId, Keys, PublicKey, Verified, Version,
};

use crate::error::Failure;
use crate::units::grouped;
use crate::{key_file, output};

/// Checks an image as a device does: key, signature, manifest, module
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The image
    image: PathBuf,
    /// A public key that is trusted; may be named several times
    #[arg(long, value_name = "FILE", required_unless_present = "development")]
    key: Vec<PathBuf>,
    /// Trust the development key too, with which everybody can sign
    #[arg(long)]
    development: bool,
}

/// The version of this command, and of the hosts that it checks for.
pub(crate) const HOST: Version = {
    const fn number(text: &str) -> u32 {
        match u32::from_str_radix(text, 10) {
            Ok(number) => number,
            Err(_) => panic!("Cargo gives versions as numbers"),
        }
    }
    Version::new(
        number(env!("CARGO_PKG_VERSION_MAJOR")),
        number(env!("CARGO_PKG_VERSION_MINOR")),
        number(env!("CARGO_PKG_VERSION_PATCH")),
    )
};

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let bytes = fs::read(&args.image).map_err(|error| Failure::reading(&args.image, &error))?;
    let keys = args
        .key
        .iter()
        .map(|path| Ok(*key_file::read_public(path)?.as_bytes()));
    let keys = keys.collect::<Result<Vec<PublicKey>, Failure>>()?;
    let trusted = Keys::new(&keys);
    let trusted = if args.development {
        trusted.accept_development()
    } else {
        trusted
    };
    let image = Image::parse(&bytes).map_err(|error| refused(&args.image, error))?;
    let verified = image.verify(&trusted, HOST).map_err(|error| match error {
        ImageError::UnknownKey { found } => untrusted(&args.image, found, &keys),
        ImageError::DevelopmentKey => untrusted(&args.image, KeyId::of(&DEVELOPMENT_KEY), &keys),
        error => refused(&args.image, error),
    })?;
    let manifest = verified.manifest();
    output::line(format_args!(
        "{} {}  {} B wasm  signed: {}",
        manifest.name,
        manifest.version,
        grouped(manifest.module_bytes.into()),
        signer(&verified)
    ));
    Ok(())
}

/// Who signed, in words.
fn signer(image: &Verified<'_>) -> String {
    if image.is_development() {
        "development key".to_owned()
    } else {
        format!("key {}", image.manifest().key_id)
    }
}

fn refused(path: &Path, error: ImageError) -> Failure {
    Failure::refused(format_args!("{}: {error}", path.display()))
}

fn untrusted(path: &Path, found: KeyId, keys: &[PublicKey]) -> Failure {
    let name = if found == KeyId::of(&DEVELOPMENT_KEY) {
        ", the development key"
    } else {
        ""
    };
    let keys: Vec<_> = keys.iter().map(|key| KeyId::of(key).to_string()).collect();
    let keys = if keys.is_empty() {
        "no key".to_owned()
    } else {
        keys.join(", ")
    };
    Failure::refused("signed by a key that is not trusted here")
        .fact("image", format_args!("key {found}{name}"))
        .fact("trusted", keys)
        .help(format_args!("corelet sign {} --key FILE", path.display()))
}
