//! Runs admitted modules under wasmi: the only crate that names it.
