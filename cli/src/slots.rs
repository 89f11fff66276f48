//! `corelet slots`: what is in the slots of a device.

use crate::device::{Device, PortArgs, Slots, slots};
use crate::error::Failure;
use crate::key_file::hex;
use crate::output;

/// Lists the slots of a device: what runs in each, what else is there, and why
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let slots = list(&mut device)?;
    for row in slots.iter() {
        let mut line = format!("slot {}  {:<9}", row.slot, row.state());
        let digest = hex(&row.hash);
        let parts = [
            Some(row.plugin()).filter(|plugin| !plugin.is_empty()),
            row.received(),
            digest.get(..12).map(str::to_owned),
            row.reason(),
        ];
        for part in parts.into_iter().flatten() {
            line += "  ";
            line += &part;
        }
        output::line(line.trim_end());
    }
    if let Some(epoch) = slots.epoch {
        output::line(format_args!("keys    epoch {epoch}"));
    }
    Ok(())
}

/// The slots of a device that may refuse to list them.
pub(crate) fn list(device: &mut Device) -> Result<Slots, Failure> {
    slots(device)
        .map_err(|trouble| trouble.or(|refusal| refusal.failure(device.port(), "list its slots")))
}
