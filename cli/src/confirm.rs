//! `corelet confirm`: what runs on trial stays.

use corelet_smp::State;

use crate::device::{Device, PortArgs, confirm};
use crate::error::Failure;
use crate::{output, slots};

/// Confirms what runs on trial in a slot, or in all
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
    /// The slot's number; without it, all that runs
    #[arg(long, value_name = "N")]
    slot: Option<u8>,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let before = slots::list(&mut device)?;
    let hash = match args.slot {
        None => None,
        Some(slot) => {
            let row = before.primary(slot)?;
            if !row.is(State::Trial) {
                return Err(
                    Failure::refused(format_args!("nothing is on trial in slot {slot}"))
                        .fact(&format!("slot {slot}"), row)
                        .help("corelet install IMAGE starts a trial"),
                );
            }
            Some(<[u8; 32]>::try_from(&row.hash[..]).map_err(|_| {
                Failure::tool(format_args!(
                    "the device does not say which image runs in slot {slot}"
                ))
            })?)
        }
    };
    confirm(&mut device, hash.as_ref())
        .map_err(|trouble| trouble.or(|refusal| refusal.failure(device.port(), "confirm")))?;
    let after = slots::list(&mut device)?;
    for row in after.primaries().filter(|row| row.is(State::Confirmed)) {
        if args.slot.is_none_or(|slot| row.slot == u32::from(slot)) {
            output::line(format_args!("slot {}  {row}", row.slot));
        }
    }
    Ok(())
}
