//! How code for another target is built on this machine, and how QEMU gets there.
//!
//! Where rustup has the target's standard library, or can fetch it, the active toolchain builds. A Debian machine that
//! cannot fetch targets builds the standard library from the sources that Debian's own Rust brings, linked as the
//! rustup toolchain `debian`. This is the only place that knows of the two ways.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is built that does not run here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A plugin.
    Wasm,
    /// Firmware for a Cortex-M4F or Cortex-M7F.
    ThumbV7em,
}

impl Target {
    /// The name by which rustc knows it.
    pub const fn triple(self) -> &'static str {
        match self {
            Self::Wasm => "wasm32-unknown-unknown",
            Self::ThumbV7em => "thumbv7em-none-eabihf",
        }
    }
}

/// A Cargo that can build for a [`Target`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toolchain {
    target: Target,
    library: Library,
}

/// Where the target's standard library comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Library {
    /// The active toolchain has it.
    Installed,
    /// Each build makes it, with the toolchain [`DEBIAN`].
    FromSource,
}

/// The name under which Debian's Rust is linked into rustup.
const DEBIAN: &str = "debian";
const DEBIAN_SYSROOT: &str = "/usr";
const DEBIAN_PACKAGES: [&str; 5] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
];
const QEMU: &str = "qemu-system-arm";

impl Toolchain {
    /// Finds a Cargo for `target`; installs what is missing, after it has said what.
    ///
    /// What an earlier run installed is found first, so nothing is fetched twice.
    ///
    /// # Errors
    /// [`SetupError`] names what has to be installed by hand.
    pub fn for_target(target: Target) -> Result<Self, SetupError> {
        let library = if has_library(target) {
            Library::Installed
        } else if debian_is_linked() {
            Library::FromSource
        } else if add_target(target) {
            Library::Installed
        } else {
            link_debian(target)?;
            Library::FromSource
        };
        Ok(Self { target, library })
    }

    /// `cargo SUBCOMMAND` for the target. Arguments may follow; what it builds lies in `TARGET/PROFILE` of the target
    /// directory either way.
    pub fn command(&self, subcommand: &str) -> Command {
        let mut cargo = tool("cargo");
        if self.library == Library::FromSource {
            // `-Zbuild-std` is what Debian's library sources are for; nothing else unstable is used.
            cargo.arg(format!("+{DEBIAN}")).env("RUSTC_BOOTSTRAP", "1");
        }
        cargo.args([subcommand, "--target", self.target.triple()]);
        if self.library == Library::FromSource {
            cargo.arg("-Zbuild-std=core,alloc");
        }
        cargo
    }
}

/// Finds QEMU for Arm; installs it if it is missing and this is Debian.
///
/// # Errors
/// [`SetupError`] if it is neither there nor can be installed.
pub fn ensure_qemu() -> Result<PathBuf, SetupError> {
    let help = format!("install {QEMU}, version 7.2 or later (https://www.qemu.org/download)");
    ensure(QEMU, "QEMU for Arm is missing", &help)
}

/// Finds Valgrind, which counts instructions; installs it if it is missing and this is Debian.
///
/// # Errors
/// [`SetupError`] if it is neither there nor can be installed.
pub fn ensure_valgrind() -> Result<PathBuf, SetupError> {
    ensure(
        "valgrind",
        "Valgrind is missing",
        "install valgrind (https://valgrind.org)",
    )
}

/// Finds `program`, or installs the Debian package of the same name.
fn ensure(program: &str, what: &str, help: &str) -> Result<PathBuf, SetupError> {
    if let Some(path) = on_path(program) {
        return Ok(path);
    }
    let missing = |reason| SetupError {
        what: what.to_owned(),
        reason,
        help: help.to_owned(),
    };
    apt_install(&[program]).map_err(&missing)?;
    on_path(program)
        .ok_or_else(|| missing(format!("{program} was installed but is not on the PATH")))
}

/// What is missing on this machine, why it could not be installed, and how to do it by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    what: String,
    reason: String,
    help: String,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}\nhelp: {}", self.what, self.reason, self.help)
    }
}

impl std::error::Error for SetupError {}

/// A tool of the toolchain that is active in the current folder, whichever toolchain runs us: `cargo run` tells its
/// children to use the same one, which would overrule the choice made here.
fn tool(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    command
}

