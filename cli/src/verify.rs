//! `corelet verify`: whether a device that trusts certain keys would take an image.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_image::{DEVELOPMENT_KEY, Image, ImageError, KeyId, Keys, PublicKey, Verified};

use crate::error::Failure;
use crate::units::grouped;
use crate::{key_file, output};

/// Checks an image as a device does: key, signature, manifest, module
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The image
    image: PathBuf,
    /// A public key that is trusted; may be named several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Trust the development key too, with which everybody can sign
    #[arg(long)]
    development: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.key.is_empty() && !args.development {
        return Err(Failure::usage("no key is trusted").help("--key FILE.pub, or --development"));
    }
    let bytes = fs::read(&args.image).map_err(|error| Failure::reading(&args.image, &error))?;
    let keys = public_keys(&args.key)?;
    let trusted = Keys::new(&keys);
    let trusted = if args.development {
        trusted.accept_development()
    } else {
        trusted
    };
    let image = Image::parse(&bytes).map_err(|error| refused(&args.image, error))?;
    let verified = image
        .verify(&trusted, corelet_host::VERSION)
        .map_err(|error| {
            let found = match error {
                ImageError::UnknownKey { found } => found,
                ImageError::DevelopmentKey => KeyId::of(&DEVELOPMENT_KEY),
                error => return refused(&args.image, error),
            };
            let sign = format!("corelet sign {} --key FILE", args.image.display());
            untrusted(found, &keys, args.development).help(sign)
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

/// The keys in these files.
pub(crate) fn public_keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    paths
        .iter()
        .map(|path| Ok(*key_file::read_public(path)?.as_bytes()))
        .collect()
}

/// Who signed, in words.
pub(crate) fn signer(image: &Verified<'_>) -> String {
    if image.is_development() {
        "development key".to_owned()
    } else {
        format!("key {}", image.manifest().key_id)
    }
}

fn refused(path: &Path, error: ImageError) -> Failure {
    Failure::refused(format_args!("{}: {error}", path.display()))
}

/// Signed by key `found`, where only `keys`, and perhaps the development key, are trusted.
pub(crate) fn untrusted(found: KeyId, keys: &[PublicKey], development: bool) -> Failure {
    const DEVELOPMENT: &str = "the development key";
    let image = if found == KeyId::of(&DEVELOPMENT_KEY) {
        DEVELOPMENT.to_owned()
    } else {
        format!("key {found}")
    };
    let keys = keys.iter().map(|key| format!("key {}", KeyId::of(key)));
    let trusted = development.then(|| DEVELOPMENT.to_owned());
    let trusted: Vec<_> = trusted.into_iter().chain(keys).collect();
    Failure::refused("signed by a key that this device does not trust")
        .fact("image", image)
        .fact("device", format_args!("trusts {}", trusted.join(", ")))
}
