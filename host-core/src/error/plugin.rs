use core::fmt;

use corelet_abi::{Codec, Text};
use corelet_load::MachineError;

use crate::plugin::types;
use crate::{Blame, CallError, InlineStr};

/// An error that a plugin answered with: `error` of `corelet:plugin/types`, kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginError {
    /// Where it arose.
    pub origin: types::Origin,
    /// What the origin says it is.
    pub code: i32,
    /// For a person; may be empty. Control characters but the tab are shown as `?`.
    pub message: InlineStr<MESSAGE_MAX>,
}

/// The most bytes of a message, as the contract has it.
const MESSAGE_MAX: usize = 32;
const _: () = assert!(<(types::Origin, i32, Text<MESSAGE_MAX>)>::MAX == types::Error::MAX);

impl From<types::Error<'_>> for PluginError {
    fn from(error: types::Error<'_>) -> Self {
        Self {
            origin: error.origin,
            code: error.code,
            // The contract's bound, so nothing is cut.
            message: InlineStr::printable(error.message),
        }
    }
}

impl fmt::Display for PluginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, .. } = self;
        let message = message.as_str();
        match self.origin {
            types::Origin::Plugin if message.is_empty() => {
                write!(f, "the plugin answered with its error {code}")
            }
            types::Origin::Plugin => {
                write!(f, "the plugin answered with its error {code}: {message}")
            }
            types::Origin::Imported => {
                write!(f, "the plugin got error {code} from `{message}`")
            }
            types::Origin::Refused if message.is_empty() => {
                write!(f, "a call of the plugin was refused with status {code}")
            }
            types::Origin::Refused => {
                write!(
                    f,
                    "a call of the plugin was refused by `{message}` with status {code}"
                )
            }
        }
    }
}

impl core::error::Error for PluginError {}

#[cfg(feature = "defmt")]
impl defmt::Format for PluginError {
    fn format(&self, f: defmt::Formatter<'_>) {
        let origin = match self.origin {
            types::Origin::Plugin => "plugin",
            types::Origin::Imported => "imported",
            types::Origin::Refused => "refused",
        };
        defmt::write!(
            f,
            "PluginError {{ origin: {=str}, code: {=i32}, message: {} }}",
            origin,
            self.code,
            self.message
        );
    }
}

/// Why `init`, a tick or an event did not go well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Failure {
    /// The plugin answered with an error of its own. It lives on.
    Plugin(PluginError),
    /// The plugin did not answer.
    Call(CallError),
}

impl Failure {
    /// Who is at fault.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Plugin(_) => Blame::Guest,
            Self::Call(error) => error.blame(),
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plugin(error) => error.fmt(f),
            Self::Call(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Failure {}

/// Why a plugin stopped for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Fault {
    /// After this, and the slot's policy is not to restart.
    Stopped(CallError),
    /// After this, and there were as many restarts in one period as the slot's policy has it.
    TooManyRestarts(CallError),
    /// A new instance could not be made.
    NoInstance(MachineError),
    /// The instance did not initialise.
    NotInitialised(Failure),
}

impl Fault {
    /// Who is at fault.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Stopped(error) | Self::TooManyRestarts(error) => error.blame(),
            Self::NoInstance(error) => error.blame(),
            Self::NotInitialised(failure) => failure.blame(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(error) => write!(f, "stopped, as the slot's policy has it: {error}"),
            Self::TooManyRestarts(error) => write!(
                f,
                "stopped after as many restarts as the slot's policy has it: {error}"
            ),
            Self::NoInstance(error) => write!(f, "no new instance after a fault: {error}"),
            Self::NotInitialised(failure) => {
                write!(f, "the new instance did not initialise: {failure}")
            }
        }
    }
}

impl core::error::Error for Fault {}
