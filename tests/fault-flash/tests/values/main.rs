//! Values that were acknowledged stay, whatever happens to their flash.
//!
//! One of so many first faults is tried, so that the tests take a minute. With `CORELET_HISTORIES` all of them are, and with `--ignored` as
//! many histories as one likes:
//!
//! ```sh
//! CORELET_HISTORIES=100000000 cargo test --release -p corelet-fault-flash --test values -- --include-ignored --nocapture
//! ```

mod geometry;
mod keeper;
mod script;

use std::marker::PhantomData;

use corelet_fault_flash::{
    EveryUnit, Flips, Kind, Programming, Sweep, Walk, as_many_as_wanted, held,
};
use geometry::{ERASE, Geometry, Large, Small, Uneven};
use keeper::{Keeper, Step};

/// One of so many first faults, or all of them if somebody has the time.
fn one_of(every: usize) -> usize {
    match std::env::var_os("CORELET_HISTORIES") {
        Some(_) => 1,
        None => every,
    }
}

/// With units of so many bytes.
fn sweep_units<G: Geometry, const WRITE: usize>(
    sweep: &Sweep,
    programming: Programming,
    script: &[Step],
) -> u64 {
    let chip = G::chip().programmed(programming);
    held(sweep.run::<Keeper<G, WRITE>, _, _>(&chip, script))
}

struct EveryUnitOf<G>(PhantomData<G>);

impl<G: Geometry> EveryUnit<ERASE> for EveryUnitOf<G> {
    type Step = Step;
    type With<const WRITE: usize> = Keeper<G, WRITE>;
}

/// With units of every size: how many histories there were with each.
fn sweep<G: Geometry>(sweep: &Sweep, programming: Programming, script: &[Step]) -> [u64; 5] {
    let chip = G::chip().programmed(programming);
    sweep.run_every_unit::<EveryUnitOf<G>, _>(&chip, script)
}

/// One fault of each kind at every place.
fn one_fault<G: Geometry>(programming: Programming, script: &[Step]) {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        every: one_of(11),
        ..Sweep::default()
    };
    let histories = sweep::<G>(&faults, programming, script);
    assert!(histories.iter().all(|each| *each > 500), "{histories:?}");
}

#[test]
fn one_fault_with_sectors_of_4_kib() {
    one_fault::<Small>(Programming::Once, &script::life());
}

#[test]
fn one_fault_with_sectors_of_4_kib_and_checksums() {
    one_fault::<Small>(Programming::Checked, &script::life());
}

#[test]
fn one_fault_with_sectors_of_128_kib() {
    one_fault::<Large>(Programming::Once, &script::life()[..20]);
}

#[test]
fn one_fault_with_sectors_of_128_kib_and_checksums() {
    one_fault::<Large>(Programming::Checked, &script::life()[..20]);
}

#[test]
fn one_fault_with_uneven_sectors() {
    one_fault::<Uneven>(Programming::Once, &script::life());
}

#[test]
fn one_fault_with_uneven_sectors_and_checksums() {
    one_fault::<Uneven>(Programming::Checked, &script::life());
}

#[test]
fn one_fault_where_erased_units_cannot_be_read() {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        every: one_of(7),
        ..Sweep::default()
    };
    // Chips that keep checksums keep them of 8 bytes or more.
    let (mode, script) = (Programming::CheckedWhenErased, script::life());
    let histories = [
        sweep_units::<Uneven, 8>(&faults, mode, &script),
        sweep_units::<Small, 16>(&faults, mode, &script),
        sweep_units::<Uneven, 32>(&faults, mode, &script),
    ];
    assert!(histories.iter().all(|each| *each > 500), "{histories:?}");
}

#[test]
fn one_fault_while_the_journal_moves() {
    one_fault::<Small>(Programming::Once, &script::counting());
    one_fault::<Uneven>(Programming::Checked, &script::counting());
}

#[test]
fn one_fault_where_there_is_no_room() {
    one_fault::<Small>(Programming::Once, &script::full());
}

/// What memory holds is what a start would find.
#[test]
fn one_fault_after_steps_without_a_restart() {
    let faults = Sweep {
        kinds: vec![Kind::Edge, Kind::Bits, Kind::Refused],
        lead: 40,
        every: one_of(5),
        retry: false,
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::life());
    sweep::<Small>(&faults, Programming::Checked, &script::life());
}

#[test]
fn a_read_that_fails() {
    for retry in [true, false] {
        let faults = Sweep {
            kinds: vec![Kind::Unread],
            retry,
            ..Sweep::default()
        };
        sweep_units::<Small, 4>(&faults, Programming::Once, &script::life()[..30]);
        sweep_units::<Uneven, 32>(&faults, Programming::Checked, &script::life()[..30]);
    }
}

/// Whatever met the error is not begun again.
#[test]
fn one_error_of_the_driver() {
    let errors = Sweep {
        kinds: vec![Kind::Refused],
        retry: false,
        ..Sweep::default()
    };
    sweep::<Uneven>(&errors, Programming::Once, &script::life());
    sweep::<Small>(&errors, Programming::Checked, &script::counting());
}

#[test]
fn a_second_fault_in_the_recovery() {
    let faults = Sweep {
        faults: 2,
        every: one_of(11),
        later: 4,
        ..Sweep::default()
    };
    sweep::<Small>(&faults, Programming::Once, &script::life()[..25]);
    sweep::<Uneven>(&faults, Programming::Checked, &script::life()[30..]);
}

#[test]
fn three_faults() {
    let faults = Sweep {
        faults: 3,
        every: one_of(11),
        later: 3,
        ..Sweep::default()
    };
    sweep::<Uneven>(&faults, Programming::Once, &script::life()[20..35]);
}

fn walk<G: Geometry, const WRITE: usize>(walk: &Walk, programming: Programming) -> u64 {
    let chip = G::chip().programmed(programming);
    held(walk.run::<Keeper<G, WRITE>, _, _>(&chip, script::any))
}

#[test]
fn any_steps_with_any_faults() {
    let walks = Walk {
        walks: 200,
        steps: 100,
        ..Walk::default()
    };
    walk::<Uneven, 1>(&walks, Programming::Once);
    walk::<Small, 4>(&walks, Programming::Multiwrite);
    walk::<Uneven, 8>(&walks, Programming::Checked);
    walk::<Small, 16>(&walks, Programming::Once);
    walk::<Uneven, 32>(&walks, Programming::Checked);
}

#[test]
fn one_wrong_bit() {
    let script = script::life();
    for before in [25, 14, 40].into_iter().take(3 / one_of(3)) {
        let flips = Flips {
            bytes: 0..11 << 10,
            before,
        };
        let after = &script[..before + 1];
        let chip = Uneven::chip();
        let histories = held(flips.run::<Keeper<Uneven, 8>, _, _>(&chip, after));
        assert!(histories > 5_000, "{histories}");
    }
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
            done += walk::<Uneven, 1>(&walks, programming);
            done += walk::<Uneven, 8>(&walks, programming);
            done += walk::<Small, 32>(&walks, programming);
            done += walk::<Small, 4>(&walks, programming);
        }
        let mut rng = fastrand::Rng::with_seed(round);
        let script: Vec<Step> = (0..60).map(|_| script::any(&mut rng)).collect();
        let faults = Sweep {
            faults: 2,
            later: 3,
            seed: round,
            ..Sweep::default()
        };
        let chip = Uneven::chip();
        done += held(faults.run::<Keeper<Uneven, 16>, _, _>(&chip, &script));
        done + held(faults.run::<Keeper<Uneven, 4>, _, _>(&chip, &script))
    });
}
