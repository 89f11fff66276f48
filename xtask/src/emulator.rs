//! The emulated board, run to its end at a pace that is the same in every run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use corelet_cli::qemu::{Machine, Model, Pace, Serial, Start};
use corelet_cli::toolchain::ensure_qemu;
use corelet_cli::{Failure, FlashFile};
use corelet_mps2_an386::{BootRecord, Bundle};

/// How the firmware finds images.
#[derive(Clone, Copy)]
pub(crate) enum Images<'a> {
    /// In its slots, the first in slot 0.
    Slots(&'a [PathBuf]),
    /// In a [`Bundle`].
    Bundle(&'a [PathBuf]),
}

/// Runs `firmware` with these images until it ends the emulator; hands each line of its log to `read`.
///
/// # Errors
/// If the emulator does not start, or the board falls silent.
pub(crate) fn run_to_end(
    firmware: &Path,
    images: Images<'_>,
    record: &BootRecord<'_>,
    mut read: impl FnMut(&str),
) -> Result<(), Failure> {
    let qemu = ensure_qemu().map_err(Failure::tool)?;
    let folder = tempfile::tempdir().map_err(Failure::tool)?;
    let path = folder.path().join("flash");
    let mut flash = FlashFile::open(&path).map_err(|error| Failure::writing(&path, &error))?;
    put(&mut flash, images)?.map_err(|error| Failure::writing(&path, &error))?;
    flash
        .put_boot_record(record)
        .map_err(|error| Failure::writing(&path, &error))?;
    drop(flash);
    let mut machine = Machine::start(&Start {
        qemu: &qemu,
        model: Model::Mps2An386,
        firmware,
        flash: &path,
        pace: Pace::Instructions,
        serial: Serial::Nothing,
        reboots: false,
    })?;
    machine.read_to_end(|line| read(&line.message))
}

fn put(flash: &mut FlashFile, images: Images<'_>) -> Result<io::Result<()>, Failure> {
    let (Images::Slots(paths) | Images::Bundle(paths)) = images;
    let read = |path: &PathBuf| fs::read(path).map_err(|error| Failure::reading(path, &error));
    let bytes: Vec<_> = paths.iter().map(read).collect::<Result<_, _>>()?;
    if let Images::Slots(_) = images {
        let mut slots = bytes.iter().enumerate();
        return Ok(slots.try_for_each(|(slot, image)| flash.put_image(slot, image)));
    }
    let mut bundle = vec![0; Bundle::REGION.size() as usize];
    let (count, length) = Bundle::encode(bytes.iter().map(Vec::as_slice), &mut bundle);
    if count < bytes.len() {
        return Ok(Err(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(flash.put_bundle(&bundle[..length]))
}
