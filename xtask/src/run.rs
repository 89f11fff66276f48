//! Commands that are run and must succeed.

use std::path::{Path, PathBuf};
use std::process::Command;

use corelet_cli::Failure;

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    // The folder of this crate's manifest is one below.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Where Cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The Cargo that runs this, in the root of the checkout.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(arguments);
    command
}

/// Says what is done, does it, and insists that it succeeds.
pub(crate) fn step(title: &str, command: &mut Command) -> Result<(), Failure> {
    heading(title);
    let status = command
        .status()
        .map_err(|error| Failure::tool(format_args!("{command:?} does not start: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::refused(format_args!("{title}: {status}")))
    }
}

/// Says what comes next.
pub(crate) fn heading(title: &str) {
    eprintln!("\n== {title}");
}
