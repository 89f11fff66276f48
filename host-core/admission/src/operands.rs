//! The operands and the open blocks of the function that is read: the validation algorithm of the specification's
//! appendix, with types as bytes and both stacks in arrays.

use core::mem;

use crate::constants::{Known, Operand};
use crate::cursor::Cursor;
use crate::regions::{Closed, Reach, Region};
use crate::source::Refused;
use crate::types::Signature;
use crate::value::one;
use crate::{Limits, Quantity, Reason};

/// What a block takes and gives, as the binary format says it: the index of a function type, or one of the negative numbers
/// below. Two bytes, since there are as many blocks as may be nested.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block(i16);

impl Block {
    /// Nothing and nothing.
    pub(crate) const NOTHING: Self = Self::value(0x40);

    /// Nothing and one value: the byte of its type is a negative number of seven bits.
    pub(crate) const fn value(value: u8) -> Self {
        Self((value | 0x80).cast_signed() as i16)
    }

    /// What the function type of this index says.
    pub(crate) const fn of_type(index: u16) -> Self {
        Self(index.cast_signed())
    }

    fn signature<'m>(self, types: &[Signature<'m>]) -> Signature<'m> {
        match usize::try_from(self.0) {
            Ok(index) => types.get(index).copied().unwrap_or(Signature::NOTHING),
            Err(_) if self.0 == Self::NOTHING.0 => Signature::NOTHING,
            Err(_) => Signature {
                params: &[],
                results: one(self.0 as u8 & 0x7f),
            },
        }
    }
}

/// What opened a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opener {
    /// The function itself.
    Function,
    /// `block`
    Block,
    /// `loop`: a branch to it goes to its start.
    Loop,
    /// `if`, which an `else` may follow.
    If,
    /// `else`
    Else,
}

/// An open block, in words that are copied as such.
#[derive(Clone, Copy, Debug)]
#[repr(align(4))]
pub(crate) struct Frame {
    block: Block,
    region: Region,
    /// How many operands lie below those of the block; no limit is above two bytes.
    height: u16,
}

impl Frame {
    pub(crate) const EMPTY: Self = Self {
        block: Block::NOTHING,
        region: Region::EMPTY,
        height: 0,
    };
}

/// A block, or the first part of an `if`, that has ended.
pub(crate) struct Ended {
    /// How many operands lie below those of the block.
    pub(crate) height: u32,
    /// How many it takes.
    pub(crate) params: u32,
    /// How many it gives.
    pub(crate) results: u32,
}

// A device has room for 128 of them on its stack.
const _: () = assert!(size_of::<Frame>() == 12);
const _: () = assert!(Limits::LARGEST.operands <= 0xffff && Limits::LARGEST.types <= 0x7fff);

/// Both stacks.
pub(crate) struct Operands<'a, 'm> {
    types: &'a [Signature<'m>],
    limits: &'a Limits,
    values: &'a mut [Operand],
    height: u32,
    /// The innermost block; an empty one if none is open, which instructions never see.
    inner: Frame,
    /// Those around it, from that empty one on.
    outer: &'a mut [Frame],
    open: u32,
    /// The most blocks and operands at a time.
    most: (u32, u32),
    /// The most of its regions.
    regions: Closed,
    /// The instruction that is read.
    at: Cursor<'m>,
}

