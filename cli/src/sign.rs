//! `corelet sign`: images and key sets signed here, or by a key that is elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_image::{
    BuildError, DEVELOPMENT_KEY, DEVELOPMENT_SEED, Image, ImageError, KeyId, PublicKey,
    SIGNATURE_BYTES, Unsigned, UnsignedKeySet,
};

use ed25519_dalek::SigningKey;

use crate::error::Failure;
use crate::key_file::{self, hex, unhex};
use crate::output;

/// Signs an image or a key set; or prints what a key that is elsewhere has to sign, and puts its signature in
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
A key that is elsewhere signs in three steps, here with OpenSSL:
  corelet sign plugin.corelet --key release.pub --digest > digest.hex
  xxd -r -p digest.hex digest && openssl pkeyutl -sign -rawin -inkey release -in digest -out signature
  corelet sign plugin.corelet --key release.pub --attach signature
A key set takes the place of the keys that a firmware was built with; the root key signs it:
  corelet sign --keys release.pub next.pub --epoch 1 --key root --output product.keys")]
pub(crate) struct Args {
    /// The image; it is replaced
    #[arg(required_unless_present = "keys", conflicts_with = "keys")]
    image: Option<PathBuf>,
    /// Make a key set instead, of these public keys: 1 to 4, which a device trusts from then on, and no others
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "epoch")]
    keys: Vec<PathBuf>,
    /// The key set's epoch: higher than that of the set before, and 1 at least
    #[arg(long, value_name = "NUMBER", requires = "keys")]
    epoch: Option<u32>,
    /// The secret key; with --digest and --attach, the public key
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "development",
        conflicts_with = "development"
    )]
    key: Option<PathBuf>,
    /// Sign with the development key, which everybody has: it is also the root key of firmware for a desk
    #[arg(long)]
    development: bool,
    /// Print the 32 bytes that the key has to sign, in hexadecimal, and leave the image as it is
    #[arg(long, conflicts_with = "attach")]
    digest: bool,
    /// Put in a signature made elsewhere: a file with its 64 bytes, or 128 hexadecimal digits
    #[arg(long, value_name = "SIGNATURE")]
    attach: Option<PathBuf>,
    /// Write the signed image to this file instead; or the key set
    #[arg(long, short, value_name = "FILE", conflicts_with = "digest")]
    output: Option<PathBuf>,
}

impl Args {
    fn public_key(&self) -> Result<PublicKey, Failure> {
        self.key.as_ref().map_or(Ok(DEVELOPMENT_KEY), |file| {
            Ok(key_file::read_public(file)?.to_bytes())
        })
    }

    fn secret_key(&self) -> Result<SigningKey, Failure> {
        match &self.key {
            Some(file) => key_file::read_secret(file),
            None => Ok(SigningKey::from_bytes(&DEVELOPMENT_SEED)),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    match (&args.image, args.epoch) {
        (Some(image), _) => sign_image(args, image),
        (None, Some(epoch)) => sign_keys(args, epoch),
        // The command line asks for one of both.
        (None, None) => Ok(()),
    }
}

fn sign_keys(args: &Args, epoch: u32) -> Result<(), Failure> {
    let keys = args.keys.iter();
    let keys = keys.map(|file| Ok(key_file::read_public(file)?.to_bytes()));
    let keys = keys.collect::<Result<Vec<PublicKey>, Failure>>()?;
    let unsigned = UnsignedKeySet::build(epoch, &keys).map_err(Failure::refused)?;
    if args.digest {
        output::line(hex(&unsigned.digest()));
        return Ok(());
    }
    let output = args.output.as_ref().ok_or_else(|| {
        Failure::usage("a key set needs a file").help("name it with --output, as product.keys")
    })?;
    let signed = match &args.attach {
        Some(signature) => unsigned.attach(&args.public_key()?, &read_signature(signature)?),
        None => unsigned.sign(args.secret_key()?.as_bytes()),
    };
    let signed = signed.map_err(Failure::refused)?;
    fs::write(output, &signed).map_err(|error| Failure::writing(output, &error))?;
    output::line(format_args!(
        "{}  epoch {epoch}, {} keys: {}",
        output.display(),
        keys.len(),
        keys.iter()
            .map(|key| KeyId::of(key).to_string())
            .collect::<Vec<_>>()
            .join(" ")
    ));
    Ok(())
}

fn sign_image(args: &Args, image: &Path) -> Result<(), Failure> {
    let bytes = fs::read(image).map_err(|error| Failure::reading(image, &error))?;
    let unsigned =
        |key: &PublicKey| Unsigned::from_image(&bytes, key).map_err(|error| refused(image, error));
    if args.digest {
        output::line(hex(&unsigned(&args.public_key()?)?.digest()));
        return Ok(());
    }
    let signed = match &args.attach {
        Some(signature) => unsigned(&args.public_key()?)?.attach(&read_signature(signature)?),
        None => {
            let key = args.secret_key()?;
            unsigned(key.verifying_key().as_bytes())?.sign(key.as_bytes())
        }
    };
    let signed = signed.map_err(|error| refused(image, error))?;
    let output = args.output.as_deref().unwrap_or(image);
    fs::write(output, &signed).map_err(|error| Failure::writing(output, &error))?;
    let image = Image::parse(&signed).map_err(Failure::refused)?;
    output::line(format_args!(
        "{}  signed: key {}",
        output.display(),
        image.key_id()
    ));
    Ok(())
}

fn refused(image: &Path, error: BuildError) -> Failure {
    match error {
        BuildError::Image(ImageError::BadSignature) => Failure::refused(format_args!(
            "the signature is not this key's over {}",
            image.display()
        ))
        .help("sign what corelet sign --digest prints for this image and this key"),
        error => Failure::refused(format_args!("{}: {error}", image.display())),
    }
}

fn read_signature(path: &Path) -> Result<[u8; SIGNATURE_BYTES], Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::reading(path, &error))?;
    let digits = || unhex(bytes.trim_ascii())?.try_into().ok();
    let signature = <[u8; SIGNATURE_BYTES]>::try_from(bytes.as_slice())
        .ok()
        .or_else(digits);
    signature.ok_or_else(|| {
        Failure::usage(format_args!("{} holds no signature", path.display())).found(
            format_args!("{} bytes", bytes.len()),
            format_args!(
                "{SIGNATURE_BYTES} bytes, or {} hexadecimal digits",
                2 * SIGNATURE_BYTES
            ),
        )
    })
}
