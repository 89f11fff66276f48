//! Power cuts and driver errors at every place of an update's history.

mod support;

use corelet_fault_flash::{Kind, Programming, Report, Sweep, Walk};
use fastrand::Rng;
use support::subject::{Device, Step, chip};
use support::{ERASE, version};

/// Two slots: first installations, a rollback, an update, a version that gives way, a removal; long enough for the journal to move.
fn history() -> Vec<Step> {
    use Step::{Confirm, Discard, Forgive, Idle, Open, Receive, Remove, RollBack, Try, Verify};
    vec![
        Open(0, version(1, 1)),
        Receive(0),
        Verify(0),
        Try(0),
        Confirm(0),
        Open(0, version(1, 2)),
        Receive(0),
        Verify(0),
        Try(0),
        RollBack(0),
        Open(0, version(1, 2)),
        Open(1, version(2, 3)),
        Open(0, version(1, 5)),
        Discard(1),
        Receive(0),
        Verify(0),
        Try(0),
        Confirm(0),
        Open(0, version(1, 1)),
        Open(1, version(2, 3)),
        Receive(1),
        Open(1, version(2, 2)),
        Receive(1),
        Verify(1),
        Try(1),
        Confirm(1),
        Forgive(version(1, 2)),
        Open(0, version(1, 6)),
        Receive(0),
        Idle,
        Verify(0),
        Remove(1),
        Try(0),
        Confirm(0),
    ]
}

fn sweep<const WRITE: usize>(sweep: &Sweep, programming: Programming, history: &[Step]) -> Report {
    let chip = chip().programmed(programming);
    match sweep.run::<Device<WRITE>, WRITE, ERASE>(&chip, history) {
        Ok(report) => report,
        Err(violation) => panic!("units of {WRITE} bytes, {programming:?}: {violation}"),
    }
}

fn one_cut<const WRITE: usize>(programming: Programming) {
    let report = sweep::<WRITE>(&Sweep::default(), programming, &history());
    assert!(report.histories > 10_000, "{report:?}");
}

#[test]
fn one_cut_anywhere_by_bytes() {
    one_cut::<1>(Programming::Once);
}

#[test]
fn one_cut_anywhere_by_words() {
    one_cut::<4>(Programming::Once);
    one_cut::<8>(Programming::Checked);
}

#[test]
fn one_cut_anywhere_by_long_words() {
    one_cut::<16>(Programming::Once);
    one_cut::<32>(Programming::Checked);
}

#[test]
fn one_error_of_the_driver_anywhere() {
    for retry in [true, false] {
        let kinds = vec![Kind::Refused, Kind::Unread];
        let errors = Sweep {
            kinds,
            retry,
            ..Sweep::default()
        };
        sweep::<4>(&errors, Programming::Once, &history());
        sweep::<32>(&errors, Programming::Checked, &history());
    }
}

/// An update of a slot that has a version.
fn update() -> Vec<Step> {
    history().drain(..10).collect()
}

#[test]
fn a_second_cut_in_the_recovery() {
    let cuts = Sweep {
        faults: 2,
        later: 2,
        ..Sweep::default()
    };
    sweep::<1>(&cuts, Programming::Once, &update());
    sweep::<8>(&cuts, Programming::Checked, &update());
    sweep::<32>(&cuts, Programming::Once, &update());
}

fn any_step(rng: &mut Rng) -> Step {
    let slot = rng.u8(..2);
    let image = version(rng.u8(1..=3), rng.u8(1..=11));
    match rng.u8(..20) {
        0..5 => Step::Open(slot, image),
        5..9 => Step::Receive(slot),
        9..12 => Step::Verify(slot),
        12..14 => Step::Try(slot),
        14 => Step::Confirm(slot),
        15 => Step::RollBack(slot),
        16 => Step::Discard(slot),
        17 => Step::Remove(slot),
        18 => Step::Forgive(image),
        _ => Step::Idle,
    }
}

fn walk<const WRITE: usize>(programming: Programming) {
    let walk = Walk {
        walks: 300,
        steps: 100,
        ..Walk::default()
    };
    let chip = chip().programmed(programming);
    if let Err(violation) = walk.run::<Device<WRITE>, WRITE, ERASE>(&chip, any_step) {
        panic!("units of {WRITE} bytes, {programming:?}: {violation}");
    }
}

#[test]
fn any_steps_with_any_faults() {
    walk::<1>(Programming::Multiwrite);
    walk::<4>(Programming::Once);
    walk::<16>(Programming::Checked);
    walk::<32>(Programming::Once);
}
