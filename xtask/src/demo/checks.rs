use corelet_cli::Failure;

/// What the demo holds itself to.
#[derive(Debug, Default)]
pub(super) struct Checks {
    held: u32,
    failed: u32,
}

impl Checks {
    /// Counts one check, and says what came of it.
    pub(super) fn check(&mut self, what: &str, holds: bool) {
        if holds {
            self.held += 1;
            println!("  ✓ {what}");
        } else {
            self.failed += 1;
            println!("  ✗ {what}");
        }
    }

    /// Says how many held.
    ///
    /// # Errors
    /// If not all did.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let all = self.held + self.failed;
        let line = format!("{} of {all} checks held", self.held);
        println!("\n{line}");
        if self.failed == 0 {
            Ok(())
        } else {
            Err(Failure::refused(line))
        }
    }
}
