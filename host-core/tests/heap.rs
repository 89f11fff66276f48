//! What a plugin took of the heap is given back when it goes, and one that finds none waits.

// An allocator that counts has to be one.
#![allow(unsafe_code)]

#[allow(dead_code, unused_imports)]
#[path = "host/board.rs"]
mod board;
#[allow(dead_code)]
#[path = "host/module.rs"]
mod module;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use corelet_host::capability::storage::functions::Get;
use corelet_host::{
    Blame, CallError, Fault, Fuel, OnFault, Report, Restarts, SlotPolicy, SlotState, Stop,
};

use board::{
    MS, ONE, POLICY, STORAGE, TWO, TestHost, granted, host, host_of, load, manifest, place,
};
use module::{CallEcho, ECHO, Echo, Module, OK, echo};

thread_local! {
    /// Bytes that this thread has allocated and not given back.
    static LIVE: Cell<usize> = const { Cell::new(0) };
    /// How many there may be.
    static ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged, or is refused; counting does not allocate, since the counters are
// initialised in `const` and need no drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get().wrapping_add(layout.size());
        if live > ALLOWED.get() {
            return std::ptr::null_mut();
        }
        LIVE.set(live);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().wrapping_sub(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Leaves too little of the heap for a call while it acts, or for the message of a panic.
fn with_full_heap<R>(act: impl FnOnce() -> R) -> R {
    with_heap(1_000, act)
}

/// Leaves too little for a call to go on, and with what its instance gives back enough for another.
fn with_tight_heap<R>(act: impl FnOnce() -> R) -> R {
    with_heap(3_600, act)
}

fn with_heap<R>(bytes: usize, act: impl FnOnce() -> R) -> R {
    ALLOWED.set(LIVE.get() + bytes);
    let result = act();
    ALLOWED.set(usize::MAX);
    result
}

fn live(host: &TestHost) -> usize {
    // The host lives on, so that what it holds is counted.
    assert_eq!(host.state(ONE), SlotState::Empty);
    LIVE.get()
}

#[test]
fn an_unloaded_plugin_leaves_nothing_on_the_heap() {
    let good = Module::new().relay::<Get>().export::<Echo>(ECHO);
    let trapping = Module::new().relay::<Get>().export::<Echo>("unreachable");
    let sad = Module::with_init(module::SAD);
    let manifest = granted("guest", &[(STORAGE, &[])]);
    let mut host = host();

    let before = live(&host);
    for _ in 0..3 {
        load(&mut host, ONE, &manifest, &good).unwrap();
        assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
        let taken = LIVE.get() - before;
        // With the whole stack of 4 KiB and the table of what instructions cost, and some hundred bytes more where another crate of
        // the workspace has wasmi validate; without the work space of the translation, which would be another KiB.
        assert!((65_536..65_536 + 19_000).contains(&taken), "{taken}");
        host.unload(ONE);
        assert_eq!(live(&host), before);

        load(&mut host, ONE, &manifest, &trapping).unwrap();
        let loaded = LIVE.get();
        host.call(ONE, &CallEcho("hi")).unwrap_err();
        assert!(LIVE.get() <= loaded, "a restart took more heap");
        host.unload(ONE);
        assert_eq!(live(&host), before);

        load(&mut host, ONE, &manifest, &sad).unwrap_err();
        assert_eq!(live(&host), before);

        // What it imports is not granted.
        load(&mut host, ONE, &granted("guest", &[]), &good).unwrap_err();
        assert_eq!(live(&host), before);
    }
}

const SLICE: Fuel = Fuel(10_000);

fn run_in_full_heap(host: &mut TestHost) -> Report {
    with_full_heap(|| host.run(SLICE))
}

fn at(host: &mut TestHost, ms: u64) {
    host.board_mut().unwrap().now = ms * MS;
}

const fn idle_until(ms: u64) -> Report {
    let next = Some(ms * MS);
    Report::Idle { next }
}

const WAITS: Report = Report::WaitsForHeap { slot: ONE };

#[test]
fn init_without_heap_waits_and_lets_the_firmware_sleep() {
    let mut host = host();
    place(&mut host, ONE, &manifest("late"), &echo()).unwrap();
    // Once: it is tried again in silence.
    assert_eq!(run_in_full_heap(&mut host), WAITS);
    assert_eq!(run_in_full_heap(&mut host), idle_until(100));
    let blame = Blame::Board;
    let at_100 = SlotState::Starting {
        at: 100 * MS,
        blame,
    };
    assert_eq!(host.state(ONE), at_100);
    let starting = CallError::Starting { slot: ONE, blame };
    assert!(starting.to_string().contains("the heap has no room"));
    assert_eq!(host.start(ONE, &CallEcho("hi")).err(), Some(starting));
    at(&mut host, 99);
    assert_eq!(run_in_full_heap(&mut host), idle_until(100));
    at(&mut host, 100);
    assert_eq!(run_in_full_heap(&mut host), idle_until(200));
    assert_eq!(with_full_heap(|| host.poll()), idle_until(200));
    assert_eq!(host.call(ONE, &CallEcho("hi")), Err(starting));
    at(&mut host, 200);
    let called = with_full_heap(|| host.call(ONE, &CallEcho("hi")).map(drop));
    assert_eq!(called, Err(CallError::Stopped(Stop::HeapFull)));
    assert_eq!(run_in_full_heap(&mut host), idle_until(300));
    at(&mut host, 299);
    assert_eq!(host.run(SLICE), idle_until(300));
    at(&mut host, 300);
    assert_eq!(host.run(SLICE), Report::Initialised { slot: ONE });
    assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    assert_eq!(host.metrics(ONE).restarts, 0);
}

#[test]
fn a_restart_without_heap_waits_and_the_others_go_on() {
    let mut host = host();
    let trapping = Module::new().export::<Echo>("unreachable");
    load(&mut host, ONE, &manifest("bad"), &trapping).unwrap();
    load(&mut host, TWO, &manifest("good"), &echo()).unwrap();
    // It has the stack that its later calls take.
    assert_eq!(host.call(TWO, &CallEcho("hi")), Ok("hi"));
    let ticket = host.start(ONE, &CallEcho("hi")).unwrap();
    assert_eq!(host.run(SLICE), Report::Finished { slot: ONE });
    assert!(host.take(ticket).unwrap().is_err());
    assert_eq!(run_in_full_heap(&mut host), WAITS);
    assert_eq!(run_in_full_heap(&mut host), idle_until(100));
    assert_eq!(host.metrics(ONE).restarts, 0);
    // It need not wait when a plugin gives its heap back.
    host.remove(TWO);
    assert_eq!(host.run(SLICE), Report::Initialised { slot: ONE });
    assert_eq!(host.metrics(ONE).restarts, 1);
}

/// Some thousand fuel, before `body`.
fn slow(body: &str) -> String {
    format!(
        "(local $n i32)
         (local.set $n (i32.const 500))
         (loop $l
             (local.set $n (i32.sub (local.get $n) (i32.const 1)))
             (br_if $l (local.get $n)))
         {body}"
    )
}

const SHORT: Fuel = Fuel(100);
const SUSPENDED: Report = Report::Suspended { slot: ONE };

/// Runs what is under way to its end.
fn finish(host: &mut TestHost) -> Report {
    loop {
        match host.run(SHORT) {
            SUSPENDED => {}
            report => return report,
        }
    }
}

#[test]
fn init_that_the_heap_fails_midway_begins_anew_and_is_not_final() {
    for on_fault in [POLICY.on_fault, OnFault::Stop] {
        let mut host = host_of(SlotPolicy { on_fault, ..POLICY });
        let module = Module::with_init(&slow(OK)).export::<Echo>(ECHO);
        place(&mut host, ONE, &manifest("late"), &module).unwrap();
        for round in 0..20 {
            at(&mut host, 100 * round);
            assert_eq!(host.run(SHORT), SUSPENDED);
            assert_eq!(with_tight_heap(|| host.run(SHORT)), WAITS);
            assert_eq!(host.run(SHORT), idle_until(100 * (round + 1)));
        }
        at(&mut host, 2_000);
        assert_eq!(finish(&mut host), Report::Initialised { slot: ONE });
        assert_eq!(host.call(ONE, &CallEcho("hi")), Ok("hi"));
    }
}

#[test]
fn calls_that_the_heap_fails_midway_are_no_restarts_of_the_plugin() {
    const OUT_OF_HEAP: CallError = CallError::Stopped(Stop::OutOfHeap);
    let mut host = host_of(SlotPolicy {
        on_fault: OnFault::Restart(Restarts {
            most: 1,
            ..Restarts::DEVICE
        }),
        ..POLICY
    });
    let body = format!(
        "(if (i32.eq (local.get $length) (i32.const 3)) (then unreachable)) {}",
        ECHO
    );
    let module = Module::new().export::<Echo>(&slow(&body));
    load(&mut host, ONE, &manifest("neighbour"), &module).unwrap();
    for round in 0..20 {
        at(&mut host, 100 * round);
        let ticket = host.start(ONE, &CallEcho("hello")).unwrap();
        assert_eq!(host.run(SHORT), SUSPENDED);
        let finished = Report::Finished { slot: ONE };
        assert_eq!(with_tight_heap(|| host.run(SHORT)), finished);
        assert_eq!(host.take(ticket), Some(Err(OUT_OF_HEAP)));
        let waiting = SlotState::Starting {
            at: 100 * (round + 1) * MS,
            blame: Blame::Board,
        };
        assert_eq!(host.state(ONE), waiting);
        assert_eq!(host.run(SHORT), idle_until(100 * (round + 1)));
        at(&mut host, 100 * (round + 1));
        assert_eq!(finish(&mut host), Report::Initialised { slot: ONE });
    }
    // Its own faults are.
    let trap = CallError::Stopped(Stop::Trap(corelet_host::Trap::Unreachable));
    assert_eq!(host.call(ONE, &CallEcho("hi")), Err(trap));
    assert_eq!(host.state(ONE), SlotState::Running);
    assert_eq!(host.call(ONE, &CallEcho("hi")), Err(trap));
    let fault = Fault::TooManyRestarts(trap);
    assert_eq!(host.state(ONE), SlotState::Faulted(fault));
}
