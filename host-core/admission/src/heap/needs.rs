//! What is known of a module once it has ended: sums over its items and functions.

use super::blocks::{block, grown, items};
use super::code::Code;
use super::module::{ERROR, FRAME, OPERATOR_COSTS, STACKS};
use super::{HeapBound, Item, Stack};

/// What a module needs of the heap, without the books on the function that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(super) types: u32,
    /// Blocks of the types that have one of their own.
    pub(super) type_blocks: u32,
    pub(super) imports: u32,
    pub(super) functions: u32,
    pub(super) tables: u32,
    pub(super) table_blocks: u32,
    pub(super) memories: u32,
    pub(super) memory: u32,
    pub(super) memory_max: u32,
    pub(super) globals: u32,
    pub(super) exports: u32,
    pub(super) exported_functions: u32,
    /// Blocks of names.
    pub(super) import_names: u32,
    pub(super) export_names: u32,
    pub(super) elements: u32,
    /// Blocks of the items of element segments: in the module; in the instance; the largest while it is written.
    pub(super) element_items: u32,
    pub(super) element_kept: u32,
    pub(super) element_most: u32,
    pub(super) segments: u32,
    /// Room for the bytes of active data segments, and the bytes.
    pub(super) data_room: u32,
    pub(super) data_bytes: u32,
    /// Blocks of passive data segments.
    pub(super) data_blocks: u32,
    /// Blocks of translated code.
    pub(super) code_blocks: u32,
    /// The most of code and work space together.
    pub(super) code_most: u32,
    /// Cells of the largest frame.
    pub(super) frame: u32,
    pub(super) largest: u32,
    /// The work space after the last function.
    pub(super) space: u32,
    /// Whether the module calls its own functions.
    pub(super) calls: bool,
    /// Whether the module grows its memory.
    pub(super) grows: bool,
}

impl Needs {
    /// Of a module with nothing in it.
    pub(crate) const NONE: Self = Self {
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
        code_blocks: 0,
        code_most: 0,
        frame: 0,
        largest: 0,
        space: 0,
        calls: false,
        grows: false,
    };

    pub(super) fn item(&mut self, item: Item) {
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

    /// A function has ended: `code` is what is known of it. Returns the most heap that its translation takes beside the code of
    /// those before it.
    pub(super) fn function(&mut self, code: &mut Code) -> u32 {
        let (bytes, cells) = code.ends();
        let block = block(bytes);
        // The code is copied when it is complete; the work space grows before that.
        let sizes = code.space.sizes();
        let besides = sizes.old.max(block);
        self.space = sizes.all;
        let takes = self.space.saturating_add(besides);
        let takes = takes.saturating_add(OPERATOR_COSTS);
        self.code_most = self.code_most.max(self.code_blocks.saturating_add(takes));
        add(&mut self.code_blocks, block);
        self.frame = self.frame.max(cells);
        self.has(sizes.largest);
        self.calls = code.calls;
        self.grows = code.grows;
        takes
    }

    #[inline(never)]
    pub(crate) fn bound(&self, stack: &Stack) -> HeapBound {
        let (values, values_old) = self.values(stack);
        let calls = if self.calls { stack.calls } else { 1 };
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
            call: call.max(anew),
            memory,
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
