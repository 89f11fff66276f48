//! How much heap a module will take: an upper bound, computed while its bytes are walked once.
//!
//! All figures are bytes of heap on a target of 32 bits, whatever computes them. A block is rounded up to eight bytes, and
//! while a vector grows, the old block and the new one are both there, as with the default `GlobalAlloc::realloc`. The constants
//! are the sizes of wasmi 2.0.0's types with the features that `corelet-load` chooses; `tests/heap` measures them again.

mod blocks;
mod code;
mod module;
mod needs;
mod operands;
mod space;
mod told;
mod translate;

use code::Code;

pub(crate) use needs::Needs;
pub use told::{Item, Step};

/// What calls may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Values of all open calls, in bytes.
    pub bytes: u32,
    /// Whether room for all of them is taken with the first call; else it grows when it is needed.
    pub reserved: bool,
    /// Open calls.
    pub calls: u32,
    /// The most bytes of linear memory.
    pub memory: u32,
    /// Bytes of the data of a store, the host's own included.
    pub host: u32,
}

/// The most heap that a module will take, in bytes on a target of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HeapBound {
    /// While it is translated.
    pub translate: u32,
    /// While an instance is made, engine and module included; without linear memory.
    pub instantiate: u32,
    /// While it is called, or made anew after a call; engine, module and instance included, without linear memory.
    pub call: u32,
    /// Linear memory; old and new together while it grows.
    pub memory: u32,
    /// The largest block, that of linear memory included.
    pub largest_block: u32,
}

impl HeapBound {
    /// At any time.
    pub const fn total(&self) -> u32 {
        self.with_memory(self.memory)
    }

    /// At any time, without linear memory.
    pub const fn without_memory(&self) -> u32 {
        self.with_memory(0)
    }

    /// At any time, with so many bytes of linear memory. There is none yet while the module is translated.
    pub const fn with_memory(&self, bytes: u32) -> u32 {
        let later = self.call.saturating_add(bytes);
        if later > self.translate {
            later
        } else {
            self.translate
        }
    }
}

/// The heap of one module: tell it of each item and each instruction, in the module's order, and ask.
///
/// The module must be valid: of another one the bound says nothing. It is linear in what is told, and takes some 540 bytes.
///
/// ```
/// use corelet_admission::heap::{Heap, Item, Stack, Step};
///
/// // (func (export "half") (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 1)))
/// let mut heap = Heap::new();
/// heap.item(Item::Type { values: 2 });
/// heap.item(Item::Function);
/// heap.item(Item::Export { name: 4, function: true });
/// heap.function_starts(1);
/// heap.step(Step::LocalGet(0));
/// heap.step(Step::Constant { wide: false });
/// heap.step(Step::Numeric(0x76));
/// heap.step(Step::End { height: 0, results: 1 });
/// heap.function_ends();
/// let stack = Stack { bytes: 4_096, reserved: false, calls: 64, memory: 0, host: 48 };
/// assert!(heap.bound(&stack).total() < 5_500);
/// ```
#[derive(Clone, Debug)]
pub struct Heap {
    needs: Needs,
    code: Code,
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}

impl Heap {
    /// A module with nothing in it.
    pub const fn new() -> Self {
        Self {
            needs: Needs::NONE,
            code: Code::new(),
        }
    }

    /// A section declares an item.
    pub fn item(&mut self, item: Item) {
        self.needs.item(item);
    }

    /// A function's code begins; `params` counts the parameters of its type.
    pub fn function_starts(&mut self, params: u32) {
        self.code.starts(params);
    }

    /// The function has `count` more locals of one type.
    pub fn locals(&mut self, count: u32) {
        self.code.space.add_locals(count);
    }

    /// The function's next instruction.
    // Inlined, with what it calls: validation tells it of every instruction from one place, and most come to one call.
    #[inline(always)]
    pub fn step(&mut self, step: Step) {
        self.code.step(step);
    }

    /// The function's code ends, after its last [`Step::End`]. Returns the most heap that its translation takes beside the code
    /// of the functions before it, in bytes.
    pub fn function_ends(&mut self) -> u32 {
        self.needs.function(&mut self.code)
    }

    /// The bound, once the module has ended.
    pub fn bound(&self, stack: &Stack) -> HeapBound {
        self.needs.bound(stack)
    }

    /// What is known once the module has ended.
    pub(crate) const fn needs(&self) -> Needs {
        self.needs
    }
}
