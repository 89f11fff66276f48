//! How often a plugin that faults is started again, and how soon.

use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{
    Blame, CallError, Fault, OnFault, Report, Restarts, SlotPolicy, SlotState, Stop, Trap,
};

use crate::board::{MS, ONE, POLICY, TWO, TestHost, host_of, load, manifest};
use crate::module::{CallEcho, Echo, Module, OK, echo};

const RESTARTS: Restarts = Restarts {
    most: 3,
    period_ms: 1_000,
    backoff_ms: 100,
};

/// A plugin that traps whenever it is called, and one that does not.
fn trapping() -> TestHost {
    let mut host = host_of(SlotPolicy {
        on_fault: OnFault::Restart(RESTARTS),
        ..POLICY
    });
    let mut ticked = manifest("bad");
    ticked.tick_ms = Some(5_000);
    let module = Module::new()
        .export::<Echo>("unreachable")
        .export::<Tick>(OK);
    load(&mut host, ONE, &ticked, &module).unwrap();
    load(&mut host, TWO, &manifest("good"), &echo()).unwrap();
    host
}

const TRAP: CallError = CallError::Stopped(Stop::Trap(Trap::Unreachable));

fn call(host: &mut TestHost, slot: corelet_host::SlotId) -> Result<(), CallError> {
    host.call(slot, &CallEcho("hi")).map(drop)
}

/// For the restart after a fault of the plugin.
fn waiting(ms: u64) -> SlotState {
    SlotState::Starting {
        at: ms * MS,
        blame: Blame::Guest,
    }
}

fn at(host: &mut TestHost, ms: u64) {
    host.board_mut().unwrap().now = ms * MS;
}

#[test]
fn the_first_restart_is_at_once_and_the_next_ones_wait() {
    let mut host = trapping();
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.metrics(ONE).restarts, 1);

    at(&mut host, 10);
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    assert_eq!(host.state(ONE), waiting(110));
    at(&mut host, 109);
    let starting = CallError::Starting {
        slot: ONE,
        blame: Blame::Guest,
    };
    assert_eq!(call(&mut host, ONE), Err(starting));
    assert_eq!(starting.blame(), Blame::Guest);
    assert_eq!(host.start(ONE, &CallEcho("hi")).err(), Some(starting));
    assert_eq!(
        host.poll(),
        Report::Idle {
            next: Some(110 * MS)
        }
    );
    assert_eq!(call(&mut host, TWO), Ok(()));
    assert_eq!(host.metrics(ONE).restarts, 1);

    // Whoever comes first, a call or the main loop, has it started.
    at(&mut host, 110);
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    assert_eq!(host.metrics(ONE).restarts, 2);
    assert_eq!(host.state(ONE), waiting(310));
    at(&mut host, 310);
    assert_eq!(host.poll(), Report::Initialised { slot: ONE });
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.metrics(ONE).restarts, 3);
}

#[test]
fn one_fault_too_many_in_a_period_stops_the_plugin_with_its_reason() {
    let mut host = trapping();
    for ms in [0, 10, 200] {
        at(&mut host, ms);
        assert_eq!(call(&mut host, ONE), Err(TRAP));
    }
    at(&mut host, 999);
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    let fault = Fault::TooManyRestarts(TRAP);
    assert_eq!(host.state(ONE), SlotState::Faulted(fault));
    assert_eq!(fault.blame(), Blame::Guest);
    assert!(fault.to_string().contains("panicked"), "{fault}");
    assert_eq!(host.poll(), Report::Faulted { slot: ONE, fault });
    assert_eq!(call(&mut host, ONE), Err(CallError::Faulted(ONE)));
    at(&mut host, 10_000);
    assert_eq!(host.poll(), Report::Idle { next: None });
    assert_eq!(call(&mut host, TWO), Ok(()));
}

#[test]
fn a_plugin_that_faults_now_and_then_goes_on_for_ever() {
    let mut host = trapping();
    for round in 0..100 {
        for fault in [0, 200, 500] {
            at(&mut host, round * 1_000 + fault);
            assert_eq!(call(&mut host, ONE), Err(TRAP), "{round} {fault}");
        }
    }
    assert!(matches!(host.state(ONE), SlotState::Starting { .. }));
    assert_eq!(host.metrics(ONE).errors, 300);
}

#[test]
fn ticks_wait_for_the_restart() {
    let mut host = trapping();
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    at(&mut host, 4_990);
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    assert_eq!(call(&mut host, ONE), Err(TRAP));
    assert_eq!(host.state(ONE), waiting(5_090));
    at(&mut host, 5_000);
    assert_eq!(
        host.poll(),
        Report::Idle {
            next: Some(5_090 * MS)
        }
    );
    at(&mut host, 5_090);
    assert_eq!(host.poll(), Report::Initialised { slot: ONE });
    assert!(matches!(
        host.poll(),
        Report::Ticked {
            slot: ONE,
            result: Ok(())
        }
    ));
}
