//! `corelet keys`: other keys are trusted from now on.

use std::fs;
use std::path::PathBuf;

use corelet_image::{KeyId, KeySet};

use crate::device::{Device, PortArgs, set_keys};
use crate::error::Failure;
use crate::{output, slots};

/// Replaces the keys that a device trusts with those of a key set
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The key set, as `corelet sign --keys` makes it
    file: PathBuf,
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let name = args.file.display();
    let bytes = fs::read(&args.file).map_err(|error| Failure::reading(&args.file, &error))?;
    // The device knows the root key.
    let set =
        KeySet::parse(&bytes).map_err(|error| Failure::refused(format_args!("{name}: {error}")))?;
    let mut device = Device::open(&args.port)?;
    let before = slots::list(&mut device)?.epoch;
    set_keys(&mut device, &bytes).map_err(|trouble| {
        trouble.or(|refusal| {
            let failure = refusal
                .failure(device.port(), format_args!("take the keys of {name}"))
                .fact("set", format_args!("epoch {}", set.unverified_epoch()));
            match before {
                Some(epoch) => failure.then(format_args!("the keys of epoch {epoch} are in force")),
                None => failure,
            }
        })
    })?;
    let after = slots::list(&mut device)?.epoch;
    let epoch = |epoch: Option<u32>| epoch.map_or("unknown".to_owned(), |epoch| epoch.to_string());
    let keys = set.unverified_keys().iter().map(KeyId::of);
    output::line(format_args!(
        "epoch {}  →  {}: {}",
        epoch(before),
        epoch(after),
        keys.map(|key| key.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    ));
    Ok(())
}
