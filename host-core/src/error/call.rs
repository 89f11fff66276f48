use core::fmt;

use corelet_abi::CodecError;
use corelet_load::Stop;

use crate::{Blame, SlotId};

/// Why a call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallError {
    /// The host has no such slot.
    NoSuchSlot(SlotId),
    /// The slot has no plugin.
    Empty(SlotId),
    /// The plugin stopped for good; [`Host::state`](crate::Host::state) says why.
    Faulted(SlotId),
    /// Another call of the plugin is in flight, or its answer waits to be taken. Nothing is lost: try again later.
    Busy(SlotId),
    /// The plugin has a new instance, and the time to initialise it has not come. Nothing is lost: try again later.
    Starting {
        /// Where it is.
        slot: SlotId,
        /// Who is at fault, as in [`SlotState::Starting`](crate::SlotState::Starting).
        blame: Blame,
    },
    /// A driver panicked inside a call, and the board went with it.
    BoardLost,
    /// `init` is the host's to call, with the configuration that was signed.
    Init,
    /// The plugin does not export the function, in any compatible version.
    NoSuchExport {
        /// For instance `corelet:plugin/ticker@0.1.0`.
        interface: &'static str,
        /// For instance `tick`.
        function: &'static str,
    },
    /// The plugin exports the function with another signature.
    WrongShape {
        /// For instance `corelet:plugin/ticker@0.1.0`.
        interface: &'static str,
        /// For instance `tick`.
        function: &'static str,
    },
    /// The call did not begin or did not come to its end.
    Stopped(Stop),
    /// The answer is longer than the contract allows.
    AnswerTooLong {
        /// Bytes of the answer.
        found: usize,
        /// The most that the function's response can have.
        allowed: usize,
    },
    /// The answer is no canonical message of the function's type.
    Malformed(CodecError),
}

impl CallError {
    /// Who is at fault.
    pub fn blame(&self) -> Blame {
        match self {
            Self::NoSuchSlot(_)
            | Self::Empty(_)
            | Self::Busy(_)
            | Self::Init
            | Self::NoSuchExport { .. } => Blame::Host,
            Self::Faulted(_)
            | Self::WrongShape { .. }
            | Self::AnswerTooLong { .. }
            | Self::Malformed(_) => Blame::Guest,
            Self::BoardLost => Blame::Board,
            Self::Starting { blame, .. } => *blame,
            Self::Stopped(stop) => stop.blame(),
        }
    }

    /// Whether the plugin was never entered.
    pub(crate) const fn is_before_entry(self) -> bool {
        match self {
            Self::NoSuchSlot(_)
            | Self::Empty(_)
            | Self::Faulted(_)
            | Self::Busy(_)
            | Self::Starting { .. }
            | Self::BoardLost
            | Self::Init
            | Self::NoSuchExport { .. }
            | Self::WrongShape { .. } => true,
            Self::Stopped(stop) => matches!(
                stop,
                Stop::NoSuchExport
                    | Stop::Request(_)
                    | Stop::RequestTooLarge { .. }
                    | Stop::HeapFull
                    | Stop::Spent
                    | Stop::Busy
                    | Stop::NoCall
            ),
            Self::AnswerTooLong { .. } | Self::Malformed(_) => false,
        }
    }

    /// Whether the instance cannot be called again: its stack pointer may be anywhere, or it answers nonsense.
    pub(crate) const fn costs_the_instance(self) -> bool {
        match self {
            Self::AnswerTooLong { .. } | Self::Malformed(_) => true,
            Self::Stopped(stop) => stop.costs_instance(),
            _ => false,
        }
    }
}

impl From<Stop> for CallError {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchSlot(slot) => write!(f, "there is no slot {slot}"),
            Self::Empty(slot) => write!(f, "slot {slot} has no plugin; load one"),
            Self::Faulted(slot) => write!(
                f,
                "the plugin of slot {slot} stopped for good; unload it and load another"
            ),
            Self::Busy(slot) => write!(
                f,
                "slot {slot} is in the middle of a call; let it come to its end, or cancel it"
            ),
            Self::Starting {
                slot,
                blame: Blame::Board,
            } => write!(
                f,
                "the heap has no room to start the plugin of slot {slot}: unload another, or give the heap more memory"
            ),
            Self::Starting { slot, .. } => write!(
                f,
                "the plugin of slot {slot} has a new instance that is not initialised yet; try again later"
            ),
            Self::BoardLost => {
                f.write_str("a driver panicked inside a call, and the board went with it")
            }
            Self::Init => f.write_str("`init` is called by the host alone"),
            Self::NoSuchExport {
                interface,
                function,
            } => write!(
                f,
                "the plugin does not export {interface} `{function}`; add the interface to its world"
            ),
            Self::WrongShape {
                interface,
                function,
            } => write!(
                f,
                "the plugin was built for another signature of {interface} `{function}`; rebuild it against this firmware's contract"
            ),
            Self::Stopped(stop) => stop.fmt(f),
            Self::AnswerTooLong { found, allowed } => write!(
                f,
                "the plugin's answer has {found} bytes, and the contract allows {allowed}"
            ),
            Self::Malformed(error) => write!(f, "the plugin's answer is malformed: {error}"),
        }
    }
}

impl core::error::Error for CallError {}
