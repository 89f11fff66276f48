//! `cargo xtask bench`: instructions of one message echo and of one host call, beside the same done with wasmi by hand in
//! the same run: counted by callgrind on the desktop, by the clock of the emulated board. There also those for a unit of
//! fuel, for a KiB of module, and for what plugins do with their data.

mod gap;
mod loading;
mod storage;
mod worst;

use std::path::{Path, PathBuf};
use std::process::Command;

use corelet_admission::fuel::WORST_INSTRUCTIONS;
use corelet_bench::{Job, Side};
use corelet_cli::qemu::INSTRUCTION;
use corelet_cli::toolchain::ensure_valgrind;
use corelet_cli::{Failure, firmware};
use corelet_mps2_an386::BootRecord;

use gap::Gap;
use loading::Loading;
use storage::Stored;
use worst::Program;

use crate::emulator::{Images, run_to_end};
use crate::examples;
use crate::run::{cargo, root, step, target_folder};

/// The most that Corelet may take of what it takes by hand.
const RATIO_MAX: f64 = 1.3;

/// What is measured besides.
#[derive(clap::Args, Debug, Default)]
pub(crate) struct Args {
    /// Compare admission with wasmi's own validation, for which another firmware is built
    #[arg(long)]
    validate: bool,
}

/// Measures, prints tables, and compares.
///
/// # Errors
/// If callgrind or QEMU is missing, or Corelet takes more than it may, or a program more than its fuel stands for.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let valgrind = ensure_valgrind().map_err(Failure::tool)?;
    let image = corelet_cli::build(&root().join("tests/bench/guest"), None)?.image;
    step(
        "building the benchmark",
        &mut cargo(&[
            "build",
            "--quiet",
            "--release",
            "--package",
            "corelet-bench",
        ]),
    )?;
    let counter = Counter {
        valgrind,
        program: target_folder().join("release/corelet-bench"),
    };
    println!(
        "{:28} {:>9} {:>9} {:>7}",
        "instructions of one", "by hand", "corelet", "ratio"
    );
    for job in Job::ALL {
        let raw = on_desktop(&counter, Side::Raw, job, &image)?;
        let corelet = on_desktop(&counter, Side::Corelet, job, &image)?;
        compare("desktop", job, raw, corelet)?;
    }
    let (mut names, mut images) = (vec!["echo".to_owned()], vec![image]);
    for (name, image) in examples::images()? {
        names.push(name);
        images.push(image);
    }
    let measured = on_emulator(&["bench"], &images)?;
    for job in Job::ALL {
        let raw = on_board(&measured.times, Side::Raw, job)?;
        let corelet = on_board(&measured.times, Side::Corelet, job)?;
        compare("mps2-an386", job, raw, corelet)?;
    }
    println!();
    let validated = if args.validate {
        Some(on_emulator(&["bench", "validate"], &images)?.loading)
    } else {
        None
    };
    loading::report(&names, &measured.loading, validated.as_deref())?;
    println!();
    worst::report(measured.programs)?;
    println!();
    gap::report(&measured.gaps)?;
    println!();
    storage::report(&measured.stored)
}

/// Whether a unit of fuel stands for no more instructions than it may. `prices` is where they stand.
fn check_price(name: &str, per_fuel: f64, prices: &str) -> Result<(), Failure> {
    let allowed = f64::from(WORST_INSTRUCTIONS);
    if per_fuel <= allowed {
        return Ok(());
    }
    Err(Failure::refused(format_args!(
        "`{name}` takes too many instructions for its fuel"
    ))
    .found(format_args!("{per_fuel:.1}"), allowed)
    .help(format_args!("let it cost more, in {prices}")))
}

