//! How a version on trial is doing.

use core::fmt;

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::plugin::lifecycle;
use corelet_host::{CallError, Failure, Fault, SlotId, SlotState, Stop, Ticket};
use corelet_store::{Error, Reason};
use embedded_storage::nor_flash::NorFlash;

use crate::{Mapped, Report, Updater};

/// What was seen of a version on trial since the device started. Times are those of the [`Clock`](crate::clock::Clock).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial {
    /// When it was initialised, in nanoseconds; none before.
    begun: Option<u64>,
    /// How long it had worked when it was last looked at, in nanoseconds.
    ran: u64,
    /// When it last came to an answer, or its place.
    heard: u64,
    /// The host's counts when they were last looked at: calls and restarts, then errors and failures.
    calls: u32,
    bad: u32,
    /// Good calls in a row, those that asked for its health left out.
    good: u32,
    /// When it is asked next how it is.
    health_at: u64,
    asked: Option<Ticket<lifecycle::functions::Health>>,
    /// It said that it is well.
    well: bool,
    /// It is confirmed as soon as it works.
    pub at_once: bool,
    /// It has shown what confirms it.
    passed: bool,
    /// When confirming it is tried again.
    confirm_at: u64,
}

impl Trial {
    pub(crate) const NONE: Self = Self {
        begun: None,
        ran: 0,
        heard: 0,
        calls: 0,
        bad: 0,
        good: 0,
        health_at: 0,
        asked: None,
        well: false,
        at_once: false,
        passed: false,
        confirm_at: 0,
    };

    /// One that begins with its image, whatever was tried in the slot before.
    pub(crate) const fn anew(self) -> Self {
        Self {
            // The answer is still to be taken.
            asked: self.asked,
            ..Self::NONE
        }
    }

    /// Whether its plugin was initialised.
    pub(crate) const fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// What it had shown when it was looked at last, in words; none where nothing was tried since the plugin took its place.
    pub(crate) fn shown(&self) -> Option<impl fmt::Display> {
        self.begun.map(|_| Shown {
            good_calls: self.good,
            seconds: self.ran / (1_000 * MS),
            well: self.well,
            by_command: self.at_once,
        })
    }

    /// One that has its place now, in nanoseconds.
    pub(crate) const fn again(self, now: u64) -> Self {
        Self {
            heard: now,
            at_once: self.at_once,
            ..Self::NONE
        }
    }
}

/// `after 3 good calls, 2 s, healthy`.
struct Shown {
    good_calls: u32,
    seconds: u64,
    well: bool,
    by_command: bool,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            good_calls,
            seconds,
            ..
        } = self;
        if self.by_command {
            f.write_str("by command ")?;
        }
        let plural = if *good_calls == 1 { "" } else { "s" };
        write!(f, "after {good_calls} good call{plural}, {seconds} s")?;
        f.write_str(if self.well { ", healthy" } else { "" })
    }
}

const MS: u64 = 1_000_000;

