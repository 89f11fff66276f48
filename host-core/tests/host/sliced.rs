//! Calls, ticks, events and `init` in slices: nobody waits for more than a slice of each other plugin.

use corelet_host::plugin::event_handler::functions::Handle;
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{
    Blame, CallError, EventQueue, Failure, Fault, Fuel, INBOX, Report, SlotId, SlotPolicy,
    SlotState, Stop, Ticket,
};

use crate::board::{
    MS, ONE, POLICY, STORAGE, STORE_FUEL, TWO, TestHost, granted, host, host_of, load, manifest,
    place,
};
use crate::module::{CallEcho, ECHO, Echo, Module, OK, SAD, echo};

/// Turns `rounds` times, 6 fuel each or so, before `body`.
fn slow(rounds: u32, body: &str) -> String {
    format!(
        "(local $n i32)
         (local.set $n (i32.const {rounds}))
         (loop $l
             (local.set $n (i32.sub (local.get $n) (i32.const 1)))
             (br_if $l (local.get $n)))
         {body}"
    )
}

const SLICE: Fuel = Fuel(100);

fn suspended(slot: SlotId) -> Report {
    Report::Suspended { slot }
}

/// Runs until a report other than that a slice was used up.
fn run(host: &mut TestHost) -> Report {
    for _ in 0..10_000 {
        match host.run(SLICE) {
            Report::Suspended { .. } => {}
            report => return report,
        }
    }
    panic!("no end")
}

fn start(host: &mut TestHost, slot: SlotId) -> Ticket<Echo> {
    host.start(slot, &CallEcho("hello")).unwrap()
}

fn two_slow_echoes() -> TestHost {
    let mut host = host();
    let module = Module::new().export::<Echo>(&slow(200, ECHO));
    load(&mut host, ONE, &manifest("first"), &module).unwrap();
    load(&mut host, TWO, &manifest("second"), &module).unwrap();
    host
}

#[test]
fn two_calls_go_on_side_by_side() {
    let mut host = two_slow_echoes();
    let first = start(&mut host, ONE);
    let second = start(&mut host, TWO);
    assert!(host.take(first).is_none());
    for _ in 0..3 {
        assert_eq!(host.run(SLICE), suspended(ONE));
        assert_eq!(host.run(SLICE), suspended(TWO));
    }
    assert!(host.take(second).is_none());
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    assert_eq!(run(&mut host), Report::Finished { slot: TWO });
    assert_eq!(host.run(SLICE), Report::Idle { next: None });
    assert_eq!(host.take(second), Some(Ok("hello")));
    assert_eq!(host.take(first), Some(Ok("hello")));
    assert!(host.take(first).is_none());
    let (first, second) = (host.metrics(ONE), host.metrics(TWO));
    assert_eq!(first, second);
    assert!(first.fuel_last > 600, "{first:?}");

    // The same in one piece takes the same fuel.
    assert_eq!(host.call(ONE, &CallEcho("hello")), Ok("hello"));
    assert_eq!(host.metrics(ONE).fuel_last, second.fuel_last);
    assert_eq!(host.metrics(ONE).bytes_in, 2 * second.bytes_in);
}

#[test]
fn a_slot_in_the_middle_of_a_call_is_busy_until_the_answer_is_taken() {
    let mut host = two_slow_echoes();
    let ticket = start(&mut host, ONE);
    let busy = CallError::Busy(ONE);
    assert_eq!(host.call(ONE, &CallEcho("x")), Err(busy));
    assert_eq!(host.start(ONE, &CallEcho("x")).err(), Some(busy));
    assert_eq!(host.call(TWO, &CallEcho("x")), Ok("x"));
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    assert_eq!(host.call(ONE, &CallEcho("x")), Err(busy));
    assert_eq!(host.take(ticket), Some(Ok("hello")));
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
}

