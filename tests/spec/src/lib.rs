//! # Admission held against others
//!
//! Admission judges modules in place of the interpreter's own validation, so its verdicts must be those of the
//! specification. Two things say what these are: the specification's own tests (`tests/spec.rs`), and another
//! validator, `wasmparser`, on modules that nobody wrote down ([`Fuzz`], `tests/differential.rs`).
//!
//! ```sh
//! cargo run --release -p corelet-spec -- fuzz --seconds 600
//! ```
//!
//! Modules follow from a seed and the number of a case, so that what is printed can be had again with `--seed` and
//! `--first`. A module that admission alone refuses must be over one of its [limits](corelet_admission::Limits);
//! everything else on which the two differ is printed as small as it can be made, and ends the run with a failure.

mod code;
mod corpus;
mod fuzz;
mod judge;
mod minimise;
mod mutate;
mod parts;
mod random;
mod smith;

pub use corpus::{Corpus, modules_of};
pub use fuzz::{Counts, Fuzz, Origin};
pub use judge::{Outcome, compare, other_verdict, profile, reason_name};
pub use minimise::minimise;
pub use parts::{CODE, Parts, Section};
pub use random::Random;
