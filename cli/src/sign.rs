//! `corelet sign`: images signed here, or by a key that is elsewhere.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_image::{BuildError, Image, ImageError, PublicKey, SIGNATURE_BYTES, Unsigned};

use crate::error::Failure;
use crate::key_file::{self, hex, unhex};
use crate::output;

/// Signs an image; or prints what a key that is elsewhere has to sign, and puts its signature in
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
A key that is elsewhere signs in three steps, here with OpenSSL:
  corelet sign plugin.corelet --key release.pub --digest > digest.hex
  xxd -r -p digest.hex digest && openssl pkeyutl -sign -rawin -inkey release -in digest -out signature
  corelet sign plugin.corelet --key release.pub --attach signature")]
pub(crate) struct Args {
    /// The image; it is replaced
    image: PathBuf,
    /// The secret key; with --digest and --attach, the public key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Print the 32 bytes that the key has to sign, in hexadecimal, and leave the image as it is
    #[arg(long, conflicts_with = "attach")]
    digest: bool,
    /// Put in a signature made elsewhere: a file with its 64 bytes, or 128 hexadecimal digits
    #[arg(long, value_name = "SIGNATURE")]
    attach: Option<PathBuf>,
    /// Write the signed image to this file instead
    #[arg(long, short, value_name = "FILE", conflicts_with = "digest")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let bytes = fs::read(&args.image).map_err(|error| Failure::reading(&args.image, &error))?;
    let unsigned = |key: &PublicKey| {
        Unsigned::from_image(&bytes, key).map_err(|error| refused(&args.image, error))
    };
    if args.digest {
        let key = key_file::read_public(&args.key)?;
        output::line(hex(&unsigned(key.as_bytes())?.digest()));
        return Ok(());
    }
    let signed = match &args.attach {
        Some(signature) => {
            let key = key_file::read_public(&args.key)?;
            unsigned(key.as_bytes())?.attach(&read_signature(signature)?)
        }
        None => {
            let key = key_file::read_secret(&args.key)?;
            unsigned(key.verifying_key().as_bytes())?.sign(key.as_bytes())
        }
    };
    let signed = signed.map_err(|error| refused(&args.image, error))?;
    let output = args.output.as_ref().unwrap_or(&args.image);
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
