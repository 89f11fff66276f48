//! The `corelet` command as a library: one module per verb, and what they share.
//!
//! Results go to standard output, everything else to standard error. The exit code says how it went:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | well |
//! | 1 | what was checked is refused, a plugin failed, or a device refused |
//! | 2 | the command line is wrong, or a file or port cannot be opened, read or written |
//! | 3 | a tool failed or is missing: Cargo, the compiler, QEMU; or a device does not answer |

mod audit;
mod build;
mod check;
mod compile;
mod confirm;
mod contract_check;
mod device;
mod erase;
mod error;
pub mod firmware;
mod flash_file;
mod forgive;
mod function_name;
mod inspect;
mod install;
mod key_file;
mod keygen;
mod keys;
mod logs;
mod manifest_grants;
mod manifest_source;
mod manifest_values;
mod module;
mod new;
mod output;
mod package;
pub mod qemu;
mod reset;
mod rollback;
mod run;
mod sign;
mod slim;
mod slots;
mod stats;
mod toml_table;
pub mod toolchain;
mod units;
mod upload;
mod verify;
mod wit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use build::{Built, build};
pub use check::{check, offer};
pub use error::{Failure, Kind};
pub use flash_file::FlashFile;

/// Plugins for microcontrollers: from a WIT contract to a signed image that runs in a slot
#[derive(Clone, Debug, Parser)]
#[command(name = "corelet", version, after_help = EXIT_CODES, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  well
  1  what was checked is refused, a plugin failed, or a device refused
  2  the command line is wrong, or a file or port cannot be opened, read or written
  3  a tool failed or is missing: Cargo, the compiler, QEMU; or a device does not answer";

#[derive(Clone, Debug, Subcommand)]
enum Verb {
    New(new::Args),
    Build(build::Args),
    Check(check::Args),
    Keygen(keygen::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Inspect(inspect::Args),
    Run(run::Args),
    Install(install::Args),
    Upload(upload::Args),
    Slots(slots::Args),
    Confirm(confirm::Args),
    Rollback(rollback::Args),
    Erase(erase::Args),
    Forgive(forgive::Args),
    Keys(keys::Args),
    Logs(logs::Args),
    Audit(audit::Args),
    Stats(stats::Args),
    Reset(reset::Args),
    #[command(subcommand)]
    Wit(wit::Verb),
}

/// Reads the command line, does what it asks for, prints why not if it cannot, and returns the exit code.
pub fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure);
            ExitCode::from(failure.kind() as u8)
        }
    }
}

/// Does what `cli` asks for.
///
/// # Errors
/// Why it could not be done.
pub fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.verb {
        Verb::New(args) => new::run(args),
        Verb::Build(args) => build::run(args),
        Verb::Check(args) => check::run(args),
        Verb::Keygen(args) => keygen::run(args),
        Verb::Sign(args) => sign::run(args),
        Verb::Verify(args) => verify::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Run(args) => run::run(args),
        Verb::Install(args) => install::run(args),
        Verb::Upload(args) => upload::run(args),
        Verb::Slots(args) => slots::run(args),
        Verb::Confirm(args) => confirm::run(args),
        Verb::Rollback(args) => rollback::run(args),
        Verb::Erase(args) => erase::run(args),
        Verb::Forgive(args) => forgive::run(args),
        Verb::Keys(args) => keys::run(args),
        Verb::Logs(args) => logs::run(args),
        Verb::Audit(args) => audit::run(args),
        Verb::Stats(args) => stats::run(args),
        Verb::Reset(args) => reset::run(args),
        Verb::Wit(verb) => wit::run(verb),
    }
}