#[test]
fn a_ticket_is_for_one_call() {
    let mut host = two_slow_echoes();
    let first = start(&mut host, ONE);
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    assert_eq!(host.take(first), Some(Ok("hello")));
    let second = start(&mut host, ONE);
    assert_eq!(host.run(SLICE), suspended(ONE));
    host.cancel(first);
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    assert!(host.take(first).is_none());
    assert_eq!(host.take(second), Some(Ok("hello")));
    // Not of another plugin in the same slot either.
    let third = start(&mut host, ONE);
    host.unload(ONE);
    assert!(host.take(third).is_none());
    load(&mut host, ONE, &manifest("first"), &echo()).unwrap();
    let fourth = start(&mut host, ONE);
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    assert!(host.take(third).is_none());
    assert_eq!(host.take(fourth), Some(Ok("hello")));
}

#[test]
fn a_call_out_of_its_total_fuel_is_stopped_and_the_plugin_made_anew() {
    let mut host = host();
    let body = format!(
        "(if (i32.eq (local.get $length) (i32.const 6))
             (then (loop $for_ever (br $for_ever))))
         {ECHO}"
    );
    let module = Module::new().export::<Echo>(&body);
    load(&mut host, ONE, &manifest("endless"), &module).unwrap();
    load(&mut host, TWO, &manifest("good"), &echo()).unwrap();
    let ticket = start(&mut host, ONE);
    let mut slices = 0;
    while host.run(SLICE) == suspended(ONE) {
        slices += 1;
        assert_eq!(host.call(TWO, &CallEcho("on")), Ok("on"));
    }
    assert!((95..=105).contains(&slices), "{slices}");
    let stopped = CallError::Stopped(Stop::OutOfFuel);
    assert_eq!(host.take(ticket), Some(Err(stopped)));
    assert!(matches!(host.state(ONE), SlotState::Starting { .. }));
    assert_eq!(run(&mut host), Report::Initialised { slot: ONE });
    assert_eq!(host.metrics(ONE).restarts, 1);
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
}

#[test]
fn a_cancelled_call_costs_the_memory_and_nothing_else() {
    let mut host = host();
    let body = slow(
        100,
        &format!(
            "(global.set $count (i32.add (global.get $count) (i32.const 1)))
             (if (i32.eq (global.get $count) (i32.const 3)) (then unreachable))
             {ECHO}"
        ),
    );
    let module = Module::new().export::<Echo>(&body);
    load(&mut host, ONE, &manifest("counting"), &module).unwrap();
    for _ in 0..100 {
        let ticket = start(&mut host, ONE);
        assert_eq!(host.run(SLICE), suspended(ONE));
        host.cancel(ticket);
        assert!(host.take(ticket).is_none());
        let blame = Blame::Host;
        assert_eq!(host.state(ONE), SlotState::Starting { at: 0, blame });
        assert_eq!(run(&mut host), Report::Initialised { slot: ONE });
    }
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.metrics(ONE).errors, 0);
    assert_eq!(host.metrics(ONE).restarts, 100);
    // It counts from 0.
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
    assert!(host.call(ONE, &CallEcho("x")).is_err());
}

#[test]
fn a_call_that_was_not_entered_is_cancelled_for_nothing() {
    let mut host = two_slow_echoes();
    let ticket = start(&mut host, ONE);
    host.cancel(ticket);
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
    assert_eq!(host.metrics(ONE).restarts, 0);
}

#[test]
fn an_answer_that_is_there_can_be_thrown_away() {
    let mut host = two_slow_echoes();
    let ticket = start(&mut host, ONE);
    assert_eq!(run(&mut host), Report::Finished { slot: ONE });
    host.cancel(ticket);
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
    assert_eq!(host.metrics(ONE).restarts, 0);
}

fn ticked(host: &mut TestHost, slot: SlotId, body: &str) {
    let mut manifest = manifest(["first", "second"][usize::from(slot.0)]);
    manifest.tick_ms = Some(10);
    load(host, slot, &manifest, &Module::new().export::<Tick>(body)).unwrap();
}

