//! # Admission held against others
//!
//! Admission judges modules in place of the interpreter's own validation, so its verdicts must be those of the
//! specification. Two things say what these are: the specification's own tests (`tests/spec.rs`), and another
//! validator, `wasmparser`, on modules that nobody wrote down ([`Fuzz`], `tests/differential.rs`).
//!
//! ```sh
//! cargo run --release -p corelet-spec -- fuzz --modules 10000000
//! ```
//!
//! There is no folder of seeds: modules follow from a seed's number and the number of a case (`cases.rs`) and from the
//! specification's tests, so that what is printed can be had again with `--seed` and `--first`. The tests judge the first cases
//! of seed 0, and `tests/heap` measures what they let through. A module that admission alone refuses must be over one of its [limits](corelet_admission::Limits);
//! everything else on which the two differ, and what admission refuses of a beginning and not of the whole, is printed as small as it can be made, and ends the run with a failure.

mod cases;
mod code;
mod corpus;
mod fuzz;
mod judge;
mod minimise;
mod mutate;
mod parts;
mod random;
mod smith;

pub use cases::{Cases, Origin};
pub use corpus::{Corpus, modules, modules_of};
pub use fuzz::{Counts, Fuzz};
pub use judge::{Outcome, compare, is_refused_alike, other_verdict, profile, reason_name};
pub use minimise::minimise;
pub use parts::{CODE, Parts, Section};
pub use random::Random;
