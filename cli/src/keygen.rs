//! `corelet keygen`: a new pair of keys.

use std::path::PathBuf;

use crate::error::Failure;
use crate::key_file::{self, hex};
use crate::output;

/// Makes an Ed25519 key for signing images, and the public key that devices trust
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The secret key's file; the public key goes beside it, with .pub at the end
    file: PathBuf,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let key = key_file::generate()?;
    let public = key_file::write_pair(&args.file, &key)?;
    output::line(format_args!(
        "secret key  {}  keep it where no device and no repository is",
        args.file.display()
    ));
    output::line(format_args!(
        "public key  {}  {}",
        public.display(),
        hex(key.verifying_key().as_bytes())
    ));
    Ok(())
}
