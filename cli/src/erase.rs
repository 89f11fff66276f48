//! `corelet erase`: an image goes from a slot.

use corelet_smp::State;

use crate::device::{Device, PortArgs, SlotArgs, erase};
use crate::error::Failure;
use crate::{output, slots};

/// Erases what waits in a slot, or what runs there
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
    #[command(flatten)]
    slot: SlotArgs,
    /// Erase what runs, not what waits
    #[arg(long)]
    active: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let slot = args.slot.slot;
    let before = slots::list(&mut device)?;
    before.primary(slot)?;
    erase(&mut device, slot, args.active).map_err(|trouble| {
        trouble.or(|refusal| {
            refusal
                .failure(device.port(), format_args!("erase in slot {slot}"))
                .then("nothing was erased")
        })
    })?;
    let after = slots::list(&mut device)?;
    let erased: Vec<_> = before
        .of(slot)
        .filter(|row| !row.is(State::Empty) && after.of(slot).all(|left| left != *row))
        .map(ToString::to_string)
        .collect();
    let erased = match &erased[..] {
        [] => "nothing was there".to_owned(),
        erased => erased.join("; "),
    };
    output::line(format_args!("slot {slot}  erased: {erased}"));
    Ok(())
}
