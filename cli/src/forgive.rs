//! `corelet forgive`: a rejected image may be tried again.

use std::path::PathBuf;

use crate::device::{Device, ImageFile, PortArgs, forgive};
use crate::error::Failure;
use crate::output;

/// Has a device forget that it rejected an image, so that it may be tried again
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The image
    image: PathBuf,
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let image = ImageFile::read(&args.image, &[])?;
    let mut device = Device::open(&args.port)?;
    forgive(&mut device, &image.hash).map_err(|trouble| {
        trouble
            .or(|refusal| refusal.failure(device.port(), format_args!("forgive {}", image.plugin)))
    })?;
    output::line(format_args!("{} may be tried again", image.plugin));
    Ok(())
}
