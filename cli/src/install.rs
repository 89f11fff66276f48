//! `corelet install`: a new version of a plugin, from the file to its confirmation.

use std::thread;
use std::time::{Duration, Instant};

use corelet_smp::State;

use crate::device::{Device, ImageFile, PortArgs, Slot, SlotArgs, Slots, Trouble, reset, test};
use crate::error::Failure;
use crate::units::{parse_duration, time};
use crate::upload::{INTERRUPTED, ImageArgs};
use crate::{output, slots};

/// How often the device is asked how the trial goes.
const LOOK: Duration = Duration::from_millis(250);

/// Sends an image to a device, starts it as a trial, and waits until it is confirmed or rejected
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = INTERRUPTED)]
pub(crate) struct Args {
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    port: PortArgs,
    #[command(flatten)]
    slot: SlotArgs,
    /// How long to wait for the end of the trial
    #[arg(long, value_name = "TIME", default_value = "2min", value_parser = parse_duration)]
    timeout: Duration,
    /// Reset the device if it begins trials when it starts
    #[arg(long)]
    reset: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let image = args.image.read()?;
    let mut device = Device::open(&args.port)?;
    let slot = args.slot.slot;
    let slots = slots::list(&mut device)?;
    if is_confirmed(&slots, slot, &image) {
        output::line(format_args!(
            "slot {slot}  {}, confirmed before",
            image.plugin
        ));
        return Ok(());
    }
    let mut line = String::new();
    let there = slots.find(slot, &image.hash);
    if !there.is_some_and(|row| row.is(State::Trial)) {
        let sent = args.image.send(&mut device, &image, slot)?;
        line = format!("{sent}  →  ");
    }
    let confirmed = Trial::of(args, &mut device, &image).end()?;
    output::line(format_args!("{line}trial  →  {confirmed}"));
    Ok(())
}

/// Whether it runs for good. What is confirmed and does not run is what a trial falls back to.
fn is_confirmed(slots: &Slots, slot: u8, image: &ImageFile) -> bool {
    slots
        .primary(slot)
        .is_ok_and(|row| row.is(State::Confirmed) && row.hash[..] == image.hash[..])
}

/// A trial that begins, or goes on already.
struct Trial<'a> {
    args: &'a Args,
    device: &'a mut Device,
    image: &'a ImageFile,
    slot: u8,
    deadline: Instant,
    /// The device was told to begin.
    is_told: bool,
    /// It was seen on trial.
    is_seen: bool,
    /// It was reset, or that it has to be was said.
    is_reset: bool,
}

impl<'a> Trial<'a> {
    fn of(args: &'a Args, device: &'a mut Device, image: &'a ImageFile) -> Self {
        Self {
            args,
            device,
            image,
            slot: args.slot.slot,
            deadline: Instant::now() + args.timeout,
            is_told: false,
            is_seen: false,
            is_reset: false,
        }
    }

    /// Brings it to its end. Answers with the word for a confirmation, and why it was if the device says so.
    ///
    /// What is next follows from the slots, so that an answer which was lost changes nothing.
    fn end(mut self) -> Result<String, Failure> {
        let _showing = output::progress(format!("{} on trial", self.image.plugin));
        loop {
            let slots = slots::list(self.device)?;
            let row = slots.find(self.slot, &self.image.hash);
            match row {
                Some(row) if is_confirmed(&slots, self.slot, self.image) => {
                    let reason = row.reason().map(|reason| format!(" {reason}"));
                    return Ok(format!("confirmed{}", reason.unwrap_or_default()));
                }
                // A plugin that faulted in its trial is rejected for it, with more to say.
                Some(row) if row.is(State::Trial) || row.is(State::Faulted) => self.is_seen = true,
                Some(row) if row.waits() => {
                    if self.is_seen {
                        return Err(self.failed(&slots, "did not pass its trial", None));
                    }
                    if self.begin(&slots)? {
                        continue;
                    }
                }
                Some(row) => {
                    let what = if row.is(State::Rejected) {
                        "was rejected".to_owned()
                    } else {
                        format!("is {}", row.state())
                    };
                    return Err(self.failed(&slots, &what, Some(row)));
                }
                None => return Err(self.failed(&slots, "is not there any more", None)),
            }
            if Instant::now() >= self.deadline {
                return Err(self.late(row));
            }
            thread::sleep(LOOK);
        }
    }

    /// Has it begin. False if that was done, and there is nothing to do but to wait.
    fn begin(&mut self, slots: &Slots) -> Result<bool, Failure> {
        if !self.is_told {
            self.is_told = true;
            return match test(self.device, &self.image.hash) {
                // Whether it was done, the slots say.
                Ok(()) | Err(Trouble::Unsure(_)) => Ok(true),
                Err(trouble) => Err(trouble.or(|refusal| {
                    let port = self.device.port();
                    let failure = refusal.failure(port, format_args!("try {}", self.image.plugin));
                    self.unharmed(failure, slots)
                })),
            };
        }
        if self.is_reset {
            return Ok(false);
        }
        self.is_reset = true;
        if !self.args.reset {
            output::note(format_args!(
                "the trial begins when the device starts next: corelet reset --port {}",
                self.device.port()
            ));
            return Ok(false);
        }
        match reset(self.device) {
            Ok(()) | Err(Trouble::Unsure(_)) => Ok(true),
            Err(trouble) => {
                let port = self.device.port();
                Err(trouble.or(|refusal| refusal.failure(port, "be reset")))
            }
        }
    }

    /// It was not confirmed.
    fn failed(&self, slots: &Slots, what: &str, row: Option<&Slot>) -> Failure {
        let mut title = format!("{} {what}", self.image.plugin);
        if let Some(reason) = row.and_then(Slot::reason) {
            title += ": ";
            title += &reason;
        }
        let port = self.device.port();
        let failure = Failure::refused(title)
            .fact("image", self.image.fact())
            .help(format_args!(
                "corelet logs --port {port} shows what it logged, corelet audit --port {port} what it was denied"
            ));
        self.unharmed(failure, slots)
    }

    /// It is neither confirmed nor rejected.
    fn late(&self, row: Option<&Slot>) -> Failure {
        let state = row.map_or_else(|| "is gone".to_owned(), |row| format!("is {}", row.state()));
        let port = self.device.port();
        Failure::refused(format_args!(
            "{} is not confirmed after {}",
            self.image.plugin,
            time(self.args.timeout)
        ))
        .fact(&format!("slot {}", self.slot), format_args!("it {state}"))
        .help(format_args!(
            "--timeout TIME waits longer; corelet slots --port {port} says how it stands\n\
             corelet confirm --port {port} --slot {} confirms it",
            self.slot
        ))
    }

    fn unharmed(&self, failure: Failure, slots: &Slots) -> Failure {
        match slots.still_runs(self.slot) {
            Some(plugin) => failure.then(format_args!("{plugin} still runs")),
            None => failure.then(format_args!("nothing runs in slot {}", self.slot)),
        }
    }
}
