//! What a module and its instance take beside their code.

use super::Stack;
use super::blocks::{block, buckets, grown, items, tree};
use super::needs::Needs;

/// The engine, with what instructions and bytes cost in fuel.
const ENGINE: u32 = 296 + OPERATOR_COSTS + 24;
/// What each instruction costs in fuel: one table for the engine, another while a function is translated.
pub(super) const OPERATOR_COSTS: u32 = 208;
/// What an engine that has translated a function keeps to put its work space into.
const SPACE: u32 = 832;
/// A module without anything in it.
const MODULE: u32 = 144 + 64;
/// The function that is not translated, so that the work space is dropped: its module, and the error.
const RELEASE: u32 = 328 + OPERATOR_COSTS;
/// An entity of each kind.
const FUNCTION: u32 = 24;
const TABLE: u32 = 48;
const MEMORY: u32 = 48;
const GLOBAL: u32 = 16;
const ELEMENT: u32 = 12;
const DATA: u32 = 8;
/// An instance without anything in it, the vector it is in, and the one that holds its place while it is made.
const INSTANCE: u32 = 48;
const INSTANCES: u32 = 32;
/// The stacks that an engine keeps for the next call, without frames and values.
pub(super) const STACKS: u32 = 256;
/// A call that is open, and a value.
pub(super) const FRAME: u32 = 16;
const VALUE: u32 = 8;
/// An error, and what a host function may put into it.
pub(super) const ERROR: u32 = 96 + 32;

impl Needs {
    /// Functions, imported ones included.
    pub(super) fn all_functions(&self) -> u32 {
        self.imports.saturating_add(self.functions)
    }

    /// What the module holds before its code is translated, with the engine.
    pub(super) fn header(&self) -> u32 {
        // One type and one function more, for the one that is not translated.
        let types = self.types.saturating_add(1);
        let functions = self.functions.saturating_add(1);
        [
            ENGINE,
            MODULE,
            items(self.types, 8),
            grown(types, 16).0,
            tree(types, 20, 5),
            self.type_blocks,
            items(self.all_functions(), 8),
            buckets(functions, 36).0,
            items(self.imports, 20),
            self.import_names,
            items(self.tables, 32),
            items(self.memories, 32),
            items(self.globals, 2),
            items(self.globals, 16),
            tree(self.exports, 16, 11),
            self.export_names,
            items(self.elements, 40),
            self.element_items,
        ]
        .into_iter()
        .fold(0, u32::saturating_add)
    }

    /// What reading the header takes besides: vectors that grow, before they are made as long as they need to be.
    pub(super) fn reading(&self) -> u32 {
        /// A sort of more than this many names takes a block.
        const SORTED: u32 = 256;
        let both = |(new, old): (u32, u32)| new.saturating_add(old);
        let exports = both(grown(self.exports, 16)).saturating_add(if self.exports > SORTED {
            items(self.exports, 16)
        } else {
            0
        });
        let elements = both(grown(self.elements, 40));
        let functions = items(self.all_functions(), 8).max(grown(self.imports, 8).0);
        both(grown(self.imports, 16))
            .saturating_add(functions)
            .saturating_add(exports.max(elements))
    }

    /// What the data segments hold.
    pub(super) fn segments(&self) -> u32 {
        items(self.segments, 24)
            .saturating_add(block(self.data_room))
            .saturating_add(self.data_blocks)
    }

    fn kept_space(&self) -> u32 {
        if self.functions > 0 { SPACE } else { 0 }
    }

    /// What engine and module hold once all is translated, with the imports' entries.
    pub(super) fn translated(&self) -> u32 {
        self.header()
            .saturating_add(self.kept_space())
            .saturating_add(self.code_blocks)
            .saturating_add(self.segments())
            .saturating_add(items(self.imports, 2))
    }

