//! Modules without end, each judged twice.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::corpus::Corpus;
use crate::judge::{Outcome, compare, reason_name};
use crate::mutate::{arbitrary, change_bytes};
use crate::parts::Parts;
use crate::random::Random;
use crate::smith;

/// How many modules are made of one.
const MUTANTS: usize = 31;

/// Where a module comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// From `wasm-smith`.
    Generated,
    /// A module of the specification's tests.
    Specification,
    /// One of these two, changed.
    Mutant,
    /// Any bytes behind a header.
    Bytes,
}

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

/// A run of the comparison: cases follow from `seed` and their number alone.
pub struct Fuzz {
    corpus: Corpus,
    seed: u64,
    /// What came of it so far.
    pub counts: Counts,
    /// The modules on which the two disagree, or one of them panicked.
    pub disagreements: Vec<Vec<u8>>,
}

impl Fuzz {
    /// Nothing judged yet.
    pub fn new(seed: u64) -> Self {
        Self {
            corpus: Corpus::of_the_specification(),
            seed,
            counts: Counts::default(),
            disagreements: Vec::new(),
        }
    }

    /// Judges the modules of one case: some dozens.
    pub fn case(&mut self, number: u64) {
        let mut random = Random::of(self.seed, number);
        let base = match random.below(8) {
            0 => {
                for _ in 0..=MUTANTS {
                    self.judge(&arbitrary(&mut random), Origin::Bytes);
                }
                return;
            }
            1 => smith::any(&mut random),
            2..=4 => smith::accepted(&mut random),
            _ => None,
        };
        let (base, origin) = match base {
            Some(module) => (module, Origin::Generated),
            None => (self.pick(&mut random), Origin::Specification),
        };
        self.judge(&base, origin);
        let whole = Parts::of(&base);
        let other = Parts::of(&self.pick(&mut random));
        for _ in 0..MUTANTS {
            let mut parts = whole.clone();
            parts.change(&other, &mut random);
            while random.once_in(3) {
                parts.change(&other, &mut random);
            }
            let mut mutant = parts.module();
            if random.once_in(16) {
                change_bytes(&mut mutant, &mut random);
            }
            self.judge(&mutant, Origin::Mutant);
        }
    }

    /// A module of the specification's tests, mostly one that has code.
    fn pick(&self, random: &mut Random) -> Vec<u8> {
        let modules = match random.below(12) {
            0 => &self.corpus.refused,
            1 | 2 => &self.corpus.valid,
            _ => &self.corpus.with_code,
        };
        modules[random.below(modules.len())].clone()
    }

    fn judge(&mut self, module: &[u8], origin: Origin) {
        let counts = &mut self.counts;
        counts.modules += 1;
        let (valid, all) = counts.origins.entry(origin).or_default();
        *all += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| compare(module)));
        let (kind, name) = match outcome {
            Ok(Outcome::Valid) => {
                *valid += 1;
                return;
            }
            Ok(Outcome::Refused(refusal)) => (&mut counts.refused, reason_name(refusal.reason)),
            Ok(Outcome::Limit(refusal)) => (&mut counts.limits, reason_name(refusal.reason)),
            Ok(Outcome::Disagreement { .. }) | Err(_) => {
                return self.disagreements.push(module.to_vec());
            }
        };
        *kind.entry(name).or_default() += 1;
    }
}
