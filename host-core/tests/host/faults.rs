//! Plugins that misbehave: what the host makes of it, and that everyone else goes on.

use corelet_host::abi::{CodecError, Status};
use corelet_host::{
    Blame, CallError, Failure, Fault, OnFault, PluginId, Report, SlotState, Stop, Trap,
};

use crate::board::{ONE, POLICY, TWO, TestHost, host, host_of, load, manifest};
use crate::module::{CallEcho, ECHO, Echo, Module, OK, SAD, echo};

/// Misbehaves with `body` in the second call of each instance, and echoes in every other.
fn once(body: &str) -> Module {
    Module::new().export::<Echo>(&format!(
        "(global.set $count (i32.add (global.get $count) (i32.const 1)))
         (if (i32.eq (global.get $count) (i32.const 2))
             (then (return (block (result i64) {body}))))
         {ECHO}"
    ))
}

/// Calls well, calls badly, and then finds a new instance and a healthy neighbour.
fn misbehaves(body: &str) -> CallError {
    let mut host = host();
    load(&mut host, ONE, &manifest("bad"), &once(body)).unwrap();
    load(&mut host, TWO, &manifest("good"), &echo()).unwrap();
    host.call(ONE, &CallEcho("well")).unwrap();
    let error = host.call(ONE, &CallEcho("now")).unwrap_err();
    assert_eq!(error.blame(), Blame::Guest, "{error}");
    assert_eq!(host.metrics(ONE).errors, 1);
    assert_eq!(host.metrics(ONE).restarts, 1);
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.call(TWO, &CallEcho("fine")), Ok("fine"));
    // A new instance: it counts from 1 again.
    assert_eq!(host.call(ONE, &CallEcho("again")), Ok("again"));
    assert_eq!(host.call(ONE, &CallEcho("now")), Err(error));
    assert_eq!(host.metrics(ONE).restarts, 2);
    error
}

fn trap(body: &str) -> Trap {
    match misbehaves(body) {
        CallError::Stopped(Stop::Trap(trap)) => trap,
        error => panic!("{error}"),
    }
}

#[test]
fn a_trap_costs_the_instance_only() {
    assert_eq!(trap("unreachable"), Trap::Unreachable);
    let outside = "(i32.store (i32.const 65536) (i32.const 0)) (i64.const 0)";
    assert_eq!(trap(outside), Trap::MemoryOutOfBounds);
    let divided = "(i64.div_u (i64.const 1) (i64.const 0))";
    assert_eq!(trap(divided), Trap::DivisionByZero);
}

const ENDLESS: &str = "(loop $for_ever (br $for_ever)) (i64.const 0)";

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let error = misbehaves(ENDLESS);
    assert_eq!(error, CallError::Stopped(Stop::OutOfFuel));
}

#[test]
fn the_fuel_of_a_failed_call_is_known_after_the_restart() {
    let mut host = host();
    load(&mut host, ONE, &manifest("bad"), &once(ENDLESS)).unwrap();
    host.call(ONE, &CallEcho("well")).unwrap();
    host.call(ONE, &CallEcho("now")).unwrap_err();
    let metrics = host.metrics(ONE);
    assert_eq!(metrics.restarts, 1);
    assert_eq!(metrics.fuel_last, metrics.fuel_largest);
}

#[test]
fn endless_recursion_exhausts_the_stack() {
    // `$export2` is the exported function itself; the counter is set so that it goes on.
    let body = "(global.set $count (i32.const 1))
                (call $export2 (local.get $request) (local.get $length))";
    assert_eq!(trap(body), Trap::StackExhausted);
}

#[test]
fn an_answer_outside_memory_is_a_fault() {
    for (result, pointer, length) in [
        ("0x0000ffff00000002", 0xffff, 2),
        ("0x7fffffffffffffff", 0x7fff_ffff, 0xffff_ffff),
        ("0x00010000ffffffff", 0x1_0000, 0xffff_ffff),
        ("0x0001000000000001", 0x1_0000, 1),
    ] {
        assert_eq!(
            misbehaves(&format!("(i64.const {result})")),
            CallError::Stopped(Stop::AnswerOutOfBounds {
                pointer,
                length,
                memory: 0x1_0000
            })
        );
    }
}

#[test]
fn a_result_that_is_no_answer_is_a_fault() {
    for found in [i64::MIN, i64::from(i32::MIN) - 1] {
        assert_eq!(
            misbehaves(&format!("(i64.const {found})")),
            CallError::Stopped(Stop::MalformedResult { found })
        );
    }
}

#[test]
fn an_answer_over_its_bound_is_a_fault() {
    assert_eq!(
        misbehaves("(i64.const 18)"),
        CallError::AnswerTooLong {
            found: 18,
            allowed: 17
        }
    );
}

