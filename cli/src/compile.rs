//! From a plugin's package to a WebAssembly module as the linker leaves it.

use std::path::PathBuf;

use crate::error::Failure;
use crate::package::Package;
use crate::toolchain::{Target, Toolchain};

/// The manifest of Corelet's own workspace. Its profile `guest` is what plugins are built with in every workspace.
const WORKSPACE: &str = include_str!("../../Cargo.toml");

/// The settings of the profile `guest`, as `cargo --config` takes them.
fn profile() -> Result<Vec<String>, Failure> {
    let manifest: toml::Table = WORKSPACE.parse().map_err(Failure::tool)?;
    let guest = manifest
        .get("profile")
        .and_then(|profiles| profiles.get("guest")?.as_table())
        .ok_or_else(|| Failure::tool("Corelet's workspace has no profile `guest`"))?;
    let settings = guest.iter();
    Ok(settings
        .map(|(key, value)| format!("profile.guest.{key}={value}"))
        .collect())
}

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
    for setting in profile()? {
        cargo.args(["--config", &setting]);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_the_workspaces() {
        let settings = profile().unwrap();
        for setting in [
            "profile.guest.inherits=\"release\"",
            "profile.guest.codegen-units=1",
            "profile.guest.debug=false",
        ] {
            assert!(settings.iter().any(|found| found == setting), "{setting}");
        }
    }
}
