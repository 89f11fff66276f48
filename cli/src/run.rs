//! `corelet run`: plugins on a board.

mod board_log;
pub(crate) mod desktop;
mod emulated;
pub(crate) mod explain;
mod failures;
mod less;
pub(crate) mod refusal;
mod sensor;
pub(crate) mod typed_call;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use corelet_host::SlotId;
use corelet_image::{Image, ImageError, Keys, Manifest, Verified};
use corelet_wit::Contract;
use serde_json::Value;

use crate::error::Failure;
use crate::module::Module;
use crate::package::Package;
use crate::units::{grouped, size};
use crate::verify::{public_keys, untrusted};
use crate::{build, wit};
use typed_call::{CallName, TypedCall};

/// Runs plugins on the desktop board, or on the emulated one
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Sensors:
  --sensor 0=19.0                  always 19.0
  --sensor 0=csv:room.csv          what stands in the file, lines of seconds,value
  --sensor 0=sine:21.0,5.0,60      21.0 and 5.0 up and down, every 60 seconds

Examples:
  corelet run --sensor 0=19.0 --ticks 3
  corelet run average.corelet --call processor.process --args '[[]]'
  corelet run --board mps2-an386 --sensor 0=19.0 --ticks 3")]
pub(crate) struct Args {
    /// Images, the first for slot 0; without one, the crate in this folder is built
    images: Vec<PathBuf>,
    /// Where they run
    #[arg(long, value_enum, default_value_t = Board::Desktop)]
    board: Board,
    /// What a sensor's channel measures: CHANNEL=VALUE, CHANNEL=csv:FILE or CHANNEL=sine:MEAN,AMPLITUDE,SECONDS
    #[arg(long, value_name = "CHANNEL=SIGNAL")]
    sensor: Vec<String>,
    /// Tick every plugin so many times, on the desktop in time that passes at once; without it, plugins with a period run
    /// until interrupted
    #[arg(long, value_name = "N")]
    ticks: Option<u32>,
    /// Call an exported function, [SLOT:]INTERFACE.FUNCTION, and print its answer; may be given several times
    #[arg(long, value_name = "FUNCTION")]
    call: Vec<CallName>,
    /// The arguments of a call, the first for the first: a JSON list in order, or an object by name
    #[arg(long, value_name = "JSON", value_parser = json)]
    args: Vec<Value>,
    /// Let an event happen: TOPIC or TOPIC=PAYLOAD; may be given several times
    #[arg(long, value_name = "EVENT")]
    event: Vec<String>,
    /// The most fuel of one call, where a manifest allows more
    #[arg(long, value_name = "N")]
    fuel: Option<u64>,
    /// Keep what plugins store in this file, which is the board's flash; without it, nothing is kept
    #[arg(long, value_name = "FILE")]
    storage: Option<PathBuf>,
    /// The contract that types calls; by default the crate's in this folder, or the standard one
    #[arg(long, value_name = "DIR")]
    wit: Option<PathBuf>,
    /// A public key whose images are run, besides the development key's
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// The firmware of the emulated board; by default it is built from the checkout that this command was built from
    #[arg(long, value_name = "ELF")]
    firmware: Option<PathBuf>,
}

/// Where plugins run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Board {
    /// This computer
    Desktop,
    /// A Cortex-M4F, emulated by QEMU
    #[value(name = "mps2-an386")]
    Mps2An386,
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("this is no JSON: {error}"))
}

/// Images that were verified, what their modules say, and the calls to make.
struct Job<'a> {
    contract: &'a Contract,
    files: &'a [Vec<u8>],
    images: Vec<Verified<'a>>,
    /// Slot and call.
    calls: Vec<(u8, TypedCall<'a>)>,
}

impl<'a> Job<'a> {
    /// Each image with the slot that it runs in.
    fn slots(&self) -> impl Iterator<Item = (SlotId, &Verified<'a>)> {
        (0..).map(SlotId).zip(&self.images)
    }

    /// What messages call the plugin of a slot, and its manifest.
    fn plugin(&self, slot: SlotId) -> Option<(String, &Manifest<'a>)> {
        let manifest = self.images.get(usize::from(slot.0))?.manifest();
        Some((format!("slot {slot} {}", manifest.name), manifest))
    }
}

