//! The emulated board, run to its end at a pace that is the same in every run.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_cli::qemu::{Machine, Model, Pace, Start};
use corelet_cli::toolchain::ensure_qemu;
use corelet_cli::{Failure, FlashFile};
use corelet_mps2_an386::BootRecord;

/// Runs `firmware` with the images in its banks, in order, until it ends the emulator; hands each line of its log to `read`.
///
/// # Errors
/// If the emulator does not start, or the board falls silent.
pub(crate) fn run_to_end(
    firmware: &Path,
    images: &[PathBuf],
    record: &BootRecord<'_>,
    mut read: impl FnMut(&str),
) -> Result<(), Failure> {
    let qemu = ensure_qemu().map_err(Failure::tool)?;
    let folder = tempfile::tempdir().map_err(Failure::tool)?;
    let path = folder.path().join("flash");
    let mut flash = FlashFile::open(&path).map_err(|error| Failure::writing(&path, &error))?;
    for (bank, image) in images.iter().enumerate() {
        let image = fs::read(image).map_err(|error| Failure::reading(image, &error))?;
        flash
            .put_image(bank, &image)
            .map_err(|error| Failure::writing(&path, &error))?;
    }
    flash
        .put_boot_record(record)
        .map_err(|error| Failure::writing(&path, &error))?;
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        model: Model::Mps2An386,
        firmware,
        flash: &path,
        pace: Pace::Instructions,
        reboots: false,
    })?;
    machine.read_to_end(|line| read(&line.message))
}
