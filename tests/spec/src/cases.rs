//! Modules without end: some dozens for each number.

use crate::corpus::Corpus;
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

/// The cases of a seed: what is in one follows from the seed and its number alone.
pub struct Cases {
    corpus: Corpus,
    seed: u64,
}

impl Cases {
    /// Those of this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            corpus: Corpus::of_the_specification(),
            seed,
        }
    }

    /// The modules of one case: one and its mutants, or as many of any bytes.
    pub fn modules(&self, number: u64) -> Vec<(Vec<u8>, Origin)> {
        let mut random = Random::of(self.seed, number);
        let base = match random.below(8) {
            0 => {
                return (0..=MUTANTS)
                    .map(|_| (arbitrary(&mut random), Origin::Bytes))
                    .collect();
            }
            1 => smith::any(&mut random),
            2..=4 => smith::accepted(&mut random),
            _ => None,
        };
        let (base, origin) = match base {
            Some(module) => (module, Origin::Generated),
            None => (self.pick(&mut random), Origin::Specification),
        };
        let whole = Parts::of(&base);
        let other = Parts::of(&self.pick(&mut random));
        let mutants = (0..MUTANTS).map(|_| {
            let mut parts = whole.clone();
            parts.change(&other, &mut random);
            while random.once_in(3) {
                parts.change(&other, &mut random);
            }
            let mut mutant = parts.module();
            if random.once_in(16) {
                change_bytes(&mut mutant, &mut random);
            }
            (mutant, Origin::Mutant)
        });
        std::iter::once((base, origin)).chain(mutants).collect()
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
}
