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

/// Mostly the next step of an update, for one slot or the other, and now and then any other.
fn any_step() -> impl FnMut(&mut Rng) -> Step {
    let mut number = [0; 2];
    move |rng| {
        let slot = rng.u8(..2);
        let image = version(rng.u8(1..=3), rng.u8(1..=11));
        if rng.u8(..5) > 0 {
            let number = &mut number[usize::from(slot)];
            *number = (*number + 1) % 5;
            return match *number {
                1 => Step::Open(slot, image),
                2 => Step::Receive(slot),
                3 => Step::Verify(slot),
                4 => Step::Try(slot),
                _ if rng.bool() => Step::Confirm(slot),
                _ => Step::RollBack(slot),
            };
        }
        match rng.u8(..10) {
            0 => Step::Open(slot, image),
            1 => Step::Receive(slot),
            2 => Step::Verify(slot),
            3 => Step::Try(slot),
            4 => Step::Confirm(slot),
            5 => Step::RollBack(slot),
            6 => Step::Discard(slot),
            7 => Step::Remove(slot),
            8 => Step::Forgive(image),
            _ => Step::Idle,
        }
    }
}

fn walk<const WRITE: usize>(programming: Programming) {
    let walk = Walk {
        walks: 300,
        steps: 100,
        ..Walk::default()
    };
    let chip = chip().programmed(programming);
    if let Err(violation) = walk.run::<Device<WRITE>, WRITE, ERASE>(&chip, any_step()) {
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
