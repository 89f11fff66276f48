//! As many histories as one likes, none of them again: on all processors, each round of one with seeds of its own.
//!
//! ```sh
//! CORELET_HISTORIES=100000000 cargo test --release -p corelet-fault-flash --test store -- --ignored --nocapture
//! ```
//!
//! `CORELET_ROUND` is the round to begin with, 0 without: so that a run goes on where another one ended.

use corelet_fault_flash::{Kind, Programming, Sweep, Walk, as_many_as_wanted};
use fastrand::Rng;

use super::geometry::{Geometry, Large, Small, Uneven};
use super::model::Step;
use super::{script, sweep_units, walk};

/// Of a round: one, two and three faults in each of the scripts, and walks, with whichever flash it is.
#[test]
#[ignore = "as long as one likes"]
fn as_many_as_one_likes() {
    as_many_as_wanted(|round| {
        let rng = &mut Rng::with_seed(round);
        let mut updates = script::mostly_updates();
        let scripts = [
            script::life(),
            script::records(),
            script::key_sets(),
            script::together(),
            (0..30).map(|_| script::any(rng)).collect(),
            (0..40).map(|_| updates(rng)).collect(),
        ];
        let mut done = 0;
        for script in &scripts {
            // The more faults, the more histories come of the first.
            for (faults, every) in [(1, 1), (2, 8), (3, 24)] {
                let sweep = Sweep {
                    kinds: Kind::cuts_and_errors(),
                    faults,
                    every,
                    later: 4,
                    retry: rng.u8(..4) > 0,
                    seed: rng.u64(..),
                    ..Sweep::default()
                };
                done += sweep_any(rng, &sweep, script);
            }
        }
        // Where one move leads to the next.
        let moves = Sweep {
            kinds: vec![Kind::Weak, Kind::Edge],
            faults: 3,
            every: 8,
            later: 6,
            tail: 0,
            seed: rng.u64(..),
            ..Sweep::default()
        };
        done += sweep_any(rng, &moves, &script::records()[..40]);
        let walks = Walk {
            walks: 200,
            steps: 80,
            seed: rng.u64(..),
            ..Walk::default()
        };
        done += walk_any(rng, &walks, script::any);
        done + walk_any(rng, &walks, script::mostly_updates())
    });
}

/// In one of the geometries, with units of any size, in one of the modes.
fn sweep_any(rng: &mut Rng, sweep: &Sweep, script: &[Step]) -> u64 {
    fn of<G: Geometry>(rng: &mut Rng, sweep: &Sweep, script: &[Step]) -> u64 {
        let (unit, programming) = unit_and_mode(rng);
        match unit {
            1 => sweep_units::<G, 1>(sweep, programming, script),
            4 => sweep_units::<G, 4>(sweep, programming, script),
            8 => sweep_units::<G, 8>(sweep, programming, script),
            16 => sweep_units::<G, 16>(sweep, programming, script),
            _ => sweep_units::<G, 32>(sweep, programming, script),
        }
    }
    match rng.u8(..4) {
        0 => of::<Small>(rng, sweep, script),
        1 => of::<Large>(rng, sweep, script),
        _ => of::<Uneven>(rng, sweep, script),
    }
}

fn walk_any(rng: &mut Rng, walks: &Walk, step: impl FnMut(&mut Rng) -> Step) -> u64 {
    let (unit, programming) = unit_and_mode(rng);
    match unit {
        1 => walk::<Uneven, 1>(walks, programming, step),
        4 => walk::<Large, 4>(walks, programming, step),
        8 => walk::<Small, 8>(walks, programming, step),
        16 => walk::<Uneven, 16>(walks, programming, step),
        _ => walk::<Uneven, 32>(walks, programming, step),
    }
}

/// Chips that keep checksums of erased units keep them of 8 bytes or more.
fn unit_and_mode(rng: &mut Rng) -> (usize, Programming) {
    let unit = [1, 4, 8, 16, 32][rng.usize(..5)];
    let modes = if unit < 8 { 3 } else { 4 };
    (unit, Programming::ALL[rng.usize(..modes)])
}