fn compare(board: &str, job: Job, raw: f64, corelet: f64) -> Result<(), Failure> {
    let title = match job {
        Job::Echo => "message echo",
        Job::Calls => "host call",
    };
    let ratio = corelet / raw;
    println!(
        "{:28} {raw:9.0} {corelet:9.0} {ratio:7.2}",
        format!("{title}, {board}")
    );
    if ratio > RATIO_MAX {
        return Err(
            Failure::refused(format_args!("a {title} takes too many instructions")).found(
                format_args!("{ratio:.2} of wasmi by hand on {board}"),
                format_args!("{RATIO_MAX}"),
            ),
        );
    }
    Ok(())
}

/// What the firmware logs: the side, the job, how often it was done, and how long that took in nanoseconds.
type Time = (String, String, f64, f64);

/// What the firmware measured.
#[derive(Default)]
struct Measured {
    times: Vec<Time>,
    programs: Vec<Program>,
    gaps: Vec<Gap>,
    stored: Vec<Stored>,
    loading: Vec<Loading>,
}

/// Runs the firmware that measures, with these images in its banks.
fn on_emulator(features: &[&str], images: &[PathBuf]) -> Result<Measured, Failure> {
    let firmware = firmware::build(features)?;
    let mut measured = Measured::default();
    run_to_end(
        &firmware,
        Images::Bundle(images),
        &BootRecord::FOR_EVER,
        |line| {
            measured.times.extend(time(line));
            measured.programs.extend(worst::program(line));
            measured.gaps.extend(gap::gap(line));
            measured.stored.extend(storage::stored(line));
            measured.loading.extend(loading::loading(line));
        },
    )?;
    Ok(measured)
}

/// As many instructions as `nanoseconds` of the emulated board are.
fn instructions(nanoseconds: f64) -> f64 {
    nanoseconds / INSTRUCTION.as_nanos() as f64
}

/// Reads `bench JOB SIDE COUNT: TIME ns`.
fn time(line: &str) -> Option<Time> {
    let (what, time) = line.strip_prefix("bench ")?.split_once(": ")?;
    let mut what = what.split(' ');
    let (job, side, count) = (what.next()?, what.next()?, what.next()?);
    let time = time.strip_suffix(" ns")?;
    Some((
        side.to_owned(),
        job.to_owned(),
        count.parse().ok()?,
        time.parse().ok()?,
    ))
}

/// Instructions of one operation on the emulated board: the difference of two runs, so that loading does not count.
fn on_board(times: &[Time], side: Side, job: Job) -> Result<f64, Failure> {
    let mut runs = times
        .iter()
        .filter(|(of_side, of_job, ..)| of_side == side.name() && of_job == job.name());
    match (runs.next(), runs.next()) {
        (Some((_, _, few, less)), Some((_, _, many, more))) => {
            Ok(instructions((more - less) / (many - few)))
        }
        _ => Err(Failure::tool("the emulated board did not measure")),
    }
}

/// Instructions of one operation on the desktop: the difference of two runs, so that loading does not count.
fn on_desktop(counter: &Counter, side: Side, job: Job, image: &Path) -> Result<f64, Failure> {
    const FEW: u32 = 100;
    const MANY: u32 = 1_100;
    let few = counter.instructions(side, job, FEW, image)?;
    let many = counter.instructions(side, job, MANY, image)?;
    Ok((many - few) / f64::from(MANY - FEW))
}

/// What counts the instructions of a program.
struct Counter {
    valgrind: PathBuf,
    program: PathBuf,
}

impl Counter {
    fn instructions(&self, side: Side, job: Job, count: u32, image: &Path) -> Result<f64, Failure> {
        let output = Command::new(&self.valgrind)
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&self.program)
            .args([side.name(), job.name(), &count.to_string()])
            .arg(image)
            .output()
            .map_err(|error| Failure::tool(format_args!("valgrind does not start: {error}")))?;
        let text = String::from_utf8_lossy(&output.stderr);
        text.lines()
            .find_map(|line| line.split_once("Collected : "))
            .and_then(|(_, number)| number.trim().parse().ok())
            .filter(|_| output.status.success())
            .ok_or_else(|| Failure::tool(format_args!("callgrind counted nothing:\n{text}")))
    }
}
