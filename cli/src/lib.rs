//! The `corelet` command as a library: one module per verb, and what they share.
//!
//! Results go to standard output, everything else to standard error. The exit code says how it went:
//!
//! | code | meaning |
//! |---|---|
//! | 0 | well |
//! | 1 | what was checked is refused, or a plugin failed |
//! | 2 | the command line is wrong, or a file cannot be read or written |
//! | 3 | a tool failed or is missing: Cargo, the compiler, QEMU |

mod build;
mod check;
mod compile;
mod contract_check;
mod error;
pub mod firmware;
mod flash_file;
mod function_name;
mod inspect;
mod key_file;
mod keygen;
mod manifest_grants;
mod manifest_source;
mod manifest_values;
mod module;
mod new;
mod output;
mod package;
pub mod qemu;
mod run;
mod sign;
mod slim;
mod toml_table;
pub mod toolchain;
mod units;
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
  1  what was checked is refused, or a plugin failed
  2  the command line is wrong, or a file cannot be read or written
  3  a tool failed or is missing: Cargo, the compiler, QEMU";

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
        Verb::Wit(verb) => wit::run(verb),
    }
}
