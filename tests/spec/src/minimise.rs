//! A smaller module about which the two still disagree.

use crate::judge::{Outcome, compare};
use crate::parts::Parts;

/// Whether both disagree, and which of them refuses.
fn side(module: &[u8]) -> Option<bool> {
    match compare(module) {
        Outcome::Disagreement { ours, .. } => Some(ours.is_err()),
        _ => None,
    }
}

/// The module without some bytes of one piece, if it has them.
fn without(module: &[u8], piece: usize, start: usize, length: usize) -> Option<Vec<u8>> {
    let mut parts = Parts::of(module);
    let bytes = parts.pieces().nth(piece)?;
    (start + length <= bytes.len()).then(|| drop(bytes.drain(start..start + length)))?;
    Some(parts.module())
}

/// Takes away sections, functions' bytes and single bytes, while the disagreement stays what it is.
pub fn minimise(module: &[u8]) -> Vec<u8> {
    let mut best = module.to_vec();
    let Some(wanted) = side(module) else {
        return best;
    };
    let keep = |candidate: Vec<u8>, best: &mut Vec<u8>| {
        let better = candidate.len() < best.len() && side(&candidate) == Some(wanted);
        if better {
            *best = candidate;
        }
        better
    };
    loop {
        let before = best.len();
        for index in (0..Parts::of(&best).sections()).rev() {
            keep(Parts::of(&best).without_section(index).module(), &mut best);
        }
        for length in [64, 16, 8, 4, 3, 2, 1] {
            for piece in 0..Parts::of(&best).pieces().count() {
                let mut start = 0;
                while let Some(smaller) = without(&best, piece, start, length) {
                    if !keep(smaller, &mut best) {
                        start += 1;
                    }
                }
            }
            let mut start = 0;
            while start + length <= best.len() {
                let mut smaller = best.clone();
                smaller.drain(start..start + length);
                if !keep(smaller, &mut best) {
                    start += 1;
                }
            }
        }
        if best.len() == before {
            return best;
        }
    }
}
