//! `corelet install`: new versions of plugins, from their files to their confirmation.

mod trial;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use corelet_smp::{State, TOGETHER_MAX};

use crate::device::{Device, ImageFile, PortArgs, Sent, Slots};
use crate::error::Failure;
use crate::units::parse_duration;
use crate::upload::{INTERRUPTED, SendArgs};
use crate::{output, slots};
use trial::Trial;

/// Sends images to a device, starts them as a trial, and waits until they are confirmed or rejected
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = INTERRUPTED)]
pub(crate) struct Args {
    /// The image, if there is one, for --slot N
    image: Option<PathBuf>,
    #[command(flatten)]
    send: SendArgs,
    #[command(flatten)]
    port: PortArgs,
    /// The slot's number; or for several slots one after the other N=IMAGE: these images are tried together, and all of them stay, or none
    #[arg(long = "slot", value_name = "N[=IMAGE]", required = true)]
    places: Vec<Place>,
    /// How long to wait for the end of the trial
    #[arg(long, value_name = "TIME", default_value = "2min", value_parser = parse_duration)]
    timeout: Duration,
    /// Reset the device if it begins trials when it starts
    #[arg(long)]
    reset: bool,
}

/// A slot, and what comes into it if that is not said elsewhere.
#[derive(Clone, Debug)]
struct Place {
    slot: u8,
    image: Option<PathBuf>,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (slot, image) = match text.split_once('=') {
            Some((slot, image)) => (slot, Some(image.into())),
            None => (text, None),
        };
        let slot = slot.parse();
        let slot = slot.map_err(|_| "a slot such as 1, or with its image, as 1=pump.corelet")?;
        Ok(Self { slot, image })
    }
}

/// What comes into a slot.
#[derive(Clone, Debug)]
struct Item {
    slot: u8,
    image: ImageFile,
    /// What sending it took; none if the device had it.
    sent: Option<Sent>,
}

impl Args {
    /// What comes into which slot.
    fn items(&self) -> Result<Vec<Item>, Failure> {
        let mut items = Vec::<Item>::new();
        for Place { slot, image } in &self.places {
            let image = match (image, &self.image, &self.places[..]) {
                (Some(image), None, _) | (None, Some(image), [_]) => image,
                (None, None, _) => {
                    return Err(
                        Failure::usage(format_args!("no image is named for slot {slot}")).help(
                            format_args!(
                                "--slot {slot}=IMAGE, or IMAGE --slot {slot} for it alone"
                            ),
                        ),
                    );
                }
                (_, Some(image), _) => {
                    let image = image.display();
                    return Err(Failure::usage(format_args!(
                        "{image} is for one slot, and more is named"
                    ))
                    .help(format_args!(
                        "for several slots each has its image: --slot {slot}={image} …"
                    )));
                }
            };
            if items.iter().any(|item| item.slot == *slot) {
                return Err(Failure::usage(format_args!("slot {slot} is named twice")));
            }
            let image = self.send.read(image)?;
            let (slot, sent) = (*slot, None);
            items.push(Item { slot, image, sent });
        }
        if items.len() > TOGETHER_MAX {
            let found = items.len();
            return Err(Failure::usage("too many slots for one trial").found(found, TOGETHER_MAX));
        }
        Ok(items)
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut items = args.items()?;
    let together = items.len() > 1;
    let mut device = Device::open(&args.port)?;
    let slots = slots::list(&mut device)?;
    items.retain(|Item { slot, image, .. }| {
        let done = is_confirmed(&slots, *slot, image);
        if done {
            let plugin = &image.plugin;
            output::line(format_args!("slot {slot}  {plugin}, confirmed before"));
        }
        !done
    });
    if items.is_empty() {
        return Ok(());
    }
    let is_tried = |item: &Item| {
        let row = slots.find(item.slot, &item.image.hash);
        row.is_some_and(|row| row.is(State::Trial))
    };
    let mut tried = items.iter().filter(|item| is_tried(item));
    if let Some(item) = tried.next()
        && !items.iter().all(is_tried)
    {
        let (slot, port) = (item.slot, device.port());
        return Err(Failure::refused(format_args!(
            "{} is on trial already, without the others",
            item.image.plugin
        ))
        .fact(&format!("slot {slot}"), slots.primary(slot)?)
        .help(format_args!(
            "corelet confirm --port {port} --slot {slot} keeps it\n\
             corelet rollback --port {port} --slot {slot} goes back to what was before"
        )));
    }
    for item in items.iter_mut().filter(|item| !is_tried(item)) {
        let sent = args.send.send(&mut device, &item.image, item.slot);
        item.sent = Some(sent.map_err(|failure| match together {
            true => failure.then("no slot was changed: what was sent before it waits"),
            false => failure,
        })?);
    }
    let confirmed = Trial::of(args, &mut device, &items).end()?;
    for (item, confirmed) in items.iter().zip(confirmed) {
        let mut line = String::new();
        if together {
            line += &format!("slot {}  {}  ", item.slot, item.image.plugin);
        }
        if let Some(sent) = item.sent {
            line += &format!("{sent}  →  ");
        }
        output::line(format_args!("{line}trial  →  {confirmed}"));
    }
    Ok(())
}

/// Whether it runs for good. What is confirmed and does not run is what a trial falls back to.
fn is_confirmed(slots: &Slots, slot: u8, image: &ImageFile) -> bool {
    slots
        .primary(slot)
        .is_ok_and(|row| row.is(State::Confirmed) && row.hash[..] == image.hash[..])
}
