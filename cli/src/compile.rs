//! From a plugin's package to a WebAssembly module as the linker leaves it.

use std::path::PathBuf;

use crate::error::Failure;
use crate::package::Package;
use crate::toolchain::{Target, Toolchain};

/// The profile plugins are built with, spelled out so that it is the same in every workspace. `s` and not `z`, which makes
/// plugins that are hardly smaller, if at all, and take twice the fuel.
const PROFILE: &[&str] = &[
    "profile.guest.inherits=\"release\"",
    "profile.guest.opt-level=\"s\"",
    "profile.guest.lto=\"fat\"",
    "profile.guest.codegen-units=1",
    "profile.guest.panic=\"abort\"",
    "profile.guest.debug=false",
    "profile.guest.strip=\"debuginfo\"",
];

/// Compiles `package` with `stack` bytes of stack, and returns the module's path.
///
/// # Errors
/// If no toolchain can, or it does not compile; what the compiler says goes to standard error.
pub(crate) fn compile(package: &Package, stack: u32) -> Result<PathBuf, Failure> {
    let toolchain = Toolchain::for_target(Target::Wasm).map_err(Failure::tool)?;
    // `cargo rustc` gives the link arguments to the plugin alone, so that its dependencies are not built again for another
    // stack; and makes a module of it whatever kind of library Cargo.toml says it is.
    let mut cargo = toolchain.command("rustc");
    cargo
        .current_dir(&package.folder)
        .args([
            "--package",
            &package.name,
            "--lib",
            "--crate-type",
            "cdylib",
            "--profile",
            "guest",
        ])
        .arg("--target-dir")
        .arg(&package.target_folder)
        .stdout(std::io::stderr());
    for setting in PROFILE {
        cargo.args(["--config", setting]);
    }
    // One-byte pages: the memory is as large as stack and data together.
    cargo.args([
        "--",
        "-Clink-arg=--page-size=1",
        // Without it the linker pads every index and address to five bytes.
        "-Clink-arg=--compress-relocations",
        &format!("-Clink-arg=-zstack-size={stack}"),
    ]);
    let status = cargo
        .status()
        .map_err(|error| Failure::tool(format_args!("cargo does not start: {error}")))?;
    if !status.success() {
        return Err(Failure::tool(format_args!(
            "{} does not compile for {}",
            package.name,
            Target::Wasm.triple()
        ))
        .help("the compiler says why, above"));
    }
    let profile = package
        .target_folder
        .join(Target::Wasm.triple())
        .join("guest");
    Ok(profile.join(format!("{}.wasm", package.library)))
}
