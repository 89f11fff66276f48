//! The `corelet` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    corelet_cli::main()
}
