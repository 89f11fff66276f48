//! The outcome of many files.

use crate::error::Failure;

/// What became of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Admitted,
    Refused,
    NotRead,
}

impl Outcome {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Refused => "refused",
            Self::NotRead => "not read",
        }
    }
}

/// How many files there were, and what became of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    files: usize,
    refused: usize,
    unread: usize,
}

impl Tally {
    pub(super) fn add(&mut self, outcome: Outcome) {
        self.files += 1;
        match outcome {
            Outcome::Admitted => {}
            Outcome::Refused => self.refused += 1,
            Outcome::NotRead => self.unread += 1,
        }
    }

    /// The failure of the worst.
    pub(super) fn result(&self) -> Result<(), Failure> {
        let Self {
            files,
            refused,
            unread,
        } = self;
        match (refused, unread) {
            (0, 0) => Ok(()),
            (_, 0) => Err(Failure::refused(format_args!(
                "{refused} of {files} refused"
            ))),
            (0, _) => Err(Failure::usage(format_args!("{unread} of {files} not read"))),
            (_, _) => Err(Failure::usage(format_args!(
                "{refused} of {files} refused, {unread} not read"
            ))),
        }
    }
}
