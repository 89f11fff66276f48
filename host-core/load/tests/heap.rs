//! A heap that is full refuses, and does not abort. Nor does a module that would fill it.

// An allocator that counts has to be one.
#![allow(unsafe_code)]

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::{F, Host, IMPORT, ServeAll, export, function, load, load_with, module, plugin};
use corelet_admission::{Limits, admit, admit_large};
use corelet_load::{Blame, Budget, Machine, MachineError, Progress, Stop, Trap};

thread_local! {
    /// Bytes that this thread has allocated and not given back.
    static LIVE: Cell<usize> = const { Cell::new(0) };
    /// How many there may be.
    static ALLOWED: Cell<usize> = const { Cell::new(usize::MAX) };
    /// The sizes of blocks that there are none of.
    static MISSING: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

struct Bounded;

// SAFETY: every call goes to the system's allocator unchanged, or is refused; counting does not allocate, since the counters are
// initialised in `const` and need no drop.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get().wrapping_add(layout.size());
        let (least, end) = MISSING.get();
        if live > ALLOWED.get() || (least..end).contains(&layout.size()) {
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
static BOUNDED: Bounded = Bounded;

/// Leaves so much of the heap while it acts.
fn with_free<R>(bytes: usize, act: impl FnOnce() -> R) -> R {
    ALLOWED.set(LIVE.get() + bytes);
    let result = act();
    ALLOWED.set(usize::MAX);
    result
}

fn run(machine: &mut Machine<Host>) -> Result<u32, Stop> {
    machine
        .call(F, 1_000_000, |_| Ok(()))
        .map(|answer| answer.length)
}

/// What takes heap in a call, each to the end.
fn greedy() -> [(Vec<u8>, Stop); 4] {
    let locals = "(local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)";
    let frames = "(call $f (local.get $pointer) (local.get $length))";
    let grow = "(loop $again (br_if $again (i32.ne (memory.grow (i32.const 64)) (i32.const -1))))";
    let small = format!(
        r#"(module (memory (export "memory") 1024 (pagesize 1))
            (global (export "corelet:abi/exchange@1") i32 (i32.const 0))
            (func (export "init") (param i32 i32) (result i64) (i64.const 0))
            {})"#,
        export(&format!("{grow} {frames}"))
    );
    [
        (function("unreachable"), Stop::Trap(Trap::Unreachable)),
        (function(frames), Stop::Trap(Trap::StackExhausted)),
        (
            function(&format!("{locals} {frames}")),
            Stop::Trap(Trap::StackExhausted),
        ),
        (common::module(&small), Stop::Trap(Trap::StackExhausted)),
    ]
}

#[test]
fn a_call_is_refused_or_has_all_that_it_takes() {
    for (module, stop) in greedy() {
        let mut outcomes = [0, 0];
        for free in (0..24_000).step_by(40) {
            let mut machine = load(&module);
            let result = with_free(free, || run(&mut machine));
            if result == Err(Stop::HeapFull) {
                // It was not entered, and can be when there is room.
                outcomes[0] += 1;
                assert!(free < Budget::DEVICE.call_heap());
                assert_eq!(run(&mut machine), Err(stop));
            } else {
                outcomes[1] += 1;
                assert_eq!(result, Err(stop), "{free} bytes free");
            }
        }
        assert!(outcomes[0] > 100 && outcomes[1] > 100, "{outcomes:?}");
    }
}

#[test]
fn a_call_in_slices_comes_to_its_end_on_any_heap() {
    // The first ends in one slice.
    for (module, stop) in greedy().into_iter().skip(1) {
        let mut outcomes = [0, 0, 0];
        for free in (0..24_000).step_by(40) {
            let mut machine = load(&module);
            machine.begin(F, 1_000_000, |_| Ok(())).unwrap();
            // Other plugins may take what is free between two slices: here there is enough for the first, and then so much.
            let first = with_free(24_000, || machine.run(10));
            assert_eq!(first, Ok(Progress::Suspended));
            let found = with_free(free, || {
                loop {
                    match machine.run(1_000) {
                        Ok(Progress::Suspended) => {}
                        found => break found,
                    }
                }
            });
            match found {
                Err(Stop::OutOfHeap) => outcomes[0] += 1,
                found => {
                    assert_eq!(found, Err(stop));
                    outcomes[1] += 1;
                }
            }
            // Before the guest is entered, nothing is lost.
            let mut machine = load(&module);
            machine.begin(F, 1_000_000, |_| Ok(())).unwrap();
            match with_free(free, || machine.run(u64::MAX)) {
                Err(Stop::HeapFull) => {
                    outcomes[2] += 1;
                    assert!(!machine.is_spent() && !machine.is_open());
                    assert_eq!(run(&mut machine), Err(stop));
                }
                found => assert_eq!(found, Err(stop)),
            }
        }
        assert!(outcomes.iter().all(|count| *count > 10), "{outcomes:?}");
    }
}

#[test]
fn a_renewal_is_refused_or_has_all_that_it_takes() {
    for (module, stop) in greedy() {
        for free in (0..24_000).step_by(40) {
            let mut machine = load(&module);
            assert_eq!(run(&mut machine), Err(stop));
            match with_free(free, || machine.renew()) {
                Ok(mut machine) => assert_eq!(run(&mut machine), Err(stop)),
                Err(error) => assert_eq!(error, MachineError::OutOfHeap),
            }
        }
    }
}

#[test]
fn a_plugin_that_takes_all_memory_leaves_the_others_their_calls() {
    let (grows, stop) = greedy()[3].clone();
    let mut victim = load(&function("unreachable"));
    let mut greedy = load(&grows);
    with_free(40_000, || {
        assert_eq!(run(&mut greedy), Err(stop));
        assert_eq!(run(&mut victim), Err(Stop::Trap(Trap::Unreachable)));
        victim = victim.renew().unwrap();
        assert_eq!(run(&mut victim), Err(Stop::Trap(Trap::Unreachable)));
    });
}

type Outcome = Result<u32, Stop>;

/// Runs a plugin in slices, makes it anew and runs it again on a heap with so much room, and between its slices a victim that
/// has its stack. None if the plugin is not loaded; otherwise its second result, and all of the victim.
fn side_by_side(module: &[u8], free: usize) -> Option<(Outcome, Vec<Outcome>)> {
    let mut victim = load(&function("unreachable"));
    let _ = run(&mut victim);
    let mut victim = Some(victim.renew().unwrap());
    let mut results = Vec::with_capacity(1_000);
    let mut call_victim = || {
        if let Some(mut machine) = victim.take() {
            results.push(run(&mut machine));
            victim = machine.renew().ok();
        }
    };
    let last = with_free(free, || {
        let mut machine = load_with(module, &Budget::DEVICE).ok()?;
        machine.begin(F, 1_000_000, |_| Ok(())).ok()?;
        while machine.run(10_000) == Ok(Progress::Suspended) {
            call_victim();
        }
        call_victim();
        let mut machine = machine.renew().ok()?;
        let last = run(&mut machine);
        call_victim();
        Some(last)
    });
    last.map(|last| (last, results))
}

#[test]
fn a_plugin_that_is_there_leaves_the_others_their_calls_on_any_heap() {
    for (module, stop) in greedy() {
        let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
        let needed = Budget::DEVICE.heap_bound(admitted.figures());
        let needed = needed.with_memory(admitted.memory_bytes()) as usize;
        let mut outcomes = [0, 0];
        for free in (needed..needed + 24_000).step_by(40) {
            let found = side_by_side(&module, free);
            outcomes[usize::from(found.is_some())] += 1;
            if let Some((last, victim)) = found {
                assert_eq!(last, Err(stop), "{free} bytes free");
                let trap = Err(Stop::Trap(Trap::Unreachable));
                assert!(victim.len() >= 2 && victim.iter().all(|found| *found == trap));
            }
        }
        assert!(outcomes[1] > 100, "{outcomes:?}");
    }
}

#[test]
fn memory_that_did_not_grow_is_held_against_the_heap_again() {
    // The first growth is allowed, but its slice has no fuel left; when it goes on the heap is short.
    let twice = |more: usize| {
        let body = format!(
            "(drop (memory.grow (i32.const 20000))) (drop (memory.grow (i32.const {more})))
             (call $deep) (i64.const 0)"
        );
        module(&format!(
            r#"(module
                (memory (export "memory") 64 (pagesize 1))
                (global (export "corelet:abi/exchange@1") i32 (i32.const 0))
                (func (export "init") (param i32 i32) (result i64) (i64.const 0))
                (func $deep (call $deep))
                {})"#,
            export(&body)
        ))
    };
    let result = |more: usize, free: usize| {
        let mut machine = load(&twice(more));
        machine.begin(F, 1_000_000, |_| Ok(())).unwrap();
        with_free(60_000, || {
            while machine.run(10) == Ok(Progress::Suspended) && machine.fuel_used() < 20 {}
        });
        assert_eq!((machine.is_open(), machine.memory_bytes()), (true, 64));
        with_free(free, || {
            loop {
                match machine.run(1_000) {
                    Ok(Progress::Suspended) => {}
                    found => break found,
                }
            }
        })
    };
    for free in (1_000..6_000).step_by(100) {
        for left in [0, 100, 200, 400] {
            let found = result(free - left, free);
            let ends = [Err(Stop::OutOfHeap), Err(Stop::Trap(Trap::StackExhausted))];
            assert!(ends.contains(&found), "{free} {left}: {found:?}");
        }
    }
}

