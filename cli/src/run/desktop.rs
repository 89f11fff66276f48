//! Plugins on the desktop board.

use corelet_desktop::{Desktop, LogTo, Sensor, host};
use corelet_host::capability::sensor::Sensors;
use corelet_host::{
    Allow, CallError, EventError, EventQueue, Failure as Failed, Host, Policy, Report, SlotId,
    SlotPolicy, SlotState, Topics,
};

use super::explain::Explainer;
use super::failures::Failures;
use super::typed_call::TypedCall;
use super::{Args, Job, no_storage, refusal, sensor, summary};
use corelet_wit::nearest;

use crate::error::Failure;
use crate::output;

/// How many plugins can run at a time.
const SLOTS: usize = 8;

/// What plugins may do: whatever they ask for, within a device's limits.
pub(crate) const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: u64::MAX,
    allow: Allow::STANDARD,
    topics: Topics::All,
    ..SlotPolicy::DEVICE
};

type Plugins = Host<Desktop, SLOTS>;

pub(super) fn run(args: &Args, job: &Job<'_>) -> Result<(), Failure> {
    let policy = Policy::same(SlotPolicy {
        fuel_per_call: args.fuel.unwrap_or(u64::MAX),
        ..POLICY
    });
    let board = board(args)?;
    let explainer = Explainer {
        contract: job.contract,
        channels: board.channels().iter().map(|c| c.number).collect(),
        fuel: args.fuel.unwrap_or(u64::MAX),
        is_fuel_asked: args.fuel.is_some(),
    };
    let mut host = host::<SLOTS>(board, policy);
    for (slot, image) in job.slots() {
        host.load(slot, image).map_err(|error| {
            let (manifest, module) = (image.manifest(), image.module());
            refusal::failure(slot, manifest, module, POLICY.allow, error, &explainer)
        })?;
    }
    for (slot, call) in &job.calls {
        let slot = SlotId(*slot);
        match host.call_encoded(slot, call.key, &call.request) {
            Ok(response) => output::line(call.response(response)?),
            Err(error) => {
                let fuel = host.metrics(slot).fuel_last;
                return Err(no_answer(job, &explainer, slot, call, &error, fuel));
            }
        }
    }
    let mut progress = Progress::new(job, args.ticks, &explainer);
    for event in &args.event {
        happen(&mut host, job, event)?;
        progress.poll_until_idle(&mut host);
    }
    progress.tick(&mut host);
    summarise(&host, job);
    progress.failures.result()
}

