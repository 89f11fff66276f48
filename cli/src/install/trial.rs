//! A trial, from its beginning to its end.

use std::thread;
use std::time::{Duration, Instant};

use corelet_smp::State;

use super::{Args, Item, is_confirmed};
use crate::device::{Device, Slot, Slots, Trouble, reset, test, test_together};
use crate::error::Failure;
use crate::units::time;
use crate::{output, slots};

/// How often the device is asked how the trial goes.
const LOOK: Duration = Duration::from_millis(250);

/// A trial that begins, or goes on already: of one image, or of several together.
pub(super) struct Trial<'a> {
    args: &'a Args,
    device: &'a mut Device,
    items: &'a [Item],
    deadline: Instant,
    /// The device was told to begin.
    is_told: bool,
    /// It was seen on trial.
    is_seen: bool,
    /// It was reset, or that it has to be was said.
    is_reset: bool,
}

/// How the trial goes.
enum Course {
    /// All are confirmed: the word for it, and why they were if the device says so.
    Confirmed(Vec<String>),
    Goes,
    /// It has not begun.
    Waits,
    /// It has ended.
    Failed,
}

impl<'a> Trial<'a> {
    pub(super) fn of(args: &'a Args, device: &'a mut Device, items: &'a [Item]) -> Self {
        Self {
            args,
            device,
            items,
            deadline: Instant::now() + args.timeout,
            is_told: false,
            is_seen: false,
            is_reset: false,
        }
    }

    /// Brings it to its end. Answers for each image with the word for its confirmation, and why it was if the device says so.
    ///
    /// What is next follows from the slots, so that an answer which was lost changes nothing.
    pub(super) fn end(mut self) -> Result<Vec<String>, Failure> {
        let _showing = output::progress(format!("{} on trial", self.plugins()));
        loop {
            let slots = slots::list(self.device)?;
            match self.course(&slots) {
                Course::Confirmed(words) => return Ok(words),
                Course::Goes => self.is_seen = true,
                Course::Waits if self.is_seen => return Err(self.failed()),
                Course::Waits => {
                    if self.begin(&slots)? {
                        continue;
                    }
                }
                Course::Failed => return Err(self.failed()),
            }
            if Instant::now() >= self.deadline {
                return Err(self.late(&slots));
            }
            thread::sleep(LOOK);
        }
    }

    fn course(&self, slots: &Slots) -> Course {
        let mut words = Vec::new();
        let mut waits = false;
        for Item { slot, image, .. } in self.items {
            match slots.find(*slot, &image.hash) {
                Some(row) if is_confirmed(slots, *slot, image) => {
                    let reason = row.reason().map(|reason| format!(" {reason}"));
                    words.push(format!("confirmed{}", reason.unwrap_or_default()));
                }
                // A plugin that faulted in its trial is rejected for it, with more to say.
                Some(row) if row.is(State::Trial) || row.is(State::Faulted) => {}
                Some(row) if row.waits() => waits = true,
                _ => return Course::Failed,
            }
        }
        if words.len() == self.items.len() {
            Course::Confirmed(words)
        } else if waits {
            Course::Waits
        } else {
            Course::Goes
        }
    }

    /// Has it begin. False if that was done, and there is nothing to do but to wait.
    fn begin(&mut self, slots: &Slots) -> Result<bool, Failure> {
        if !self.is_told {
            self.is_told = true;
            let told = match self.items {
                [item] => test(self.device, &item.image.hash),
                items => test_together(self.device, items.iter().map(|item| item.slot).collect()),
            };
            return match told {
                // Whether it was done, the slots say.
                Ok(()) | Err(Trouble::Unsure(_)) => Ok(true),
                Err(trouble) => Err(trouble.or(|refusal| {
                    let port = self.device.port();
                    let failure = refusal.failure(port, format_args!("try {}", self.plugins()));
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

    /// It was not confirmed: the images that failed, and why.
    fn failed(&mut self) -> Failure {
        // A list comes in pieces, between which a trial can end: all of it was seen when it had.
        let slots = match slots::list(self.device) {
            Ok(slots) => slots,
            Err(failure) => return failure,
        };
        let at_fault = self.items.iter().find_map(|item| {
            let what = match slots.find(item.slot, &item.image.hash) {
                Some(row) if row.is(State::Rejected) => with_reason("was rejected", row),
                Some(row) if row.is(State::Trial) || row.waits() => return None,
                Some(row) => with_reason(&format!("is {}", row.state()), row),
                None => "is not there any more".to_owned(),
            };
            Some((item, what))
        });
        let (item, what) = match (at_fault, self.items) {
            (Some((item, what)), _) => (item, what),
            (None, items) => (&items[0], "did not pass its trial".to_owned()),
        };
        let port = self.device.port();
        let failure = Failure::refused(format_args!("{} {what}", item.image.plugin))
            .fact("image", item.image.fact())
            .help(format_args!(
                "corelet logs --port {port} shows what it logged, corelet audit --port {port} what it was denied"
            ));
        let failure = match self.items.len() {
            1 => failure,
            all => failure.then(format_args!("none of the {all} stays")),
        };
        self.unharmed(failure, &slots)
    }

    /// They are neither confirmed nor rejected.
    fn late(&self, slots: &Slots) -> Failure {
        let port = self.device.port();
        let are = if self.items.len() == 1 { "is" } else { "are" };
        let mut failure = Failure::refused(format_args!(
            "{} {are} not confirmed after {}",
            self.plugins(),
            time(self.args.timeout)
        ));
        for item in self.items {
            let row = slots.find(item.slot, &item.image.hash);
            let state =
                row.map_or_else(|| "is gone".to_owned(), |row| format!("is {}", row.state()));
            failure = failure.fact(&format!("slot {}", item.slot), format_args!("it {state}"));
        }
        failure.help(format_args!(
            "--timeout TIME waits longer; corelet slots --port {port} says how it stands\n\
             corelet confirm --port {port} --slot {} confirms it",
            self.items[0].slot
        ))
    }

    /// What is on trial: `thermostat 1.4.0 and pump 0.2.0`.
    fn plugins(&self) -> String {
        let plugins: Vec<_> = self
            .items
            .iter()
            .map(|item| &item.image.plugin[..])
            .collect();
        match &plugins[..] {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            _ => plugins.concat(),
        }
    }

    /// What runs in each of the slots.
    fn unharmed(&self, failure: Failure, slots: &Slots) -> Failure {
        self.items
            .iter()
            .fold(failure, |failure, item| match slots.still_runs(item.slot) {
                Some(plugin) => failure.then(format_args!("{plugin} still runs")),
                None => failure.then(format_args!("nothing runs in slot {}", item.slot)),
            })
    }
}

/// `was rejected: it trapped`.
fn with_reason(what: &str, row: &Slot) -> String {
    match row.reason() {
        Some(reason) => format!("{what}: {reason}"),
        None => what.to_owned(),
    }
}