#[test]
fn renewals_take_no_more_heap() {
    let body = export(
        "(drop (call $serve (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) unreachable",
    );
    let module = plugin(IMPORT, &body);
    let mut machine = load(&module);
    let mut live = None;
    for _ in 0..1_000 {
        assert_eq!(run(&mut machine), Err(Stop::Trap(Trap::Unreachable)));
        machine = machine.renew().unwrap();
        assert_eq!(machine.memory_bytes(), 65_536);
        assert_eq!(*live.get_or_insert(LIVE.get()), LIVE.get());
    }
}

/// Modules within the limits of a device that take more heap than one has.
fn bombs() -> [Vec<u8>; 2] {
    // As many calls at once as fuel allows.
    let some = format!("loop {} end ", "call $g ".repeat(100));
    let calls = format!("(func {})", some.repeat(40));
    [
        plugin("", &format!("(func $g) {}", calls.repeat(7))),
        plugin("", &"(func)".repeat(250)),
    ]
}

#[test]
fn a_module_that_takes_too_much_is_refused_before_it_is_translated() {
    for module in bombs() {
        let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
        let bound = Budget::DEVICE.heap_bound(admitted.figures());
        // Whatever took heap here would abort.
        let result = with_free(512, || {
            Machine::load(&admitted, &Budget::DEVICE, Host::default(), &ServeAll).map(drop)
        });
        let error = result.unwrap_err();
        let allowed = Budget::DEVICE.heap;
        assert_eq!(error, MachineError::HeapBudget { bound, allowed });
        assert_eq!(error.blame(), Blame::Guest);
        assert!(bound.without_memory() > allowed);
        let heap = bound.without_memory();
        let enough = Budget {
            heap,
            ..Budget::DEVICE
        };
        assert!(load_with(&module, &enough).is_ok());
        let heap = heap - 1;
        let result = load_with(&module, &Budget { heap, ..enough });
        assert!(matches!(result, Err(MachineError::HeapBudget { .. })));
    }
}

