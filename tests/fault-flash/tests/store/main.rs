//! The store loses nothing that it acknowledged, and runs nothing that it must not, whatever happens to its flash.
//!
//! `cargo test -p corelet-fault-flash --test store` runs more than a million histories. A longer run, of as many as one likes:
//!
//! ```sh
//! CORELET_HISTORIES=100000000 cargo test --release -p corelet-fault-flash --test store -- --ignored --nocapture
//! ```

mod device;
mod geometry;
mod images;
mod key_sets;
mod model;
mod script;

use std::marker::PhantomData;

use corelet_fault_flash::{
    EveryUnit, Flips, Kind, Programming, Sweep, Walk, as_many_as_wanted, held,
};
use device::{Device, verifies_nothing_that_is_damaged};
use fastrand::Rng;
use geometry::{Geometry, Large, Small, Uneven};
use images::ERASE;
use model::Step;

/// With units of so many bytes.
fn sweep_units<G: Geometry, const WRITE: usize>(
    sweep: &Sweep,
    programming: Programming,
    script: &[Step],
) -> u64 {
    let chip = G::chip().programmed(programming);
    held(sweep.run::<Device<G, WRITE>, _, _>(&chip, script))
}

struct EveryUnitOf<G>(PhantomData<G>);

impl<G: Geometry> EveryUnit<ERASE> for EveryUnitOf<G> {
    type Step = Step;
    type With<const WRITE: usize> = Device<G, WRITE>;
}

/// With units of every size: how many histories there were with each.
fn sweep<G: Geometry>(sweep: &Sweep, programming: Programming, script: &[Step]) -> [u64; 5] {
    let chip = G::chip().programmed(programming);
    sweep.run_every_unit::<EveryUnitOf<G>, _>(&chip, script)
}

/// One fault of each kind at every place.
fn one_fault<G: Geometry>(programming: Programming) {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    let histories = sweep::<G>(&faults, programming, &script::life());
    assert!(histories.iter().sum::<u64>() > 100_000, "{histories:?}");
    assert!(histories.iter().all(|each| *each > 10_000), "{histories:?}");
}

#[test]
fn one_fault_with_sectors_of_4_kib() {
    one_fault::<Small>(Programming::Once);
}

#[test]
fn one_fault_with_sectors_of_4_kib_and_checksums() {
    one_fault::<Small>(Programming::Checked);
}

#[test]
fn one_fault_with_sectors_of_128_kib() {
    one_fault::<Large>(Programming::Once);
}

#[test]
fn one_fault_with_sectors_of_128_kib_and_checksums() {
    one_fault::<Large>(Programming::Checked);
}

#[test]
fn one_fault_with_uneven_sectors() {
    one_fault::<Uneven>(Programming::Once);
}

#[test]
fn one_fault_with_uneven_sectors_and_checksums() {
    one_fault::<Uneven>(Programming::Checked);
}

#[test]
fn one_fault_with_key_sets() {
    one_fault_everywhere(&script::key_sets());
}

#[test]
fn one_fault_where_erased_units_cannot_be_read() {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    // Chips that keep checksums keep them of 8 bytes or more.
    let chip = Uneven::chip().programmed(Programming::CheckedWhenErased);
    held(faults.run::<Device<Uneven, 8>, _, _>(&chip, &script::life()));
    held(faults.run::<Device<Uneven, 16>, _, _>(&chip, &script::life()));
    held(faults.run::<Device<Uneven, 32>, _, _>(&chip, &script::life()));
}

/// The script in every mode, with units of every size, in every geometry.
fn one_fault_everywhere(script: &[Step]) {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    for programming in [Programming::Once, Programming::Checked] {
        sweep::<Small>(&faults, programming, script);
        sweep::<Large>(&faults, programming, script);
        sweep::<Uneven>(&faults, programming, script);
    }
}

#[test]
fn one_fault_with_slots_that_are_tried_together() {
    one_fault_everywhere(&script::together());
}

/// What memory holds is what a start would find.
#[test]
fn one_fault_after_steps_without_a_restart() {
    let faults = Sweep {
        kinds: vec![Kind::Edge, Kind::Bits, Kind::Refused],
        lead: 40,
        retry: false,
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::life()[..19]);
    sweep::<Small>(&faults, Programming::Checked, &script::update());
}

#[test]
fn a_read_that_fails() {
    let faults = Sweep {
        kinds: vec![Kind::Unread],
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::life()[..19]);
}

