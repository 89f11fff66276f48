//! What the translation of one function takes: its code, and the translator's work space.
//!
//! The translator keeps a stack of operands, and many instructions make no code but an operand: a local, a constant. The
//! instruction that uses it carries it: a slot or a small constant in four bytes, a large one in eight. Only when an
//! operand must stay while something overwrites where it is, it is copied to a slot of its own, once. So what is counted
//! when an operand is made is what it costs where it is used; and the copy, when it may be needed.

use super::operands::{
    CONSTANT, CONSTANT_WIDE, COPY, OP, Operands, Place, REGISTER, SLOT, from_register, local,
    within,
};
use super::space::Space;

/// The instruction that takes the fuel of a block.
pub(super) const FUEL: u32 = 12;
/// A branch: the handler and the distance.
const BRANCH: u32 = 8;
/// What each of several values takes that go along with a branch: it may be copied twice.
const SEVERAL: u32 = 32;

/// As many blocks, counted from outside, are known.
const KNOWN: usize = 128;

/// What a block is; all that holds of it.
pub(super) const LOOP: u8 = 1;
pub(super) const IF: u8 = 2;
const ELSE: u8 = 4;
/// Something branches to it.
const TARGET: u8 = 8;

/// The translator, and the function at hand.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) space: Space,
    pub(super) operands: Operands,
    blocks: [u8; KNOWN],
    pub(super) nesting: u32,
    /// Blocks opened since the code cannot be reached, the one at hand included; 0 if it can.
    pub(super) dead: u32,
    /// Whether the module calls its own functions.
    pub(super) calls: bool,
    /// Whether the module grows its memory.
    pub(super) grows: bool,
}

impl Code {
    pub(super) const fn new() -> Self {
        Self {
            space: Space::new(),
            operands: Operands::new(),
            blocks: [0; KNOWN],
            nesting: 0,
            dead: 0,
            calls: false,
            grows: false,
        }
    }

    pub(super) fn starts(&mut self, params: u32) {
        self.space.clear();
        self.operands = Operands::new();
        self.operands.emit(FUEL);
        self.nesting = 0;
        self.dead = 0;
        self.space.add_params(params);
        self.space.labels.push(1);
        self.space.blocks.push(1);
        self.set_block(0);
    }

    /// Ends the function, and returns the bytes of its code and the cells of its frame.
    pub(super) fn ends(&mut self) -> (u32, u32) {
        self.space.code.hold(self.operands.code);
        self.space.operands.hold(self.operands.most);
        let locals = self.space.locals();
        let cells = self.operands.most.saturating_add(locals);
        // The translator counts them twice.
        (self.operands.code, cells.saturating_add(locals))
    }

    fn block(&self, depth: u32) -> Option<u8> {
        let index = self.nesting.checked_sub(depth)?;
        self.blocks.get(index as usize).copied()
    }

    fn set_block(&mut self, block: u8) {
        if let Some(entry) = self.blocks.get_mut(self.nesting as usize) {
            *entry = block;
        }
    }

    /// Opens a block; labels and code are the caller's.
    pub(super) fn open(&mut self, block: u8) {
        self.nesting = self.nesting.saturating_add(1);
        self.set_block(block);
        self.space.blocks.hold(self.nesting.saturating_add(1));
    }

    /// Something branches to the block at `depth`.
    pub(super) fn target(&mut self, depth: u32) {
        let index = self.nesting.saturating_sub(depth);
        if let Some(block) = self.blocks.get_mut(index as usize) {
            *block |= TARGET;
        }
    }

    /// Copies operands to slots of their own before a block that may overwrite where they are.
    pub(super) fn keep_all(&mut self, params: u32) {
        self.operands.keep(params, self.space.locals(), |place| {
            !matches!(place, CONSTANT | CONSTANT_WIDE | SLOT)
        });
    }

    pub(super) fn keep_registers(&mut self) {
        let locals = self.space.locals();
        self.operands.keep(0, locals, |place| place == REGISTER);
    }

    /// An instruction of `bytes` with a result in a register.
    pub(super) fn result(&mut self, bytes: u32) {
        self.keep_registers();
        self.operands.emit(bytes);
        self.operands.push(REGISTER);
    }

    /// A branch to the block at `depth`.
    pub(super) fn jump(&mut self, depth: u32) {
        self.operands.emit(BRANCH);
        self.forward(depth, 1);
    }

    /// A branch on a condition to the block at `depth`, with the zero that it is compared with.
    pub(super) fn jump_if(&mut self, depth: u32) {
        self.operands.emit(BRANCH + 4);
        self.forward(depth, 1);
    }

    /// Branches whose distance is not known yet: those that do not go back.
    pub(super) fn forward(&mut self, depth: u32, count: u32) {
        if !matches!(self.block(depth), Some(block) if block & LOOP != 0) {
            self.space.branches.push(count);
        }
    }

    /// Values that go along with a branch, to registers; of more than one, all but the last few to slots.
    pub(super) fn carry(&mut self, count: u32) {
        let bytes = match (count, self.operands.peek()) {
            (0, _) | (1, REGISTER) => 0,
            // The operand may stay, and be used again.
            (1, place) => OP.saturating_add(within(place)),
            _ => count.saturating_mul(SEVERAL),
        };
        self.operands.emit(bytes);
    }

    /// The function's end: its results go to the first slots.
    pub(super) fn give_back(&mut self, count: u32) {
        let bytes = match (count, self.operands.peek()) {
            (0, _) => 0,
            (1, REGISTER) => OP,
            (1, _) => COPY,
            _ => count.saturating_mul(SEVERAL),
        };
        self.operands.emit(bytes.saturating_add(OP));
    }

    /// The other way of an `if`, which begins.
    pub(super) fn turn(&mut self, height: u32, params: u32) {
        let block = self.block(0).unwrap_or(TARGET);
        self.set_block(block & TARGET | ELSE);
        self.dead = 0;
        self.operands.emit(FUEL);
        self.operands.cut(height);
        for _ in 0..params {
            self.operands.push(CONSTANT_WIDE);
        }
    }

    /// Ends a block, whose end is `reached` or not.
    pub(super) fn close(&mut self, height: u32, results: u32, reached: bool) {
        let block = self.block(0);
        // Of a block that is not known, anything may be true.
        let kind = block.unwrap_or(TARGET);
        let target = kind & (TARGET | LOOP) == TARGET;
        let joins = target || kind & (IF | ELSE) != 0;
        if reached && joins {
            self.carry(results);
        }
        if kind & IF != 0 && results > 0 {
            // The way that is not written gives the parameters on.
            self.jump(0);
            let copies = results.saturating_mul(SEVERAL);
            self.operands.emit(copies.saturating_add(FUEL));
        }
        let outermost = self.nesting == 0;
        self.nesting = self.nesting.saturating_sub(1);
        self.dead = u32::from(!(reached || target || kind & IF != 0));
        if self.dead > 0 {
            return;
        }
        if joins {
            self.operands.cut(height);
            for _ in 0..results {
                self.keep_registers();
                self.operands.push(REGISTER);
            }
        }
        if block.is_none() {
            self.operands.emit(results.saturating_mul(SEVERAL));
        }
        if outermost {
            self.give_back(results);
        }
    }

    /// Sets a local, and returns where the value was.
    pub(super) fn set_local(&mut self, index: u32) -> Place {
        let value = self.operands.pop();
        let target = local(index);
        if value == target {
            return value;
        }
        let locals = self.space.locals();
        self.operands.keep(0, locals, |place| place == target);
        self.operands.emit(match value {
            REGISTER => from_register(index),
            _ => COPY,
        });
        value
    }
}