impl<'a, 'm> Operands<'a, 'm> {
    /// Empty stacks in this space; what is refused is refused `at` this place.
    pub(crate) fn new(
        types: &'a [Signature<'m>],
        limits: &'a Limits,
        values: &'a mut [Operand],
        frames: &'a mut [Frame],
        at: Cursor<'m>,
    ) -> Self {
        Self {
            types,
            limits,
            values: values
                .get_mut(..limits.operands as usize)
                .unwrap_or_default(),
            height: 0,
            inner: Frame::EMPTY,
            outer: frames,
            open: 0,
            most: (0, 0),
            regions: Closed::NOTHING,
            at,
        }
    }

    /// From now on, what is refused is refused at this instruction.
    pub(crate) const fn read(&mut self, at: Cursor<'m>) {
        self.at = at;
    }

    /// The instruction that is read.
    pub(crate) const fn at(&self) -> &Cursor<'m> {
        &self.at
    }

    /// How many blocks are open, that of the function included.
    pub(crate) const fn depth(&self) -> u32 {
        self.open
    }

    /// The most blocks and operands that there were at a time.
    pub(crate) const fn most(&self) -> (u32, u32) {
        self.most
    }

    /// The most of the regions that have ended.
    pub(crate) const fn regions(&self) -> Closed {
        self.regions
    }

    /// The block that a branch of this depth means.
    fn label(&mut self, depth: u32) -> Option<&mut Frame> {
        match depth {
            0 => Some(&mut self.inner),
            // Below these lies the empty one.
            _ if depth < self.open => {
                let index = self.open.saturating_sub(depth);
                self.outer.get_mut(index as usize)
            }
            _ => None,
        }
    }

    /// An instruction of this fuel is here.
    pub(crate) fn charge(&mut self, fuel: u8) {
        self.inner.region.charge(fuel);
    }

    /// The interpreter may suspend the call at the instruction that is read, before that is charged.
    pub(crate) fn suspend(&mut self) {
        self.inner.region.suspend(0);
    }

    /// What follows in this block is never reached, if the interpreter finds that it `traps` here or goes elsewhere.
    pub(crate) fn doubt(&mut self, traps: bool) {
        if traps {
            self.inner.region.doubt();
        }
    }

    /// A branch to this label is here.
    pub(crate) fn branch(&mut self, depth: u32) {
        let live = self.inner.region.reach == Reach::Live;
        if live && let Some(frame) = self.label(depth) {
            frame.region.leave();
        }
    }

    /// Adds an operand that is no constant.
    pub(crate) fn push(&mut self, value: u8) -> Result<(), Refused> {
        self.push_known(value, Known::Varies)
    }

    /// Adds an operand of which this is known.
    // Inlined, as the check and a byte that it is.
    #[inline(always)]
    pub(crate) fn push_known(&mut self, value: u8, known: Known) -> Result<(), Refused> {
        let height = self.height.saturating_add(1);
        match self.values.get_mut(self.height as usize) {
            Some(place) => {
                *place = Operand::new(value, known);
                self.height = height;
                self.most.1 = self.most.1.max(height);
                Ok(())
            }
            None => self.refuse_push(),
        }
    }

    // Refusals of their own, so that what passes needs no room for them.
    #[inline(never)]
    fn refuse_push(&self) -> Result<(), Refused> {
        let allowed = self.limits.operands;
        let found = self.height.saturating_add(1);
        self.at.over(Quantity::Operands, found, allowed)
    }

    /// Adds operands that may be what they were before: constants.
    pub(crate) fn push_all(&mut self, values: &[u8]) -> Result<(), Refused> {
        values
            .iter()
            .try_for_each(|value| self.push_known(*value, Known::Constant))
    }

    /// Takes the topmost operand, which must be of type `wanted`; any if that is [`ANY`].
    pub(crate) fn pop(&mut self, wanted: u8) -> Result<Operand, Refused> {
        if self.height <= self.inner.height.into() {
            return self.pop_nothing(wanted);
        }
        let height = self.height.saturating_sub(1);
        let operand = self.values.get(height as usize).copied();
        let operand = operand.unwrap_or(Operand::ANY);
        if operand.fits(wanted) {
            self.height = height;
            Ok(operand)
        } else {
            self.refuse_operand(operand, wanted)
        }
    }

    /// There is no operand: code that is never reached finds what it wants.
    #[inline(never)]
    fn pop_nothing(&self, wanted: u8) -> Result<Operand, Refused> {
        match self.inner.region.reach {
            Reach::Never => Ok(Operand::ANY),
            _ => self.at.refuse(Reason::NoOperand { wanted }),
        }
    }

    #[inline(never)]
    fn refuse_operand(&self, found: Operand, wanted: u8) -> Result<Operand, Refused> {
        let found = found.value();
        self.at.refuse(Reason::Operand { found, wanted })
    }

    /// Takes operands of these types, the last of them from the top.
    pub(crate) fn pop_all(&mut self, wanted: &[u8]) -> Result<(), Refused> {
        wanted
            .iter()
            .rev()
            .try_for_each(|value| self.pop(*value).map(drop))
    }

    /// Opens a block, which takes what its type says from the operands; returns how many these are.
    pub(crate) fn enter(&mut self, opener: Opener, block: Block) -> Result<u32, Refused> {
        let params = block.signature(self.types).params;
        self.pop_all(params)?;
        self.open(opener, block)?;
        self.push_all(params)?;
        Ok(params.len() as u32)
    }

    /// Opens the block that a function is: its parameters are locals, not operands.
    pub(crate) fn enter_function(&mut self, type_index: u16) -> Result<(), Refused> {
        self.open(Opener::Function, Block::of_type(type_index))
    }

    fn open(&mut self, opener: Opener, block: Block) -> Result<(), Refused> {
        self.open_region(Region::open(opener, self.inner.region), block)
    }

    fn open_region(&mut self, region: Region, block: Block) -> Result<(), Refused> {
        let allowed = self.limits.nesting;
        let open = self.open.saturating_add(1);
        match self.outer.get_mut(self.open as usize) {
            Some(outer) if open <= allowed => {
                let inner = Frame {
                    block,
                    region,
                    height: self.height as u16,
                };
                *outer = mem::replace(&mut self.inner, inner);
                self.open = open;
                self.most.0 = self.most.0.max(open);
                Ok(())
            }
            _ => self.at.over(Quantity::Nesting, open, allowed),
        }
    }

    /// Closes the innermost block: what it gives, and nothing else, is there.
    pub(crate) fn leave(&mut self) -> Result<Ended, Refused> {
        let frame = self.inner;
        let signature = frame.block.signature(self.types);
        // Without an `else`, what the block takes is what it gives.
        if frame.region.opener == Opener::If && signature.params != signature.results {
            return self.at.refuse(Reason::IfWithoutElse);
        }
        let ended = self.close(frame, signature, false)?;
        // Nothing may follow the function's own `end`, so what it gives need not be kept.
        if self.open > 0 {
            self.push_all(signature.results)?;
        }
        Ok(ended)
    }

    /// Goes from an `if` to its `else`.
    pub(crate) fn turn(&mut self) -> Result<Ended, Refused> {
        let frame = self.inner;
        if frame.region.opener != Opener::If {
            return self.at.refuse(Reason::ElseWithoutIf);
        }
        let signature = frame.block.signature(self.types);
        let ended = self.close(frame, signature, true)?;
        self.open_region(frame.region.turn(self.inner.region), frame.block)?;
        self.push_all(signature.params)?;
        Ok(ended)
    }

    fn close(
        &mut self,
        frame: Frame,
        signature: Signature<'_>,
        turns: bool,
    ) -> Result<Ended, Refused> {
        self.pop_all(signature.results)?;
        let found = self.height.saturating_sub(frame.height.into());
        if found > 0 {
            return self.at.refuse(Reason::OperandsLeft { found });
        }
        self.open = self.open.saturating_sub(1);
        let outer = self.outer.get(self.open as usize).copied();
        self.inner = outer.unwrap_or(Frame::EMPTY);
        let Closed { fuel, prepaid } = frame.region.close_in(&mut self.inner.region, turns);
        self.regions.fuel = self.regions.fuel.max(fuel);
        self.regions.prepaid = self.regions.prepaid.max(prepaid);
        self.within(Quantity::BlockFuel, fuel, self.limits.block_fuel)?;
        self.within(Quantity::PrepaidFuel, prepaid, self.limits.prepaid_fuel)?;
        Ok(Ended {
            height: self.height,
            params: signature.params.len() as u32,
            results: signature.results.len() as u32,
        })
    }

    fn within(&self, what: Quantity, found: u32, allowed: u32) -> Result<(), Refused> {
        if found > allowed {
            return self.at.over(what, found, allowed);
        }
        Ok(())
    }

    /// What a branch to this label carries.
    pub(crate) fn carried(&mut self, depth: u32) -> Result<&'m [u8], Refused> {
        match self.label(depth).copied() {
            Some(frame) => {
                let signature = frame.block.signature(self.types);
                Ok(match frame.region.opener {
                    Opener::Loop => signature.params,
                    _ => signature.results,
                })
            }
            None => self.at.refuse(Reason::Index {
                what: Quantity::Nesting,
                found: depth,
                allowed: self.open,
            }),
        }
    }

    /// What the function returns.
    pub(crate) fn returned(&mut self) -> Result<&'m [u8], Refused> {
        self.carried(self.open.saturating_sub(1))
    }

    /// The topmost operands are of these types; they stay.
    pub(crate) fn has(&mut self, wanted: &[u8]) -> Result<(), Refused> {
        let height = self.height;
        self.pop_all(wanted)?;
        self.height = height;
        Ok(())
    }

    /// What follows in this block is never reached: it may take operands of any type.
    pub(crate) fn give_up(&mut self) {
        self.inner.region.reach = Reach::Never;
        self.height = self.inner.height.into();
    }
}
