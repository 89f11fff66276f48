//! The store loses nothing that it acknowledged, and runs nothing that it must not, whatever happens to its flash.
//!
//! `cargo test -p corelet-fault-flash --test store` runs more than a million histories: [`LEAST`] says which. A longer run is in
//! `long.rs`.

mod device;
mod geometry;
mod images;
mod key_sets;
mod long;
mod model;
mod script;

use std::marker::PhantomData;

use corelet_fault_flash::{EveryUnit, Flips, Kind, Programming, Sweep, Walk, held};
use device::{Device, verifies_nothing_that_is_damaged};
use fastrand::Rng;
use geometry::{Geometry, Large, Small, Uneven};
use images::ERASE;
use model::Step;

/// The tests, and how many histories each has at the least: more than three and a half million in all.
const LEAST: &[(&str, u64)] = &[
    ("one_fault_with_sectors_of_4_kib", 160_000),
    ("one_fault_with_sectors_of_4_kib_and_checksums", 160_000),
    ("one_fault_with_sectors_of_128_kib", 150_000),
    ("one_fault_with_sectors_of_128_kib_and_checksums", 150_000),
    ("one_fault_with_uneven_sectors", 160_000),
    ("one_fault_with_uneven_sectors_and_checksums", 160_000),
    ("one_fault_with_key_sets", 540_000),
    ("one_fault_where_erased_units_cannot_be_read", 59_000),
    ("one_fault_with_slots_that_are_tried_together", 570_000),
    ("one_fault_after_steps_without_a_restart", 33_000),
    ("a_read_that_fails", 32_000),
    ("one_error_of_the_driver", 53_000),
    ("one_fault_while_the_journal_moves", 270_000),
    ("two_faults", 500_000),
    ("a_second_cut_in_the_recovery", 120_000),
    ("three_faults", 110_000),
    ("three_faults_with_key_sets", 110_000),
    ("three_faults_with_slots_that_are_tried_together", 64_000),
    ("three_cuts_in_a_move_of_the_journal", 220_000),
    ("any_steps_with_any_faults", 1_500),
    ("many_updates_with_any_faults", 1_200),
    ("one_wrong_bit_of_the_journal", 38_000),
];

const _: () = {
    let (mut all, mut index) = (0, 0);
    while index < LEAST.len() {
        all += LEAST[index].1;
        index += 1;
    }
    assert!(all > 3_500_000);
};

/// That a test had as many histories as are said of it.
fn tried(test: &str, histories: u64) {
    let found = LEAST.iter().find(|(name, _)| *name == test);
    let (_, least) = found.expect("LEAST has each test");
    println!("{test}: {histories} histories");
    assert!(histories >= *least, "{histories} of {least}");
}

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
fn sweep<G: Geometry>(sweep: &Sweep, programming: Programming, script: &[Step]) -> u64 {
    let chip = G::chip().programmed(programming);
    let histories = sweep.run_every_unit::<EveryUnitOf<G>, _>(&chip, script);
    histories.iter().sum()
}

/// One fault of each kind at every place.
fn one_fault<G: Geometry>(programming: Programming) -> u64 {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    sweep::<G>(&faults, programming, &script::life())
}

#[test]
fn one_fault_with_sectors_of_4_kib() {
    let histories = one_fault::<Small>(Programming::Once);
    tried("one_fault_with_sectors_of_4_kib", histories);
}

#[test]
fn one_fault_with_sectors_of_4_kib_and_checksums() {
    let histories = one_fault::<Small>(Programming::Checked);
    tried("one_fault_with_sectors_of_4_kib_and_checksums", histories);
}

#[test]
fn one_fault_with_sectors_of_128_kib() {
    let histories = one_fault::<Large>(Programming::Once);
    tried("one_fault_with_sectors_of_128_kib", histories);
}

