//! `corelet check`: what a device would say of a plugin, before it sees one.

mod tally;
mod wasm_only;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::error::Failure;
use tally::Tally;

/// Says whether a device takes a module, by the code that the device runs
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = "\
Each file is judged, whatever became of the ones before it; the exit code is that of the worst:
  0  admitted
  1  refused
  2  not read")]
pub(crate) struct Args {
    /// Modules
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Judge modules by the validator alone, without ABI and grants, within the largest limits that it has
    #[arg(long, required = true)]
    wasm_only: bool,
    /// Print one JSON object for each file, each on a line of its own
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for path in &args.files {
        tally.add(wasm_only::check(path, args.json));
    }
    tally.result()
}

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Admitted,
    Refused,
    NotRead,
}

impl Verdict {
    const fn words(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Refused => "refused",
            Self::NotRead => "not read",
        }
    }
}

/// The file's contents, up to more than anything that can be admitted.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    const MOST: u64 = 16 << 20;
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        return Err(io::Error::other(
            "over 16 MiB, which no module and no image has",
        ));
    }
    Ok(bytes)
}
