//! Plugins on the desktop board.

use corelet_desktop::{Desktop, LogTo, Sensor, host};
use corelet_host::{
    Allow, CallError, EventError, EventQueue, Host, Policy, Report, SlotId, SlotPolicy, SlotState,
    Topics,
};

use super::{Args, Job, refusal, sensor};
use crate::error::Failure;
use crate::output;
use crate::units::{grouped, size};

/// How many plugins can run at a time.
const SLOTS: usize = 8;

/// All that the desktop board has, as far as manifests ask for it.
const ALLOW: &[Allow] = &[
    Allow::all("corelet:host/logging"),
    Allow::all("corelet:host/monotonic-clock"),
    Allow::all("corelet:host/wall-clock"),
    Allow::all("corelet:host/sensor"),
    Allow::all("corelet:host/storage"),
];

type Plugins = Host<Desktop, SLOTS>;

pub(super) fn run(args: &Args, job: &Job<'_>) -> Result<(), Failure> {
    let policy = Policy::same(SlotPolicy {
        fuel_per_call: args.fuel.unwrap_or(u64::MAX),
        allow: ALLOW,
        topics: Topics::All,
        ..SlotPolicy::DEVICE
    });
    let mut host = host::<SLOTS>(board(args)?, policy);
    for (slot, image) in slots(job) {
        host.load(slot, image)
            .map_err(|error| refusal::failure(slot, image, ALLOW, error))?;
    }
    for (slot, call) in &job.calls {
        let refused = |error: CallError| {
            Failure::refused(format_args!("slot {slot}: `{}` has no answer", call.name()))
                .fact("reason", error)
                .fact("blame", format_args!("{:?}", error.blame()))
        };
        let response = host
            .call_encoded(SlotId(*slot), call.key, &call.request)
            .map_err(refused)?;
        output::line(call.response(response)?);
    }
    let mut progress = Progress::new(job, args.ticks);
    for event in &args.event {
        happen(&mut host, event)?;
        progress.poll_until_idle(&mut host);
    }
    progress.tick(&mut host);
    summarise(&host, job);
    match progress.failures {
        0 => Ok(()),
        1 => Err(Failure::refused("a call failed: see above")),
        count => Err(Failure::refused(format_args!(
            "{count} calls failed: see above"
        ))),
    }
}

fn slots<'j>(job: &'j Job<'_>) -> impl Iterator<Item = (SlotId, &'j corelet_image::Verified<'j>)> {
    (0..).map(SlotId).zip(&job.images)
}

/// The board, in the computer's time, or in its own if a number of ticks is asked for.
fn board(args: &Args) -> Result<Desktop, Failure> {
    let mut board = match args.ticks {
        Some(_) => Desktop::in_virtual_time().with_log(LogTo::stderr()),
        None => Desktop::in_real_time(),
    };
    for text in &args.sensor {
        let (channel, source) = sensor::parse(text)?;
        board.set_sensor(Sensor::new(channel, source));
    }
    match &args.storage {
        Some(path) => board.with_storage_in(path).map_err(|error| {
            Failure::usage(format_args!(
                "{} cannot be the storage: {error}",
                path.display()
            ))
        }),
        None => Ok(board),
    }
}

/// Lets an event happen now: `TOPIC`, or `TOPIC=PAYLOAD`.
fn happen(host: &mut Plugins, text: &str) -> Result<(), Failure> {
    let (topic, payload) = text.split_once('=').unwrap_or((text, ""));
    let now = host.board_mut().map_or(0, |board| board.clock.now());
    let queue = EventQueue::<1>::new();
    // Topics are constants of a firmware; here they come from the command line, a handful of them.
    let topic: &'static str = Box::leak(topic.to_owned().into_boxed_str());
    queue
        .push(topic, payload.as_bytes(), now)
        .map_err(|error: EventError| {
            Failure::usage(format_args!("this event cannot happen: {error}")).fact("event", text)
        })?;
    host.deliver(&queue);
    Ok(())
}

/// What the plugins did so far.
struct Progress {
    /// For each slot that is ticked, how many ticks it waits for; none for a number without end.
    missing: Vec<(SlotId, Option<u32>)>,
    failures: u32,
}

impl Progress {
    fn new(job: &Job<'_>, ticks: Option<u32>) -> Self {
        let ticked = slots(job).filter(|(_, image)| image.manifest().tick_ms.is_some());
        Self {
            missing: ticked.map(|(slot, _)| (slot, ticks)).collect(),
            failures: 0,
        }
    }

    /// Ticks every plugin as often as is asked for.
    fn tick(&mut self, host: &mut Plugins) {
        while self.goes_on(host) {
            match host.poll() {
                Report::Idle { next: Some(next) } => {
                    if let Some(board) = host.board_mut() {
                        board.advance_to(next);
                    }
                }
                Report::Idle { next: None } => return,
                report => self.take(host, report),
            }
        }
    }

    /// Whether a plugin that runs waits for ticks.
    fn goes_on(&self, host: &Plugins) -> bool {
        let waits = |(slot, missing): &(SlotId, Option<u32>)| {
            *missing != Some(0) && host.state(*slot) == SlotState::Running
        };
        self.missing.iter().any(waits)
    }

    fn poll_until_idle(&mut self, host: &mut Plugins) {
        loop {
            match host.poll() {
                Report::Idle { .. } => return,
                report => self.take(host, report),
            }
        }
    }

    fn take(&mut self, host: &Plugins, report: Report) {
        let name = |slot| {
            host.name(slot)
                .map_or_else(String::new, |name| name.as_str().to_owned())
        };
        let failure = match report {
            Report::Ticked { slot, result } => {
                for (_, missing) in self
                    .missing
                    .iter_mut()
                    .filter(|(ticked, _)| *ticked == slot)
                {
                    *missing = missing.map(|count| count.saturating_sub(1));
                }
                result
                    .err()
                    .map(|failure| format!("slot {slot} {}: tick: {failure}", name(slot)))
            }
            Report::Handled {
                slot,
                topic,
                result,
            } => result
                .err()
                .map(|failure| format!("slot {slot} {}: event {topic}: {failure}", name(slot))),
            Report::EventsDropped { count } => Some(format!("{count} events found no room")),
            Report::Faulted { slot, fault } => {
                Some(format!("slot {slot} {}: stopped: {fault}", name(slot)))
            }
            _ => None,
        };
        if let Some(failure) = failure {
            self.failures += 1;
            output::note(failure);
        }
    }
}

/// One line for each plugin: what it did and what it took.
fn summarise(host: &Plugins, job: &Job<'_>) {
    for (slot, image) in slots(job) {
        let metrics = host.metrics(slot);
        output::note(format_args!(
            "slot {slot}  {} {}  {} calls  fuel {} at most, {} in all  {} memory",
            image.manifest().name,
            image.manifest().version,
            grouped(metrics.calls.into()),
            grouped(metrics.fuel_largest),
            grouped(metrics.fuel_total),
            size(host.memory_bytes(slot) as u64)
        ));
    }
}
