//! The modules of many cases, each judged twice.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cases::{Cases, Origin};
use crate::judge::{Outcome, compare, is_refused_alike, reason_name};

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// All that were judged.
    pub modules: u64,
    /// Those that both let through, and all, by where they come from.
    pub origins: BTreeMap<Origin, (u64, u64)>,
    /// Those that both refuse, by the reason that admission gives.
    pub refused: BTreeMap<String, u64>,
    /// Those that admission alone refuses, by the limit or feature that it states.
    pub limits: BTreeMap<String, u64>,
}

impl Counts {
    /// How many both let through.
    pub fn valid(&self) -> u64 {
        self.origins.values().map(|(valid, _)| valid).sum()
    }
}

/// A run of the comparison.
pub struct Fuzz {
    cases: Cases,
    /// What came of it so far.
    pub counts: Counts,
    /// The modules on which the two disagree, or one of them panicked, or admission says another thing of the beginning alone.
    pub disagreements: Vec<Vec<u8>>,
}

impl Fuzz {
    /// Nothing judged yet.
    pub fn new(seed: u64) -> Self {
        Self {
            cases: Cases::new(seed),
            counts: Counts::default(),
            disagreements: Vec::new(),
        }
    }

    /// Judges the modules of one case: some dozens.
    pub fn case(&mut self, number: u64) {
        for (module, origin) in self.cases.modules(number) {
            self.judge(&module, origin);
        }
    }

    fn judge(&mut self, module: &[u8], origin: Origin) {
        let counts = &mut self.counts;
        counts.modules += 1;
        let (valid, all) = counts.origins.entry(origin).or_default();
        *all += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            is_refused_alike(module).then(|| compare(module))
        }));
        let (kind, name) = match outcome {
            Ok(Some(Outcome::Valid)) => {
                *valid += 1;
                return;
            }
            Ok(Some(Outcome::Refused(refusal))) => {
                (&mut counts.refused, reason_name(refusal.reason))
            }
            Ok(Some(Outcome::Limit(refusal))) => (&mut counts.limits, reason_name(refusal.reason)),
            Ok(None | Some(Outcome::Disagreement { .. })) | Err(_) => {
                return self.disagreements.push(module.to_vec());
            }
        };
        *kind.entry(name).or_default() += 1;
    }
}