#[test]
fn one_fault_with_sectors_of_128_kib_and_checksums() {
    let histories = one_fault::<Large>(Programming::Checked);
    tried("one_fault_with_sectors_of_128_kib_and_checksums", histories);
}

#[test]
fn one_fault_with_uneven_sectors() {
    let histories = one_fault::<Uneven>(Programming::Once);
    tried("one_fault_with_uneven_sectors", histories);
}

#[test]
fn one_fault_with_uneven_sectors_and_checksums() {
    let histories = one_fault::<Uneven>(Programming::Checked);
    tried("one_fault_with_uneven_sectors_and_checksums", histories);
}

#[test]
fn one_fault_with_key_sets() {
    let histories = one_fault_everywhere(&script::key_sets());
    tried("one_fault_with_key_sets", histories);
}

#[test]
fn one_fault_where_erased_units_cannot_be_read() {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    // Chips that keep checksums keep them of 8 bytes or more.
    let chip = Uneven::chip().programmed(Programming::CheckedWhenErased);
    let histories = [
        held(faults.run::<Device<Uneven, 8>, _, _>(&chip, &script::life())),
        held(faults.run::<Device<Uneven, 16>, _, _>(&chip, &script::life())),
        held(faults.run::<Device<Uneven, 32>, _, _>(&chip, &script::life())),
    ];
    tried(
        "one_fault_where_erased_units_cannot_be_read",
        histories.iter().sum(),
    );
}

/// The script in every mode, with units of every size, in every geometry.
fn one_fault_everywhere(script: &[Step]) -> u64 {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    let modes = [Programming::Once, Programming::Checked];
    let histories = modes.map(|programming| {
        sweep::<Small>(&faults, programming, script)
            + sweep::<Large>(&faults, programming, script)
            + sweep::<Uneven>(&faults, programming, script)
    });
    histories.iter().sum()
}

#[test]
fn one_fault_with_slots_that_are_tried_together() {
    let histories = one_fault_everywhere(&script::together());
    tried("one_fault_with_slots_that_are_tried_together", histories);
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
    let histories = sweep::<Uneven>(&faults, Programming::Once, &script::life()[..19])
        + sweep::<Small>(&faults, Programming::Checked, &script::update());
    tried("one_fault_after_steps_without_a_restart", histories);
}

#[test]
fn a_read_that_fails() {
    let faults = Sweep {
        kinds: vec![Kind::Unread],
        ..Sweep::default()
    };
    let histories = sweep::<Uneven>(&faults, Programming::Once, &script::life()[..19]);
    tried("a_read_that_fails", histories);
}

/// Of a whole life, whether what met the error is begun again or not.
#[test]
fn one_error_of_the_driver() {
    let histories = [true, false].map(|retry| {
        let errors = Sweep {
            kinds: vec![Kind::Refused, Kind::Unread],
            retry,
            ..Sweep::default()
        };
        sweep_units::<Uneven, 4>(&errors, Programming::Once, &script::life())
            + sweep_units::<Uneven, 32>(&errors, Programming::Checked, &script::life())
    });
    tried("one_error_of_the_driver", histories.iter().sum());
}

/// What is cut is only what the journal writes while it moves, over and over.
#[test]
fn one_fault_while_the_journal_moves() {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        ..Sweep::default()
    };
    let histories = sweep::<Uneven>(&faults, Programming::Once, &script::records());
    tried("one_fault_while_the_journal_moves", histories);
}

#[test]
fn two_faults() {
    let faults = Sweep {
        faults: 2,
        later: 12,
        ..Sweep::default()
    };
    let histories = sweep::<Uneven>(&faults, Programming::Once, &script::update())
        + sweep::<Small>(&faults, Programming::Checked, &script::update()[2..]);
    tried("two_faults", histories);
}

