//! `corelet check`: what a device would say of a plugin, before it sees one.

mod built;
mod contracts;
mod device;
mod figures;
mod measure;
mod messages;
mod offer_file;
mod plugin;
mod report;
mod tally;
mod verdict;
mod wasm_only;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use corelet_mps2_an386::policy;
use serde_json::Value;

use crate::error::Failure;
use crate::run::Board;
use crate::{output, verify};
use device::Device;
use tally::{Outcome, Tally};
use verdict::verdict;

pub(crate) use built::check as built;

/// Says whether a device takes a plugin, by the code that the device runs, with every figure beside its limit
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
A plugin is an image, whose signature is verified too, or a module alone, which is taken to ask for all of what it
imports. The first slot that takes it decides.

Each file is judged, whatever became of the ones before it; the exit code is that of the worst:
  0  admitted
  1  refused
  2  not read

JSON:
  file, verdict (`admitted`, `refused`, `not read`)
  device    firmware, version, board
  plugin    name and version
  slot      the slot that takes it, or refuses it
  signer    who signed; null for a module alone
  refusal   reason, sentence, offset in the module or null
  error     why the file was not read
  figures   by name: found, limit; null for no limit
  heap      the most, by phase: translate, instantiate, call, memory, total, largest_block
  slice     fuel of a slice, the most that is used in one, the instructions of a Cortex-M4F which that may be:
            fuel, used, instructions
  largest_function: name, and the heap that its translation takes
  exports   name, request, response: bytes, null where the contract is not at hand
  imports   interface, function, grant in hexadecimal, granted: the same by its fields, request, response
  uncompared: interfaces whose grants the firmware alone can compare with what it allows

Examples:
  corelet check target/corelet/thermostat.corelet
  corelet check thermostat.corelet --for pump.offer
  corelet check --wasm-only suite/*.wasm")]
pub(crate) struct Args {
    /// Images or modules
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    device: DeviceArgs,
    /// A public key that images may be signed with, besides those that the device trusts; may be named several times
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Judge modules by the validator alone, without ABI and grants, within the largest limits that it has
    #[arg(long, conflicts_with_all = ["board", "offer", "key"])]
    wasm_only: bool,
    /// Print one JSON object for each file, each on a line of its own
    #[arg(long)]
    json: bool,
}

/// Whom a plugin is judged for.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct DeviceArgs {
    /// The board whose firmware judges; by default mps2-an386
    #[arg(long, value_enum, conflicts_with = "offer")]
    pub(crate) board: Option<Board>,
    /// The offer that a firmware's build wrote, which judges in its place
    #[arg(long = "for", value_name = "OFFER", id = "offer")]
    pub(crate) offer: Option<PathBuf>,
}

impl DeviceArgs {
    /// Whether the caller said for whom.
    pub(crate) const fn is_named(&self) -> bool {
        self.board.is_some() || self.offer.is_some()
    }

    pub(crate) const fn board(&self) -> Board {
        match self.board {
            Some(board) => board,
            None => Board::Mps2An386,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    if args.wasm_only {
        return each(args, |path| wasm_only::check(path, args.json));
    }
    let keys = verify::public_keys(&args.key)?;
    match &args.device.offer {
        Some(path) => judge_all(args, offer_file::device(path)?, &keys),
        None => judge_all(args, Device::of(args.device.board()), &keys),
    }
}

/// What the firmware of the emulated board says of an image or a module, or in its place the one whose offer is in `offer`: an object
/// as `corelet check --json` prints it for a file named `file`.
///
/// # Errors
/// If the offer cannot be read.
pub fn check(file: &str, bytes: &[u8], offer: Option<&Path>) -> Result<Value, Failure> {
    fn json<B: 'static>(file: &str, bytes: &[u8], device: &Device<B>) -> Value {
        report::json(file, &verdict(bytes, file, None, device), device)
    }
    Ok(match offer {
        Some(path) => json(file, bytes, &offer_file::device(path)?),
        None => json(file, bytes, &Device::of(Board::Mps2An386)),
    })
}

/// The offer of the emulated board's firmware when it is built with `features`, which its build writes beside it.
pub fn offer(features: &[&str]) -> String {
    let policy = policy(features.contains(&"hostile"));
    let device = Device {
        slots: policy.slots.to_vec(),
        ..Device::of(Board::Mps2An386)
    };
    device.offer()
}

fn judge_all<B: 'static>(
    args: &Args,
    mut device: Device<B>,
    keys: &[corelet_image::PublicKey],
) -> Result<(), Failure> {
    device.keys.extend(keys);
    each(args, |path| judge(path, args, &device))
}

fn each(args: &Args, mut check: impl FnMut(&Path) -> Outcome) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for path in &args.files {
        tally.add(check(path));
    }
    tally.result()
}

fn judge<B: 'static>(path: &Path, args: &Args, device: &Device<B>) -> Outcome {
    let file = path.display().to_string();
    let bytes = match read(path, PLUGIN_MIB) {
        Ok(bytes) => bytes,
        Err(error) => {
            if args.json {
                output::json(&report::unread(&file, &error));
            } else {
                output::failure(&Failure::reading(path, &error));
            }
            return Outcome::NotRead;
        }
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let verdict = verdict(&bytes, &name, None, device);
    if args.json {
        output::json(&report::json(&file, &verdict, device));
    } else {
        report::print(&file, &verdict, device);
    }
    match verdict.outcome {
        Ok(_) => Outcome::Admitted,
        Err(_) => Outcome::Refused,
    }
}

/// More than anything that can be admitted.
const PLUGIN_MIB: u64 = 16;

/// The file's contents, up to a size that it should not have.
fn read(path: &Path, mebibytes: u64) -> io::Result<Vec<u8>> {
    let most = mebibytes << 20;
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("over {mebibytes} MiB")));
    }
    Ok(bytes)
}
