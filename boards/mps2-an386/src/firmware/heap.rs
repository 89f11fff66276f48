//! The heap: what the engine makes of plugins. Its peak is the figure that a plugin's budget is measured by.

use core::alloc::{GlobalAlloc, Layout};
use core::ptr::addr_of_mut;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use embedded_alloc::LlffHeap;

/// Bytes.
pub(super) const SIZE: usize = 128 * 1024;

#[global_allocator]
static HEAP: Counted = Counted {
    heap: LlffHeap::empty(),
    peak: AtomicUsize::new(0),
};

/// A heap that remembers the most that was in use at once.
struct Counted {
    heap: LlffHeap,
    peak: AtomicUsize,
}

// SAFETY: everything is passed on to a heap that keeps the contract.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`, which is the same.
        let pointer = unsafe { self.heap.alloc(layout) };
        self.peak.fetch_max(self.heap.used(), Ordering::Relaxed);
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`, which is the same.
        unsafe { self.heap.dealloc(pointer, layout) }
    }
}

/// Gives the heap its memory. Later calls change nothing.
pub(super) fn init() {
    static DONE: AtomicBool = AtomicBool::new(false);
    static mut MEMORY: [u64; SIZE / 8] = [0; SIZE / 8];
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

/// The most that [`used`] ever was, or was since [`forget_peak`].
pub(super) fn peak() -> usize {
    HEAP.peak.load(Ordering::Relaxed)
}

/// Begins to measure the peak anew.
pub(super) fn forget_peak() {
    HEAP.peak.store(used(), Ordering::Relaxed);
}
