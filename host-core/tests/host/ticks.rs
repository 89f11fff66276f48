//! Ticks at the period that a manifest names.

use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{Failure, LoadError, Report, SlotId};

use crate::board::{MS, ONE, POLICY, TWO, TestHost, host, load, manifest};
use crate::module::{Module, OK, SAD};

fn ticked(host: &mut TestHost, slot: SlotId, period_ms: u32, body: &str) {
    let mut manifest = manifest(["first", "second"][usize::from(slot.0)]);
    manifest.tick_ms = Some(period_ms);
    load(host, slot, &manifest, &Module::new().export::<Tick>(body)).unwrap();
}

fn poll_at(host: &mut TestHost, ms: u64) -> Report {
    host.board_mut().unwrap().now = ms * MS;
    host.poll()
}

fn tick(slot: SlotId) -> Report {
    Report::Ticked {
        slot,
        result: Ok(()),
    }
}

fn idle_until(ms: u64) -> Report {
    Report::Idle {
        next: Some(ms * MS),
    }
}

#[test]
fn a_plugin_is_ticked_once_a_period() {
    let mut host = host();
    ticked(&mut host, ONE, 100, OK);
    assert_eq!(poll_at(&mut host, 99), idle_until(100));
    assert_eq!(poll_at(&mut host, 100), tick(ONE));
    assert_eq!(poll_at(&mut host, 100), idle_until(200));
    assert_eq!(poll_at(&mut host, 230), tick(ONE));
    assert_eq!(poll_at(&mut host, 230), idle_until(300));
    assert_eq!(host.metrics(ONE).ticks_missed, 0);
}

#[test]
fn missed_ticks_are_counted_and_do_not_come_in_a_burst() {
    let mut host = host();
    ticked(&mut host, ONE, 100, OK);
    assert_eq!(poll_at(&mut host, 1_050), tick(ONE));
    assert_eq!(poll_at(&mut host, 1_050), idle_until(1_100));
    assert_eq!(host.metrics(ONE).ticks_missed, 9);
}

#[test]
fn a_short_period_does_not_starve_the_others() {
    let mut host = host();
    ticked(&mut host, ONE, 10, OK);
    ticked(&mut host, TWO, 50, OK);
    let mut ticks = [0, 0];
    // The clock moves on faster than the first plugin can be served.
    for ms in (20..2_000).step_by(20) {
        match poll_at(&mut host, ms) {
            Report::Ticked { slot, .. } => ticks[usize::from(slot.0)] += 1,
            report => panic!("{report:?}"),
        }
    }
    assert!(ticks[1] >= 32, "{ticks:?}");
    assert!(ticks[0] >= 32, "{ticks:?}");
}

#[test]
fn a_period_shorter_than_the_policy_has_it_is_refused() {
    let mut host = host();
    let mut manifest = manifest("ticked");
    manifest.tick_ms = Some(POLICY.tick_ms_min - 1);
    let module = Module::new().export::<Tick>(OK);
    let error = LoadError::TickTooShort {
        found: 9,
        allowed: 10,
    };
    assert_eq!(load(&mut host, ONE, &manifest, &module), Err(error));
    manifest.tick_ms = Some(POLICY.tick_ms_min);
    assert_eq!(load(&mut host, ONE, &manifest, &module), Ok(()));
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut host = host();
    ticked(&mut host, ONE, 100, OK);
    assert_eq!(poll_at(&mut host, 150), tick(ONE));
    assert_eq!(poll_at(&mut host, 0), idle_until(200));
    // A plugin that is loaded now is not ticked early.
    ticked(&mut host, TWO, 100, OK);
    assert_eq!(poll_at(&mut host, 199), idle_until(200));
    assert_eq!(poll_at(&mut host, 200), tick(ONE));
    assert_eq!(poll_at(&mut host, 200), idle_until(250));
}

#[test]
fn the_next_tick_is_the_earliest() {
    let mut host = host();
    ticked(&mut host, ONE, 300, OK);
    ticked(&mut host, TWO, 200, OK);
    assert_eq!(poll_at(&mut host, 0), idle_until(200));
    host.unload(TWO);
    assert_eq!(poll_at(&mut host, 0), idle_until(300));
}

#[test]
fn a_tick_that_fails_is_reported_and_the_next_one_comes() {
    let mut host = host();
    ticked(&mut host, ONE, 100, SAD);
    ticked(&mut host, TWO, 100, "unreachable");
    for round in 1..=3 {
        let Report::Ticked { slot: ONE, result } = poll_at(&mut host, round * 100) else {
            panic!("not ticked");
        };
        assert!(matches!(result, Err(Failure::Plugin(_))), "{result:?}");
        let Report::Ticked { slot: TWO, result } = poll_at(&mut host, round * 100) else {
            panic!("not ticked");
        };
        assert!(matches!(result, Err(Failure::Call(_))), "{result:?}");
    }
    assert_eq!(host.metrics(ONE).failures, 3);
    assert_eq!(host.metrics(TWO).restarts, 3);
}
