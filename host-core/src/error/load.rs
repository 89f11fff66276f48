use core::fmt;

use corelet_admission::Refusal;
use corelet_load::MachineError;

use crate::{
    Blame, CallError, Failure, GrantError, PluginName, STRIKES_MAX, SlotId, Strikes, TableError,
    Topic,
};

/// Why a plugin was not loaded. The slot is empty then, and what it had reserved is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LoadError {
    /// The host has no such slot.
    NoSuchSlot(SlotId),
    /// The slot has a plugin already.
    Occupied(SlotId),
    /// A plugin of this name is in another slot. Logs and the audit tell plugins by their names.
    NameTaken {
        /// The name.
        name: PluginName,
        /// Where the other one is.
        slot: SlotId,
    },
    /// The image is in quarantine: the device was reset too often while it ran.
    Quarantined(Strikes),
    /// A driver panicked inside a call, and the board went with it.
    BoardLost,
    /// The firmware offers more than its capability table holds.
    Table(TableError),
    /// An interface cannot be granted: the policy's record is none, or does not go together with the manifest's.
    Grant(GrantError),
    /// The manifest names a topic that the policy does not allow.
    Topic(Topic),
    /// The module did not pass admission. [`Refusal::describe`] says it with the names that stand in the module.
    Refused(Refusal),
    /// The module did not become an instance.
    Machine(MachineError),
    /// The manifest asks for ticks that are closer together than the slot's policy allows.
    TickTooShort {
        /// The period that it asks for, in milliseconds.
        found: u32,
        /// The shortest period that is allowed, in milliseconds.
        allowed: u32,
    },
    /// The manifest asks for ticks or events, and the module does not export what takes them.
    Export(CallError),
    /// The heap has no room for what the host keeps of the plugin.
    OutOfMemory,
    /// The plugin did not initialise.
    Init(Failure),
}

impl LoadError {
    /// Who is at fault.
    pub fn blame(&self) -> Blame {
        match self {
            Self::NoSuchSlot(_) | Self::Occupied(_) | Self::NameTaken { .. } => Blame::Host,
            Self::BoardLost | Self::OutOfMemory => Blame::Board,
            Self::Quarantined(_)
            | Self::Topic(_)
            | Self::TickTooShort { .. }
            | Self::Refused(_)
            | Self::Export(_) => Blame::Guest,
            Self::Table(error) => error.blame(),
            Self::Grant(error) => error.blame(),
            Self::Machine(error) => error.blame(),
            Self::Init(failure) => failure.blame(),
        }
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchSlot(slot) => write!(f, "there is no slot {slot}"),
            Self::Occupied(slot) => {
                write!(f, "slot {slot} has a plugin already; unload it first")
            }
            Self::NameTaken { name, slot } => write!(
                f,
                "slot {slot} has a plugin of the name {name} already; unload it first"
            ),
            Self::Quarantined(Strikes { count, last }) => write!(
                f,
                "the device was reset {count} times while the plugin ran, the last time by {last}, and {STRIKES_MAX} times are allowed; install another version of it, or have its strikes forgiven"
            ),
            Self::BoardLost => CallError::BoardLost.fmt(f),
            Self::Table(error) => error.fmt(f),
            Self::Grant(error) => error.fmt(f),
            Self::Topic(topic) => write!(
                f,
                "the slot's policy allows no events of topic `{topic}`; take it from `events` in corelet.toml, or add it to the policy's topics"
            ),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Machine(error) => error.fmt(f),
            Self::TickTooShort { found, allowed } => write!(
                f,
                "the manifest asks for a tick every {found} ms, and the slot allows one every {allowed} ms: set a longer `tick`"
            ),
            Self::Export(error) => write!(f, "the manifest asks for what is not there: {error}"),
            Self::OutOfMemory => f.write_str("the heap has no room for another plugin"),
            Self::Init(failure) => write!(f, "the plugin did not initialise: {failure}"),
        }
    }
}

impl core::error::Error for LoadError {}

impl From<TableError> for LoadError {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<GrantError> for LoadError {
    fn from(error: GrantError) -> Self {
        Self::Grant(error)
    }
}

impl From<Refusal> for LoadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MachineError> for LoadError {
    fn from(error: MachineError) -> Self {
        Self::Machine(error)
    }
}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> Self {
        Self::Init(failure)
    }
}
