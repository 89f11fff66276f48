//! `corelet upload`: an image into a device, where it waits.

use std::path::{Path, PathBuf};

use corelet_smp::State;

use crate::device::{Device, ImageFile, PortArgs, Sent, SlotArgs, upload};
use crate::error::Failure;
use crate::{output, slots};

/// Sends an image to a device, where it waits: nothing runs by that
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = INTERRUPTED)]
pub(crate) struct Args {
    /// The image
    image: PathBuf,
    #[command(flatten)]
    send: SendArgs,
    #[command(flatten)]
    port: PortArgs,
    #[command(flatten)]
    slot: SlotArgs,
}

/// What an image must be.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct SendArgs {
    /// A public key that the device trusts, to find another's signature before anything is sent; may be named several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Have it refused if what runs is not older
    #[arg(long)]
    upgrade: bool,
}

pub(crate) const INTERRUPTED: &str = "\
An upload that was interrupted goes on where it was: by itself when the device or the cable is back in time (--give-up), and
when the command is given again.";

impl SendArgs {
    /// The image in this file, if it is worth sending.
    pub(crate) fn read(&self, image: &Path) -> Result<ImageFile, Failure> {
        ImageFile::read(image, &self.key)
    }

    /// Says what is in the slot, and sends the image.
    pub(crate) fn send(
        &self,
        device: &mut Device,
        image: &ImageFile,
        slot: u8,
    ) -> Result<Sent, Failure> {
        let slots = slots::list(device)?;
        output::note(format_args!("slot {slot}  {}", slots.primary(slot)?));
        upload(device, image, slot, self.upgrade)
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let image = args.send.read(&args.image)?;
    let mut device = Device::open(&args.port)?;
    let slot = args.slot.slot;
    let sent = args.send.send(&mut device, &image, slot)?;
    let slots = slots::list(&mut device)?;
    let state = match slots.find(slot, &image.hash) {
        Some(row) if !row.is(State::Rejected) => row.to_string(),
        _ => format!("{}, received", image.plugin),
    };
    output::line(format_args!("{sent}  →  {state}"));
    Ok(())
}
