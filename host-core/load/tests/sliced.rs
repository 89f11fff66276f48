//! Calls in slices: the same answers for the same fuel, and never more at a time than a slice or a step.

mod common;

use common::{F, Host, IMPORT, export, function, load, plugin};
use corelet_load::{Machine, Progress, Stop, Trap};

const FUEL: u64 = 100_000;

/// Adds up 1 to 100 in a loop, calls a function and fills some memory on the way, and answers with the sum in 4 bytes.
const SUM: &str = "
    (local $n i32) (local $sum i32)
    (local.set $n (i32.const 100))
    (loop $next
        (local.set $sum (i32.add (local.get $sum) (call $same (local.get $n))))
        (memory.fill (i32.const 1024) (local.get $n) (i32.const 2000))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $next (local.get $n)))
    (i32.store (i32.const 2048) (local.get $sum))
    (i64.const 0x80000000004)";

fn sum() -> Machine<Host> {
    let same = "(func $same (param i32) (result i32)
        (if (result i32) (local.get 0) (then (local.get 0)) (else (i32.const 0))))";
    load(&plugin("", &format!("{same}{}", export(SUM))))
}

/// Carries the open call on to its end; returns what came of it and in how many slices.
fn finish(machine: &mut Machine<Host>, slice: u64) -> (Result<Vec<u8>, Stop>, u32) {
    for slices in 1.. {
        match machine.run(slice) {
            Ok(Progress::Suspended) => assert!(machine.is_open() && slices < 1_000_000),
            Ok(Progress::Finished(answer)) => {
                return (Ok(machine.response(answer).to_vec()), slices);
            }
            Err(stop) => return (Err(stop), slices),
        }
    }
    unreachable!()
}

fn sliced(machine: &mut Machine<Host>, fuel: u64, slice: u64) -> (Result<Vec<u8>, Stop>, u32) {
    machine.begin(F, fuel, |_| Ok(())).unwrap();
    let result = finish(machine, slice);
    assert!(!machine.is_open());
    result
}

#[test]
fn a_call_in_slices_gives_the_same_for_the_same_fuel() {
    let mut whole = sum();
    let answer = whole.call(F, FUEL, |_| Ok(())).unwrap();
    let expected = whole.response(answer).to_vec();
    assert_eq!(expected, 5050_u32.to_le_bytes());
    let fuel = whole.fuel_used();
    for slice in [0, 1, 7, 50, 100, 1_000, FUEL, u64::MAX] {
        let mut machine = sum();
        let (found, slices) = sliced(&mut machine, FUEL, slice);
        assert_eq!(found, Ok(expected.clone()));
        assert_eq!(machine.fuel_used(), fuel, "slices of {slice}");
        assert_eq!(slices == 1, slice >= FUEL, "{slices} slices of {slice}");
        // What is there for the whole call is enough to the last unit, and not one less.
        assert_eq!(sliced(&mut machine, fuel, slice).0, Ok(expected.clone()));
        assert_eq!(
            sliced(&mut machine, fuel - 1, slice).0,
            Err(Stop::OutOfFuel)
        );
    }
}

#[test]
fn a_slice_takes_no_more_than_it_has_or_a_step_requires() {
    let mut machine = sum();
    machine.begin(F, FUEL, |_| Ok(())).unwrap();
    for slice in [10, 40, 100] {
        let before = machine.fuel_used();
        assert_eq!(machine.run(slice), Ok(Progress::Suspended));
        // The largest step is the fill: 2,000 bytes.
        assert!(machine.fuel_used() - before <= slice.max(2_000));
    }
}

#[test]
fn an_endless_call_ends_with_its_fuel_and_costs_the_instance() {
    let mut machine = load(&function("(loop $l (br $l)) (i64.const 0)"));
    let (result, slices) = sliced(&mut machine, 10_000, 100);
    assert_eq!(result, Err(Stop::OutOfFuel));
    assert!((90..=110).contains(&slices), "{slices}");
    assert_eq!(machine.begin(F, FUEL, |_| Ok(())), Err(Stop::Spent));
    let mut machine = machine.renew().unwrap();
    assert_eq!(sliced(&mut machine, 10_000, 10_000).0, Err(Stop::OutOfFuel));
}

#[test]
fn a_trap_in_a_later_slice_costs_the_instance() {
    let mut machine = load(&function(
        "(local $n i32)
         (loop $l
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $l (i32.lt_u (local.get $n) (i32.const 100))))
         unreachable",
    ));
    let (result, slices) = sliced(&mut machine, FUEL, 50);
    assert_eq!(result, Err(Stop::Trap(Trap::Unreachable)));
    assert!(slices > 5);
    assert_eq!(machine.call(F, FUEL, |_| Ok(())), Err(Stop::Spent));
}

