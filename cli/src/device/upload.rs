//! An image on its way into a slot.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use corelet_smp::State;

use super::commands::slots;
use super::image_file::ImageFile;
use super::link::{Device, Trouble};
use super::refusal::{self, Refusal};
use crate::error::Failure;
use crate::output;
use crate::units::{size, time};

/// Before the next chunk, where the device took none since it erases or checks, or is behind where it was.
const BUSY: Duration = Duration::from_millis(20);

/// What an upload took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) bytes: u64,
    pub(crate) time: Duration,
}

/// `upload 2.6 KiB ━━━━━━━━━━ 0.2 s`.
impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        write!(f, "upload {} ━━━━━━━━━━ {seconds:.1} s", size(self.bytes))
    }
}

/// Sends `image` for `slot`, beginning where an upload of it was interrupted, and going on where the device or the port goes away
/// and comes back. With `upgrade`, only what is newer than what runs is taken.
///
/// # Errors
/// Why the device refused it, and what runs.
pub(crate) fn upload(
    device: &mut Device,
    image: &ImageFile,
    slot: u8,
    upgrade: bool,
) -> Result<Sent, Failure> {
    let began = Instant::now();
    let bar = output::transfer("upload", image.bytes.len() as u64);
    let (advance, patience) = (device.advance(), device.patience());
    let mut furthest = None;
    let mut stands = false;
    let answer = device.ask(|client| {
        let mut progress = |offset: u64, _| {
            if furthest.is_none_or(|furthest| offset > furthest) {
                furthest = Some(offset);
                advance.now();
                // Before, the device may refuse it, and nothing is on its way.
                if offset > image.opening {
                    bar.at(offset);
                }
            } else {
                stands = advance.elapsed() >= patience;
                thread::sleep(BUSY);
            }
            !stands
        };
        client.use_auto_frame_size()?;
        let (bytes, slot) = (&image.bytes, Some(slot.into()));
        client.image_upload(bytes, slot, None, upgrade, Some(&mut progress))
    });
    drop(bar);
    match answer {
        Ok(()) => Ok(Sent {
            bytes: image.bytes.len() as u64,
            time: began.elapsed(),
        }),
        Err(Trouble::Failed(_)) if stands => Err(Failure::tool(format_args!(
            "the device takes nothing after {} of {} bytes, for {}",
            furthest.unwrap_or(0),
            image.bytes.len(),
            time(patience)
        ))
        .help("--give-up TIME waits longer; corelet reset starts the device anew")),
        Err(trouble) => {
            let begun = furthest.is_some_and(|furthest| furthest > image.opening);
            Err(trouble.or(|refusal| refused(device, image, slot, &refusal, begun)))
        }
    }
}

/// The slot refuses the image; `begun` if part of it is in flash.
fn refused(
    device: &mut Device,
    image: &ImageFile,
    slot: u8,
    refusal: &Refusal,
    begun: bool,
) -> Failure {
    let port = device.port().clone();
    let title = format!("slot {slot} refuses {}: {refusal}", image.plugin);
    let mut failure = Failure::refused(title).fact("image", image.fact());
    let Ok(slots) = slots(device) else {
        return failure;
    };
    let Ok(primary) = slots.primary(slot) else {
        return failure.fact("device", slots.numbers());
    };
    failure = failure.fact(&format!("slot {slot}"), primary);
    let was_rejected = slots
        .find(slot, &image.hash)
        .is_some_and(|row| row.is(State::Rejected));
    if refusal.is_not_allowed() {
        failure = failure.help(refusal::NOT_ALLOWED_HELP);
    } else if image.distrust().any(|error| refusal.is_of_image(error)) {
        failure = failure.help(format_args!(
            "corelet sign {} --key FILE, with a key that this device trusts",
            image.path.display()
        ));
    } else if primary.is(State::Trial) {
        failure = failure.help(format_args!(
            "corelet confirm --port {port} --slot {slot} keeps what is on trial\n\
             corelet rollback --port {port} --slot {slot} goes back to what was before"
        ));
    } else if was_rejected && !begun {
        failure = failure.help(format_args!(
            "corelet forgive {} --port {port} lets it be tried again",
            image.path.display()
        ));
    }
    match (slots.still_runs(slot), begun) {
        (Some(plugin), true) => failure.then(format_args!("{plugin} still runs")),
        (Some(plugin), false) => {
            failure.then(format_args!("nothing was erased; {plugin} still runs"))
        }
        (None, true) => failure,
        (None, false) => failure.then("nothing was erased"),
    }
}
