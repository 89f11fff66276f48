//! How plugins begin.

use corelet_host::abi::NameKey;
use corelet_host::{
    Blame, CallError, Failure, LoadError, MachineError, Report, SlotId, SlotState, Stop, Trap,
};
use corelet_image::Manifest;

use crate::board::{ONE, POLICY, TWO, host, host_of, load, manifest};
use crate::module::{CallEcho, ECHO, Echo, Module, OK, SAD, echo};

#[test]
fn nobody_else_calls_init() {
    let mut host = host();
    load(&mut host, ONE, &manifest("p"), &Module::new()).unwrap();
    let init = NameKey::of_export("init");
    let result = host.call_encoded(ONE, init, b"another configuration");
    assert_eq!(result, Err(CallError::Init));
    assert_eq!(host.metrics(ONE).calls, 1);
    assert_eq!(host.state(ONE), SlotState::Running);
}

#[test]
fn init_is_given_the_configuration_of_the_manifest_and_every_new_instance_too() {
    // Keeps the configuration's first two bytes, and answers with them: a text of one letter.
    let module = Module::with_init(&format!(
        "(i32.store16 (i32.const 0) (i32.load16_u (local.get $request))) {OK}"
    ))
    .export::<Echo>("(if (local.get $length) (then unreachable)) (i64.const 2)");
    let mut host = host();
    let manifest = Manifest {
        config: b"\x01k",
        ..manifest("configured")
    };
    load(&mut host, ONE, &manifest, &module).unwrap();
    let empty = |host: &mut crate::board::TestHost| {
        use corelet_host::abi::Function;
        host.call_encoded(ONE, Echo::KEY, b"").map(<[u8]>::to_vec)
    };
    assert_eq!(empty(&mut host), Ok(b"\x01k".to_vec()));
    host.call(ONE, &CallEcho("trap")).unwrap_err();
    assert_eq!(empty(&mut host), Ok(b"\x01k".to_vec()));
}

#[test]
fn a_plugin_that_does_not_initialise_is_not_loaded() {
    let mut host = host();
    let error = load(&mut host, ONE, &manifest("sad"), &Module::with_init(SAD)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plugin did not initialise: the plugin answered with its error 7: sad"
    );
    assert_eq!(error.blame(), Blame::Guest);

    let module = Module::with_init("unreachable");
    let error = load(&mut host, ONE, &manifest("trap"), &module).unwrap_err();
    let trap = CallError::Stopped(Stop::Trap(Trap::Unreachable));
    assert_eq!(error, LoadError::Init(Failure::Call(trap)));

    assert_eq!(host.state(ONE), SlotState::Empty);
    load(&mut host, ONE, &manifest("good"), &echo()).unwrap();
}

#[test]
fn a_slot_takes_one_plugin() {
    let mut host = host();
    load(&mut host, ONE, &manifest("first"), &echo()).unwrap();
    let second = load(&mut host, ONE, &manifest("second"), &echo());
    assert_eq!(second, Err(LoadError::Occupied(ONE)));
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    let nowhere = SlotId(2);
    let third = load(&mut host, nowhere, &manifest("third"), &echo());
    assert_eq!(third, Err(LoadError::NoSuchSlot(nowhere)));
}

#[test]
fn more_heap_than_the_slot_or_the_manifest_allows_is_refused() {
    let with = |of_slot, of_manifest| {
        let mut policy = POLICY;
        policy.budget.heap = of_slot;
        let mut host = host_of(policy);
        let mut manifest = manifest("large");
        manifest.budgets.heap = of_manifest;
        let result = load(&mut host, ONE, &manifest, &echo());
        assert_eq!(host.state(ONE) == SlotState::Empty, result.is_err());
        result
    };
    for (of_slot, of_manifest, smaller) in [
        (4_096, 0, 4_096),
        (4_096, 32_768, 4_096),
        (32_768, 4_095, 4_095),
    ] {
        let error = with(of_slot, of_manifest).unwrap_err();
        let LoadError::Machine(MachineError::HeapBudget { bound, allowed }) = error else {
            panic!("{error}");
        };
        assert_eq!(allowed, smaller);
        assert_eq!(error.blame(), Blame::Guest);
        let needed = bound.without_memory();
        assert!(needed > allowed);
        assert_eq!(with(needed, 0), Ok(()));
        assert_eq!(with(u32::MAX, needed), Ok(()));
        assert!(with(needed - 1, needed).is_err());
    }
}

#[test]
fn more_memory_than_the_slot_allows_is_refused() {
    let mut policy = POLICY;
    policy.budget.memory = 65_535;
    let mut host = host_of(policy);
    let error = load(&mut host, ONE, &manifest("large"), &echo()).unwrap_err();
    assert!(matches!(error, LoadError::Refused(_)), "{error}");
    assert_eq!(error.blame(), Blame::Guest);
    let text = error.to_string();
    assert!(text.contains("65536") && text.contains("65535"), "{text}");

    policy.budget.memory = 65_536;
    let mut host = host_of(policy);
    load(&mut host, ONE, &manifest("large"), &echo()).unwrap();
    assert_eq!(host.memory_bytes(ONE), 65_536);

    let mut modest = manifest("large");
    modest.budgets.memory = 65_535;
    assert!(load(&mut host, TWO, &modest, &echo()).is_err());
}

