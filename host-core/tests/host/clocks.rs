//! The clocks, from a plugin's side.

use corelet_host::abi::Status;
use corelet_host::capability::monotonic_clock::functions::Resolution;
use corelet_host::capability::wall_clock::{Datetime, functions::Now};
use corelet_host::{CallError, Stop};

use crate::board::{MONOTONIC_CLOCK, ONE, WALL_CLOCK, granted, host, load, relay};
use crate::module::Module;

#[test]
fn a_clock_tells_its_step() {
    let mut host = host();
    let module = Module::new().relay::<Resolution>();
    let manifest = granted("clock", &[(MONOTONIC_CLOCK, &[])]);
    load(&mut host, ONE, &manifest, &module).unwrap();
    assert_eq!(relay::<Resolution>(&mut host, ONE, &()), Ok(1_000));
}

#[test]
fn a_clock_that_is_not_set_is_unavailable() {
    let mut host = host();
    let module = Module::new().relay::<Now>();
    load(
        &mut host,
        ONE,
        &granted("clock", &[(WALL_CLOCK, &[])]),
        &module,
    )
    .unwrap();
    let unavailable = CallError::Stopped(Stop::Refused(Status::UNAVAILABLE));
    assert_eq!(relay::<Now>(&mut host, ONE, &()), Err(unavailable));
    let date = Datetime {
        seconds: 1_700_000_000,
        nanoseconds: 5,
    };
    host.board_mut().unwrap().date = Some(date);
    assert_eq!(relay::<Now>(&mut host, ONE, &()), Ok(date));
}
