//! The firmware of the emulated boards, built when it is needed.

use std::path::{Path, PathBuf};

use crate::check;
use crate::error::Failure;
use crate::output;
use crate::package::Package;
use crate::toolchain::{Target, Toolchain};

/// What LLVM is told when all crates have become one module. By itself it underrates what inlining saves in code as generic
/// as the interpreter's, and looks for equal ends of the arms of a match among the first 150 only: 40 KiB of flash. Told
/// to each crate before, these save less. The numbers are those that give the smallest firmware: try others when it has changed much.
const LINK_TIME: [&str; 3] = [
    "-Cllvm-args=-inline-instr-cost=4",
    "-Cllvm-args=-inline-call-penalty=57",
    "-Cllvm-args=-tail-merge-threshold=5000",
];

/// Builds the firmware of mps2-an386 from the checkout that this command was built from, and returns its ELF file; what it offers to
/// plugins stands beside it, in `mps2-an386.offer`. One that was built with other features takes its place.
///
/// # Errors
/// If the checkout is gone, the toolchain cannot be had, or the firmware does not compile.
pub fn build(features: &[&str]) -> Result<PathBuf, Failure> {
    const BOARD: &str = "mps2-an386";
    let elf = compile(BOARD, features)?;
    let offer = elf.with_file_name(format!("{BOARD}.offer"));
    std::fs::write(&offer, check::offer(features))
        .map_err(|error| Failure::writing(&offer, &error))?;
    Ok(elf)
}

/// Builds the firmware in the folder `board` of `boards/`, and returns its ELF file.
///
/// # Errors
/// As [`build`].
pub fn compile(board: &str, features: &[&str]) -> Result<PathBuf, Failure> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../boards")
        .join(board);
    if !folder.is_dir() {
        return Err(
            Failure::usage("the checkout that this command was built from is gone")
                .help("--firmware ELF"),
        );
    }
    let package = Package::find(&folder)?;
    let mut cargo = Toolchain::for_target(Target::ThumbV7em)
        .map_err(Failure::tool)?
        .command("rustc");
    cargo
        .current_dir(&package.folder)
        .args(["--quiet", "--package", &package.name])
        .args(["--bin", &package.name])
        .args(["--profile", "firmware", "--target-dir"])
        .arg(&package.target_folder)
        .arg("--features")
        .arg(features.join(","))
        .arg("--")
        .args(LINK_TIME)
        .stdout(std::io::stderr());
    let building = output::progress("building the firmware");
    let status = cargo
        .status()
        .map_err(|error| Failure::tool(format_args!("cargo does not start: {error}")))?;
    drop(building);
    if !status.success() {
        return Err(
            Failure::tool("the firmware does not compile").help("the compiler says why, above")
        );
    }
    let folder = package
        .target_folder
        .join(Target::ThumbV7em.triple())
        .join("firmware");
    Ok(folder.join(package.name))
}
