//! What can go wrong, and who is to blame.

mod call;
mod load;
mod plugin;

pub use call::CallError;
pub use load::LoadError;
pub use plugin::{Failure, Fault, PluginError};

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Blame {
    /// The plugin, or whoever made or sent it.
    Guest,
    /// The firmware, or Corelet itself.
    Host,
    /// The board: a driver, the flash, the heap.
    Board,
}

impl From<corelet_load::Blame> for Blame {
    fn from(blame: corelet_load::Blame) -> Self {
        match blame {
            corelet_load::Blame::Guest => Self::Guest,
            _ => Self::Host,
        }
    }
}