#[test]
fn nothing_enters_a_guest_that_is_inside_a_call() {
    let mut machine = sum();
    assert_eq!(machine.run(FUEL), Err(Stop::NoCall));
    machine.begin(F, FUEL, |_| Ok(())).unwrap();
    assert_eq!(machine.run(100), Ok(Progress::Suspended));
    let used = machine.fuel_used();
    assert_eq!(machine.call(F, FUEL, |_| Ok(())), Err(Stop::Busy));
    assert_eq!(machine.begin(F, FUEL, |_| Ok(())), Err(Stop::Busy));
    assert_eq!(machine.fuel_used(), used);
    assert_eq!(
        finish(&mut machine, FUEL).0,
        Ok(5050_u32.to_le_bytes().to_vec())
    );
    assert_eq!(machine.run(FUEL), Err(Stop::NoCall));
}

#[test]
fn a_cancelled_call_costs_the_instance() {
    let mut machine = sum();
    machine.cancel();
    machine.begin(F, FUEL, |_| Ok(())).unwrap();
    assert_eq!(machine.run(100), Ok(Progress::Suspended));
    machine.cancel();
    assert!(!machine.is_open());
    assert_eq!(machine.run(100), Err(Stop::NoCall));
    assert_eq!(machine.call(F, FUEL, |_| Ok(())), Err(Stop::Spent));
    let mut machine = machine.renew().unwrap();
    assert!(machine.call(F, FUEL, |_| Ok(())).is_ok());
    // One that is made anew in the middle of a call forgets it.
    machine.begin(F, FUEL, |_| Ok(())).unwrap();
    assert_eq!(machine.run(100), Ok(Progress::Suspended));
    let mut machine = machine.renew().unwrap();
    assert!(machine.call(F, FUEL, |_| Ok(())).is_ok());
}

/// Calls the host ten times in one block.
fn storm() -> Machine<Host> {
    let serve = "(drop (call $serve (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))";
    let mut machine = load(&plugin(
        IMPORT,
        &export(&format!("{}(i64.const 0)", serve.repeat(10))),
    ));
    machine.data_mut().price = 500;
    machine
}

#[test]
fn host_functions_are_paid_before_the_guest_goes_on() {
    let mut whole = storm();
    whole.call(F, FUEL, |_| Ok(())).unwrap();
    for slice in [100, 499, 500, 501, 5_000, FUEL] {
        let mut machine = storm();
        machine.begin(F, FUEL, |_| Ok(())).unwrap();
        let mut given = 0;
        loop {
            let before = machine.data().calls;
            let progress = machine.run(slice).unwrap();
            given += slice;
            let calls = machine.data().calls - before;
            // A call that goes over what is left of a slice is the last in it.
            assert!(u64::from(calls) <= slice / 500 + 1, "{calls} in {slice}");
            if progress != Progress::Suspended {
                break;
            }
            assert!(u64::from(machine.data().calls) * 500 <= given + 500);
        }
        assert_eq!(machine.data().calls, 10);
        assert_eq!(machine.fuel_used(), whole.fuel_used());
    }
}

#[test]
fn a_host_function_that_the_call_cannot_pay_ends_it() {
    let mut whole = storm();
    let stopped = whole.call(F, 2_000, |_| Ok(()));
    assert_eq!(stopped, Err(Stop::OutOfFuel));
    let mut machine = storm();
    assert_eq!(sliced(&mut machine, 2_000, 100).0, Err(Stop::OutOfFuel));
    assert_eq!(machine.data().calls, whole.data().calls);
    assert_eq!(machine.fuel_used(), whole.fuel_used());
    assert_eq!(machine.fuel_used(), 2_000);
}

#[test]
fn what_the_host_answered_outlives_the_wait() {
    // The host answers a request of three bytes backwards; the length of the response is what the guest answers with.
    let body = "(i64.or (i64.const 0x40000000000)
        (i64.extend_i32_u (call $serve (i32.const 64) (i32.const 3) (i32.const 1024) (i32.const 8))))";
    let mut machine = load(&plugin(IMPORT, &export(body)));
    machine.data_mut().price = 1_000;
    assert_eq!(sliced(&mut machine, FUEL, 10).0, Ok(vec![0, 1, 0]));
    assert_eq!(machine.data().request, [0, 1, 0]);
}
