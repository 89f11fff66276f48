//! The outcome of many files.

use super::Verdict;
use crate::error::Failure;

/// How many files there were, and what became of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    files: usize,
    refused: usize,
    unread: usize,
}

impl Tally {
    pub(super) fn add(&mut self, verdict: Verdict) {
        self.files += 1;
        match verdict {
            Verdict::Admitted => {}
            Verdict::Refused => self.refused += 1,
            Verdict::NotRead => self.unread += 1,
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