#[test]
fn an_answer_that_is_no_message_is_a_fault() {
    let answer = |bytes: &str, length: u32| {
        misbehaves(&format!(
            "(i32.store (i32.const 0) (i32.const {bytes})) (i64.const {length})"
        ))
    };
    let malformed = CallError::Malformed;
    assert_eq!(answer("0x00000002", 2), malformed(CodecError::End));
    assert_eq!(answer("0x00000000", 2), malformed(CodecError::Trailing));
    assert_eq!(answer("0x00000080", 2), malformed(CodecError::Varint));
    assert_eq!(answer("0x0000ff01", 2), malformed(CodecError::Utf8));
    assert_eq!(answer("0x00000011", 4), malformed(CodecError::Bound));
    assert_eq!(misbehaves("(i64.const 0)"), malformed(CodecError::End));
}

#[test]
fn the_end_of_memory_is_within_memory() {
    let mut host = host();
    let module = Module::new().export::<Echo>("(i64.const 0x0000ffff00000001)");
    load(&mut host, ONE, &manifest("edge"), &module).unwrap();
    assert_eq!(host.call(ONE, &CallEcho("")), Ok(""));
}

#[test]
fn a_host_function_is_not_reached_through_bad_pointers() {
    use corelet_host::abi::Function;
    use corelet_host::capability::storage::functions::Get;
    // Request and response of an import as the guest claims them, and the status that it gets to see.
    let cases = [
        ("0xffffffff 1 0 200", Status::OUT_OF_BOUNDS),
        ("0xffff 2 0 200", Status::OUT_OF_BOUNDS),
        ("0 0xffffffff 0 200", Status::OUT_OF_BOUNDS),
        ("0 2 0xfffffff0 200", Status::OUT_OF_BOUNDS),
        ("0 2 0xff39 200", Status::OUT_OF_BOUNDS),
        ("0 2 1 200", Status::OVERLAP),
        ("100 2 0 101", Status::OVERLAP),
        ("300 2 0 100", Status::RESPONSE_BUFFER),
        ("300 0 0 200", Status::MALFORMED),
        ("300 2 0xff38 200", Status::MALFORMED),
    ];
    for (claim, status) in cases {
        let mut arguments = claim
            .split(' ')
            .map(|number| format!("(i32.const {number})"));
        let arguments: String = arguments.by_ref().collect();
        let module = Module::new()
            .import::<Get>()
            .export::<Echo>(&format!("(i64.extend_i32_s (call $get {arguments}))"));
        let mut host = host();
        let manifest = crate::board::granted("liar", &[(Get::INTERFACE, &[])]);
        load(&mut host, ONE, &manifest, &module).unwrap();
        assert_eq!(
            host.call(ONE, &CallEcho("")),
            Err(CallError::Stopped(Stop::Refused(status))),
            "{claim}"
        );
    }
}

fn faulted(host: &mut TestHost) -> Fault {
    let SlotState::Faulted(fault) = host.state(ONE) else {
        panic!("not faulted");
    };
    assert_eq!(host.call(ONE, &CallEcho("")), Err(CallError::Faulted(ONE)));
    assert_eq!(host.memory_bytes(ONE), 0);
    assert_eq!(host.poll(), Report::Faulted { slot: ONE, fault });
    assert_eq!(host.poll(), Report::Idle { next: None });
    fault
}

#[test]
fn a_slot_may_stop_at_the_first_fault() {
    let mut policy = POLICY;
    policy.on_fault = OnFault::Stop;
    let mut host = host_of(policy);
    load(&mut host, ONE, &manifest("bad"), &once("unreachable")).unwrap();
    host.call(ONE, &CallEcho("well")).unwrap();
    let error = host.call(ONE, &CallEcho("now")).unwrap_err();
    assert_eq!(faulted(&mut host), Fault::Stopped(error));
    host.unload(ONE);
    load(&mut host, ONE, &manifest("good"), &echo()).unwrap();
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
}

#[test]
fn a_plugin_that_does_not_initialise_again_is_faulted() {
    use corelet_host::capability::storage::functions::Get;
    // Its init asks the storage whether this is the first time, which the test arranges.
    let again = format!(
        "(if (result i64)
             (i32.eq (i32.const 2)
                 (call $get (i32.const 0x210) (i32.const 2) (i32.const 0) (i32.const 0x200)))
             (then {OK})
             (else {SAD}))"
    );
    let mut module = Module::with_init(&format!(
        "(i32.store16 (i32.const 0x210) (i32.const 0x6101)) {again}"
    ));
    module = module.import::<Get>().export::<Echo>("unreachable");
    let mut host = host();
    let grant = [(crate::board::STORAGE, &[][..])];
    load(
        &mut host,
        ONE,
        &crate::board::granted("bad", &grant),
        &module,
    )
    .unwrap();
    let key = (PluginId::development("bad"), "a".to_string());
    host.board_mut().unwrap().store.insert(key, vec![1]);
    host.call(ONE, &CallEcho("")).unwrap_err();
    let Fault::NotInitialised(Failure::Plugin(error)) = faulted(&mut host) else {
        panic!("another fault");
    };
    assert_eq!((error.code, error.message.as_str()), (7, "sad"));
    assert_eq!(host.metrics(ONE).restarts, 0);
}