/// Of a whole life, whether what met the error is begun again or not.
#[test]
fn one_error_of_the_driver() {
    for retry in [true, false] {
        let errors = Sweep {
            kinds: vec![Kind::Refused, Kind::Unread],
            retry,
            ..Sweep::default()
        };
        sweep_units::<Uneven, 4>(&errors, Programming::Once, &script::life());
        sweep_units::<Uneven, 32>(&errors, Programming::Checked, &script::life());
    }
}

/// What is cut is only what the journal writes while it moves, over and over.
#[test]
fn one_fault_while_the_journal_moves() {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::records());
}

#[test]
fn two_faults() {
    let faults = Sweep {
        faults: 2,
        later: 12,
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::update());
    sweep::<Small>(&faults, Programming::Checked, &script::update()[2..]);
}

#[test]
fn a_second_cut_in_the_recovery() {
    let cuts = Sweep {
        faults: 2,
        later: 2,
        ..Sweep::default()
    };
    let script = &script::life()[..10];
    sweep_units::<Uneven, 1>(&cuts, Programming::Once, script);
    sweep_units::<Uneven, 8>(&cuts, Programming::Checked, script);
    sweep_units::<Uneven, 32>(&cuts, Programming::Once, script);
}

#[test]
fn three_faults() {
    let faults = Sweep {
        faults: 3,
        later: 4,
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::update()[2..]);
}

fn walk<G: Geometry, const WRITE: usize>(
    walk: &Walk,
    programming: Programming,
    step: impl FnMut(&mut Rng) -> Step,
) -> u64 {
    let chip = G::chip().programmed(programming);
    held(walk.run::<Device<G, WRITE>, _, _>(&chip, step))
}

#[test]
fn any_steps_with_any_faults() {
    let walks = Walk {
        walks: 300,
        steps: 80,
        ..Walk::default()
    };
    walk::<Uneven, 1>(&walks, Programming::Once, script::any);
    walk::<Uneven, 4>(&walks, Programming::Multiwrite, script::any);
    walk::<Small, 8>(&walks, Programming::Checked, script::any);
    walk::<Large, 16>(&walks, Programming::Once, script::any);
    walk::<Uneven, 32>(&walks, Programming::Checked, script::any);
}

#[test]
fn many_updates_with_any_faults() {
    let walks = Walk {
        walks: 300,
        steps: 100,
        ..Walk::default()
    };
    walk::<Uneven, 1>(&walks, Programming::Multiwrite, script::mostly_updates());
    walk::<Uneven, 4>(&walks, Programming::Once, script::mostly_updates());
    walk::<Uneven, 16>(&walks, Programming::Checked, script::mostly_updates());
    walk::<Uneven, 32>(&walks, Programming::Once, script::mostly_updates());
}

#[test]
fn one_wrong_bit_of_the_journal() {
    for before in [12, 26] {
        let flips = Flips {
            bytes: 0..12 << 10,
            before,
        };
        let script = &script::life()[..before + 1];
        let histories = held(flips.run::<Device<Uneven, 8>, _, _>(&Uneven::chip(), script));
        assert!(histories > 5_000, "{histories}");
    }
}

#[test]
fn one_wrong_bit_of_an_image() {
    verifies_nothing_that_is_damaged::<Uneven>().unwrap();
}

/// Walks until there were as many as `CORELET_HISTORIES` says, each with another seed.
#[test]
#[ignore = "as long as one likes"]
fn as_many_as_one_likes() {
    as_many_as_wanted(|round| {
        let mut done = 0;
        let walks = Walk {
            walks: 200,
            steps: 80,
            seed: round * 200,
            ..Walk::default()
        };
        for programming in [Programming::Once, Programming::Checked] {
            done += walk::<Uneven, 1>(&walks, programming, script::any);
            done += walk::<Uneven, 8>(&walks, programming, script::any);
            done += walk::<Small, 32>(&walks, programming, script::any);
            done += walk::<Large, 4>(&walks, programming, script::any);
        }
        let mut rng = Rng::with_seed(round);
        let script: Vec<Step> = (0..30).map(|_| script::any(&mut rng)).collect();
        let faults = Sweep {
            faults: 3,
            later: 3,
            seed: round,
            ..Sweep::default()
        };
        let chip = Uneven::chip();
        done += held(faults.run::<Device<Uneven, 16>, _, _>(&chip, &script));
        done + held(faults.run::<Device<Uneven, 4>, _, _>(&chip, &script))
    });
}
