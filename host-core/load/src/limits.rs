use alloc::vec::Vec;
use core::hint::black_box;

use corelet_admission::Admitted;
use wasmi::ResourceLimiter;
use wasmi::errors::MemoryError;
use wasmi_core::LimiterError;

use crate::{Budget, MachineError};

/// What an instance may have: one memory within the budget, one table that keeps the size it is made with. And heap that it
/// must leave.
pub(crate) struct Limits {
    /// Bytes of linear memory.
    pub(crate) memory: usize,
    /// Places of the table.
    pub(crate) table: usize,
    /// Bytes of heap that must be free when a call is carried on: an allocation that finds no room would abort the firmware.
    pub(crate) reserve: usize,
    /// Bytes that must be free besides when the machine is loaded or its memory grows. A call keeps a part of what it takes, for the
    /// next one: without these, neither this plugin nor another would be called any more while this one is there.
    pub(crate) next_call: usize,
    /// Bytes that the memory can have without being moved.
    pub(crate) capacity: usize,
    /// As many before it was last allowed to grow.
    pub(crate) before: usize,
}

impl Limits {
    /// Bytes of heap that a plugin which stays leaves free.
    pub(crate) const fn reserve_to_stay(&self) -> usize {
        self.reserve.saturating_add(self.next_call)
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        // It is a vector: it grows to twice its capacity at least, and is moved.
        let capacity = if current == 0 { 0 } else { self.capacity };
        let more = if desired <= capacity {
            0
        } else {
            desired.max(capacity.saturating_mul(2))
        };
        // Whether a plugin may stay that has its first memory is asked when all of its instance is there.
        let left = match current {
            0 => self.reserve,
            _ => self.reserve_to_stay(),
        };
        let room = |_held| heap_has(left);
        let fits = desired <= self.memory && hold(more).is_some_and(room);
        if fits {
            self.before = capacity;
            self.capacity = capacity.max(more);
        }
        Ok(fits)
    }

    fn table_growing(
        &mut self,
        _: usize,
        desired: usize,
        _: Option<usize>,
    ) -> Result<bool, LimiterError> {
        Ok(desired <= self.table)
    }

    /// It was allowed to grow, and has not: there was no fuel left, or no heap after all.
    fn memory_grow_failed(&mut self, _: &MemoryError) -> Result<(), LimiterError> {
        self.capacity = self.before;
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        1
    }

    fn memories(&self) -> usize {
        1
    }
}

/// Refuses what may take more heap than its budget allows, or more than there is in one piece: most of what wasmi takes while it
/// translates and makes an instance cannot be refused any more.
///
/// In one piece, since what is free in several may be too little in each: a vector that grows needs one that holds all of it.
/// What the budget allows above the bound of this module is left out, since the module cannot take it; and memory that grows later,
/// since it is refused where it grows.
pub(crate) fn check_heap(admitted: &Admitted<'_>, budget: &Budget) -> Result<(), MachineError> {
    let bound = budget.covers(admitted.figures())?;
    let needed = bound.with_memory(admitted.memory_bytes());
    if !heap_has(needed as usize) {
        return Err(MachineError::NoRoom { needed });
    }
    Ok(())
}

/// Whether so many bytes of the heap are free in one piece.
pub(crate) fn heap_has(bytes: usize) -> bool {
    hold(bytes).is_some()
}

/// So many bytes of the heap in one piece, taken for as long as this is kept; none if they are not free.
fn hold(bytes: usize) -> Option<Vec<u8>> {
    let mut held = Vec::new();
    held.try_reserve_exact(bytes).ok()?;
    // An allocation that nobody looks at is left out by the compiler.
    Some(black_box(held))
}
