//! What a plugin took of the heap is given back when it goes.

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

use corelet_host::SlotState;
use corelet_host::capability::storage::functions::Get;

use board::{ONE, STORAGE, TestHost, granted, host, load};
use module::{CallEcho, ECHO, Echo, Module};

thread_local! {
    /// Bytes that this thread has allocated and not given back.
    static LIVE: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate, since the counter is initialised
// in `const` and needs no drop.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.set(LIVE.get().wrapping_add(layout.size()));
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
