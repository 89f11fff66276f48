//! The instructions, one by one.

use super::code::{Code, FUEL, IF, LOOP};
use super::operands::{CONSTANT, CONSTANT_WIDE, COPY, IN_SLOT, OP, Place, REGISTER, SLOT, local};
use super::told::Step;
use crate::numeric::Numeric;

impl Code {
    #[inline(always)]
    pub(super) fn step(&mut self, step: Step) {
        if self.dead > 0 {
            self.step_over(step);
        } else {
            self.translate(step);
        }
    }

    /// Code that cannot be reached is not translated, but its blocks are counted.
    fn step_over(&mut self, step: Step) {
        match step {
            Step::Block(_) | Step::Loop(_) | Step::If(_) => {
                self.dead = self.dead.saturating_add(1);
                self.open(0);
            }
            Step::End { .. } if self.dead > 1 => {
                self.dead = self.dead.saturating_sub(1);
                self.nesting = self.nesting.saturating_sub(1);
            }
            Step::End { height, results } => self.close(height, results, false),
            Step::Else { height, params, .. } if self.dead == 1 => self.turn(height, params),
            _ => {}
        }
    }

    #[inline(always)]
    fn translate(&mut self, step: Step) {
        match step {
            Step::Unreachable => {
                self.operands.emit(OP + 4);
                self.dead = 1;
            }
            Step::Block(params) => {
                self.keep_all(params);
                self.space.labels.push(1);
                self.open(0);
            }
            Step::Loop(params) => {
                self.carry(params);
                self.keep_all(params);
                let below = self.operands.height().saturating_sub(params);
                self.operands.cut(below);
                for _ in 0..params {
                    self.operands.push(REGISTER);
                }
                self.space.labels.push(1);
                self.operands.emit(FUEL);
                self.open(LOOP);
            }
            Step::If(params) => {
                self.operands.pop();
                self.keep_all(params);
                self.space.labels.push(2);
                // To the other way, which lies ahead.
                self.jump_if(u32::MAX);
                self.operands.emit(FUEL);
                let open = self.nesting.saturating_add(1);
                self.space.ifs.hold(open);
                self.space.if_params.hold(open.saturating_mul(params));
                self.open(IF);
            }
            Step::Else {
                height,
                params,
                results,
            } => {
                self.carry(results);
                self.jump(0);
                self.target(0);
                self.turn(height, params);
            }
            Step::End { height, results } => self.close(height, results, true),
            Step::Br { depth, carried } => {
                if depth == self.nesting {
                    self.give_back(carried);
                } else {
                    self.carry(carried);
                    self.jump(depth);
                    self.target(depth);
                }
                self.dead = 1;
            }
            Step::BrIf { depth, carried } => {
                self.operands.pop();
                self.jump_if(depth);
                if carried > 0 {
                    self.carry(carried);
                    self.jump(depth);
                    self.space.labels.push(1);
                }
                self.target(depth);
            }
            Step::Label { depth } => self.target(depth),
            Step::BrTable { labels, carried } => {
                let index = self.operands.pop();
                let label = if carried > 1 { 8 } else { 4 };
                self.operands.emit(labels.saturating_mul(label));
                self.operands.emit(OP + 4 + 8);
                if index == REGISTER && carried > 0 {
                    self.operands.emit(COPY + IN_SLOT);
                }
                self.carry(carried);
                self.space.table.hold(labels);
                self.forward(u32::MAX, labels);
                self.dead = 1;
            }
            Step::Return(results) => {
                self.give_back(results);
                self.dead = 1;
            }
            Step::Call {
                params,
                results,
                own,
            } => {
                self.calls |= own;
                self.call(params, results);
            }
            Step::CallIndirect { params, results } => {
                self.calls = true;
                if matches!(self.operands.pop(), CONSTANT | CONSTANT_WIDE) {
                    self.operands.emit(COPY + IN_SLOT);
                }
                self.call(params, results);
            }
            Step::Drop => {
                self.operands.pop();
            }
            Step::Select => {
                self.operands.pop();
                self.operands.pop();
                self.operands.pop();
                self.result(OP);
            }
            Step::LocalGet(index) => self.operands.push(local(index)),
            Step::LocalSet(index) => {
                self.set_local(index);
            }
            Step::LocalTee(index) => match self.set_local(index) {
                REGISTER => self.operands.push(local(index)),
                SLOT => self.operands.push(SLOT),
                constant @ (CONSTANT | CONSTANT_WIDE) => self.operands.push(constant),
                _ => self.operands.push(local(index)),
            },
            // Of one that never changes, it is a constant.
            Step::GlobalGet => self.result(OP + 8),
            Step::GlobalSet => {
                self.operands.pop();
                self.operands.emit(OP + 4);
            }
            Step::Load(offset) => {
                let bytes = match self.operands.pop() {
                    CONSTANT | CONSTANT_WIDE => OP + 8,
                    _ if offset > 0xffff => OP + 8,
                    _ => OP + 4,
                };
                self.result(bytes);
            }
            Step::Store(offset) => {
                self.operands.pop();
                let bytes = match self.operands.pop() {
                    CONSTANT | CONSTANT_WIDE => OP + 8,
                    _ if offset > 0xffff => OP + 8,
                    _ => OP + 4,
                };
                self.operands.emit(bytes);
            }
            Step::MemorySize => self.result(OP + 4),
            Step::MemoryGrow => {
                self.grows = true;
                self.operands.pop_in_slot();
                self.result(OP + 4);
            }
            Step::Constant { wide } => self.operands.push(constant(wide)),
            Step::Numeric(opcode) => self.numeric(opcode),
            Step::Saturate => self.unary(true, OP),
            Step::Bulk => {
                self.operands.pop_in_slot();
                self.operands.pop_in_slot();
                self.operands.pop_in_slot();
                self.operands.emit(OP + 8);
            }
            Step::DropSegment => self.operands.emit(OP + 4),
        }
    }

