//! The translator's work space: vectors that are kept from one function to the next.

use super::blocks::Growing;

/// The types of as many locals are kept one by one.
const FIRST_TYPES: u32 = 100;

/// What the work space takes, in bytes of heap.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sizes {
    /// All vectors together.
    pub(super) all: u32,
    /// The most that one of them took besides while it grew for this function.
    pub(super) old: u32,
    /// The largest of them.
    pub(super) largest: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Space {
    /// Bytes of code.
    pub(super) code: Growing,
    /// Places to branch to.
    pub(super) labels: Growing,
    /// Branches forward.
    pub(super) branches: Growing,
    /// Open blocks.
    pub(super) blocks: Growing,
    pub(super) operands: Growing,
    /// Labels of a `br_table`.
    pub(super) table: Growing,
    /// Open `if`s, and the parameters of their blocks.
    pub(super) ifs: Growing,
    pub(super) if_params: Growing,
    /// The first locals' types one by one, the others' in groups.
    first_types: Growing,
    type_groups: Growing,
    /// The topmost operand that is a local, and where that local is.
    heads: Growing,
    offsets: Growing,
    locals: u32,
}

impl Space {
    pub(super) const fn new() -> Self {
        Self {
            code: Growing::new(1),
            labels: Growing::new(8),
            branches: Growing::new(12),
            blocks: Growing::new(76),
            operands: Growing::new(24),
            table: Growing::new(16),
            ifs: Growing::new(4),
            if_params: Growing::new(24),
            first_types: Growing::new(1),
            type_groups: Growing::new(8),
            heads: Growing::new(4),
            offsets: Growing::new(2),
            locals: 0,
        }
    }

    fn vectors(&mut self) -> [&mut Growing; 12] {
        [
            &mut self.code,
            &mut self.labels,
            &mut self.branches,
            &mut self.blocks,
            &mut self.operands,
            &mut self.table,
            &mut self.ifs,
            &mut self.if_params,
            &mut self.first_types,
            &mut self.type_groups,
            &mut self.heads,
            &mut self.offsets,
        ]
    }

    /// Makes room for another function.
    pub(super) fn clear(&mut self) {
        self.vectors().into_iter().for_each(Growing::clear);
        self.locals = 0;
    }

    /// How many locals there are, parameters included.
    pub(super) const fn locals(&self) -> u32 {
        self.locals
    }

    /// Adds `count` parameters, one by one.
    pub(super) fn add_params(&mut self, count: u32) {
        self.first_types.push(count.min(FIRST_TYPES));
        self.type_groups.push(count.saturating_sub(FIRST_TYPES));
        self.heads.push(count);
        self.offsets.push(count);
        self.locals = count;
    }

    /// Adds a group of `count` locals of one type.
    pub(super) fn add_locals(&mut self, count: u32) {
        let first = FIRST_TYPES.saturating_sub(self.locals).min(count);
        self.first_types.extend(first);
        if count > first {
            self.type_groups.push(1);
        }
        self.heads.extend(count);
        self.offsets.push(count);
        self.locals = self.locals.saturating_add(count);
    }

    /// What it takes of the heap.
    pub(super) fn sizes(&mut self) -> Sizes {
        let mut sizes = Sizes::default();
        for vector in self.vectors() {
            let bytes = vector.bytes();
            sizes.all = sizes.all.saturating_add(bytes);
            sizes.largest = sizes.largest.max(bytes);
            sizes.old = sizes.old.max(vector.old());
        }
        sizes
    }
}