#[test]
fn ticks_are_sliced_too() {
    let mut host = host();
    ticked(&mut host, ONE, &slow(1_000, OK));
    ticked(&mut host, TWO, OK);
    host.board_mut().unwrap().now = 10 * MS;
    assert_eq!(host.run(SLICE), suspended(ONE));
    let tick = |slot, result| Report::Ticked { slot, result };
    assert_eq!(host.run(SLICE), tick(TWO, Ok(())));
    host.board_mut().unwrap().now = 20 * MS;
    assert_eq!(host.run(SLICE), suspended(ONE));
    assert_eq!(host.run(SLICE), tick(TWO, Ok(())));
    assert_eq!(run(&mut host), tick(ONE, Ok(())));
    // The one that came while it ran is due now; none was missed.
    assert_eq!(host.run(SLICE), suspended(ONE));
    assert_eq!(host.metrics(ONE).ticks_missed, 0);
    let Report::Ticked { slot: ONE, .. } = run(&mut host) else {
        panic!("not ticked");
    };
}

#[test]
fn an_error_of_a_sliced_tick_is_reported_and_counted() {
    let mut host = host();
    ticked(&mut host, ONE, &slow(1_000, SAD));
    host.board_mut().unwrap().now = 10 * MS;
    let Report::Ticked {
        result: Err(Failure::Plugin(error)),
        ..
    } = run(&mut host)
    else {
        panic!("no error");
    };
    assert_eq!(error.code, 7);
    assert_eq!(host.metrics(ONE).failures, 1);
}

#[test]
fn a_slow_plugin_keeps_no_event_from_a_fast_one() {
    let queue = EventQueue::<32>::new();
    let mut host = host();
    for (slot, name, body) in [(ONE, "slow", slow(1_000, OK)), (TWO, "fast", OK.into())] {
        let mut manifest = manifest(name);
        manifest.topics.push("alarm").unwrap();
        load(
            &mut host,
            slot,
            &manifest,
            &Module::new().export::<Handle>(&body),
        )
        .unwrap();
    }
    let mut handled = [0; 2];
    for time in 0..100 {
        queue.push("alarm", &[], time).unwrap();
        host.deliver(&queue);
        for _ in 0..2 {
            match host.run(SLICE) {
                Report::Handled { slot, result, .. } => {
                    assert_eq!(result, Ok(()));
                    handled[usize::from(slot.0)] += 1;
                }
                Report::Suspended { .. } => {}
                report => panic!("{report:?}"),
            }
        }
        // One waits where the slow one has just come to its end, and may take the next itself.
        assert!(queue.len() <= 1);
    }
    assert!(handled[1] >= 99);
    // What is left waits for the slow one.
    loop {
        host.deliver(&queue);
        let Report::Handled { slot, result, .. } = run(&mut host) else {
            break;
        };
        assert_eq!(result, Ok(()));
        handled[usize::from(slot.0)] += 1;
    }
    assert_eq!((handled[1], host.metrics(TWO).events_missed), (100, 0));
    let missed = host.metrics(ONE).events_missed;
    assert!(missed > 50, "{missed}");
    assert_eq!(handled[0] + missed, 100);
    assert!(handled[0] >= INBOX as u32);
}

#[test]
fn nothing_is_evicted_for_nothing() {
    let queue = EventQueue::<8>::new();
    let mut host = host();
    for (slot, name, body) in [(ONE, "slow", slow(1_000, OK)), (TWO, "fast", OK.into())] {
        let mut manifest = manifest(name);
        manifest.topics.push("alarm").unwrap();
        let module = Module::new().export::<Handle>(&body);
        load(&mut host, slot, &manifest, &module).unwrap();
    }
    for time in 0..8 {
        queue.push("alarm", &[], time).unwrap();
    }
    host.deliver(&queue);
    for _ in 0..16 {
        let _ = host.run(SLICE);
        host.deliver(&queue);
    }
    assert_eq!(host.metrics(ONE).events_missed, 0);
}

