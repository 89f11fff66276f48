//! The allocator: it hands out fresh memory and never takes any back, and counts what a real one would hold.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const PAGE: usize = 65_536;

/// The blocks of embedded-alloc's default heap are whole multiples of this.
const GRAIN: usize = 8;

/// Counts in bytes. Growing is a new block, a copy, and the old block's end, as `GlobalAlloc` does it by default.
pub(crate) struct Counting {
    /// The first byte that nobody has, and the end of what there is.
    next: AtomicUsize,
    end: AtomicUsize,
    live: AtomicUsize,
    peak: AtomicUsize,
    largest: AtomicUsize,
    /// The size of the linear memory that is counted by itself; 0 for none.
    linear: AtomicUsize,
    linear_live: AtomicUsize,
    linear_peak: AtomicUsize,
}

impl Counting {
    pub(crate) const fn new() -> Self {
        const NONE: AtomicUsize = AtomicUsize::new(0);
        Self {
            next: NONE,
            end: NONE,
            live: NONE,
            peak: NONE,
            largest: NONE,
            linear: NONE,
            linear_live: NONE,
            linear_peak: NONE,
        }
    }

    /// Bytes of live blocks, without linear memory.
    pub(crate) fn live(&self) -> u32 {
        self.live.load(Relaxed) as u32
    }

    /// The most bytes that were live since the last call, without linear memory.
    pub(crate) fn take_peak(&self) -> u32 {
        self.peak.swap(self.live.load(Relaxed), Relaxed) as u32
    }

    /// The largest block ever, without linear memory.
    pub(crate) fn largest(&self) -> u32 {
        self.largest.load(Relaxed) as u32
    }

    /// The most bytes of linear memory, old and new together while it grows.
    pub(crate) fn linear_peak(&self) -> u32 {
        self.linear_peak.load(Relaxed) as u32
    }

    /// From now on a block of `bytes` of single bytes is linear memory; what it grows to, too.
    pub(crate) fn expect_linear(&self, bytes: usize) {
        self.linear.store(bytes, Relaxed);
    }

    /// `size` fresh bytes that are not counted; null if there are none.
    pub(crate) fn fresh(&self, size: usize, align: usize) -> *mut u8 {
        let start = self.next.load(Relaxed).next_multiple_of(align.max(GRAIN));
        let Some(next) = start.checked_add(size) else {
            return core::ptr::null_mut();
        };
        let end = self.end.load(Relaxed);
        if next > end {
            let pages = (next - end).div_ceil(PAGE);
            let before = wasm32::memory_grow::<0>(pages);
            if before == usize::MAX {
                return core::ptr::null_mut();
            }
            if before * PAGE != end {
                // The first time: what comes before is the program's.
                self.next.store(before * PAGE, Relaxed);
                self.end.store((before + pages) * PAGE, Relaxed);
                return self.fresh(size, align);
            }
            self.end.store((before + pages) * PAGE, Relaxed);
        }
        self.next.store(next, Relaxed);
        core::ptr::with_exposed_provenance_mut(start)
    }

    fn is_linear(&self, layout: Layout) -> bool {
        layout.align() == 1 && layout.size() == self.linear.load(Relaxed)
    }

    fn begins(&self, layout: Layout) {
        let size = layout.size().next_multiple_of(GRAIN);
        if self.is_linear(layout) {
            let live = self.linear_live.fetch_add(size, Relaxed) + size;
            self.linear_peak.fetch_max(live, Relaxed);
        } else {
            let live = self.live.fetch_add(size, Relaxed) + size;
            self.peak.fetch_max(live, Relaxed);
            self.largest.fetch_max(size, Relaxed);
        }
    }

    fn ends(&self, layout: Layout) {
        let size = layout.size().next_multiple_of(GRAIN);
        if self.is_linear(layout) {
            self.linear_live.fetch_sub(size, Relaxed);
        } else {
            self.live.fetch_sub(size, Relaxed);
        }
    }
}

// SAFETY: `fresh` gives every byte of the program's memory once at most, aligned as asked, and returns null if there is no more.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = self.fresh(layout.size(), layout.align());
        if !block.is_null() {
            self.begins(layout);
        }
        block
    }

    unsafe fn dealloc(&self, _: *mut u8, layout: Layout) {
        self.ends(layout);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(larger) = Layout::from_size_align(size, layout.align()) else {
            return core::ptr::null_mut();
        };
        let new = self.fresh(size, layout.align());
        if !new.is_null() {
            // SAFETY: both are blocks of their own, of at least as many bytes.
            unsafe { core::ptr::copy_nonoverlapping(block, new, layout.size().min(size)) };
            if self.is_linear(layout) {
                self.grows_linear(layout, larger);
            } else {
                self.begins(larger);
                self.ends(layout);
            }
        }
        new
    }
}

impl Counting {
    fn grows_linear(&self, from: Layout, to: Layout) {
        self.linear.store(to.size(), Relaxed);
        self.begins(to);
        let size = from.size().next_multiple_of(GRAIN);
        self.linear_live.fetch_sub(size, Relaxed);
    }
}
