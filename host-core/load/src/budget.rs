use corelet_admission::heap::{HeapBound, Stack};
use corelet_admission::{Admitted, Figures};
use wasmi::{CompilationMode, Config};

use crate::{MachineError, fuel};

/// What one machine may take while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Linear memory in bytes; what is over 2³¹ − 1 counts as that. Memory that grows is moved, so that growing takes
    /// up to three times as much heap for a moment, and up to twice as much from then on.
    pub memory: u32,
    /// Locals and operands of all calls that are open at a time, in bytes, eight for each. The first call takes heap for all of
    /// them, which is kept for the next ones.
    pub stack: u32,
    /// How many calls of functions may be open at a time.
    pub recursion: u32,
    /// Fuel that all open functions together may have taken for code which is still to run, when their call is suspended: a slice
    /// that goes on with them runs that much longer. So fewer calls may be open where one function takes much; see
    /// [`Budget::calls`].
    pub prepaid_fuel: u32,
    /// Heap in bytes on a 32-bit target, beside linear memory: for translation, for the instance, for calls. A module that
    /// [may take more](Budget::heap_bound) is not translated.
    pub heap: u32,
}

/// The most bytes of a store's data on 32 bits. That of a desktop is within it, too, so that both compute the same bound.
pub(crate) const STORE_DATA: u32 = 384;

/// wasmi's frame of one call: 16 bytes on 32 bits.
const FRAME: usize = 4 * size_of::<usize>();

/// A trap's error, and the first stack that an engine keeps.
const TRAP: usize = 96 * size_of::<usize>();

impl Budget {
    /// One page of memory, stacks of a few KiB of heap, 32 KiB of heap in all, and slices that run 8,000 fuel longer.
    pub const DEVICE: Self = Self {
        memory: 65_536,
        stack: 4_096,
        recursion: 32,
        prepaid_fuel: 8_000,
        heap: 32_768,
    };

    /// How many calls of functions of such a module may be open at a time: as many as [`recursion`](Self::recursion) and
    /// [`prepaid_fuel`](Self::prepaid_fuel) allow. None if that is less than one function may have prepaid by the limits that the module
    /// was admitted with, or if it is over what the figure counts, 65,534.
    pub fn calls(&self, figures: &Figures) -> u32 {
        let paid = self.prepaid_fuel.checked_div(figures.prepaid_fuel);
        self.recursion.min(paid.unwrap_or(u32::MAX))
    }

    /// The most fuel that one slice of so much uses up, in a call of this module: its next step may require more, and what is prepaid
    /// runs off besides. Host functions are not in it. Of modules whose figures are over what they count, it is too little: limits of
    /// a device are far below.
    pub fn slice_fuel(&self, admitted: &Admitted<'_>, slice: u64) -> u64 {
        let figures = admitted.figures();
        let step = admitted.required_fuel_max(self.memory_limit());
        let prepaid = u64::from(self.calls(figures)).saturating_mul(figures.prepaid_fuel.into());
        slice.max(step.into()).saturating_add(prepaid)
    }

    /// The most heap that a module of these figures takes under this budget, in bytes on a 32-bit target.
    pub fn heap_bound(&self, figures: &Figures) -> HeapBound {
        figures.heap(&Stack {
            bytes: self.stack,
            reserved: true,
            calls: self.calls(figures),
            memory: self.memory_limit(),
            host: STORE_DATA,
        })
    }

    /// Whether a module of these figures takes no more heap than this budget allows; the most that it takes.
    ///
    /// # Errors
    /// [`MachineError::HeapBudget`], as [`Machine::load`](crate::Machine::load) would say.
    pub fn covers(&self, figures: &Figures) -> Result<HeapBound, MachineError> {
        let bound = self.heap_bound(figures);
        let allowed = self.heap;
        if bound.without_memory() > allowed {
            return Err(MachineError::HeapBudget { bound, allowed });
        }
        Ok(bound)
    }

    /// The most bytes of heap that a call takes beside memory that grows, on this target. As much must be free when one begins.
    ///
    /// Frames grow by doubling, and are moved: for a moment there are three times what is allowed.
    pub const fn call_heap(&self) -> usize {
        self.open_call_heap().saturating_add(self.stack as usize)
    }

    /// As much of it as a call may still take when it has its stack.
    pub(crate) const fn open_call_heap(&self) -> usize {
        let frames = (self.recursion as usize).saturating_mul(3 * FRAME);
        frames.saturating_add(TRAP)
    }

    /// The most linear memory in bytes: an address is not negative as an `i32`.
    pub(crate) const fn memory_limit(&self) -> u32 {
        if self.memory > i32::MAX as u32 {
            i32::MAX as u32
        } else {
            self.memory
        }
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::default();
        // The whole stack at once: one that grows is there twice for a moment, and ends with twice what it needs. wasmi takes it when
        // a call finds none kept, and aborts if the heap has no room; so no call begins before that was looked at. The minimum is
        // set last, since wasmi panics where it is above the maximum.
        config
            .set_min_stack_height(0)
            .set_max_stack_height(self.stack as usize)
            .set_min_stack_height(self.stack as usize)
            .set_max_recursion_depth(self.recursion as usize)
            .set_max_cached_stacks(1)
            .consume_fuel(true)
            .compilation_mode(CompilationMode::Eager)
            .ignore_custom_sections(true)
            .allow_start_fn(false);
        fuel::charge(&mut config);
        #[cfg(feature = "validate")]
        config
            .wasm_mutable_global(true)
            .wasm_sign_extension(true)
            .wasm_saturating_float_to_int(true)
            .wasm_multi_value(true)
            .wasm_bulk_memory(true)
            .wasm_custom_page_sizes(true)
            // On, because compilers write indirect calls in the form that this proposal brought.
            .wasm_reference_types(true)
            .wasm_multi_memory(false)
            .wasm_tail_call(false)
            .wasm_extended_const(false)
            .wasm_wide_arithmetic(false);
        config
    }
}
