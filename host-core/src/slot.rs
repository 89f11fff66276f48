//! One plugin in its slot: the machine, what it may use, and how it is doing.

use alloc::boxed::Box;
use alloc::vec::Vec;

use corelet_abi::{Answer, Codec, CodecError, INIT_EXPORT, NameKey, Status, Writer, decode};
use corelet_load::{Imports, Machine, MachineError, Progress, Stop};

use crate::capability::monotonic_clock::MonotonicClock;
use crate::exports::Exports;
use crate::job::Job;
use crate::plugin::types;
use crate::quarantine::Mark;
use crate::restart::{RestartCount, Starting};
use crate::schedule::Ticks;
use crate::session::Session;
use crate::{
    Blame, CallError, Failure, Fault, Metrics, OnFault, PluginError, PluginName, SlotId, Table,
    Topic,
};

/// What a slot is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SlotState {
    /// It has no plugin.
    Empty,
    /// Its plugin is initialised. It can be called unless it is in the middle of a call ([`CallError::Busy`]).
    Running,
    /// Its plugin has a new instance, which is not initialised yet.
    Starting {
        /// When it may be, in nanoseconds on the board's monotonic clock.
        at: u64,
        /// Who is at fault that it does not run: whoever was when a call failed before; the host after
        /// [`Host::place`](crate::Host::place) and [`Host::cancel`](crate::Host::cancel); the board if the heap had no room for `init`,
        /// or for a call that was on its way.
        blame: Blame,
    },
    /// Its plugin stopped for good, and waits to be unloaded.
    Faulted(Fault),
}

/// What all slots share. It is in the host, or lent to the slot that runs: one pointer moves.
pub(crate) struct Shared<B: 'static> {
    pub(crate) board: B,
    pub(crate) table: Table<B>,
    /// The latest time that the board's clock has shown.
    pub(crate) latest: u64,
}

impl<B: MonotonicClock + 'static> Shared<B> {
    /// The time, which stands still while the board's clock shows less than it did.
    pub(crate) fn now(&mut self) -> u64 {
        self.latest = self.latest.max(self.board.now());
        self.latest
    }
}

/// What belongs to the plugin while it is called: the data of its store. It outlives the plugin's instances.
pub(crate) struct Resident<B: 'static> {
    pub(crate) session: Session,
    pub(crate) lent: Option<Box<Shared<B>>>,
}

impl<B: 'static> Imports for Resident<B> {
    fn import(&mut self, entry: u16, request: &[u8], response: &mut [u8]) -> Result<usize, Status> {
        let shared = self.lent.as_deref_mut().ok_or(Status::LOGIC_BUG)?;
        shared.table.call(
            entry,
            &mut shared.board,
            &mut self.session,
            request,
            response,
        )
    }

    fn response_max(&self, entry: u16) -> usize {
        let function = self.lent.as_deref().and_then(|s| s.table.function(entry));
        function.map_or(usize::MAX, |function| function.response_max)
    }

    fn take_debt(&mut self) -> u64 {
        core::mem::take(&mut self.session.debt)
    }
}

/// A plugin that is loaded.
pub(crate) struct Plugin<B: 'static> {
    pub(crate) slot: SlotId,
    pub(crate) name: PluginName,
    pub(crate) life: Life<B>,
    pub(crate) exports: Exports,
    /// The request of `init`, for every new instance.
    pub(crate) config: Vec<u8>,
    pub(crate) fuel_per_call: u64,
    pub(crate) on_fault: OnFault,
    pub(crate) restarts: RestartCount,
    /// None once the instance is initialised.
    pub(crate) starting: Option<Starting>,
    pub(crate) job: Option<Job>,
    pub(crate) ticks: Option<Ticks>,
    pub(crate) topics: Vec<Topic>,
    /// The number of the next event of the inbox that it has not been told of.
    pub(crate) next_event: u32,
    pub(crate) tick_goes_first: bool,
    pub(crate) metrics: Metrics,
    pub(crate) fault_reported: bool,
    /// Of a host with a quarantine.
    pub(crate) mark: Option<Mark>,
    /// What cost it its last instance, by its own fault.
    pub(crate) last_fault: Option<CallError>,
}

/// Whether a plugin can be called.
// It stands in a plugin, on the heap, and a plugin that stopped is about to be unloaded.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Life<B: 'static> {
    Running(Machine<Resident<B>>),
    /// What the machine took of the heap is given back.
    Faulted(Fault),
}

/// Writes a request. Not a type parameter: what a call takes stands once in the firmware then, not once for each function.
pub(crate) type Encode<'a> = &'a dyn Fn(&mut Writer<'_>) -> Result<(), CodecError>;

/// Whether a response is one of the called function.
pub(crate) type Check = fn(&[u8]) -> Result<(), CallError>;

/// The place in the host from which a slot borrows what is shared.
pub(crate) type Home<B> = Option<Box<Shared<B>>>;

/// The time; 0 where the board was lost, and nothing comes to pass any more.
pub(crate) fn now<B: MonotonicClock + 'static>(home: &mut Home<B>) -> u64 {
    home.as_mut().map_or(0, |shared| shared.now())
}

