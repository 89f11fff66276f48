//! `corelet wit`: contracts, checked, shown and compared.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use corelet_wit::Contract;

use crate::error::Failure;
use crate::output;

/// Checks, shows and compares contracts
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Verb {
    /// Checks that a contract is WIT and within the bounded profile
    Check {
        /// The folder with the .wit files, and the contracts it depends on in deps/
        folder: PathBuf,
    },
}

pub(crate) fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Check { folder } => check(folder),
    }
}

/// The contract in `folder`.
///
/// # Errors
/// If the folder cannot be read, or the contract is refused.
pub(crate) fn load(folder: &Path) -> Result<Contract, Failure> {
    if let Err(error) = folder.read_dir() {
        return Err(Failure::reading(folder, &error).help("name the folder with the .wit files"));
    }
    Contract::load(folder).map_err(Failure::refused)
}

fn check(folder: &Path) -> Result<(), Failure> {
    let contract = load(folder)?;
    let functions: usize = contract
        .interfaces
        .iter()
        .map(|interface| interface.functions.len())
        .sum();
    output::line(format_args!(
        "{}: well: {} interfaces, {functions} functions, {} worlds, the standard ones included",
        folder.display(),
        contract.interfaces.len(),
        contract.worlds.len(),
    ));
    Ok(())
}
