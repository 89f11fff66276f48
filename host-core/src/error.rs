//! What can go wrong, and who is to blame.

mod call;
mod load;
mod plugin;

pub use call::CallError;
pub use corelet_load::Blame;
pub use load::LoadError;
pub use plugin::{Failure, Fault, PluginError};