#[test]
fn an_only_listener_that_is_slow_loses_nothing_that_its_queue_can_hold() {
    let queue = EventQueue::<32>::new();
    let mut host = host();
    let mut manifest = manifest("slow");
    manifest.topics.push("alarm").unwrap();
    let module = Module::new().export::<Handle>(&slow(1_000, OK));
    load(&mut host, ONE, &manifest, &module).unwrap();
    for time in 0..32 {
        queue.push("alarm", &[], time).unwrap();
        host.deliver(&queue);
        assert_eq!(host.run(SLICE), suspended(ONE));
    }
    let mut handled = 0;
    while let Report::Handled { .. } = run(&mut host) {
        host.deliver(&queue);
        handled += 1;
    }
    assert_eq!(handled, 32);
    assert_eq!(host.metrics(ONE).events_missed, 0);
}

#[test]
fn init_is_sliced_when_a_plugin_is_placed() {
    let mut host = host();
    let module = Module::with_init(&slow(500, OK)).export::<Echo>(ECHO);
    place(&mut host, ONE, &manifest("slow"), &module).unwrap();
    let blame = Blame::Host;
    assert_eq!(host.state(ONE), SlotState::Starting { at: 0, blame });
    let starting = CallError::Starting { slot: ONE, blame };
    assert_eq!(host.start(ONE, &CallEcho("x")).err(), Some(starting));
    assert_eq!(starting.blame(), Blame::Host, "nobody did anything wrong");
    for _ in 0..5 {
        assert_eq!(host.run(SLICE), suspended(ONE));
    }
    assert_eq!(host.call(ONE, &CallEcho("x")), Err(CallError::Busy(ONE)));
    assert_eq!(run(&mut host), Report::Initialised { slot: ONE });
    assert_eq!(host.call(ONE, &CallEcho("x")), Ok("x"));
    assert_eq!(host.metrics(ONE).restarts, 0);

    let sad = Module::with_init(&slow(500, SAD)).export::<Echo>(ECHO);
    place(&mut host, TWO, &manifest("sad"), &sad).unwrap();
    let Report::Faulted { slot: TWO, fault } = run(&mut host) else {
        panic!("not faulted");
    };
    let Fault::NotInitialised(Failure::Plugin(error)) = fault else {
        panic!("{fault}");
    };
    assert_eq!(error.code, 7);
    assert_eq!(host.state(TWO), SlotState::Faulted(fault));
    assert_eq!(host.run(SLICE), Report::Idle { next: None });
}

#[test]
fn a_driver_is_paid_for_before_the_plugin_goes_on() {
    use corelet_host::abi::Function;
    use corelet_host::capability::storage::functions::Get;
    let body = "(loop $l (drop (call $get (i32.const 0x20b) (i32.const 4) (i32.const 0) (i32.const 0x200))) (br $l))
        unreachable";
    let module = Module::new().import::<Get>().export::<Echo>(body);
    let mut host = host_of(SlotPolicy {
        fuel_per_call: 20 * STORE_FUEL.get(),
        ..POLICY
    });
    let manifest = granted("searching", &[(STORAGE, &[])]);
    assert_eq!(Get::INTERFACE, STORAGE);
    load(&mut host, ONE, &manifest, &module).unwrap();
    let _ = start(&mut host, ONE);
    // A search costs as much as four slices and more: in between, four of five pay.
    let slice = Fuel(STORE_FUEL.get() / 4);
    let mut searches = 0;
    for slices in 1..=50_u32 {
        assert_eq!(host.run(slice), suspended(ONE));
        let found = host.board().unwrap().searches;
        assert!(found - searches <= 1);
        searches = found;
        assert!(searches <= slices / 4 + 1, "{searches} in {slices}");
    }
    assert!(searches >= 8, "{searches}");
}
