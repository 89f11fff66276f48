//! What went wrong in a run, as it goes on.

use std::collections::HashSet;

use super::explain::Explained;
use crate::error::Failure;
use crate::output;

/// Prints failures of plugins, counts them, and gives the same help once.
#[derive(Debug, Default)]
pub(super) struct Failures {
    count: u32,
    given: HashSet<String>,
}

impl Failures {
    /// Prints that `what` went wrong: `explained`, or a sentence.
    pub(super) fn add(&mut self, what: &str, explained: impl Into<Explained>) {
        let Explained { words, help } = explained.into();
        self.count += 1;
        let help = help.filter(|help| self.given.insert(help.clone()));
        let mut text = format!("{what}{words}");
        if let Some(help) = help {
            text.push_str(&crate::error::help(&help));
        }
        output::failure(&text);
    }

    /// What the whole run came to.
    pub(super) fn result(&self) -> Result<(), Failure> {
        match self.count {
            0 => Ok(()),
            1 => Err(Failure::refused("a call failed: see above")),
            count => Err(Failure::refused(format_args!(
                "{count} calls failed: see above"
            ))),
        }
    }
}
