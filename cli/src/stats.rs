//! `corelet stats`: what a device counts.

use crate::device::{Device, PortArgs, stats};
use crate::error::Failure;
use crate::output::{self, shown};
use crate::units::grouped;

/// Shows the counters of a device
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The groups to show; without one, all
    groups: Vec<String>,
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let known = stats::groups(&mut device).map_err(|trouble| {
        trouble.or(|refusal| refusal.failure(device.port(), "show its counters"))
    })?;
    let unknown = args.groups.iter().find(|group| !known.contains(group));
    if let Some(group) = unknown {
        let known: Vec<_> = known.iter().map(|group| shown(group)).collect();
        return Err(Failure::usage("the device has no such group of counters")
            .found(group, known.join(", ")));
    }
    let groups = if args.groups.is_empty() {
        &known
    } else {
        &args.groups
    };
    for group in groups {
        let counters = stats::counters(&mut device, group).map_err(|trouble| {
            trouble.or(|refusal| refusal.failure(device.port(), format_args!("show {group}")))
        })?;
        for (name, count) in counters {
            output::line(format_args!(
                "{}  {}  {}",
                shown(group),
                shown(&name),
                grouped(count)
            ));
        }
    }
    Ok(())
}
