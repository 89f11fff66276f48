//! Plugins on the emulated board: its firmware in QEMU, its log as it comes.

use std::io;
use std::path::Path;
use std::time::Duration;

use corelet_desktop::{Desktop, Source};
use corelet_host::{LoadError, SlotId};
use corelet_mps2_an386::{BootRecord, POLICY, SLOTS, ScriptedCall, host};

use super::board_log::{self, Entry};
use super::explain::Explainer;
use super::failures::Failures;
use super::{Args, Job, less, no_storage, refusal, sensor, summary};
use crate::error::Failure;
use crate::firmware;
use crate::flash_file::FlashFile;
use crate::output;
use crate::qemu::{Line, Machine, Model, Next, Pace, Serial, Start};
use crate::toolchain::ensure_qemu;

/// The board's one channel.
const THERMOMETER: u8 = 0;

/// What of the command line is for this board alone.
pub(super) struct Settings {
    /// In thousandths of a degree Celsius.
    temperature: Option<i32>,
}

impl Settings {
    /// Reads the temperature, and refuses what the board cannot do.
    pub(super) fn of(args: &Args) -> Result<Self, Failure> {
        if args.images.len() > SLOTS {
            return Err(Failure::usage("more images than slots").found(args.images.len(), SLOTS));
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
        if !args.key.is_empty() {
            return Err(
                Failure::usage("the emulated board trusts the development key and no other")
                    .help("leave --key out, and build the image with `corelet build`, or run it on the desktop board"),
            );
        }
        let temperature = temperature(&args.sensor)?;
        Ok(Self { temperature })
    }
}

fn temperature(sensors: &[String]) -> Result<Option<i32>, Failure> {
    let one = match sensors {
        [] => return Ok(None),
        [one] => one,
        several => {
            return Err(Failure::usage("the emulated board has one sensor").found(several.len(), 1));
        }
    };
    let (0, Source::Constant(value)) = sensor::parse(one)? else {
        return Err(Failure::usage(
            "the emulated board has one thermometer, channel 0, of constant temperature",
        )
        .found(one, "0=VALUE"));
    };
    // What a TMP105 can be in the emulator.
    if !(-128.0..128.0).contains(&value) {
        return Err(
            Failure::usage("the thermometer of the emulated board does not measure this")
                .found(value, "-128 to 127.999 °C"),
        );
    }
    Ok(Some((value * 1000.0).floor() as i32))
}

pub(super) fn run(args: &Args, settings: &Settings, job: &Job<'_>) -> Result<(), Failure> {
    let explainer = Explainer {
        contract: job.contract,
        channels: vec![THERMOMETER],
        fuel: POLICY.slots[0].fuel_per_call,
        is_fuel_asked: false,
    };
    rehearse(job, &explainer)?;
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
    write_flash(&flash, args, job).map_err(|error| no_storage(&flash, &error))?;
    let starting = output::progress("starting the emulator");
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        model: Model::Mps2An386,
        firmware: &firmware,
        flash: &flash,
        pace: Pace::Real,
        serial: Serial::Nothing,
        reboots: false,
    })?;
    drop(starting);
    if let Some(temperature) = settings.temperature {
        machine.set_temperature(temperature).map_err(|error| {
            Failure::tool(format_args!("the thermometer cannot be set: {error}"))
        })?;
    }
    let mut log = Log {
        job,
        explainer: &explainer,
        failures: Failures::default(),
        memory: [0; SLOTS],
        is_complete: false,
    };
    loop {
        match machine.line(Duration::from_secs(1)) {
            Next::Line(line) => log.show(&line)?,
            Next::Nothing => {}
            Next::End => break,
        }
    }
    if !log.is_complete {
        return Err(Failure::refused(
            "the board was reset: the firmware panicked, or the watchdog was not fed",
        )
        .help("the plugin that ran last, or a driver that it called, is to blame"));
    }
    log.failures.result()
}

/// Loads the plugins on the desktop under the board's policy: what it refuses the board would too, in fewer words. Whether they
/// initialise is left to the board, which has other sensors and values in its storage.
fn rehearse(job: &Job<'_>, explainer: &Explainer<'_>) -> Result<(), Failure> {
    let mut host = host(Desktop::in_virtual_time(), POLICY);
    for ((slot, image), policy) in job.slots().zip(&POLICY.slots) {
        match host.load(slot, image) {
            Ok(()) | Err(LoadError::Init(_)) => {
                for sentence in less::than_asked(image.manifest(), policy) {
                    output::note(format_args!(
                        "slot {slot} {}: {sentence}",
                        image.manifest().name
                    ));
                }
            }
            Err(error) => {
                return Err(refusal::failure(
                    slot,
                    image.manifest(),
                    image.module(),
                    policy.allow,
                    error,
                    explainer,
                ));
            }
        }
    }
    Ok(())
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
        ticks: ticks(args.ticks, job),
        calls: calls.as_slice().into(),
    })
}

