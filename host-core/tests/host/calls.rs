//! Calls that go well, and those that do not begin.

use corelet_host::abi::{CodecError, Function, NameKey, Shape, Status};
use corelet_host::{Blame, CallError, SlotId, SlotState, Stop};

use crate::board::{ONE, POLICY, TWO, host, host_of, load, manifest};
use crate::module::{CallEcho, ECHO, Echo, Module, echo};

#[test]
fn a_plugin_answers_a_typed_call() {
    let mut host = host();
    load(&mut host, ONE, &manifest("echo"), &echo()).unwrap();
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.call(ONE, &CallEcho("hello")), Ok("hello"));
    assert_eq!(host.name(ONE).unwrap().as_str(), "echo");
}

#[test]
fn a_plugin_answers_an_encoded_call() {
    let mut host = host();
    load(&mut host, ONE, &manifest("echo"), &echo()).unwrap();
    assert_eq!(host.call_encoded(ONE, Echo::KEY, b"raw"), Ok(&b"raw"[..]));
    let unknown = NameKey::of("test:echo/echo@1.2.0", "other");
    assert_eq!(
        host.call_encoded(ONE, unknown, b""),
        Err(CallError::Stopped(Stop::NoSuchExport))
    );
}

#[test]
fn calls_are_counted_and_measured() {
    let mut host = host();
    load(&mut host, ONE, &manifest("echo"), &echo()).unwrap();
    let after_init = host.metrics(ONE);
    assert_eq!((after_init.calls, after_init.bytes_out), (1, 1));
    host.call(ONE, &CallEcho("hello")).unwrap();
    host.call(ONE, &CallEcho("")).unwrap();
    let metrics = host.metrics(ONE);
    assert_eq!((metrics.calls, metrics.errors), (3, 0));
    assert_eq!((metrics.bytes_in, metrics.bytes_out), (7, 8));
    assert!(metrics.fuel_last > 0 && metrics.fuel_last <= metrics.fuel_largest);
    assert!(metrics.fuel_total > metrics.fuel_largest);
    assert_eq!(host.metrics(TWO), Default::default());
}

#[test]
fn the_same_call_takes_the_same_fuel_in_every_slot() {
    let mut host = host();
    for (slot, name) in [(ONE, "first"), (TWO, "second")] {
        load(&mut host, slot, &manifest(name), &echo()).unwrap();
        host.call(slot, &CallEcho("hello")).unwrap();
    }
    assert_eq!(host.metrics(ONE), host.metrics(TWO));
}

#[test]
fn slots_that_are_not_there_or_empty_say_so() {
    let mut host = host();
    let nowhere = SlotId(2);
    assert_eq!(
        host.call(nowhere, &CallEcho("")),
        Err(CallError::NoSuchSlot(nowhere))
    );
    assert_eq!(host.call(ONE, &CallEcho("")), Err(CallError::Empty(ONE)));
    assert_eq!(host.state(nowhere), SlotState::Empty);
}

#[test]
fn a_function_that_is_not_exported_is_refused_by_name() {
    let mut host = host();
    load(&mut host, ONE, &manifest("idle"), &Module::new()).unwrap();
    let error = host.call(ONE, &CallEcho("")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugin does not export test:echo/echo@1.2.0 `echo`; add the interface to its world"
    );
    assert_eq!(error.blame(), Blame::Host);
}

#[test]
fn a_function_of_another_shape_is_not_entered() {
    let mut host = host();
    let name = "test:echo/echo@1.2.0#echo";
    let module = Module::new().export_named(name, Shape(2), "unreachable");
    load(&mut host, ONE, &manifest("old"), &module).unwrap();
    let error = host.call(ONE, &CallEcho("")).unwrap_err();
    assert!(matches!(
        error,
        CallError::WrongShape {
            function: "echo",
            ..
        }
    ));
    assert_eq!(error.blame(), Blame::Guest);
    assert_eq!(host.metrics(ONE).calls, 1);
}

#[test]
fn a_compatible_version_of_an_export_is_called_and_no_other() {
    for (version, answers) in [("1.0.0", true), ("1.9.3", true), ("2.0.0", false)] {
        let mut host = host();
        let name = format!("test:echo/echo@{version}#echo");
        let module = Module::new().export_named(&name, Echo::SHAPE, ECHO);
        load(&mut host, ONE, &manifest("other"), &module).unwrap();
        assert_eq!(
            host.call(ONE, &CallEcho("hi")).is_ok(),
            answers,
            "{version}"
        );
    }
}

