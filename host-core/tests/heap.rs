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
use corelet_host::{Blame, CallError, Fuel, Report, SlotState, Stop};

use board::{MS, ONE, STORAGE, TWO, TestHost, granted, host, load, manifest, place};
use module::{CallEcho, ECHO, Echo, Module, echo};

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
    ALLOWED.set(LIVE.get() + 1_000);
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

#[test]
fn init_without_heap_waits_and_lets_the_firmware_sleep() {
    let mut host = host();
    place(&mut host, ONE, &manifest("late"), &echo()).unwrap();
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
    assert_eq!(run_in_full_heap(&mut host), idle_until(100));
    assert_eq!(host.metrics(ONE).restarts, 0);
    // It need not wait when a plugin gives its heap back.
    host.remove(TWO);
    assert_eq!(host.run(SLICE), Report::Initialised { slot: ONE });
    assert_eq!(host.metrics(ONE).restarts, 1);
}
