//! The `corelet` command as a library: one module per verb, and what they share.

mod error;
pub mod manifest_source;
mod module;
mod output;
mod slim;
mod suggest;
mod toml_table;
pub mod toolchain;
mod units;

pub use error::{Failure, Kind, Place};
