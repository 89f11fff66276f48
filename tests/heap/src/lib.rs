//! # The heap that a slot takes on a 32-bit target
//!
//! [`Meter`] runs wasmi, built for wasm32 with an allocator that counts, and says what one life of a module took.
//! [`walk`] tells the model in `corelet-admission` of the same module. The tests hold the one against the other, so that another
//! version of wasmi, or other features, cannot slip in.

#![forbid(unsafe_code)]

mod corpus;
mod extremes;
mod instructions;
mod meter;
mod spec;
mod sweep;
mod walk;

pub use corpus::{Sample, made_up, plugins};
pub use extremes::extremes;
pub use meter::{Budget, Life, Meter, Step};
pub use spec::{fuzzed, specification};
pub use sweep::sweep;
pub use walk::{Walked, features, walk};
