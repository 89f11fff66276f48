//! `corelet rollback`: back to the version before.

use crate::device::{Device, PortArgs, SlotArgs, rollback};
use crate::error::Failure;
use crate::{output, slots};

/// Goes back to what was confirmed before in a slot
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
    #[command(flatten)]
    slot: SlotArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let slot = args.slot.slot;
    let before = slots::list(&mut device)?;
    let from = before.primary(slot)?;
    rollback(&mut device, slot).map_err(|trouble| {
        trouble.or(|refusal| {
            refusal
                .failure(device.port(), format_args!("roll slot {slot} back"))
                .then(format_args!("slot {slot} is as it was: {from}"))
        })
    })?;
    let after = slots::list(&mut device)?;
    output::line(format_args!(
        "slot {slot}  {from}  →  {}",
        after.primary(slot)?
    ));
    Ok(())
}