    fn call(&mut self, params: u32, results: u32) {
        self.keep_registers();
        self.operands.pop_copied(params);
        for _ in 0..results {
            self.operands.push(SLOT);
        }
        self.operands.emit(OP + 12);
    }

    fn unary(&mut self, wide: bool, bytes: u32) {
        match self.operands.pop() {
            // The result is known at once, or it is a trap.
            CONSTANT | CONSTANT_WIDE => {
                self.operands.emit(4);
                self.operands.push(constant(wide));
            }
            _ => self.result(bytes),
        }
    }

    fn numeric(&mut self, opcode: u8) {
        let numeric = Numeric::of(opcode);
        let wide = numeric.wide();
        match opcode {
            // i32.eqz, i64.eqz: a comparison with a zero, or the comparison before turned around.
            0x45 | 0x50 => {
                // The zero is an operand for a moment.
                self.space
                    .operands
                    .hold(self.operands.height().saturating_add(1));
                let zero = if opcode == 0x45 { 4 } else { 8 };
                self.unary(false, OP + zero);
            }
            // i64.extend_i32_u changes the type alone.
            0xad => match self.operands.pop() {
                CONSTANT => self.operands.push(CONSTANT_WIDE),
                place => self.operands.push(place),
            },
            // So do the reinterpretations, but of a register.
            0xbc..=0xbf => match self.operands.pop() {
                REGISTER => self.result(OP),
                place => self.operands.push(place),
            },
            _ if !numeric.binary() => self.unary(wide, OP),
            _ => {
                let (right, left) = (self.operands.pop(), self.operands.pop());
                if matches!(left, CONSTANT | CONSTANT_WIDE)
                    && matches!(right, CONSTANT | CONSTANT_WIDE)
                {
                    self.operands.push(constant(wide));
                } else {
                    self.result(OP);
                }
            }
        }
    }
}

const fn constant(wide: bool) -> Place {
    if wide { CONSTANT_WIDE } else { CONSTANT }
}