#[test]
fn a_board_without_room_for_all_that_a_module_may_take_refuses_it() {
    let module = function("unreachable");
    let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
    let own = Budget::DEVICE.heap_bound(admitted.figures());
    let needed = own.with_memory(admitted.memory_bytes());
    for free in (0..needed).step_by(97).chain([needed - 1]) {
        let result = with_free(free as usize, || {
            Machine::load(&admitted, &Budget::DEVICE, Host::default(), &ServeAll).map(drop)
        });
        let error = result.unwrap_err();
        assert_eq!(error, MachineError::NoRoom { needed });
        assert_eq!(error.blame(), Blame::Board);
    }
}

#[test]
fn a_budget_is_a_ceiling_and_the_heap_is_held_against_what_the_module_may_take() {
    let module = function("unreachable");
    let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
    let all = Budget {
        memory: u32::MAX,
        heap: u32::MAX,
        ..Budget::DEVICE
    };
    let loaded = with_free(100_000, || {
        Machine::load(&admitted, &all, Host::default(), &ServeAll).map(drop)
    });
    assert_eq!(loaded, Ok(()));
}

#[test]
fn a_translation_that_finds_no_heap_says_so() {
    let stores = "(i32.store (i32.const 0) (i32.const 1))".repeat(100);
    let body = format!("(loop {stores})").repeat(10);
    let module = function(&format!("{body} unreachable"));
    let enough = Budget {
        heap: u32::MAX,
        ..Budget::DEVICE
    };
    let admitted = admit(&module, &Limits::DEVICE, &ServeAll).unwrap();
    let load = || Machine::load(&admitted, &enough, Host::default(), &ServeAll).map(drop);
    assert_eq!(load(), Ok(()));
    // Whatever the code's first capacity is, it is doubled to one between these.
    MISSING.set((12_288, 24_576));
    let result = load();
    MISSING.set((0, 0));
    let error = result.unwrap_err();
    assert_eq!(error, MachineError::OutOfHeap);
    assert_eq!(error.blame(), Blame::Board);
}

#[test]
fn a_frame_beyond_the_interpreter_is_the_modules_fault() {
    let module = function(&format!("(local {}) unreachable", "i32 ".repeat(40_000)));
    let admitted = admit_large(&module, &Limits::LARGEST, &ServeAll).unwrap();
    let all = Budget {
        heap: u32::MAX,
        stack: 1 << 20,
        ..Budget::DEVICE
    };
    let error = Machine::load(&admitted, &all, Host::default(), &ServeAll).map(drop);
    assert_eq!(error, Err(MachineError::Unsupported));
    assert_eq!(error.unwrap_err().blame(), Blame::Guest);
}
