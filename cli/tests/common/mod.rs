//! Runs the built command in a folder of its own.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unreachable_pub)]

pub mod plugin;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that goes when the test is over.
pub struct Sandbox {
    folder: tempfile::TempDir,
}

/// What a run of the command gave.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Sandbox {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, contents).unwrap();
        path
    }

    pub fn corelet(&self, args: &[&str]) -> Outcome {
        self.corelet_in("", args)
    }

    pub fn corelet_in(&self, folder: &str, args: &[&str]) -> Outcome {
        run(Command::new(env!("CARGO_BIN_EXE_corelet"))
            .args(args)
            .current_dir(self.path(folder)))
    }
}

impl Outcome {
    /// The outcome, if the command went well.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.stderr);
        self
    }

    /// What it said, if it ended with `code`.
    #[track_caller]
    pub fn refused(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "", "a refusal prints no result");
        self.stderr
    }
}

pub fn run(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The checkout that the command was built from.
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}
