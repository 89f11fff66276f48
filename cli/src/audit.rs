//! `corelet audit`: what plugins were denied.

use crate::device::{Device, PortArgs, audit};
use crate::error::Failure;
use crate::logs::seconds;
use crate::output::{self, shown};
use crate::units::grouped;

/// Shows what plugins asked for and were denied, and why
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let denials = audit(&mut device).map_err(|trouble| {
        trouble.or(|refusal| refusal.failure(device.port(), "show its audit"))
    })?;
    if denials.is_empty() {
        output::note("nothing was denied");
    }
    for denial in denials {
        let plural = if denial.count == 1 { "" } else { "s" };
        output::line(format_args!(
            "{} slot {}  {}  {} `{}`: {}  {} time{plural}",
            seconds(denial.time),
            denial.slot,
            shown(&denial.plugin),
            shown(&denial.interface),
            shown(&denial.function),
            shown(&denial.reason),
            grouped(denial.count.into()),
        ));
    }
    Ok(())
}
