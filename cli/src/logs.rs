//! `corelet logs`: what plugins logged.

use std::thread;
use std::time::Duration;

use corelet_desktop::Line;
use corelet_host::capability::logging::Level;

use crate::device::{Device, LogLine, PortArgs, logs};
use crate::error::Failure;
use crate::output::{self, shown};

/// How often the device is asked for what follows.
const LOOK: Duration = Duration::from_millis(250);

/// Shows what plugins logged, as far as the device keeps it
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    port: PortArgs,
    /// Go on with what is logged from now on, until interrupted
    #[arg(long, short)]
    follow: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut device = Device::open(&args.port)?;
    let mut from = 0;
    loop {
        let (lines, next) = logs(&mut device, from).map_err(|trouble| {
            trouble.or(|refusal| refusal.failure(device.port(), "show its logs"))
        })?;
        // Numbers begin anew with each reset.
        if next < from {
            output::note("the device was reset");
        }
        for line in &lines {
            output::line(text(line));
        }
        // Lines that do not go on would never end.
        if !args.follow && (lines.is_empty() || next <= from) {
            return Ok(());
        }
        if lines.is_empty() {
            thread::sleep(LOOK);
        }
        from = next;
    }
}

/// `   12.000 [thermostat] warn: alarm 1: 31000`, with the seconds since the reset.
fn text(line: &LogLine) -> String {
    const LEVELS: [Level; 6] = [
        Level::Trace,
        Level::Debug,
        Level::Info,
        Level::Warn,
        Level::Error,
        Level::Critical,
    ];
    let level = LEVELS.get(usize::from(line.level));
    let shown = Line {
        plugin: shown(&line.plugin),
        level: level.copied().unwrap_or(Level::Critical),
        context: String::new(),
        message: shown(&line.text),
    };
    format!("{} {shown}", seconds(line.time))
}

/// Milliseconds since the device was reset, as seconds in a column.
pub(crate) fn seconds(milliseconds: u64) -> String {
    format!("{:5}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}
