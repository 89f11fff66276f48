//! What a slot is in the middle of: one call that is carried on in slices.

use corelet_abi::{Answer, Call, INIT_EXPORT, NameKey};
use corelet_load::Progress;

use crate::capability::monotonic_clock::MonotonicClock;
use crate::inbox::Inbox;
use crate::plugin::{event_handler, lifecycle, ticker};
use crate::slot::{Check, Encode, Home, Life, Outcome, Plugin, check, now};
use crate::{Blame, CallError, Failure, Fuel, OnFault, Report};

/// A call that was begun.
#[derive(Clone, Copy)]
pub(crate) enum Job {
    InFlight {
        work: Work,
        /// How long its request is.
        sent: usize,
        check: Check,
    },
    /// What came of a call that [`Host::start`](crate::Host::start) asked for, which waits to be taken.
    Answered {
        serial: u32,
        result: Result<Answer, CallError>,
    },
}

/// What the call is for.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    Init,
    Tick,
    /// To handle an event of this topic.
    Event(&'static str),
    /// What [`Host::start`](crate::Host::start) asked for.
    Call {
        serial: u32,
    },
}

impl Job {
    /// The number of the call that [`Host::start`](crate::Host::start) began, if it is one.
    pub(crate) const fn serial(&self) -> Option<u32> {
        match self {
            Self::InFlight {
                work: Work::Call { serial },
                ..
            }
            | Self::Answered { serial, .. } => Some(*serial),
            Self::InFlight { .. } => None,
        }
    }
}