fn no_answer(
    job: &Job<'_>,
    explainer: &Explainer<'_>,
    slot: SlotId,
    call: &TypedCall<'_>,
    error: &CallError,
    fuel: u64,
) -> Failure {
    let explained = job
        .plugin(slot)
        .map(|(_, manifest)| explainer.call(error, manifest, Some(fuel)));
    let (reason, help) = match explained {
        Some(explained) => (explained.words, explained.help),
        None => (error.to_string(), None),
    };
    let failure = Failure::refused(format_args!("slot {slot}: `{}` has no answer", call.name()))
        .fact("reason", reason)
        .fact("blame", format_args!("{:?}", error.blame()));
    match help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// The board, in the computer's time, or in its own if a number of ticks is asked for.
fn board(args: &Args) -> Result<Desktop, Failure> {
    let board = match args.ticks {
        Some(_) => Desktop::in_virtual_time().with_log(LogTo::stderr()),
        None => Desktop::in_real_time(),
    };
    let board = with_sensors(board, &args.sensor)?;
    match &args.storage {
        Some(path) => board
            .with_storage_in(path)
            .map_err(|error| no_storage(path, &error)),
        None => Ok(board),
    }
}

/// The board with what `--sensor` says.
///
/// # Errors
/// If one says nothing that a sensor can measure, or two set one channel.
pub(crate) fn with_sensors(mut board: Desktop, sensors: &[String]) -> Result<Desktop, Failure> {
    for text in sensors {
        let (channel, source) = sensor::parse(text)?;
        if board.channels().iter().any(|other| other.number == channel) {
            return Err(
                Failure::usage(format_args!("sensor {channel} is set twice"))
                    .found(text, "one --sensor for each channel"),
            );
        }
        board.set_sensor(Sensor::new(channel, source));
    }
    Ok(board)
}

/// Whether a plugin wants to hear of `topic`.
fn check_topic(job: &Job<'_>, topic: &str) -> Result<(), Failure> {
    let images = job.images.iter();
    let topics: Vec<_> = images
        .flat_map(|image| &image.manifest().topics)
        .copied()
        .collect();
    if topics.contains(&topic) {
        return Ok(());
    }
    let allowed = if topics.is_empty() {
        "none: no corelet.toml has `events`".to_owned()
    } else {
        topics.join(", ")
    };
    let failure = Failure::usage("no plugin takes this event").found(topic, allowed);
    Err(match nearest(topic, topics) {
        Some(near) => failure.help(format_args!("did you mean {near}?")),
        None => failure,
    })
}

/// Lets an event happen now: `TOPIC`, or `TOPIC=PAYLOAD`.
fn happen(host: &mut Plugins, job: &Job<'_>, text: &str) -> Result<(), Failure> {
    let (topic, payload) = text.split_once('=').unwrap_or((text, ""));
    check_topic(job, topic)?;
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
struct Progress<'a> {
    job: &'a Job<'a>,
    explainer: &'a Explainer<'a>,
    /// For each slot that is ticked, how many ticks it waits for; none for a number without end.
    missing: Vec<(SlotId, Option<u32>)>,
    failures: Failures,
}

impl<'a> Progress<'a> {
    fn new(job: &'a Job<'a>, ticks: Option<u32>, explainer: &'a Explainer<'a>) -> Self {
        let ticked = job
            .slots()
            .filter(|(_, image)| image.manifest().tick_ms.is_some());
        Self {
            job,
            explainer,
            missing: ticked.map(|(slot, _)| (slot, ticks)).collect(),
            failures: Failures::default(),
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
        match report {
            Report::Ticked { slot, result } => {
                for (_, missing) in self
                    .missing
                    .iter_mut()
                    .filter(|(ticked, _)| *ticked == slot)
                {
                    *missing = missing.map(|count| count.saturating_sub(1));
                }
                if let Err(failure) = result {
                    self.failed(host, slot, "tick", &failure);
                }
            }
            Report::Handled {
                slot,
                topic,
                result: Err(failure),
            } => self.failed(host, slot, &format!("event {topic}"), &failure),
            Report::EventsDropped { count } => self
                .failures
                .add("", format!("{count} events found no room")),
            Report::Faulted { slot, fault } => {
                let Some((name, manifest)) = self.job.plugin(slot) else {
                    return;
                };
                self.failures.add(
                    &format!("{name}: stopped: "),
                    self.explainer.fault(&fault, manifest),
                );
            }
            _ => {}
        }
    }

    fn failed(&mut self, host: &Plugins, slot: SlotId, what: &str, failure: &Failed) {
        if let Some((name, manifest)) = self.job.plugin(slot) {
            let fuel = host.metrics(slot).fuel_last;
            let explained = self.explainer.failure(failure, manifest, Some(fuel));
            self.failures.add(&format!("{name}: {what}: "), explained);
        }
    }
}

/// One line for each plugin: what it did and what it took.
fn summarise(host: &Plugins, job: &Job<'_>) {
    for (slot, image) in job.slots() {
        let metrics = host.metrics(slot);
        let fuel = (metrics.fuel_largest, metrics.fuel_total);
        let memory = host.memory_bytes(slot) as u64;
        output::note(summary(slot, image, metrics.calls.into(), fuel, memory));
    }
}
