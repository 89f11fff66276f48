//! `cargo xtask fuzz`: libFuzzer on the targets of `tests/fuzz`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use corelet_cli::Failure;

use crate::run::{heading, root, step, target_folder};

/// Each file is a target of the same name.
const TARGETS: &str = "tests/fuzz/targets";
/// The toolchain, as rustup knows it: what libFuzzer needs of the compiler is unstable.
const NIGHTLY: &str = "nightly";
/// The most bytes of an input: more are rarely of use to any of the targets, and slow.
const INPUT_MAX: u32 = 2_000;

/// What is fuzzed, and for how long.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A target of `tests/fuzz`; without it all of them, one after the other
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// How long each target runs
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
}

pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let all = targets()?;
    let targets = match &args.target {
        Some(target) if all.contains(target) => vec![target.clone()],
        Some(target) => {
            return Err(Failure::usage(format_args!("there is no target {target}"))
                .found(target, all.join(", ")));
        }
        None => all,
    };
    // Beside the build, so that inputs which were found are there the next time.
    let folder = target_folder().join("fuzz");
    heading("nightly Rust and cargo-fuzz");
    check_nightly()?;
    let tools = cargo_fuzz(&folder)?;
    for target in targets {
        let inputs = folder.join("corpus").join(&target);
        let findings = folder.join("findings").join(&target);
        for folder in [&inputs, &findings] {
            fs::create_dir_all(folder).map_err(|error| Failure::writing(folder, &error))?;
        }
        let mut fuzz = nightly();
        fuzz.current_dir(root())
            .env("PATH", with_front(&tools)?)
            .args(["cargo", "fuzz", "run", "--fuzz-dir", "tests/fuzz"])
            .arg("--target-dir")
            .arg(folder.join("build"))
            .arg(&target)
            .arg(&inputs)
            .arg("--")
            .arg(format!("-max_total_time={}", args.seconds))
            .arg(format!("-max_len={INPUT_MAX}"))
            .arg(format!("-artifact_prefix={}/", findings.display()))
            .arg("-print_final_stats=1");
        let title = format!("{target}, {} s", args.seconds);
        step(&title, &mut fuzz).map_err(|failure| {
            failure.help(format_args!(
                "the input stands in {}, if one was found",
                findings.display()
            ))
        })?;
    }
    Ok(())
}

/// The names of the targets.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join(TARGETS);
    let files = fs::read_dir(&folder).map_err(|error| Failure::reading(&folder, &error))?;
    let names = files.filter_map(|file| Some(file.ok()?.path().file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<_> = names.collect();
    names.sort();
    Ok(names)
}

/// What follows is run with the nightly toolchain.
fn nightly() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", NIGHTLY]);
    command
}

/// Says which compiler it is, or how one comes here: it is 1 GB, which nobody fetches unasked.
fn check_nightly() -> Result<(), Failure> {
    let found = nightly()
        .args(["rustc", "--version"])
        .stderr(Stdio::null())
        .output();
    match found {
        Ok(output) if output.status.success() => {
            eprint!("{}", String::from_utf8_lossy(&output.stdout));
            Ok(())
        }
        _ => Err(
            Failure::tool("libFuzzer needs nightly Rust, and there is none").help(format_args!(
                "rustup toolchain install {NIGHTLY} --profile minimal"
            )),
        ),
    }
}

/// The folder with cargo-fuzz, which is installed there if it is not on the path.
fn cargo_fuzz(folder: &Path) -> Result<PathBuf, Failure> {
    const NAME: &str = "cargo-fuzz";
    let tools = folder.join("tools");
    let program = |folder: &Path| folder.join(NAME).with_extension(env::consts::EXE_EXTENSION);
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([tools.join("bin")]);
    if let Some(found) = folders.into_iter().find(|folder| program(folder).is_file()) {
        return Ok(found);
    }
    let mut install = Command::new("cargo");
    install
        .args(["install", NAME, "--locked", "--root"])
        .arg(&tools);
    step(
        &format!("{NAME} is installed in {}", tools.display()),
        &mut install,
    )?;
    Ok(tools.join("bin"))
}

/// The path with `folder` at its front.
fn with_front(folder: &Path) -> Result<std::ffi::OsString, Failure> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [folder.to_owned()]
        .into_iter()
        .chain(env::split_paths(&path));
    env::join_paths(folders).map_err(Failure::usage)
}