fn has_library(target: Target) -> bool {
    let Some(folder) =
        answer(tool("rustc").args(["--print", "target-libdir", "--target", target.triple()]))
    else {
        return false;
    };
    let Ok(files) = Path::new(&folder).read_dir() else {
        return false;
    };
    files
        .flatten()
        .any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

fn debian_is_linked() -> bool {
    answer(tool("rustc").args([&format!("+{DEBIAN}"), "--print", "sysroot"]))
        .is_some_and(|sysroot| has_sources(Path::new(&sysroot)))
}

fn has_sources(sysroot: &Path) -> bool {
    sysroot
        .join("lib/rustlib/src/rust/library/core/src/lib.rs")
        .is_file()
        && sysroot.join("bin/rust-lld").is_file()
}

/// Whether rustup has, or could fetch, the standard library of `target`.
fn add_target(target: Target) -> bool {
    if on_path("rustup").is_none() {
        return false;
    }
    let triple = target.triple();
    say(format_args!(
        "installing Rust's standard library for {triple}: rustup target add"
    ));
    let output = match tool("rustup").args(["target", "add", triple]).output() {
        Ok(output) if output.status.success() && has_library(target) => return true,
        Ok(output) => output,
        Err(_) => return false,
    };
    // One line of it is for people; a backtrace may follow.
    let text = String::from_utf8_lossy(&output.stderr);
    if let Some(reason) = text.lines().find(|line| line.starts_with("error:")) {
        say(format_args!("rustup cannot: {reason}"));
    }
    false
}

fn link_debian(target: Target) -> Result<(), SetupError> {
    let missing = |reason| SetupError {
        what: format!("Rust's standard library for {} is missing", target.triple()),
        reason,
        help: format!(
            "rustup target add {}\nor, on Debian 12 and later:\n  apt-get install {}\n  rustup toolchain link {DEBIAN} {DEBIAN_SYSROOT}",
            target.triple(),
            DEBIAN_PACKAGES.join(" "),
        ),
    };
    if on_path("rustup").is_none() {
        return Err(missing(
            "rustup is not installed: see https://rustup.rs".to_owned(),
        ));
    }
    if !has_sources(Path::new(DEBIAN_SYSROOT)) {
        apt_install(&DEBIAN_PACKAGES).map_err(&missing)?;
    }
    say(format_args!(
        "linking Debian's Rust as the rustup toolchain `{DEBIAN}`"
    ));
    let linked = succeeds(tool("rustup").args(["toolchain", "link", DEBIAN, DEBIAN_SYSROOT]));
    if linked && debian_is_linked() {
        Ok(())
    } else {
        Err(missing(
            "Debian's Rust could not be linked into rustup".to_owned(),
        ))
    }
}

/// Installs Debian packages, or says why it did not.
fn apt_install(packages: &[&str]) -> Result<(), String> {
    if on_path("apt-get").is_none() {
        return Err("this machine has no apt-get to install it with".to_owned());
    }
    if !is_root() && on_path("sudo").is_none() {
        return Err("apt-get needs root, and there is no sudo".to_owned());
    }
    let names = packages.join(" ");
    say(format_args!("installing with apt-get: {names}"));
    // An update that fails leaves the lists as they are; the installation tells whether they will do.
    succeeds(apt_get().args(["update", "-qq"]));
    let mut install = apt_get();
    install.args(["install", "-y", "-qq", "--no-install-recommends"]);
    if succeeds(install.args(packages)) {
        Ok(())
    } else {
        Err(format!("apt-get could not install {names}"))
    }
}

fn apt_get() -> Command {
    if is_root() {
        return Command::new("apt-get");
    }
    let mut command = Command::new("sudo");
    command.arg("apt-get");
    command
}

fn is_root() -> bool {
    answer(Command::new("id").arg("-u")).is_some_and(|user| user == "0")
}

fn on_path(program: &str) -> Option<PathBuf> {
    find_in(&env::var_os("PATH")?, program)
}

fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    env::split_paths(path)
        .map(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)))
        .find(|file| file.is_file())
}

/// The first line that `command` prints, if it succeeds.
fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output
        .status
        .success()
        .then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// Runs `command` with its standard output on our standard error, where it disturbs no result.
fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(std::io::stderr())
        .status()
        .is_ok_and(|status| status.success())
}

fn say(line: fmt::Arguments<'_>) {
    eprintln!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &Command) -> Vec<String> {
        command
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn an_installed_library_needs_no_flags() {
        let toolchain = Toolchain {
            target: Target::ThumbV7em,
            library: Library::Installed,
        };
        let command = toolchain.command("build");
        assert_eq!(
            arguments(&command),
            ["build", "--target", "thumbv7em-none-eabihf"]
        );
        assert!(
            command
                .get_envs()
                .all(|(name, _)| name != "RUSTC_BOOTSTRAP")
        );
    }

    #[test]
    fn a_library_from_source_is_built_by_debians_toolchain_alone() {
        let toolchain = Toolchain {
            target: Target::Wasm,
            library: Library::FromSource,
        };
        let command = toolchain.command("build");
        assert_eq!(
            arguments(&command),
            [
                "+debian",
                "build",
                "--target",
                "wasm32-unknown-unknown",
                "-Zbuild-std=core,alloc"
            ]
        );
        // What `cargo run` set for us must not choose the toolchain.
        assert!(
            command
                .get_envs()
                .any(|(name, value)| name == "RUSTUP_TOOLCHAIN" && value.is_none())
        );
    }

    #[test]
    fn a_program_is_found_in_the_first_folder_that_has_it() {
        let folder = env::temp_dir().join(format!("corelet-path-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("some-tool{}", env::consts::EXE_SUFFIX);
        std::fs::write(folder.join(&name), "").unwrap();
        let path = env::join_paths([Path::new("/nowhere"), &folder]).unwrap();
        assert_eq!(find_in(&path, "some-tool"), Some(folder.join(name)));
        assert_eq!(find_in(&path, "another-tool"), None);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn an_error_ends_with_what_to_do() {
        let error = SetupError {
            what: "QEMU for Arm is missing".to_owned(),
            reason: "this machine has no apt-get to install it with".to_owned(),
            help: "install qemu-system-arm".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "QEMU for Arm is missing\n  this machine has no apt-get to install it with\nhelp: install qemu-system-arm"
        );
    }
}
