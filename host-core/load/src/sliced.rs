//! Calls that are carried on in slices of fuel.

use corelet_abi::{Answer, CodecError, NameKey, Writer};
use wasmi::{TypedResumableCall, TypedResumableCallHostTrap, TypedResumableCallOutOfFuel, Val};

use crate::machine::Entry;
use crate::{Imports, Machine, Stop};

/// How far a slice brought a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a call that is suspended wants another slice"]
pub enum Progress {
    /// The plugin answered.
    Finished(Answer),
    /// The slice is used up, and the call waits for the next.
    Suspended,
}

/// A call that was begun and has no answer yet.
pub(crate) struct Open {
    at: At,
    /// What is left of the fuel of the whole call.
    left: u64,
    /// What host functions cost beyond the fuel of their slice, and later slices have to pay before the guest goes on. It is
    /// taken off `left` already.
    debt: u64,
}

/// Where the guest stands.
enum At {
    /// Before the function.
    Entry(Entry),
    /// At an instruction that there was not enough fuel for.
    OutOfFuel(TypedResumableCallOutOfFuel<i64>),
    /// Behind a host function, whose result this is, and whose price was more than there was.
    InDebt(TypedResumableCallHostTrap<i64>, i32),
}

impl<D: Imports> Machine<D> {
    /// Begins a call that [`run`](Self::run) carries on: the request is written, and no guest code runs yet.
    ///
    /// `fuel` is for the whole call, however many slices it takes.
    ///
    /// # Errors
    /// [`Stop::Busy`] while another call is open, and all of [`call`](Self::call) that come before the guest is entered.
    pub fn begin(
        &mut self,
        export: NameKey,
        fuel: u64,
        request: impl FnOnce(&mut Writer<'_>) -> Result<(), CodecError>,
    ) -> Result<(), Stop> {
        let entry = self.enter(export, request)?;
        self.open = Some(Open {
            at: At::Entry(entry),
            left: fuel,
            debt: 0,
        });
        Ok(())
    }

    /// Carries the open call on, with `slice` fuel or with as much as its next step requires, if that is more.
    ///
    /// The step is a block of instructions without a branch back, or one instruction on a range of memory: admission bounds
    /// both. What host functions cost beyond the slice is paid by the next slices, in which the guest does not run. In the
    /// end a call in slices has used as much fuel as one that is not.
    ///
    /// # Errors
    /// As [`call`](Self::call), and no call is open then. [`Stop::NoCall`] if none was. [`Stop::HeapFull`] if the heap has no room
    /// for what a call may take and the guest was not entered; if that was entered and the heap filled up since,
    /// [`Stop::OutOfHeap`].
    // Once in the firmware, and not in each of those that call it.
    #[inline(never)]
    pub fn run(&mut self, slice: u64) -> Result<Progress, Stop> {
        let mut open = self.open.take().ok_or(Stop::NoCall)?;
        // Without any, debts would never be paid.
        let slice = slice.max(1);
        let paid = open.debt.min(slice);
        open.debt = open.debt.saturating_sub(paid);
        let slice = slice.saturating_sub(paid);
        let used_for_debt = paid > 0 && slice == 0;
        if open.debt > 0 || used_for_debt {
            self.open = Some(open);
            return Ok(Progress::Suspended);
        }
        let result = if self.heap_has_reserve() {
            self.carry_on(open, slice)
        } else if let At::Entry(_) = open.at {
            Err(Stop::HeapFull)
        } else {
            Err(Stop::OutOfHeap)
        };
        self.note(result)
    }

    /// Ends the open call, if there is one, and with it the instance, if the guest was entered.
    pub fn cancel(&mut self) {
        if let Some(Open { at, .. }) = self.open.take() {
            self.spent |= !matches!(at, At::Entry(_));
        }
    }

    /// Whether a call is open.
    pub const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn carry_on(&mut self, open: Open, slice: u64) -> Result<Progress, Stop> {
        let Open { at, left, .. } = open;
        if let At::Entry(entry) = at
            && let Some(reserve) = self.plan.reserve_later
        {
            // wasmi takes heap when it is given back the stack of a call for the first time, and aborts where there is none. Here there
            // is; when a call is cancelled there may not be. Without fuel no guest code runs.
            let _ = self.resume(At::Entry(entry), 0)?;
            self.plan.reserve_later = None;
            self.store.data_mut().limits.reserve = reserve;
        }
        let required = match &at {
            At::OutOfFuel(call) => call.required_fuel(),
            At::Entry(_) | At::InDebt(..) => 0,
        };
        let granted = slice.max(required).min(left);
        let result = self.resume(at, granted);
        let kept = self.store.get_fuel().unwrap_or(0);
        let used = granted.saturating_sub(kept);
        self.fuel_used = self.fuel_used.saturating_add(used);
        self.settle(result?, left.saturating_sub(used))
    }

    /// Enters the guest where it stands.
    // Once in the firmware: it has wasmi's executor three times.
    #[inline(never)]
    fn resume(&mut self, at: At, fuel: u64) -> Result<TypedResumableCall<i64>, Stop> {
        let store = &mut self.store;
        store.set_fuel(fuel).map_err(|error| Stop::of(&error))?;
        store.data_mut().owed = None;
        let result = match at {
            At::Entry(entry) => entry
                .function
                .call_resumable(&mut *store, (entry.request, entry.length)),
            At::OutOfFuel(call) => call.resume(&mut *store),
            At::InDebt(call, result) => call.resume(&mut *store, &[Val::I32(result)]),
        };
        result.map_err(|error| Stop::of(&error))
    }

    /// What came of a slice, which leaves the call this much fuel.
    fn settle(&mut self, result: TypedResumableCall<i64>, left: u64) -> Result<Progress, Stop> {
        let open = match result {
            TypedResumableCall::Finished(found) => {
                return self.answer(found).map(Progress::Finished);
            }
            TypedResumableCall::OutOfFuel(call) => {
                if call.required_fuel() > left {
                    return Err(Stop::OutOfFuel);
                }
                Open {
                    at: At::OutOfFuel(call),
                    left,
                    debt: 0,
                }
            }
            TypedResumableCall::HostTrap(call) => {
                let Some(owed) = self.store.data_mut().owed.take() else {
                    return Err(Stop::of(call.host_error()));
                };
                self.fuel_used = self.fuel_used.saturating_add(owed.fuel.min(left));
                let left = left.checked_sub(owed.fuel).ok_or(Stop::OutOfFuel)?;
                Open {
                    at: At::InDebt(call, owed.result),
                    left,
                    debt: owed.fuel,
                }
            }
        };
        self.open = Some(open);
        Ok(Progress::Suspended)
    }
}
