//! `cargo xtask test`: what a change must pass.

use corelet_cli::Failure;
use corelet_cli::toolchain::{Target, Toolchain, ensure_qemu};

use crate::run::{cargo, heading, step};
use crate::{bench, examples, size};

/// Crates that a device links, each with its features at rest: the firmware below builds them with `defmt`.
const DEVICE_CRATES: [&str; 9] = [
    "corelet-abi",
    "corelet-image",
    "corelet-admission",
    "corelet-load",
    "corelet-store",
    "corelet-smp",
    "corelet-host",
    "corelet-update",
    "corelet-board-support",
];

pub(crate) fn run() -> Result<(), Failure> {
    heading("toolchains and the emulator");
    Toolchain::for_target(Target::Wasm).map_err(Failure::tool)?;
    let device = Toolchain::for_target(Target::ThumbV7em).map_err(Failure::tool)?;
    ensure_qemu().map_err(Failure::tool)?;

    step("formatting", &mut cargo(&["fmt", "--all", "--check"]))?;
    step(
        "clippy",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]),
    )?;
    step(
        "documentation",
        cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"),
    )?;

    let mut build = device.command("build");
    build
        .current_dir(crate::run::root())
        .args(["--profile", "firmware"]);
    for name in DEVICE_CRATES {
        build.args(["--package", name]);
    }
    step("device crates without std", &mut build)?;
    let mut product = device.command("check");
    product.current_dir(crate::run::root()).args([
        "--profile",
        "firmware",
        "--package",
        "corelet-mps2-an386",
        "--no-default-features",
    ]);
    step("firmware that refuses the development key", &mut product)?;

    heading("example plugins");
    examples::build_all()?;

    heading("flash and RAM of the firmware");
    size::check_budget()?;

    heading("instructions beside wasmi by hand, for fuel, and for loading");
    bench::run(&bench::Args::default())?;

    step("tests", &mut cargo(&["test", "--workspace"]))?;
    // Those that compile plugins are left out where they stand, so that stable Rust alone can test the rest; they share a
    // target folder, so they go one by one. Last, so that the last lines are the test runner's own.
    step(
        "tests of plugins as authors make them",
        &mut cargo(&[
            "test",
            "--package",
            "corelet-cli",
            "--test",
            "plugin",
            "--",
            "--ignored",
            "--test-threads=1",
        ]),
    )
}
