//! How much heap a module will take: an upper bound, computed while its bytes are walked once.
//!
//! All figures are bytes of heap on a target of 32 bits, whatever computes them. A block is rounded up to eight bytes, and
//! while a vector grows, the old block and the new one are both there, as with the default `GlobalAlloc::realloc`. The constants
//! are the sizes of wasmi 2.0.0's types with the features that `corelet-load` chooses; `tests/heap` measures them again.

mod blocks;
mod code;
mod module;
mod operands;
mod space;
mod told;
mod translate;

use blocks::{block, grown, items};
use code::Code;
use module::{ERROR, FRAME, STACKS};

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
    /// While it is called, engine, module and instance included; without linear memory.
    pub call: u32,
    /// Linear memory; old and new together while it grows.
    pub memory: u32,
    /// At any time, linear memory included.
    pub total: u32,
    /// The largest block, that of linear memory included.
    pub largest_block: u32,
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
/// assert!(heap.bound(&stack).total < 5_500);
/// ```
#[derive(Clone, Debug)]
pub struct Heap {
    types: u32,
    /// Blocks of the types that have one of their own.
    type_blocks: u32,
    imports: u32,
    functions: u32,
    tables: u32,
    table_blocks: u32,
    memories: u32,
    memory: u32,
    memory_max: u32,
    globals: u32,
    exports: u32,
    exported_functions: u32,
    /// Blocks of names.
    import_names: u32,
    export_names: u32,
    elements: u32,
    /// Blocks of the items of element segments: in the module; in the instance; the largest while it is written.
    element_items: u32,
    element_kept: u32,
    element_most: u32,
    segments: u32,
    /// Room for the bytes of active data segments, and the bytes.
    data_room: u32,
    data_bytes: u32,
    /// Blocks of passive data segments.
    data_blocks: u32,
    code: Code,
    /// Blocks of translated code.
    code_blocks: u32,
    /// The most of code and work space together.
    code_most: u32,
    /// Cells of the largest frame.
    frame: u32,
    largest: u32,
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
            types: 0,
            type_blocks: 0,
            imports: 0,
            functions: 0,
            tables: 0,
            table_blocks: 0,
            memories: 0,
            memory: 0,
            memory_max: 0,
            globals: 0,
            exports: 0,
            exported_functions: 0,
            import_names: 0,
            export_names: 0,
            elements: 0,
            element_items: 0,
            element_kept: 0,
            element_most: 0,
            segments: 0,
            data_room: 0,
            data_bytes: 0,
            data_blocks: 0,
            code: Code::new(),
            code_blocks: 0,
            code_most: 0,
            frame: 0,
            largest: 0,
        }
    }

    /// A section declares an item.
    pub fn item(&mut self, item: Item) {
        match item {
            Item::Type { values } => {
                /// As many fit a type itself.
                const INLINE: u32 = 14;
                add(&mut self.types, 1);
                if values > INLINE {
                    add(&mut self.type_blocks, block(values.saturating_add(8)));
                }
            }
            Item::Import { module, name } => {
                add(&mut self.imports, 1);
                add(&mut self.import_names, block(module));
                add(&mut self.import_names, block(name));
            }
            Item::Function => add(&mut self.functions, 1),
            Item::Table { elements } => {
                add(&mut self.tables, 1);
                let bytes = items(elements.max(4), 4);
                add(&mut self.table_blocks, bytes);
                self.has(bytes);
            }
            Item::Memory { bytes, max } => {
                add(&mut self.memories, 1);
                self.memory = bytes;
                self.memory_max = max;
            }
            Item::Global => add(&mut self.globals, 1),
            Item::Export { name, function } => {
                add(&mut self.exports, 1);
                add(&mut self.exported_functions, u32::from(function));
                add(&mut self.export_names, block(name));
            }
            Item::Element {
                items: count,
                active,
            } => {
                add(&mut self.elements, 1);
                add(&mut self.element_items, items(count, 16));
                self.has(items(count, 16));
                if active {
                    self.element_most = self.element_most.max(items(count, 4));
                } else {
                    add(&mut self.element_kept, items(count, 4));
                }
            }
            Item::Data { bytes, active } => self.data(bytes, active),
        }
    }

    fn data(&mut self, bytes: u32, active: bool) {
        add(&mut self.segments, 1);
        if active {
            add(&mut self.data_bytes, bytes);
            if self.data_bytes > self.data_room {
                let doubled = self.data_room.saturating_mul(2).max(8);
                self.data_room = doubled.max(self.data_bytes);
            }
            self.has(block(self.data_room));
        } else {
            let bytes = block(bytes.saturating_add(8));
            add(&mut self.data_blocks, bytes);
            self.has(bytes);
        }
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
    pub fn step(&mut self, step: Step) {
        self.code.step(step);
    }

    /// The function's code ends, after its last [`Step::End`].
    pub fn function_ends(&mut self) {
        let (bytes, cells) = self.code.ends();
        let code = block(bytes);
        // The code is copied when it is complete; the work space grows before that.
        let besides = self.code.space.old().max(code);
        let most = self.code_blocks.saturating_add(self.code.space.bytes());
        self.code_most = self.code_most.max(most.saturating_add(besides));
        add(&mut self.code_blocks, code);
        self.frame = self.frame.max(cells);
        self.has(self.code.space.largest());
    }

    /// The bound, once the module has ended.
    pub fn bound(&self, stack: &Stack) -> HeapBound {
        let (values, values_old) = self.values(stack);
        let calls = if self.code.calls { stack.calls } else { 1 };
        let (frames, frames_old) = grown(calls, FRAME);
        let kept = STACKS.saturating_add(values).saturating_add(frames);

        let translated = self.translated();
        let (instance, making) = self.instance(stack.host);
        let instantiate = translated.saturating_add(making.max(instance));
        let call = translated
            .saturating_add(instance)
            .saturating_add(kept)
            .saturating_add(values_old.max(frames_old))
            .saturating_add(ERROR);
        let translate = self.translate();
        // The instance is made anew while the stacks are kept.
        let anew = instantiate.saturating_add(kept).saturating_add(ERROR);
        let (memory, memory_block) = self.linear(stack.memory);
        HeapBound {
            translate,
            instantiate,
            call,
            memory,
            total: translate.max(anew).max(call).saturating_add(memory),
            largest_block: self
                .largest_block()
                .max(values)
                .max(frames)
                .max(memory_block),
        }
    }

    fn has(&mut self, bytes: u32) {
        self.largest = self.largest.max(bytes);
    }
}

/// Counts on, up to what a `u32` holds.
fn add(count: &mut u32, more: u32) {
    *count = count.saturating_add(more);
}
