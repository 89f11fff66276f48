//! The heap: what the engine makes of plugins. Its peak is the figure that a plugin's budget is measured by.

use core::alloc::{GlobalAlloc, Layout};
use core::mem::MaybeUninit;
use core::ptr::addr_of_mut;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use embedded_alloc::LlffHeap;

/// Bytes.
const SIZE: usize = if cfg!(feature = "hostile") {
    96 * 1024
} else {
    128 * 1024
};

#[global_allocator]
static HEAP: Counted = Counted {
    heap: LlffHeap::empty(),
    peak: AtomicUsize::new(0),
    recent_peak: AtomicUsize::new(0),
};

/// A heap that remembers the most that was in use at once.
struct Counted {
    heap: LlffHeap,
    peak: AtomicUsize,
    recent_peak: AtomicUsize,
}

// SAFETY: everything is passed on to a heap that keeps the contract.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        let pointer = unsafe { self.heap.alloc(layout) };
        let used = self.heap.used();
        self.peak.fetch_max(used, Ordering::Relaxed);
        self.recent_peak.fetch_max(used, Ordering::Relaxed);
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, which is the same.
        unsafe { self.heap.dealloc(pointer, layout) }
    }
}

/// Gives the heap its memory. Later calls change nothing.
pub(super) fn init() {
    // Aligned for every type; in a section of its own, so that start-up need not fill it with zeros.
    #[unsafe(link_section = ".uninit.heap")]
    static mut MEMORY: MaybeUninit<[u64; SIZE / 8]> = MaybeUninit::uninit();
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::AcqRel) {
        // SAFETY: `MEMORY` is named nowhere else, so from here on it is the heap's alone; its size is `SIZE`, not 0;
        // and `DONE` lets this happen once.
        unsafe { HEAP.heap.init(addr_of_mut!(MEMORY) as usize, SIZE) }
    }
}

/// Bytes in use, the allocator's own included.
pub(super) fn used() -> usize {
    HEAP.heap.used()
}

/// The most that [`used`] ever was.
pub(super) fn peak() -> usize {
    HEAP.peak.load(Ordering::Relaxed)
}

/// The most that [`used`] was since [`forget_peak`].
pub(super) fn recent_peak() -> usize {
    HEAP.recent_peak.load(Ordering::Relaxed)
}

/// Begins to measure [`recent_peak`] anew.
pub(super) fn forget_peak() {
    HEAP.recent_peak.store(used(), Ordering::Relaxed);
}