    pub(super) fn translate(&self) -> u32 {
        let header = self.header();
        let code = header
            .saturating_add(self.kept_space())
            .saturating_add(self.code_most);
        // While the last data segment is read, or after that the work space dropped.
        let data = items(self.segments.max(4), 24).saturating_add(block(self.data_room / 2));
        let data = if self.segments > 0 { data } else { 0 };
        let end = self
            .translated()
            .saturating_add(self.space)
            .saturating_add(data.max(RELEASE));
        header.saturating_add(self.reading()).max(code).max(end)
    }

    /// What an instance holds, with its store and what the loader keeps; and the most while it is made.
    pub(super) fn instance(&self, host: u32) -> (u32, u32) {
        let all = [
            self.memories,
            self.globals,
            self.tables,
            self.all_functions(),
            self.elements,
            self.segments,
        ]
        .into_iter()
        .fold(0, u32::saturating_add);
        let trampolines = grown(self.imports, 8);
        let held = [
            block(host),
            INSTANCES,
            block(INSTANCE.saturating_add(all.saturating_mul(12))),
            buckets(self.all_functions(), FUNCTION).0,
            self.imports.saturating_mul(16),
            trampolines.0,
            buckets(self.tables, TABLE).0,
            self.table_blocks,
            buckets(self.memories, MEMORY).0,
            buckets(self.globals, GLOBAL).0,
            buckets(self.elements, ELEMENT).0,
            self.element_kept,
            buckets(self.segments, DATA).0,
            tree(self.exports, 20, 6),
            self.export_names,
        ]
        .into_iter()
        .fold(0, u32::saturating_add);
        let data = grown(self.segments, 8);
        let elements = grown(self.elements, 8);
        let besides = [
            INSTANCE,
            items(self.imports, 20),
            items(self.all_functions(), 8),
            items(self.tables, 8),
            items(self.memories, 8),
            items(self.globals, 8),
            data.0,
            elements.0,
            items(all, 12)
                .max(self.element_most)
                .max(data.1)
                .max(elements.1)
                .max(trampolines.1),
        ]
        .into_iter()
        .fold(0, u32::saturating_add);
        let exports = items(self.exported_functions, 16);
        (held.saturating_add(exports), held.saturating_add(besides))
    }

    /// The block of values, and the one before it.
    pub(super) fn values(&self, stack: &Stack) -> (u32, u32) {
        /// Arguments and result of a host function lie above the frame that calls it.
        const HOST: u32 = 8;
        let cells = stack.bytes / VALUE;
        if stack.reserved {
            return (items(cells, VALUE), 0);
        }
        let cells = if self.calls {
            cells
        } else {
            cells.min(self.frame.saturating_add(HOST))
        };
        let old = cells.saturating_sub(1);
        (
            items(old.saturating_mul(2).max(4), VALUE),
            items(old, VALUE),
        )
    }

    /// Linear memory, and its largest block.
    pub(super) fn linear(&self, limit: u32) -> (u32, u32) {
        let most = self.memory_max.min(limit);
        if !self.grows || most <= self.memory {
            return (block(self.memory), block(self.memory));
        }
        // It grows to what is needed, or to twice what it was.
        let new = block(most.saturating_mul(2));
        (new.saturating_add(block(most)), new)
    }

    pub(super) fn largest_block(&self) -> u32 {
        [
            self.largest,
            SPACE,
            block(INSTANCE.saturating_add(self.all_functions().saturating_mul(12))),
            buckets(self.functions.saturating_add(1), 36).1,
            buckets(self.all_functions(), FUNCTION).1,
            buckets(self.tables, TABLE).1,
            buckets(self.memories, MEMORY).1,
            buckets(self.globals, GLOBAL).1,
            buckets(self.elements, ELEMENT).1,
            buckets(self.segments, DATA).1,
            grown(self.types.saturating_add(1), 16).0,
            grown(self.exports, 16).0,
            grown(self.elements, 40).0,
            items(self.imports, 20),
            items(self.globals, 16),
            items(self.segments, 24),
        ]
        .into_iter()
        .fold(0, u32::max)
    }
}
