//! Plugins on the emulated board: its firmware in QEMU, its log as it comes.

use std::io;
use std::path::Path;
use std::time::Duration;

use corelet_desktop::Source;
use corelet_mps2_an386::{BootRecord, SLOTS, ScriptedCall};

use super::{Args, Job, sensor};
use crate::error::Failure;
use crate::firmware;
use crate::output;
use crate::qemu::{FlashFile, Line, Machine, Next, Pace, Start};
use crate::toolchain::ensure_qemu;

pub(super) fn run(args: &Args, job: &Job<'_>) -> Result<(), Failure> {
    let temperature = settings(args, job)?;
    let qemu = ensure_qemu().map_err(Failure::tool)?;
    let firmware = match &args.firmware {
        Some(firmware) => firmware.clone(),
        None => firmware::build(&[])?,
    };
    let temporary = tempfile::tempdir()
        .map_err(|error| Failure::writing(Path::new("a temporary folder"), &error))?;
    let flash = args
        .storage
        .clone()
        .unwrap_or_else(|| temporary.path().join("flash"));
    write_flash(&flash, args, job).map_err(|error| Failure::writing(&flash, &error))?;
    let starting = output::progress("starting the emulator");
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        firmware: &firmware,
        flash: &flash,
        pace: Pace::Real,
    })?;
    drop(starting);
    if let Some(temperature) = temperature {
        machine.set_temperature(temperature).map_err(|error| {
            Failure::tool(format_args!("the thermometer cannot be set: {error}"))
        })?;
    }
    let mut failed = 0;
    loop {
        match machine.line(Duration::from_secs(1)) {
            Next::Line(line) => failed += u32::from(!show(&line, job)?),
            Next::Nothing => {}
            Next::End => break,
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::refused(
            "the firmware warns of failures: see above",
        )),
    }
}

/// Refuses what the board cannot do, and reads the temperature.
fn settings(args: &Args, job: &Job<'_>) -> Result<Option<i32>, Failure> {
    if job.images.len() > SLOTS {
        return Err(Failure::usage("more images than slots").found(job.images.len(), SLOTS));
    }
    if let Some(event) = args.event.first() {
        return Err(
            Failure::usage("the emulated board has events of its own only")
                .found(event, "no --event"),
        );
    }
    if args.fuel.is_some() {
        return Err(Failure::usage("the firmware's policy sets the fuel")
            .help("[budget] fuel-per-call in corelet.toml"));
    }
    match args.sensor.as_slice() {
        [] => Ok(None),
        [one] => match sensor::parse(one)? {
            (0, Source::Constant(value)) => Ok(Some((value * 1000.0).round() as i32)),
            _ => Err(Failure::usage(
                "the emulated board has one thermometer, channel 0, of constant temperature",
            )
            .found(one, "0=VALUE")),
        },
        several => Err(Failure::usage("the emulated board has one sensor").found(several.len(), 1)),
    }
}

/// Puts images, calls and the time to run into the flash.
fn write_flash(path: &Path, args: &Args, job: &Job<'_>) -> io::Result<()> {
    let mut flash = FlashFile::open(path)?;
    for slot in 0..SLOTS {
        let image = job.files.get(slot).map_or(&[][..], Vec::as_slice);
        flash.put_image(slot, image)?;
    }
    let calls: Vec<_> = job
        .calls
        .iter()
        .map(|(slot, call)| ScriptedCall {
            slot: *slot,
            export: call.key,
            request: &call.request,
        })
        .collect();
    flash.put_boot_record(&BootRecord {
        run_milliseconds: run_time(args.ticks, job),
        calls: calls.as_slice().into(),
    })
}

/// Long enough for so many ticks of every plugin, and half a period more; 0, which is for ever, if ticks go on.
fn run_time(ticks: Option<u32>, job: &Job<'_>) -> u32 {
    let period = job
        .images
        .iter()
        .filter_map(|image| image.manifest().tick_ms)
        .max();
    match (ticks, period) {
        (None, Some(_)) => 0,
        (Some(ticks), Some(period)) => period
            .saturating_mul(ticks)
            .saturating_add(period / 2)
            .max(1),
        (_, None) => 1,
    }
}

/// Prints a line of the log, and the answer of a call as JSON. False if the line tells of a failure.
fn show(line: &Line, job: &Job<'_>) -> Result<bool, Failure> {
    output::note(format_args!(
        "{:9.3} {:5} {}",
        line.time.as_secs_f64(),
        line.level,
        line.message
    ));
    if let Some((number, response)) = answer(&line.message)
        && let Some((_, call)) = job.calls.get(number)
    {
        output::line(call.response(&response)?);
    }
    Ok(!is_failure(line))
}

/// Whether the firmware warns of something. What plugins log begins with their name in brackets, and may well be a warning.
fn is_failure(line: &Line) -> bool {
    let warns = ["warn", "error"]
        .iter()
        .any(|level| line.level.eq_ignore_ascii_case(level));
    warns && !line.message.starts_with('[')
}

/// Number and response of a call that the firmware made.
fn answer(message: &str) -> Option<(usize, Vec<u8>)> {
    let (number, bytes) = message.strip_prefix("call ")?.split_once(": answer [")?;
    let bytes = bytes
        .strip_suffix(']')?
        .split(", ")
        .filter(|byte| !byte.is_empty());
    let bytes = bytes.map(|byte| u8::from_str_radix(byte, 16).ok());
    Some((number.parse().ok()?, bytes.collect::<Option<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_in_the_log() {
        assert_eq!(
            answer("call 1: answer [00, ae, 03]"),
            Some((1, vec![0, 0xae, 3]))
        );
        assert_eq!(answer("call 0: answer []"), Some((0, vec![])));
        assert_eq!(answer("call 0: fuel 12, 3 ns"), None);
        assert_eq!(answer("tick"), None);
    }

    #[test]
    fn a_warning_of_a_plugin_is_no_failure() {
        let line = |level, message: &str| Line {
            level,
            time: Duration::ZERO,
            message: message.to_owned(),
        };
        assert!(is_failure(&line(
            "warn",
            "slot 0: tick failed: the plugin used up its fuel, fuel 10"
        )));
        assert!(is_failure(&line(
            "error",
            "slot 0: image refused: not signed"
        )));
        assert!(!is_failure(&line("warn", "[thermostat] too warm")));
        assert!(!is_failure(&line("info", "slot 0: tick, fuel 10")));
    }
}