/// How long the store is left alone after it could not write something down.
pub(crate) const RETRY_NS: u64 = 1_000 * MS;

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: MonotonicClock + 'static,
    F: NorFlash + Mapped,
{
    /// Looks how the slot's trial goes, if there is one, and ends it if it is time.
    pub(crate) fn watch(&mut self, slot: SlotId, now: u64) -> Option<Report> {
        if !self.is_on_trial(slot) {
            return None;
        }
        let seat = self.seat(slot)?;
        if seat.doubted || self.wanted(slot) != seat.here {
            return None;
        }
        if let Some(reason) = self.misbehaves(slot, now) {
            return Some(self.condemn(slot, reason, now));
        }
        let policy = self.policy;
        let seat = self.seat_mut(slot)?;
        let (trial, confirm) = (&mut seat.trial, &seat.confirm);
        let ran = now.saturating_sub(trial.begun?);
        trial.ran = ran;
        let shown = trial.good >= confirm.good_calls
            && ran >= u64::from(confirm.seconds).saturating_mul(1_000 * MS)
            && (!confirm.health || trial.well);
        trial.passed = trial.at_once || shown && policy.confirms_itself;
        if trial.passed && now >= trial.confirm_at {
            let Err(error) = self.confirm_set(slot) else {
                return self.notice(slot);
            };
            self.seat_mut(slot)?.trial.confirm_at = now.saturating_add(RETRY_NS);
            return Some(Report::StoreFailed { slot, error });
        }
        let over = ran >= u64::from(policy.trial_ms).saturating_mul(MS);
        over.then(|| self.condemn(slot, Reason::NotConfirmed, now))
    }

    /// Confirms the slot's trial, if all that is tried with it has passed too.
    fn confirm_set(&mut self, slot: SlotId) -> Result<(), Error> {
        let mut others = self.store.tried_with(slot);
        let all = others.all(|other| self.seat(other).is_some_and(|seat| seat.trial.passed));
        drop(others);
        if all { self.confirm_now(slot) } else { Ok(()) }
    }

    /// Why a version on trial is not to go on.
    fn misbehaves(&mut self, slot: SlotId, now: u64) -> Option<Reason> {
        if let Some(error) = self.host.last_fault(slot) {
            return Some(reason_of(error));
        }
        if let SlotState::Faulted(fault) = self.host.state(slot) {
            return Some(match fault {
                Fault::NotInitialised(Failure::Plugin(_)) => Reason::Unhealthy,
                Fault::NotInitialised(Failure::Call(error))
                | Fault::Stopped(error)
                | Fault::TooManyRestarts(error) => reason_of(error),
                _ => Reason::Refused,
            });
        }
        // An answer to this is no good call, which counting has to know.
        if let Some(reason) = self.ask(slot, now) {
            return Some(reason);
        }
        self.count(slot, now);
        let policy = self.policy;
        let seat = self.seat(slot)?;
        let speaks = seat.trial.begun.is_none() || seat.confirm.health || seat.tick_ms.is_some();
        let period = seat.tick_ms.unwrap_or(0).saturating_mul(2);
        let most = u64::from(policy.heartbeat_ms.max(period)).saturating_mul(MS);
        let silent = speaks && now.saturating_sub(seat.trial.heard) > most;
        silent.then_some(Reason::Silent)
    }

    /// Counts the calls since it was last looked.
    fn count(&mut self, slot: SlotId, now: u64) {
        let metrics = self.host.metrics(slot);
        let runs = self.host.state(slot) == SlotState::Running;
        let Some(seat) = self.seat_mut(slot) else {
            return;
        };
        let trial = &mut seat.trial;
        // `init` of a new instance is no good call.
        let calls = metrics.calls.saturating_sub(metrics.restarts);
        let bad = metrics.errors.saturating_add(metrics.failures);
        if trial.begun.is_none() && runs {
            trial.begun = Some(now);
            trial.heard = now;
            trial.calls = calls;
        }
        if calls > trial.calls {
            trial.heard = now;
        }
        if bad > trial.bad {
            trial.good = 0;
        } else {
            let more = calls.saturating_sub(trial.calls);
            trial.good = trial.good.saturating_add(more);
        }
        trial.calls = calls;
        trial.bad = bad;
    }

    /// Takes what a plugin that is watched no more was asked, which would keep it busy for ever.
    pub(crate) fn release(&mut self, slot: SlotId) {
        let Self { host, seats, .. } = self;
        if let Some(seat) = seats.get_mut(usize::from(slot.0))
            && let Some(ticket) = seat.trial.asked
            && host.take(ticket).is_some()
        {
            seat.trial.asked = None;
        }
    }

    /// Asks the plugin how it is, if that matters and it is time.
    fn ask(&mut self, slot: SlotId, now: u64) -> Option<Reason> {
        let Self {
            host,
            seats,
            policy,
            ..
        } = self;
        let seat = seats.get_mut(usize::from(slot.0))?;
        let trial = &mut seat.trial;
        if !seat.confirm.health || trial.begun.is_none() {
            return None;
        }
        let Some(ticket) = trial.asked else {
            if now >= trial.health_at {
                match host.start(slot, &lifecycle::Health {}) {
                    Ok(ticket) => trial.asked = Some(ticket),
                    Err(CallError::NoSuchExport { .. } | CallError::WrongShape { .. }) => {
                        return Some(Reason::Unhealthy);
                    }
                    // It is in the middle of something else.
                    Err(_) => {}
                }
            }
            return None;
        };
        let answer = host.take(ticket)?;
        trial.asked = None;
        trial.health_at = now.saturating_add(u64::from(policy.health_ms).saturating_mul(MS));
        match answer {
            Ok(Ok(())) => {
                trial.well = true;
                // Its own call counts for nothing else.
                trial.calls = trial.calls.saturating_add(1);
                trial.heard = now;
                None
            }
            Ok(Err(_)) => Some(Reason::Unhealthy),
            // If it is at fault, the host knows.
            Err(_) => None,
        }
    }
}

fn reason_of(error: CallError) -> Reason {
    match error {
        CallError::Stopped(Stop::OutOfFuel) => Reason::OutOfFuel,
        _ => Reason::Trapped,
    }
}
