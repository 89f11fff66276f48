//! `corelet wit`: contracts, checked, shown and compared.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use corelet_wit::diff::{self, Verdict};
use corelet_wit::{Contract, show};

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
    /// Shows the functions of a contract: signatures, sizes of requests and responses, shapes
    Show {
        /// The folder with the .wit files, and the contracts it depends on in deps/
        folder: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Says what changed between two contracts, and whether plugins that were built for the old one run with the new one
    #[command(after_help = "Exit codes: 0 compatible, 1 breaking")]
    Diff {
        /// The folder of the old contract
        old: PathBuf,
        /// The folder of the new contract
        new: PathBuf,
        /// Name what did not change too
        #[arg(long)]
        all: bool,
    },
}

pub(crate) fn run(verb: &Verb) -> Result<(), Failure> {
    match verb {
        Verb::Check { folder } => check(folder),
        Verb::Show { folder, json } => {
            let contract = load(folder)?;
            if *json {
                output::line(format_args!("{:#}", show::json(&contract)));
            } else {
                output::line(show::text(&contract).trim_end());
            }
            Ok(())
        }
        Verb::Diff { old, new, all } => compare(old, new, *all),
    }
}

/// Where a crate has its contract.
pub(crate) const FOLDER: &str = "wit";

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
    let interfaces = contract
        .interfaces
        .iter()
        .filter(|interface| interface.package == contract.main);
    let functions: usize = interfaces
        .clone()
        .map(|interface| interface.functions.len())
        .sum();
    let worlds = contract
        .worlds
        .iter()
        .filter(|world| world.package == contract.main);
    output::line(format_args!(
        "{} is well: {}, {}, {}",
        contract.main,
        count(worlds.count(), "world"),
        count(interfaces.count(), "interface"),
        count(functions, "function"),
    ));
    Ok(())
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn compare(old: &Path, new: &Path, all: bool) -> Result<(), Failure> {
    let changes = diff::compare(&load(old)?, &load(new)?);
    for change in changes
        .iter()
        .filter(|change| all || change.verdict != Verdict::Unchanged)
    {
        output::line(change);
    }
    match changes
        .iter()
        .map(|change| change.verdict)
        .max()
        .unwrap_or(Verdict::Unchanged)
    {
        Verdict::Unchanged => output::line("nothing changed"),
        Verdict::Breaking => {
            let message = format!(
                "{} breaks plugins that were built for {}",
                new.display(),
                old.display()
            );
            return Err(Failure::refused(message).help(
                "offer the old version of the interface beside the new one, or raise its version",
            ));
        }
        _ => output::line(format_args!(
            "compatible: plugins built for {} run with {}",
            old.display(),
            new.display()
        )),
    }
    Ok(())
}
