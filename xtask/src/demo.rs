//! `cargo xtask demo`: the whole way of a plugin, on the desktop and on the emulated board.

mod board;
mod checks;
mod desktop;

use std::fs;
use std::path::PathBuf;

use corelet_cli::{Built, Failure, firmware, toolchain};

use crate::examples;
use crate::run::heading;
use board::Board;
use checks::Checks;

pub(crate) fn run() -> Result<(), Failure> {
    heading("the example plugins, from WIT contract to signed image");
    let built = examples::build_all()?;
    let thermostat = image(&built, "thermostat")?;
    let moving_average = image(&built, "moving-average")?;
    let folder = tempfile::tempdir().map_err(Failure::tool)?;
    let mut checks = Checks::default();

    heading("thermostat on the desktop, with a replayed temperature");
    desktop::run(&thermostat, folder.path(), &mut checks)?;

    heading("the firmware, for a Cortex-M4F");
    let board = Board {
        qemu: toolchain::ensure_qemu().map_err(Failure::tool)?,
        firmware: firmware::build(&[])?,
        flash: folder.path().join("flash"),
    };
    board.install(&[&thermostat, &moving_average])?;

    heading("thermostat in slot 0, moving-average in slot 1; the sensor is QEMU's TMP105");
    board::first_life(&board, &mut checks)?;
    heading("the machine is killed, and boots again with the same flash");
    board::second_life(&board, &mut checks)?;

    checks.finish()
}

fn image(built: &[Built], name: &str) -> Result<PathBuf, Failure> {
    built
        .iter()
        .find(|built| built.name == name)
        .map(|built| built.image.clone())
        .filter(|path| fs::exists(path).unwrap_or(false))
        .ok_or_else(|| Failure::tool(format_args!("{name} was not built")))
}
