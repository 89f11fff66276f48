//! `corelet-spec fuzz`: admission beside another validator, for as many modules as one likes.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use corelet_spec::{Fuzz, compare, minimise};

/// Holds admission against another validator.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Judges modules until there were enough or the time is over, and prints what came of it.
    ///
    /// Ten million: `cargo run --release -p corelet-spec -- fuzz --modules 10000000`. No files are needed: each module follows
    /// from the seed and the number of its case.
    Fuzz {
        /// How many modules; a case that was begun is ended.
        #[arg(long)]
        modules: Option<u64>,
        /// How long, in seconds; 60 if it is not said how many modules, else as long as it takes.
        #[arg(long)]
        seconds: Option<u64>,
        /// What the modules follow from; the same seed gives the same modules.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The case to begin with.
        #[arg(long, default_value_t = 0)]
        first: u64,
    },
}

fn main() -> ExitCode {
    let Command::Fuzz {
        modules,
        seconds,
        seed,
        first,
    } = Arguments::parse().command;
    let seconds = seconds.or(modules.is_none().then_some(60));
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut fuzz = Fuzz::new(seed);
    let mut case = first;
    while end.is_none_or(|end| Instant::now() < end)
        && modules.is_none_or(|modules| fuzz.counts.modules < modules)
        && fuzz.disagreements.len() < 16
    {
        let known = fuzz.disagreements.len();
        fuzz.case(case);
        for module in &fuzz.disagreements[known..] {
            show(case, module);
        }
        case += 1;
        if case.is_multiple_of(65_536) {
            eprintln!("case {case}: {} modules", fuzz.counts.modules);
        }
    }
    let counts = &fuzz.counts;
    println!(
        "seed {seed}, cases {first} to {case}: {} modules",
        counts.modules
    );
    println!("let through by both: {}", counts.valid());
    for (origin, (valid, all)) in &counts.origins {
        println!("  {origin:?}: {valid} of {all}");
    }
    for (title, kinds) in [
        ("refused by both", &counts.refused),
        (
            "refused by admission, for a limit or feature",
            &counts.limits,
        ),
    ] {
        println!("{title}: {}", kinds.values().sum::<u64>());
        for (name, count) in kinds {
            println!("  {name}: {count}");
        }
    }
    println!("disagreements: {}", fuzz.disagreements.len());
    if fuzz.disagreements.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn show(case: u64, module: &[u8]) {
    let smallest = minimise(module);
    let hex = smallest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    println!("case {case}: {:?}\n  {hex}", compare(&smallest));
}
