//! Calls that are started, run in slices and taken when they have come to their end.

use core::fmt;
use core::marker::PhantomData;

use corelet_abi::{Call, Codec, Function, decode};

use crate::capability::monotonic_clock::MonotonicClock;
use crate::host::occupant;
use crate::job::{Job, Work};
use crate::slot::check;
use crate::{CallError, Host, SlotId};

/// A call of `F` that [`Host::start`] began. It borrows nothing, and is worth nothing once the answer is taken or the plugin
/// is unloaded.
#[must_use = "the slot does nothing else until the answer is taken or the call is cancelled"]
pub struct Ticket<F> {
    slot: SlotId,
    serial: u32,
    function: PhantomData<fn() -> F>,
}

impl<F> Ticket<F> {
    /// Where the plugin is.
    pub const fn slot(&self) -> SlotId {
        self.slot
    }
}

impl<F> Clone for Ticket<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for Ticket<F> {}

impl<F: Function> fmt::Debug for Ticket<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("slot", &self.slot)
            .field("serial", &self.serial)
            .field("function", &F::NAME)
            .finish()
    }
}

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Begins a call of a plugin, which [`run`](Self::run) carries on: the request is written, and no guest code runs yet.
    ///
    /// Until the answer is [taken](Self::take), the slot does nothing else.
    ///
    /// # Errors
    /// All of [`call`](Self::call) that come before the plugin is entered; [`CallError::Busy`] among them.
    pub fn start<C: Call>(
        &mut self,
        slot: SlotId,
        call: &C,
    ) -> Result<Ticket<C::Function>, CallError> {
        let plugin = occupant(&mut self.slots, slot)?;
        let export = plugin.exports.find::<C::Function>()?;
        plugin.is_free()?;
        if let Some(starting) = plugin.starting {
            return Err(plugin.not_yet(starting));
        }
        let serial = self.serial;
        plugin.begin(
            export,
            &|writer| call.encode(writer),
            check::<<C::Function as Function>::Response>,
            Work::Call { serial },
        )?;
        self.serial = serial.wrapping_add(1);
        Ok(Ticket {
            slot,
            serial,
            function: PhantomData,
        })
    }

    /// The answer of a call that was started; none as long as it is under way, and none if there is no such call any more.
    ///
    /// What the response borrows lies in the plugin's memory. The slot is free again.
    pub fn take<F: Function>(
        &mut self,
        ticket: Ticket<F>,
    ) -> Option<Result<<F::Response as Codec>::Value<'_>, CallError>> {
        let plugin = occupant(&mut self.slots, ticket.slot).ok()?;
        let result = match plugin.job {
            Some(Job::Answered { serial, result }) if serial == ticket.serial => result,
            _ => return None,
        };
        plugin.job = None;
        Some(result.and_then(|answer| {
            decode::<F::Response>(plugin.response(answer)).map_err(CallError::Malformed)
        }))
    }

    /// Ends a call that was started, whether it has come to its end or not; nothing if there is no such call any more.
    ///
    /// A plugin that is in the middle of it is made anew, and what it had in memory is lost. That is no fault, and counts for no
    /// limit on restarts.
    pub fn cancel<F>(&mut self, ticket: Ticket<F>) {
        if let Ok(plugin) = occupant(&mut self.slots, ticket.slot)
            && plugin.job.as_ref().and_then(Job::serial) == Some(ticket.serial)
        {
            plugin.cancel(&mut self.home);
        }
    }
}
