//! The `corelet` command.

use std::path::Path;

use clap::Parser;
use corelet_cli::{Cli, Failure};

use crate::toolkit;

/// Runs it with `args`, and the port after them.
pub(crate) fn corelet(port: &str, args: &[&str]) -> Result<(), Failure> {
    let args = [&["corelet"], args, &["--port", port]].concat();
    corelet_cli::run(&Cli::try_parse_from(args).unwrap())
}

/// `N=FILE`.
pub(crate) fn place(slot: u8, image: &Path) -> String {
    format!("{slot}={}", image.display())
}

/// The slots whose plugin runs and is confirmed, and its version.
pub(crate) fn running(port: &str) -> Vec<(u32, String)> {
    let client = toolkit::client(port);
    let states = client.image_get_state().unwrap();
    let active = states
        .into_iter()
        .filter(|state| state.active && state.confirmed);
    active.map(|state| (state.image, state.version)).collect()
}