/// For each slot that is ticked, how often it shall be.
fn ticks(count: Option<u32>, job: &Job<'_>) -> [u32; SLOTS] {
    let mut ticks = [0; SLOTS];
    for (place, image) in ticks.iter_mut().zip(&job.images) {
        *place = image.manifest().tick_ms.and(count).unwrap_or(0);
    }
    ticks
}

/// Long enough for so many ticks of every plugin, which end the run unless a plugin stops for good; 0, which is for ever, if
/// ticks go on.
fn run_time(ticks: Option<u32>, job: &Job<'_>) -> u32 {
    let periods = job
        .images
        .iter()
        .filter_map(|image| image.manifest().tick_ms);
    match (ticks, periods.max()) {
        (None, Some(_)) => 0,
        (Some(ticks @ 1..), Some(period)) => period.saturating_mul(ticks.saturating_add(1)),
        _ => 1,
    }
}

/// The board's log as it is shown.
struct Log<'a> {
    job: &'a Job<'a>,
    explainer: &'a Explainer<'a>,
    failures: Failures,
    /// Bytes of linear memory, by slot.
    memory: [u64; SLOTS],
    /// The firmware logged its figures, with which it ends by itself.
    is_complete: bool,
}

impl Log<'_> {
    /// Prints a line: a failure in words, an answer of a call as JSON too, anything else as it is.
    fn show(&mut self, line: &Line) -> Result<(), Failure> {
        let message = &line.message;
        let start = format!("{:9.3} {:5} ", line.time.as_secs_f64(), line.level);
        if let Some(entry) = Entry::of(message) {
            self.entry(&start, entry, message);
            return Ok(());
        }
        if is_failure(line) {
            self.failures.add(&start, message.clone());
            return Ok(());
        }
        self.note_memory(message);
        self.is_complete |= message.starts_with("figures: ");
        output::note(format_args!("{start}{message}"));
        if let Some((number, response)) = answer(message)
            && let Some((_, call)) = self.job.calls.get(number)
        {
            output::line(call.response(&response)?);
        }
        Ok(())
    }

    fn entry(&mut self, start: &str, entry: Entry<'_>, message: &str) {
        let index = match entry {
            Entry::NoAnswer { call, .. } => {
                self.job.calls.get(call).map(|(slot, _)| (*slot).into())
            }
            Entry::Failed { slot, .. }
            | Entry::Stopped { slot, .. }
            | Entry::Refused { slot, .. }
            | Entry::Metrics { slot, .. } => Some(slot),
        };
        let slot = SlotId(
            index
                .and_then(|index| index.try_into().ok())
                .unwrap_or(u8::MAX),
        );
        let Some((name, manifest)) = self.job.plugin(slot) else {
            // An empty slot has figures too.
            return;
        };
        let explainer = self.explainer;
        let (what, explained) = match entry {
            Entry::Metrics { text, .. } => return self.summarise(slot, text),
            Entry::Failed {
                what, error, fuel, ..
            } => (
                what,
                board_log::failure(error).map(|f| explainer.failure(&f, manifest, fuel)),
            ),
            Entry::Stopped { error, .. } => (
                "stopped",
                board_log::not_initialised(error).map(|f| explainer.failure(&f, manifest, None)),
            ),
            Entry::Refused { error, .. } => (
                "refused",
                board_log::not_initialised(error).map(|f| explainer.failure(&f, manifest, None)),
            ),
            Entry::NoAnswer { error, .. } => (
                "no answer",
                board_log::call_error(error).map(|e| explainer.call(&e, manifest, None)),
            ),
        };
        match explained {
            Some(explained) => self
                .failures
                .add(&format!("{start}{name}: {what}: "), explained),
            None => self.failures.add(start, message.to_owned()),
        }
    }

    /// Notes the memory of a plugin that is loaded.
    fn note_memory(&mut self, message: &str) {
        let parts = message
            .strip_prefix("slot ")
            .and_then(|rest| rest.split_once(": loaded "));
        let Some((slot, figures)) = parts else { return };
        let slot = slot
            .parse()
            .ok()
            .and_then(|slot: usize| self.memory.get_mut(slot));
        let bytes = figures
            .split_once(", memory ")
            .and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        if let Some((slot, bytes)) = slot.zip(bytes) {
            *slot = bytes;
        }
    }

    fn summarise(&self, slot: SlotId, metrics: &str) {
        let metric = |name| board_log::metric(metrics, name);
        let fuel = (metric("fuel_largest"), metric("fuel_total"));
        let index = usize::from(slot.0);
        if let Some((image, memory)) = self.job.images.get(index).zip(self.memory.get(index)) {
            output::note(summary(slot, image, metric("calls"), fuel, *memory));
        }
    }
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
