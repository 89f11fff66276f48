//! `corelet reset`: the device starts anew.

use crate::device::{Device, PortArgs, reset};
use crate::error::Failure;
use crate::{output, slots};

/// Resets a device, and waits until it answers again
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    reset(&mut device)
        .map_err(|trouble| trouble.or(|refusal| refusal.failure(device.port(), "be reset")))?;
    slots::list(&mut device)?;
    output::line("it was reset, and answers");
    Ok(())
}
