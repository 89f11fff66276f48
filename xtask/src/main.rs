//! `cargo xtask`: what one does with a checkout. Each command installs what it needs, and says what.

mod bench;
mod demo;
mod emulator;
mod examples;
mod fuzz;
mod run;
mod size;
mod test;

use std::process::ExitCode;

use clap::Parser;

/// What one does with a checkout of Corelet
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// A plugin from contract to sensor: on the desktop, then on an emulated Cortex-M4F
    Demo,
    /// Every check and every test, those in the emulator included
    Test,
    /// Flash and RAM of the firmware
    Size(size::Args),
    /// Instructions: of a message and of a host call beside wasmi used by hand, for a unit of fuel, for a KiB of module
    Bench(bench::Args),
    /// libFuzzer on flash contents, images, key sets and what comes over a port
    Fuzz(fuzz::Args),
}

fn main() -> ExitCode {
    let result = match Task::parse() {
        Task::Demo => demo::run(),
        Task::Test => test::run(),
        Task::Size(args) => size::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.kind() as u8)
        }
    }
}
