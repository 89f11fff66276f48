//! `corelet-hostile`: the hostile set, the ABI's fuzzing and the soak, for as long as one likes.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use corelet_cli::{Failure, firmware, toolchain};
use corelet_hostile::{AbiFuzz, Bench, Findings, cases, emulate, soak};
use corelet_tests::Emulated;

/// Puts the host to the test with plugins that nobody meant well with.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Every case in every way, on the desktop board.
    Set,
    /// Every case in four ways, on the emulated board with a heap of 96 KiB.
    Emulated,
    /// Any numbers and bytes in every place of the ABI.
    Abi {
        /// How long, in seconds.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// What they follow from; the same seed makes the same calls.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// The set over and over, in any order.
    Soak {
        /// How many plugins are loaded, called and unloaded.
        #[arg(long, default_value_t = 1_000_000)]
        cycles: u64,
        /// What their order follows from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Set => tell(&Bench::new().run_all(&cases())),
        Command::Emulated => match emulated() {
            Ok(findings) => tell(&findings),
            Err(failure) => {
                eprintln!("{failure}");
                ExitCode::FAILURE
            }
        },
        Command::Abi { seconds, seed } => abi(Duration::from_secs(seconds), seed),
        Command::Soak { cycles, seed } => {
            let start = Instant::now();
            let counts = soak(&cases(), seed, cycles, |cycle| {
                if cycle > 0 && cycle.is_multiple_of(100_000) {
                    eprintln!("cycle {cycle}: {:.0} s", start.elapsed().as_secs_f32());
                }
            });
            println!("{counts:#?}\nin {:.0} s", start.elapsed().as_secs_f32());
            ExitCode::SUCCESS
        }
    }
}

fn tell(findings: &Findings) -> ExitCode {
    for wrong in &findings.wrong {
        println!("{wrong}");
    }
    println!("{}", findings.table);
    ExitCode::from(u8::from(!findings.wrong.is_empty()))
}

fn emulated() -> Result<Findings, Failure> {
    let qemu = toolchain::ensure_qemu().map_err(Failure::tool)?;
    let firmware = firmware::build(&["hostile"])?;
    let folder = tempfile::tempdir().map_err(Failure::tool)?;
    let board = Emulated {
        qemu: &qemu,
        firmware: &firmware,
        flash: &folder.path().join("flash"),
    };
    emulate(&board, &cases())
}

fn abi(time: Duration, seed: u64) -> ExitCode {
    let end = Instant::now() + time;
    let mut fuzz = AbiFuzz::new(seed);
    while Instant::now() < end {
        fuzz.step();
    }
    println!("{:#?}", fuzz.counts);
    ExitCode::SUCCESS
}
