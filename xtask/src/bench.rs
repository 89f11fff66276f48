//! `cargo xtask bench`: instructions of one message echo and of one host call, counted by callgrind, beside the same
//! done with wasmi by hand in the same run.

use std::path::{Path, PathBuf};
use std::process::Command;

use corelet_cli::Failure;

use crate::run::{cargo, heading, root, step, target_folder};

/// The most that Corelet may take of what it takes by hand.
const RATIO_MAX: f64 = 1.3;

/// What is measured, by the name that the benchmark knows it by.
const JOBS: [(&str, &str); 2] = [("echo", "message echo"), ("calls", "host call")];

pub(crate) fn run() -> Result<(), Failure> {
    check()
}

/// Measures, prints a table, and compares.
///
/// # Errors
/// If callgrind is missing, or Corelet takes more than it may.
pub(crate) fn check() -> Result<(), Failure> {
    ensure_valgrind()?;
    let module = corelet_cli::build(&root().join("tests/bench/guest"), None)?.wasm;
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
    let program = target_folder().join("release/corelet-bench");
    println!(
        "{:14} {:>9} {:>9} {:>7}",
        "instructions", "by hand", "corelet", "ratio"
    );
    for (job, title) in JOBS {
        let raw = per_operation(&program, "raw", job, &module)?;
        let corelet = per_operation(&program, "corelet", job, &module)?;
        let ratio = corelet / raw;
        println!("{title:14} {raw:9.0} {corelet:9.0} {ratio:7.2}");
        if ratio > RATIO_MAX {
            return Err(
                Failure::refused(format_args!("a {title} takes too many instructions")).found(
                    format_args!("{ratio:.2} of wasmi by hand"),
                    format_args!("{RATIO_MAX}"),
                ),
            );
        }
    }
    Ok(())
}

/// Instructions of one operation: the difference of two runs, so that start-up does not count.
fn per_operation(program: &Path, side: &str, job: &str, module: &Path) -> Result<f64, Failure> {
    const FEW: u32 = 100;
    const MANY: u32 = 1_100;
    let few = instructions(program, side, job, FEW, module)?;
    let many = instructions(program, side, job, MANY, module)?;
    Ok((many - few) / f64::from(MANY - FEW))
}

fn instructions(
    program: &Path,
    side: &str,
    job: &str,
    count: u32,
    module: &Path,
) -> Result<f64, Failure> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([side, job, &count.to_string()])
        .arg(module)
        .output()
        .map_err(|error| Failure::tool(format_args!("valgrind does not start: {error}")))?;
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines()
        .find_map(|line| line.split_once("Collected : "))
        .and_then(|(_, number)| number.trim().parse().ok())
        .filter(|_| output.status.success())
        .ok_or_else(|| Failure::tool(format_args!("callgrind counted nothing:\n{text}")))
}

fn ensure_valgrind() -> Result<(), Failure> {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| is_there(&folder)));
    if found {
        return Ok(());
    }
    heading("installing valgrind, which counts instructions: apt-get install valgrind");
    let installed = Command::new("apt-get")
        .args(["install", "-y", "--no-install-recommends", "valgrind"])
        .status()
        .is_ok_and(|status| status.success());
    if installed {
        Ok(())
    } else {
        Err(Failure::tool("valgrind is missing").help("install valgrind"))
    }
}

fn is_there(folder: &Path) -> bool {
    let program: PathBuf = folder.join("valgrind");
    program.is_file()
}