/// What one plugin did and what it took. `fuel` is that of its most costly call, and of all.
fn summary(
    slot: SlotId,
    image: &Verified<'_>,
    calls: u64,
    fuel: (u64, u64),
    memory: u64,
) -> String {
    let manifest = image.manifest();
    let plural = if calls == 1 { "" } else { "s" };
    format!(
        "slot {slot}  {} {}  {} call{plural}  fuel {} at most, {} in all  {} memory",
        manifest.name,
        manifest.version,
        grouped(calls),
        grouped(fuel.0),
        grouped(fuel.1),
        size(memory)
    )
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.args.len() > args.call.len() {
        return Err(Failure::usage("more --args than calls")
            .found(args.args.len(), args.call.len())
            .help("--call processor.process --args '[[]]'"));
    }
    let settings = match args.board {
        Board::Desktop => None,
        Board::Mps2An386 => Some(emulated::Settings::of(args)?),
    };
    let paths = if args.images.is_empty() {
        vec![build::build(Path::new("."), None)?.image]
    } else {
        args.images.clone()
    };
    let files = paths
        .iter()
        .map(|path| fs::read(path).map_err(|error| unread(path, &error)));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let keys = public_keys(&args.key)?;
    let trusted = Keys::new(&keys).accept_development();
    let contract = contract(args)?;

    let mut images = Vec::new();
    let mut modules = Vec::new();
    for (path, file) in paths.iter().zip(&files) {
        let refused = |error: &dyn std::fmt::Display| {
            Failure::refused(format_args!("{}: {error}", path.display()))
        };
        let image = Image::parse(file).map_err(|error| refused(&error))?;
        let image = image
            .verify(&trusted, corelet_host::VERSION)
            .map_err(|error| match error {
                ImageError::UnknownKey { found } => {
                    let failure = untrusted(found, &keys, true);
                    match args.board {
                        Board::Desktop => failure.help("corelet run --key FILE.pub"),
                        Board::Mps2An386 => {
                            failure.help("corelet build signs with the development key")
                        }
                    }
                }
                error => refused(&error),
            })?;
        modules.push(Module::read(image.module()).map_err(|error| refused(&error))?);
        images.push(image);
    }
    let job = Job {
        contract: &contract,
        calls: calls(args, &contract, &modules)?,
        files: &files,
        images,
    };
    match &settings {
        None => desktop::run(args, &job),
        Some(settings) => emulated::run(args, settings, &job),
    }
}

fn unread(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::reading(path, error);
    match error.kind() {
        ErrorKind::NotFound => {
            failure.help("corelet build makes target/corelet/NAME.corelet; corelet run without a file builds and runs")
        }
        _ => failure,
    }
}

fn calls<'c>(
    args: &Args,
    contract: &'c Contract,
    modules: &[Module],
) -> Result<Vec<(u8, TypedCall<'c>)>, Failure> {
    let empty = Value::Array(Vec::new());
    let arguments = args.args.iter().chain(std::iter::repeat(&empty));
    let calls = args.call.iter().zip(arguments).map(|(name, arguments)| {
        let mut slots = (0..)
            .zip(modules)
            .filter(|(slot, _)| name.slot.is_none_or(|wanted| wanted == *slot));
        let found = slots.find_map(|(slot, module)| Some((slot, module, name.find(module)?)));
        let (slot, module, export) = found.ok_or_else(|| name.missing(modules))?;
        Ok((slot, TypedCall::new(contract, module, export, arguments)?))
    });
    calls.collect()
}

/// The contract that types the calls.
fn contract(args: &Args) -> Result<Contract, Failure> {
    if let Some(folder) = &args.wit {
        return wit::load(folder);
    }
    let folder = Package::find(Path::new("."))
        .ok()
        .map(|package| package.path(wit::FOLDER));
    let is_needed = args.images.is_empty() || !args.call.is_empty();
    match folder.filter(|folder| is_needed && folder.is_dir()) {
        Some(folder) => wit::load(&folder),
        None => Ok(Contract::standard()),
    }
}

/// The failure to keep in `path` what plugins store.
fn no_storage(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format_args!(
        "{} cannot be the storage: {error}",
        path.display()
    ))
}