#[test]
fn of_two_versions_that_would_do_the_shape_decides() {
    let mut host = host();
    let module = Module::new()
        .export_named("test:echo/echo@1.0.0#echo", Shape(9), "unreachable")
        .export_named("test:echo/echo@1.1.0#echo", Echo::SHAPE, ECHO);
    load(&mut host, ONE, &manifest("both"), &module).unwrap();
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
}

#[test]
fn an_argument_over_its_bound_does_not_enter_the_plugin() {
    let mut host = host();
    load(&mut host, ONE, &manifest("echo"), &echo()).unwrap();
    let error = host.call(ONE, &CallEcho("seventeen letters")).unwrap_err();
    assert_eq!(error, CallError::Stopped(Stop::Request(CodecError::Bound)));
    assert_eq!(error.blame(), Blame::Host);
    assert_eq!(host.metrics(ONE).calls, 1);
    assert_eq!(host.call(ONE, &CallEcho("fits")), Ok("fits"));
}

#[test]
fn a_plugin_that_says_it_is_busy_keeps_its_instance() {
    let mut host = host();
    let module = Module::new().export::<Echo>(&format!(
        "(global.set $count (i32.add (global.get $count) (i32.const 1)))
         (if (result i64) (i32.eq (global.get $count) (i32.const 1))
             (then (i64.const {}))
             (else {ECHO}))",
        Status::BUSY.code()
    ));
    load(&mut host, ONE, &manifest("busy"), &module).unwrap();
    let error = host.call(ONE, &CallEcho("hi")).unwrap_err();
    assert_eq!(error, CallError::Stopped(Stop::Refused(Status::BUSY)));
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    let metrics = host.metrics(ONE);
    assert_eq!((metrics.errors, metrics.restarts), (1, 0));
}

#[test]
fn the_smaller_budget_of_fuel_holds() {
    let burn = |rounds: u32| {
        Module::new().export::<Echo>(&format!(
            "(local $i i32)
             (loop $again
                 (local.set $i (i32.add (local.get $i) (i32.const 1)))
                 (br_if $again (i32.lt_u (local.get $i) (i32.const {rounds}))))
             {ECHO}"
        ))
    };
    let mut generous = POLICY;
    generous.fuel_per_call = 1_000_000;
    let mut modest = manifest("burn");
    modest.budgets.fuel_per_call = 1_000;
    let cases = [
        (POLICY, manifest("burn"), false),
        (generous, modest, false),
        (generous, manifest("burn"), true),
    ];
    for (policy, manifest, answers) in cases {
        let mut host = host_of(policy);
        load(&mut host, ONE, &manifest, &burn(10_000)).unwrap();
        assert_eq!(host.call(ONE, &CallEcho("")).is_ok(), answers);
    }
}

#[test]
fn an_unloaded_slot_is_as_new() {
    let mut host = host();
    load(&mut host, ONE, &manifest("first"), &echo()).unwrap();
    host.call(ONE, &CallEcho("hi")).unwrap();
    host.unload(ONE);
    assert_eq!(host.state(ONE), SlotState::Empty);
    assert_eq!(host.metrics(ONE), Default::default());
    assert_eq!((host.memory_bytes(ONE), host.name(ONE)), (0, None));
    load(&mut host, ONE, &manifest("second"), &echo()).unwrap();
    assert_eq!(host.name(ONE).unwrap().as_str(), "second");
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    host.unload(SlotId(200));
}

#[test]
fn slots_do_not_share_memory() {
    let mut host = host();
    let counter = Module::new().export::<Echo>(
        "(global.set $count (i32.add (global.get $count) (i32.const 1)))
         (i32.store8 (i32.const 0) (i32.const 1))
         (i32.store8 (i32.const 1) (i32.add (i32.const 48) (global.get $count)))
         (i64.const 2)",
    );
    for (slot, name) in [(ONE, "first"), (TWO, "second")] {
        load(&mut host, slot, &manifest(name), &counter).unwrap();
    }
    assert_eq!(host.call(ONE, &CallEcho("")), Ok("1"));
    assert_eq!(host.call(ONE, &CallEcho("")), Ok("2"));
    assert_eq!(host.call(TWO, &CallEcho("")), Ok("1"));
    assert_eq!(host.call(ONE, &CallEcho("")), Ok("3"));
}