impl<B: 'static> Plugin<B> {
    pub(crate) const fn fault(&self) -> Option<Fault> {
        match self.life {
            Life::Running(_) => None,
            Life::Faulted(fault) => Some(fault),
        }
    }

    pub(crate) fn wants(&self, topic: &str) -> bool {
        self.fault().is_none() && self.topics.iter().any(|wanted| wanted.as_str() == topic)
    }

    /// The bytes of an answer of the last call.
    pub(crate) fn response(&self, answer: Answer) -> &[u8] {
        match &self.life {
            Life::Running(machine) => machine.response(answer),
            Life::Faulted(_) => &[],
        }
    }
}

impl<B: MonotonicClock + 'static> Plugin<B> {
    /// Makes one call, and sees to it that `check` accepts the answer. A fault of the guest costs it its instance.
    pub(crate) fn call(
        &mut self,
        home: &mut Home<B>,
        export: NameKey,
        request: Encode<'_>,
        check: Check,
    ) -> Result<Answer, CallError> {
        self.ready(home)?;
        let result = self.enter(home, export, request, check);
        if let Err(error) = result
            && error.costs_the_instance()
        {
            self.recover(home, error);
            // It goes on at once, if it may.
            let _ = self.ready(home);
        }
        result
    }

    /// Calls `init`, which every instance needs once.
    pub(crate) fn init(&mut self, home: &mut Home<B>) -> Result<(), Failure> {
        let config = core::mem::take(&mut self.config);
        let result = self.enter(
            home,
            NameKey::of_export(INIT_EXPORT),
            &|writer| writer.bytes(&config),
            check::<Outcome>,
        );
        self.config = config;
        self.outcome(result?)
    }

    /// Sees to it that the plugin can be called now: initialises the instance, if that is due.
    pub(crate) fn ready(&mut self, home: &mut Home<B>) -> Result<(), CallError> {
        self.is_free()?;
        let Some(starting) = self.starting else {
            return Ok(());
        };
        let now = now(home);
        if now < starting.at {
            return Err(self.not_yet(starting));
        }
        // Nobody asked for this `init`; the fuel of the call that failed is what a report tells.
        let fuel = self.metrics.fuel_last;
        let result = self.init(home);
        self.metrics.fuel_last = fuel;
        self.initialised(result, now);
        self.is_free()?;
        match self.starting {
            None => Ok(()),
            Some(_) => Err(Stop::HeapFull.into()),
        }
    }

    /// The instance has been initialised, or has failed to be.
    pub(crate) fn initialised(&mut self, result: Result<(), Failure>, now: u64) {
        match result {
            Ok(()) => {
                let again = self.starting.take().is_some_and(|starting| starting.again);
                self.metrics.restarts = self.metrics.restarts.saturating_add(u32::from(again));
            }
            // It was not entered, and may be when there is room.
            Err(Failure::Call(CallError::Stopped(Stop::HeapFull))) => self.wait_for_heap(now),
            // It was, and ran into a heap that others had filled.
            Err(Failure::Call(CallError::Stopped(Stop::OutOfHeap))) => {
                self.renew(now, Blame::Board);
                self.wait_for_heap(now);
            }
            Err(failure) => self.life = Life::Faulted(Fault::NotInitialised(failure)),
        }
    }

    // Once in the firmware, and not in each of those that call it.
    #[inline(never)]
    const fn wait_for_heap(&mut self, now: u64) {
        if let Some(starting) = &mut self.starting {
            starting.wait_for_heap(now);
        }
    }

    pub(crate) const fn not_yet(&self, starting: Starting) -> CallError {
        CallError::Starting {
            slot: self.slot,
            blame: starting.blame,
        }
    }

    /// Whether the plugin lives, and nothing is in flight.
    pub(crate) const fn is_free(&self) -> Result<(), CallError> {
        match (&self.life, &self.job) {
            (Life::Faulted(_), _) => Err(CallError::Faulted(self.slot)),
            (_, Some(_)) => Err(CallError::Busy(self.slot)),
            (Life::Running(_), None) => Ok(()),
        }
    }

    fn enter(
        &mut self,
        home: &mut Home<B>,
        export: NameKey,
        request: Encode<'_>,
        check: Check,
    ) -> Result<Answer, CallError> {
        let sent = self.open(export, request)?;
        let result = match self.carry_on(home, u64::MAX, check) {
            Ok(Progress::Finished(answer)) => Ok(answer),
            // With all the fuel at once there is an end.
            Ok(Progress::Suspended) => {
                self.close();
                Err(Stop::Interpreter.into())
            }
            Err(error) => Err(error),
        };
        self.count(sent, result);
        result
    }

    /// Writes a request of so many bytes, and no guest code runs yet.
    pub(crate) fn open(
        &mut self,
        export: NameKey,
        request: Encode<'_>,
    ) -> Result<usize, CallError> {
        let Life::Running(machine) = &mut self.life else {
            return Err(CallError::Faulted(self.slot));
        };
        let mut sent = 0;
        machine.begin(export, self.fuel_per_call, |writer| {
            request(writer)?;
            sent = writer.length();
            Ok(())
        })?;
        Ok(sent)
    }

    /// Carries the open call on, with the board, and sees to it that `check` accepts the answer. The image is marked meanwhile
    /// as the one that runs.
    pub(crate) fn carry_on(
        &mut self,
        home: &mut Home<B>,
        fuel: u64,
        check: Check,
    ) -> Result<Progress, CallError> {
        let Life::Running(machine) = &mut self.life else {
            return Err(CallError::Faulted(self.slot));
        };
        let Some(mut shared) = home.take() else {
            machine.cancel();
            return Err(CallError::BoardLost);
        };
        let _marked = self.mark.map(Mark::set);
        let now = shared.now();
        let resident = machine.data_mut();
        resident.session.enter(now);
        resident.lent = Some(shared);
        let progress = machine.run(fuel);
        let resident = machine.data_mut();
        *home = resident.lent.take();
        let board_errors = resident.session.board_errors.take();
        let metrics = &mut self.metrics;
        metrics.board_errors = metrics.board_errors.saturating_add(board_errors);
        if let Ok(Progress::Finished(answer)) = progress {
            check(machine.response(answer))?;
        }
        Ok(progress?)
    }

    /// Ends the open call.
    pub(crate) fn close(&mut self) {
        if let Life::Running(machine) = &mut self.life {
            machine.cancel();
        }
    }

    /// Counts a call that has come to its end.
    pub(crate) fn count(&mut self, sent: usize, result: Result<Answer, CallError>) {
        if let Life::Running(machine) = &self.life
            && !result.is_err_and(CallError::is_before_entry)
        {
            let received = result.ok().map(|answer| answer.length);
            self.metrics.count_call(machine.fuel_used(), sent, received);
        }
    }

    /// Discards the instance, and makes another if the policy has it so.
    pub(crate) fn recover(&mut self, home: &mut Home<B>, cause: CallError) {
        let now = now(home);
        let blame = cause.blame();
        if blame == Blame::Guest {
            self.last_fault = Some(cause);
        }
        let fault = match self.on_fault {
            OnFault::Stop => Fault::Stopped(cause),
            // For a heap that others filled, the plugin pays with no restart.
            OnFault::Restart(_) if blame == Blame::Board => {
                self.renew(now, blame);
                return self.wait_for_heap(now);
            }
            OnFault::Restart(allowed) => match self.restarts.next(now, &allowed) {
                Some(at) => return self.renew(at, blame),
                None => Fault::TooManyRestarts(cause),
            },
        };
        self.life = Life::Faulted(fault);
    }

    /// Makes a new instance, to be initialised at `at`. Whoever is to `blame` cost the plugin the last one.
    // Once in the firmware, and not in each of those that call it.
    #[inline(never)]
    pub(crate) fn renew(&mut self, at: u64, blame: Blame) {
        let _marked = self.mark.map(Mark::set);
        // The machine gives another, or is gone.
        let lost = Life::Faulted(Fault::NoInstance(MachineError::OutOfHeap));
        if let Life::Running(machine) = core::mem::replace(&mut self.life, lost) {
            self.life = match machine.renew() {
                Ok(machine) => Life::Running(machine),
                Err(error) => Life::Faulted(Fault::NoInstance(error)),
            };
            self.starting = Some(Starting {
                at,
                blame,
                again: true,
                reported: false,
            });
        }
    }

    /// What a function answered that gives nothing or an error of the plugin's own.
    pub(crate) fn outcome(&self, answer: Answer) -> Result<(), Failure> {
        match decode::<Outcome>(self.response(answer)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::Plugin(PluginError::from(error))),
            Err(error) => Err(Failure::Call(CallError::Malformed(error))),
        }
    }
}

pub(crate) type Outcome = Result<(), types::Error<'static>>;

/// Whether `response` is an `R`, within its bound.
pub(crate) fn check<R: Codec>(response: &[u8]) -> Result<(), CallError> {
    if response.len() > R::MAX {
        return Err(CallError::AnswerTooLong {
            found: response.len(),
            allowed: R::MAX,
        });
    }
    match decode::<R>(response) {
        Ok(_) => Ok(()),
        Err(error) => Err(CallError::Malformed(error)),
    }
}