impl<B: MonotonicClock + 'static> Plugin<B> {
    /// Begins a call that [`slice`](Self::slice) carries on. No guest code runs yet.
    pub(crate) fn begin(
        &mut self,
        export: NameKey,
        request: Encode<'_>,
        check: Check,
        work: Work,
    ) -> Result<(), CallError> {
        let sent = self.open(export, request)?;
        self.job = Some(Job::InFlight { work, sent, check });
        Ok(())
    }

    /// Begins what is due next, if anything is.
    ///
    /// # Errors
    /// What could not be begun, and why.
    pub(crate) fn begin_next(&mut self, inbox: &Inbox, now: u64) -> Result<(), (Work, CallError)> {
        if let Some(starting) = self.starting {
            return if starting.at <= now {
                self.begin_init(now)
            } else {
                Ok(())
            };
        }
        let tick_goes_first = core::mem::take(&mut self.tick_goes_first);
        if tick_goes_first && self.begin_tick(now)? {
            return Ok(());
        }
        if self.begin_event(inbox)? {
            self.tick_goes_first = true;
        } else if !tick_goes_first {
            self.begin_tick(now)?;
        }
        Ok(())
    }

    /// Begins `init`, which the instance still needs. A plugin that cannot even begin it is faulted.
    fn begin_init(&mut self, now: u64) -> Result<(), (Work, CallError)> {
        let config = core::mem::take(&mut self.config);
        let begun = self.begin(
            NameKey::of_export(INIT_EXPORT),
            &|writer| writer.bytes(&config),
            check::<Outcome>,
            Work::Init,
        );
        self.config = config;
        begun.map_err(|error| {
            self.initialised(Err(error.into()), now);
            (Work::Init, error)
        })
    }

    /// Begins a tick if one is due. Returns whether one was.
    fn begin_tick(&mut self, now: u64) -> Result<bool, (Work, CallError)> {
        let Some(missed) = self.ticks.as_mut().and_then(|ticks| ticks.take(now)) else {
            return Ok(false);
        };
        self.metrics.ticks_missed = self.metrics.ticks_missed.saturating_add(missed);
        let work = Work::Tick;
        let begun = self
            .exports
            .find::<ticker::functions::Tick>()
            .and_then(|export| self.begin(export, &|_| Ok(()), check::<Outcome>, work));
        begun.map_err(|error| (work, error))?;
        Ok(true)
    }

    /// Begins to hand over the next event that the plugin wants. Returns whether there is one.
    fn begin_event(&mut self, inbox: &Inbox) -> Result<bool, (Work, CallError)> {
        while let Some((number, event)) = inbox.from(self.next_event) {
            self.next_event = number.wrapping_add(1);
            if !self.wants(event.topic) {
                continue;
            }
            let work = Work::Event(event.topic);
            let call = event_handler::Handle {
                event: event_handler::Event {
                    topic: event.topic,
                    timestamp: event.timestamp,
                    payload: event.payload(),
                },
            };
            let begun = self
                .exports
                .find::<event_handler::functions::Handle>()
                .and_then(|export| {
                    self.begin(
                        export,
                        &|writer| call.encode(writer),
                        check::<Outcome>,
                        work,
                    )
                });
            begun.map_err(|error| (work, error))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Carries the job on. Returns it with its result when it has come to its end. A fault of the guest costs it its instance.
    pub(crate) fn slice(
        &mut self,
        home: &mut Home<B>,
        fuel: u64,
    ) -> Option<(Work, Result<Answer, CallError>)> {
        let Some(Job::InFlight { work, sent, check }) = self.job else {
            return None;
        };
        let result = match self.carry_on(home, fuel, check) {
            Ok(Progress::Suspended) => return None,
            Ok(Progress::Finished(answer)) => Ok(answer),
            Err(error) => Err(error),
        };
        self.job = None;
        let last = self.metrics.fuel_last;
        self.count(sent, result);
        match (work, result) {
            (Work::Init, _) => {
                // Nobody asked for it: what a report tells is the fuel of the call before.
                self.metrics.fuel_last = last;
                let result = result.map_err(Failure::Call);
                let result = result.and_then(|answer| self.outcome(answer));
                self.initialised(result, now(home));
            }
            (_, Err(error)) if error.costs_the_instance() => self.recover(home, error),
            _ => {}
        }
        Some((work, result))
    }

    /// Tells what came of a job. The result of a call that was started waits from then on.
    pub(crate) fn report(&mut self, work: Work, result: Result<Answer, CallError>) -> Report {
        let slot = self.slot;
        match work {
            Work::Init => match (self.fault(), self.starting) {
                (Some(fault), _) => {
                    self.fault_reported = true;
                    Report::Faulted { slot, fault }
                }
                (None, Some(_)) => Report::WaitsForHeap { slot },
                (None, None) => Report::Initialised { slot },
            },
            Work::Tick => Report::Ticked {
                slot,
                result: self.counted(result),
            },
            Work::Event(topic) => Report::Handled {
                slot,
                topic,
                result: self.counted(result),
            },
            Work::Call { serial } => {
                self.job = Some(Job::Answered { serial, result });
                Report::Finished { slot }
            }
        }
    }

    /// What the plugin itself answered; an error of its own is counted.
    fn counted(&mut self, result: Result<Answer, CallError>) -> Result<(), Failure> {
        let outcome = self.outcome(result?);
        if outcome.is_err() {
            self.metrics.failures = self.metrics.failures.saturating_add(1);
        }
        outcome
    }

    /// Whether there is a call to carry on.
    pub(crate) const fn is_in_flight(&self) -> bool {
        matches!(self.job, Some(Job::InFlight { .. }))
    }

    /// Whether an event or a tick would be begun at once.
    pub(crate) const fn can_begin(&self) -> bool {
        self.is_free().is_ok() && self.starting.is_none()
    }

    /// Whether the plugin is still to be told of the first event.
    pub(crate) fn is_late(&self, inbox: &Inbox) -> bool {
        inbox
            .from(self.next_event)
            .is_some_and(|(number, event)| number == inbox.first() && self.wants(event.topic))
    }

    /// When it has something to do next, as far as time decides.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.is_free().ok()?;
        match self.starting {
            Some(starting) => Some(starting.at),
            None => Some(self.ticks?.due()),
        }
    }

    /// Makes the next call, of `shutdown`, the last one.
    pub(crate) fn last_call(&mut self, fuel: Fuel) -> Result<NameKey, CallError> {
        self.is_free()?;
        let export = self.exports.find::<lifecycle::functions::Shutdown>()?;
        // It is gone in any case: no restart, and nobody whom its last words could concern.
        self.on_fault = OnFault::Stop;
        self.fuel_per_call = self.fuel_per_call.min(fuel.0);
        Ok(export)
    }

    /// Ends what is in flight, and has another instance made.
    pub(crate) fn cancel(&mut self, home: &mut Home<B>) {
        self.job = None;
        self.close();
        if matches!(&self.life, Life::Running(machine) if machine.is_spent()) {
            self.renew(now(home), Blame::Host);
        }
    }
}
