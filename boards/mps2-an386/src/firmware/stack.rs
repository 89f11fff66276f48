use core::ptr::addr_of;

// cortex-m-rt's feature `paint-stack` fills the stack with this word before it is used.
use cortex_m_rt::STACK_PAINT_VALUE;

unsafe extern "C" {
    // Placed by memory.x; only their addresses have a meaning.
    static _stack_end: u32;
    static _stack_start: u32;
}

/// The most bytes of stack that were in use at once.
pub(super) fn peak() -> usize {
    let lowest = addr_of!(_stack_end);
    let first = addr_of!(_stack_start);
    let size = (first as usize).saturating_sub(lowest as usize);
    let painted = (0..size / size_of::<u32>())
        // SAFETY: all words from `_stack_end` to `_stack_start` are memory, aligned, and nothing else than the stack.
        // What is read is at most out of date: the words below the stack pointer are written by interrupts only.
        .take_while(|word| unsafe { lowest.add(*word).read_volatile() } == STACK_PAINT_VALUE)
        .count();
    size.saturating_sub(painted * size_of::<u32>())
}
