//! `smpmgr`, of PyPI, with the versions that this repository names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

const REQUIREMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/requirements.txt");

/// The command `smpmgr`, installed in `folder`, at a port, with so many seconds for each answer. The first test that asks installs it, and all
/// others wait.
///
/// # Panics
/// If it cannot be installed.
pub fn smpmgr(folder: &str, port: impl AsRef<OsStr>, seconds: u32) -> Command {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| install(&Path::new(folder).join("smpmgr")));
    let mut command = Command::new(path);
    command
        .arg("--port")
        .arg(port)
        .args(["--timeout", &seconds.to_string()])
        // So that a line of what it prints is a line.
        .env("COLUMNS", "400")
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn install(folder: &Path) -> PathBuf {
    let program = folder.join("bin/smpmgr");
    // What was asked for when it was installed: written last, so half an installation has none.
    let installed = folder.join("requirements.txt");
    let wanted = fs::read(REQUIREMENTS).expect("the file is there");
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return program;
    }
    eprintln!("installing smpmgr in {}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).expect("the folder is ours");
    }
    run(
        Command::new("python3").args(["-m", "venv"]).arg(folder),
        "install Python 3.11 or later with its module venv: apt-get install python3-venv",
    );
    run(
        Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-deps", "--requirement", REQUIREMENTS]),
        "let pip reach PyPI",
    );
    fs::write(installed, wanted).expect("the folder was just made");
    program
}

fn run(command: &mut Command, help: &str) {
    let status = command.status();
    assert!(
        status.as_ref().is_ok_and(|status| status.success()),
        "{command:?}: {status:?}\nhelp: {help}"
    );
}
