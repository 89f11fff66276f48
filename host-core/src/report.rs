use crate::{Failure, Fault, SlotId};

/// What [`Host::run`](crate::Host::run) or [`Host::poll`](crate::Host::poll) did, or has to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[must_use = "a report may tell of a fault or of lost events"]
pub enum Report {
    /// There was nothing to do.
    Idle {
        /// When the next tick or restart is due, or `init` is tried again that found no heap, in nanoseconds on the board's
        /// monotonic clock; none if none is.
        next: Option<u64>,
    },
    /// A call goes on with the next slice: this one is used up, or paid for a driver.
    Suspended {
        /// Which.
        slot: SlotId,
    },
    /// A call that [`Host::start`](crate::Host::start) began has come to its end: [take](crate::Host::take) what came of it.
    Finished {
        /// Of which plugin.
        slot: SlotId,
    },
    /// A new instance was initialised.
    Initialised {
        /// Of which plugin.
        slot: SlotId,
    },
    /// The heap has no room for `init` of a new instance: the board's fault. It is tried again every tenth of a second, which is
    /// reported no more, and at once when another plugin is unloaded. Where `init` was under way already, it begins anew.
    WaitsForHeap {
        /// Of which plugin.
        slot: SlotId,
    },
    /// A plugin was ticked.
    Ticked {
        /// Which.
        slot: SlotId,
        /// How it went.
        result: Result<(), Failure>,
    },
    /// A plugin was told of an event.
    Handled {
        /// Which.
        slot: SlotId,
        /// The event's topic.
        topic: &'static str,
        /// How it went.
        result: Result<(), Failure>,
    },
    /// Events that found no room in their queue since this was last reported.
    EventsDropped {
        /// How many.
        count: u32,
    },
    /// A plugin stopped for good. Reported once; [`Host::state`](crate::Host::state) goes on to say so.
    Faulted {
        /// Which.
        slot: SlotId,
        /// Why.
        fault: Fault,
    },
}