#[test]
fn what_one_function_prepays_has_room_in_what_all_may_prepay() {
    let mut policy = POLICY;
    policy.budget.prepaid_fuel = 7;
    let module =
        Module::new().export::<Echo>("(call $export2 (local.get $request) (local.get $length))");
    let mut host = host_of(policy);
    let refused = load(&mut host, ONE, &manifest("p"), &module).unwrap_err();
    // The call itself costs 8.
    assert!(refused.to_string().contains("8 fuel of code"), "{refused}");
    assert!(refused.to_string().contains("7 are allowed"), "{refused}");
}

#[test]
fn a_manifest_can_ask_for_less_stack() {
    let recurse =
        "(local i64 i64 i64 i64) (call $export2 (local.get $request) (local.get $length))";
    let module = Module::new().export::<Echo>(recurse);
    let fuel = |stack| {
        let mut policy = POLICY;
        policy.budget.recursion = 10_000;
        policy.budget.heap = u32::MAX;
        let mut manifest = manifest("deep");
        manifest.budgets.stack = stack;
        let mut host = host_of(policy);
        load(&mut host, ONE, &manifest, &module).unwrap();
        let stopped = host.call(ONE, &CallEcho("")).unwrap_err();
        assert_eq!(
            stopped,
            CallError::Stopped(Stop::Trap(Trap::StackExhausted))
        );
        host.metrics(ONE).fuel_largest
    };
    assert!(fuel(512) * 4 < fuel(u32::MAX));
}

#[test]
fn memory_does_not_grow_over_the_budget() {
    let grow = "(memory.grow (i32.const 1))";
    let module = Module::new().export::<Echo>(&format!(
        "(if (i32.ne {grow} (i32.const -1)) (then unreachable)) {ECHO}"
    ));
    let mut host = host();
    load(&mut host, ONE, &manifest("greedy"), &module).unwrap();
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
}

#[test]
fn ticks_and_events_need_the_exports_that_take_them() {
    let mut host = host();
    let ticked = Manifest {
        tick_ms: Some(1_000),
        ..manifest("idle")
    };
    let error = load(&mut host, ONE, &ticked, &echo()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the manifest asks for what is not there: the plugin does not export corelet:plugin/ticker@0.1.0 `tick`; \
         add the interface to its world"
    );
    assert_eq!(error.blame(), Blame::Guest);
    let mut told = manifest("idle");
    told.topics.push("button").unwrap();
    let error = load(&mut host, ONE, &told, &echo()).unwrap_err();
    assert!(error.to_string().contains("event-handler"), "{error}");
    assert_eq!(host.poll(), Report::Idle { next: None });
}

#[test]
fn a_plugin_is_told_before_it_goes() {
    use corelet_host::capability::logging::{Level, functions::Log};
    use corelet_host::plugin::lifecycle::functions::Shutdown;
    // Its words are its whole memory of what to log: level, empty context, text of three bytes.
    let say = |text: u32| {
        format!(
            "(i64.store (i32.const 0x220) (i64.const 0x{text:06x}030002))
             (drop (call $log (i32.const 0x220) (i32.const 6) (i32.const 0) (i32.const 0)))"
        )
    };
    let init = format!("{} {OK}", say(0x20_6968));
    let shutdown = format!("{} unreachable", say(0x65_7962));
    let module = Module::with_init(&init)
        .import::<Log>()
        .export::<Shutdown>(&shutdown);
    let mut host = host();
    let manifest = crate::board::granted("leaver", &[(crate::board::LOGGING, &[])]);
    load(&mut host, ONE, &manifest, &module).unwrap();
    host.unload(ONE);
    // No other instance is made of it.
    let line = |text| format!("leaver {:?} : {text}", Level::Info);
    assert_eq!(host.board().unwrap().lines, ["hi ", "bye"].map(line));
    assert_eq!(host.state(ONE), SlotState::Empty);
    // Nor is it told if it is removed.
    load(&mut host, ONE, &manifest, &module).unwrap();
    host.remove(ONE);
    assert_eq!(host.board().unwrap().lines, ["hi ", "bye", "hi "].map(line));
    assert_eq!(host.state(ONE), SlotState::Empty);
    host.remove(ONE);
    host.remove(SlotId(200));
}

#[test]
fn shapes_may_stand_before_or_behind_what_they_are_of() {
    for module in [echo(), echo().with_shapes_last()] {
        let mut host = host();
        load(&mut host, ONE, &manifest("echo"), &module).unwrap();
        assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    }
}
