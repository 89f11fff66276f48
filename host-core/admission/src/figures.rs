//! What is learned of a module while it is validated.

use crate::heap::{Heap, HeapBound, Needs, Stack};
use crate::regions::Closed;

/// How large a module is where limits are felt, and what it takes of the heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Figures {
    /// Functions, imported ones included.
    pub functions: u32,
    /// Imported functions: they have the first indices.
    pub imports: u32,
    /// The function with the most bytes of code; none if the module has none of its own.
    pub largest: Option<LargestFunction>,
    /// The most locals of one function, its parameters included.
    pub locals: u32,
    /// The most blocks that are open at a time in one function, the function's own included.
    pub nesting: u32,
    /// The most operands that a function has at a time.
    pub operands: u32,
    /// The most [fuel](crate::fuel) that code needs at once: that of the region which costs most. A bound, if there is code that
    /// the interpreter may find is never reached; else exact.
    pub block_fuel: u32,
    /// The most fuel that one open function has taken for code which is still to run, when its call is suspended: a slice that
    /// goes on with it runs that much longer, for every function that is open. A bound, as `block_fuel` is; 65,535
    /// stands for more, too.
    pub prepaid_fuel: u32,
    needs: Needs,
}

/// The function with the most bytes of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LargestFunction {
    /// Its index, imported functions counted.
    pub index: u32,
    /// Bytes of its locals and code.
    pub bytes: u32,
    /// The most heap that its translation takes beside the code of the functions before it, in bytes on a target of 32 bits. What
    /// those left of the translator's work space is in it.
    pub heap: u32,
}

impl Figures {
    /// The most heap that the module will take, when calls may take what `stack` says.
    ///
    /// Of a module that imports anything but functions, which [`admit`](crate::admit) refuses, the bound leaves that out.
    pub fn heap(&self, stack: &Stack) -> HeapBound {
        self.needs.bound(stack)
    }
}

/// The books on a module while it is read.
pub(crate) struct Tally {
    pub(crate) heap: Heap,
    figures: Figures,
}

impl Tally {
    pub(crate) const fn new() -> Self {
        Self {
            heap: Heap::new(),
            figures: Figures {
                functions: 0,
                imports: 0,
                largest: None,
                locals: 0,
                nesting: 0,
                operands: 0,
                block_fuel: 0,
                prepaid_fuel: 0,
                needs: Needs::NONE,
            },
        }
    }

    pub(crate) const fn functions(&mut self, imports: u32, functions: u32) {
        self.figures.imports = imports;
        self.figures.functions = functions;
    }

    /// A function of `bytes` has ended.
    pub(crate) fn function(&mut self, index: u32, bytes: u32, most: &Most) {
        let heap = self.heap.function_ends();
        let figures = &mut self.figures;
        if figures.largest.is_none_or(|largest| bytes > largest.bytes) {
            figures.largest = Some(LargestFunction { index, bytes, heap });
        }
        figures.locals = figures.locals.max(most.locals);
        figures.nesting = figures.nesting.max(most.nesting);
        figures.operands = figures.operands.max(most.operands);
        figures.block_fuel = figures.block_fuel.max(most.regions.fuel);
        figures.prepaid_fuel = figures.prepaid_fuel.max(most.regions.prepaid);
    }

    /// All of it, once the module has ended.
    pub(crate) const fn figures(&self) -> Figures {
        Figures {
            needs: self.heap.needs(),
            ..self.figures
        }
    }
}

/// The most that a function has at a time.
pub(crate) struct Most {
    pub(crate) locals: u32,
    pub(crate) nesting: u32,
    pub(crate) operands: u32,
    pub(crate) regions: Closed,
}
