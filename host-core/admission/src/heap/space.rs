//! The translator's work space: vectors that are kept from one function to the next.

use super::blocks::Growing;

/// The types of as many locals are kept one by one.
const FIRST_TYPES: u32 = 100;

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

    fn vectors(&self) -> [Growing; 12] {
        [
            self.code,
            self.labels,
            self.branches,
            self.blocks,
            self.operands,
            self.table,
            self.ifs,
            self.if_params,
            self.first_types,
            self.type_groups,
            self.heads,
            self.offsets,
        ]
    }

    /// Makes room for another function.
    pub(super) fn clear(&mut self) {
        for vector in [
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
        ] {
            vector.clear();
        }
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

    /// All of it, in bytes of heap.
    pub(super) fn bytes(&self) -> u32 {
        let sum = |sum: u32, vector: Growing| sum.saturating_add(vector.bytes());
        self.vectors().into_iter().fold(0, sum)
    }

    /// The most that one of them took besides while it grew for this function, in bytes of heap.
    pub(super) fn old(&self) -> u32 {
        let most = |most: u32, vector: Growing| most.max(vector.old());
        self.vectors().into_iter().fold(0, most)
    }

    /// The largest block of them, in bytes.
    pub(super) fn largest(&self) -> u32 {
        let most = |most: u32, vector: Growing| most.max(vector.bytes());
        self.vectors().into_iter().fold(0, most)
    }
}