#[test]
fn a_second_cut_in_the_recovery() {
    let cuts = Sweep {
        faults: 2,
        later: 2,
        ..Sweep::default()
    };
    let script = &script::life()[..10];
    let histories = sweep_units::<Uneven, 1>(&cuts, Programming::Once, script)
        + sweep_units::<Uneven, 8>(&cuts, Programming::Checked, script)
        + sweep_units::<Uneven, 32>(&cuts, Programming::Once, script);
    tried("a_second_cut_in_the_recovery", histories);
}

#[test]
fn three_faults() {
    let faults = Sweep {
        faults: 3,
        later: 4,
        ..Sweep::default()
    };
    let histories = sweep::<Uneven>(&faults, Programming::Once, &script::update()[2..]);
    tried("three_faults", histories);
}

/// Three faults, of which the first comes at one of so many places, with units of three sizes.
fn three_faults_in(script: &[Step], every: usize) -> u64 {
    let faults = Sweep {
        kinds: Kind::cuts_and_errors(),
        faults: 3,
        every,
        later: 4,
        ..Sweep::default()
    };
    sweep_units::<Uneven, 4>(&faults, Programming::Once, script)
        + sweep_units::<Small, 8>(&faults, Programming::Checked, script)
        + sweep_units::<Uneven, 32>(&faults, Programming::Once, script)
}

#[test]
fn three_faults_with_key_sets() {
    let histories = three_faults_in(&script::key_sets(), 8);
    tried("three_faults_with_key_sets", histories);
}

#[test]
fn three_faults_with_slots_that_are_tried_together() {
    let histories = three_faults_in(&script::together(), 12);
    tried("three_faults_with_slots_that_are_tried_together", histories);
}

/// A move that ends in doubt, and two starts that find it like that and are cut: what they erase is not all there is. Also of a new flash.
#[test]
fn three_cuts_in_a_move_of_the_journal() {
    let cuts = Sweep {
        kinds: vec![Kind::Weak, Kind::Edge],
        faults: 3,
        repeat: 4,
        later: 4,
        tail: 0,
        ..Sweep::default()
    };
    let script = &script::records()[..28];
    let histories = sweep_units::<Uneven, 32>(&cuts, Programming::Once, script)
        + sweep_units::<Small, 16>(&cuts, Programming::Once, &script[..1])
        + sweep_units::<Uneven, 8>(&cuts, Programming::Checked, script);
    tried("three_cuts_in_a_move_of_the_journal", histories);
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
    let histories = walk::<Uneven, 1>(&walks, Programming::Once, script::any)
        + walk::<Uneven, 4>(&walks, Programming::Multiwrite, script::any)
        + walk::<Small, 8>(&walks, Programming::Checked, script::any)
        + walk::<Large, 16>(&walks, Programming::Once, script::any)
        + walk::<Uneven, 32>(&walks, Programming::Checked, script::any);
    tried("any_steps_with_any_faults", histories);
}

#[test]
fn many_updates_with_any_faults() {
    let walks = Walk {
        walks: 300,
        steps: 100,
        ..Walk::default()
    };
    let histories = walk::<Uneven, 1>(&walks, Programming::Multiwrite, script::mostly_updates())
        + walk::<Uneven, 4>(&walks, Programming::Once, script::mostly_updates())
        + walk::<Uneven, 16>(&walks, Programming::Checked, script::mostly_updates())
        + walk::<Uneven, 32>(&walks, Programming::Once, script::mostly_updates());
    tried("many_updates_with_any_faults", histories);
}

#[test]
fn one_wrong_bit_of_the_journal() {
    let histories = [12, 26].map(|before| {
        let flips = Flips {
            bytes: 0..12 << 10,
            before,
        };
        let script = &script::life()[..before + 1];
        held(flips.run::<Device<Uneven, 8>, _, _>(&Uneven::chip(), script))
    });
    tried("one_wrong_bit_of_the_journal", histories.iter().sum());
}

#[test]
fn one_wrong_bit_of_an_image() {
    verifies_nothing_that_is_damaged::<Uneven>().unwrap();
}
