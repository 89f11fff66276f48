//! The operands and the open blocks of the function that is read: the validation algorithm of the specification's
//! appendix, with types as bytes and both stacks in arrays.

use crate::constants::{Known, known, packed, type_of};
use crate::cursor::Cursor;
use crate::regions::{Closed, Reach, Region};
use crate::source::Refused;
use crate::types::Signature;
use crate::value::{ANY, one};
use crate::{Limits, Quantity, Reason};

/// What a block takes and gives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Block {
    /// Nothing and nothing.
    Nothing,
    /// Nothing and one value.
    Value(u8),
    /// What the function type of this index says; two bytes, since there are as many blocks as may be nested.
    Type(u16),
}

impl Block {
    fn signature<'m>(self, types: &[Signature<'m>]) -> Signature<'m> {
        match self {
            Self::Nothing => Signature::NOTHING,
            Self::Value(value) => Signature {
                params: &[],
                results: one(value),
            },
            Self::Type(index) => types
                .get(usize::from(index))
                .copied()
                .unwrap_or(Signature::NOTHING),
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

/// An open block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    block: Block,
    region: Region,
    /// How many operands lie below those of the block; no limit is above two bytes.
    height: u16,
}

impl Frame {
    pub(crate) const EMPTY: Self = Self {
        block: Block::Nothing,
        region: Region::EMPTY,
        height: 0,
    };
}

// A device has room for 128 of them on its stack.
const _: () = assert!(size_of::<Frame>() == 14);
const _: () = assert!(Limits::LARGEST.operands <= 0xffff && Limits::LARGEST.types <= 0xffff);

/// Both stacks.
pub(crate) struct Operands<'a, 'm> {
    types: &'a [Signature<'m>],
    limits: &'a Limits,
    values: &'a mut [u8],
    height: u32,
    frames: &'a mut [Frame],
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
    pub(crate) const fn new(
        types: &'a [Signature<'m>],
        limits: &'a Limits,
        values: &'a mut [u8],
        frames: &'a mut [Frame],
        at: Cursor<'m>,
    ) -> Self {
        Self {
            types,
            limits,
            values,
            height: 0,
            frames,
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

    /// Operands below those of the innermost block, and how many it takes and gives.
    pub(crate) fn innermost(&self) -> (u32, u32, u32) {
        let frame = self.frame();
        let signature = frame.block.signature(self.types);
        let (params, results) = (signature.params.len(), signature.results.len());
        (u32::from(frame.height), params as u32, results as u32)
    }

    /// The innermost block; an empty one if none is open, which instructions never see.
    fn frame(&self) -> Frame {
        self.label(0).unwrap_or(Frame::EMPTY)
    }

    /// The block that a branch of this depth means.
    fn label(&self, depth: u32) -> Option<Frame> {
        let index = self.open.checked_sub(1)?.checked_sub(depth)?;
        self.frames.get(index as usize).copied()
    }

    /// The innermost block, to change; none if none is open, which instructions never see.
    fn region(&mut self) -> Option<&mut Region> {
        let index = self.open.checked_sub(1)?;
        let frame = self.frames.get_mut(index as usize)?;
        Some(&mut frame.region)
    }

    /// An instruction of this fuel is here.
    pub(crate) fn charge(&mut self, fuel: u8) {
        if let Some(region) = self.region() {
            region.charge(fuel);
        }
    }

    /// The interpreter may suspend the call at the instruction that is read, before that is charged.
    pub(crate) fn suspend(&mut self) {
        if let Some(region) = self.region() {
            region.suspend(0);
        }
    }

    /// What follows in this block is never reached, if the interpreter finds that it `traps` here or goes elsewhere.
    pub(crate) fn doubt(&mut self, traps: bool) {
        if traps && let Some(region) = self.region() {
            region.doubt();
        }
    }

    /// A branch to this label is here.
    pub(crate) fn branch(&mut self, depth: u32) {
        let live = self.frame().region.reach == Reach::Live;
        let index = self.open.saturating_sub(1).saturating_sub(depth);
        if live && let Some(frame) = self.frames.get_mut(index as usize) {
            frame.region.leave();
        }
    }

    /// What is known of the operand that has `above` others above it.
    pub(crate) fn known(&self, above: u32) -> Known {
        let index = self.height.saturating_sub(above).checked_sub(1);
        let value = index.and_then(|index| self.values.get(index as usize));
        value.map_or(Known::Constant, |value| known(*value))
    }

    /// Adds an operand that is no constant.
    pub(crate) fn push(&mut self, value: u8) -> Result<(), Refused> {
        self.push_known(value, Known::Varies)
    }

    pub(crate) fn push_known(&mut self, value: u8, known: Known) -> Result<(), Refused> {
        let allowed = self.limits.operands;
        let place = self.values.get_mut(self.height as usize);
        match place {
            Some(place) if self.height < allowed => {
                *place = packed(value, known);
                self.height = self.height.saturating_add(1);
                self.most.1 = self.most.1.max(self.height);
                Ok(())
            }
            _ => self
                .at
                .over(Quantity::Operands, self.height.saturating_add(1), allowed),
        }
    }

    /// Adds operands that may be what they were before: constants.
    pub(crate) fn push_all(&mut self, values: &[u8]) -> Result<(), Refused> {
        values
            .iter()
            .try_for_each(|value| self.push_known(*value, Known::Constant))
    }

    /// Takes the topmost operand, which must be of type `wanted`; any if that is [`ANY`]. Returns its type.
    pub(crate) fn pop(&mut self, wanted: u8) -> Result<u8, Refused> {
        let found = self.peek(0, wanted)?;
        if self.height > u32::from(self.frame().height) {
            self.height = self.height.saturating_sub(1);
        }
        Ok(found)
    }

    /// The type of the operand that has `above` others above it, which must be `wanted`.
    fn peek(&self, above: u32, wanted: u8) -> Result<u8, Refused> {
        let frame = self.frame();
        let own = self.height.saturating_sub(frame.height.into());
        if above >= own {
            return if frame.region.reach == Reach::Never {
                Ok(ANY)
            } else {
                self.at.refuse(Reason::NoOperand { wanted })
            };
        }
        let index = self.height.saturating_sub(above).saturating_sub(1);
        let found = self.values.get(index as usize).copied();
        let found = found.map_or(ANY, type_of);
        if found == wanted || found == ANY || wanted == ANY {
            Ok(found)
        } else {
            self.at.refuse(Reason::Operand { found, wanted })
        }
    }

    /// Takes operands of these types, the last of them from the top.
    pub(crate) fn pop_all(&mut self, wanted: &[u8]) -> Result<(), Refused> {
        wanted
            .iter()
            .rev()
            .try_for_each(|value| self.pop(*value).map(drop))
    }

    /// Opens a block, which takes what its type says from the operands.
    pub(crate) fn enter(&mut self, opener: Opener, block: Block) -> Result<(), Refused> {
        let signature = block.signature(self.types);
        self.pop_all(signature.params)?;
        self.open(opener, block)?;
        self.push_all(signature.params)
    }

    /// Opens the block that a function is: its parameters are locals, not operands.
    pub(crate) fn enter_function(&mut self, type_index: u16) -> Result<(), Refused> {
        self.open(Opener::Function, Block::Type(type_index))
    }

    fn open(&mut self, opener: Opener, block: Block) -> Result<(), Refused> {
        let outer = self.label(0).map(|frame| frame.region);
        self.open_region(Region::open(opener, outer), block)
    }

    fn open_region(&mut self, region: Region, block: Block) -> Result<(), Refused> {
        let allowed = self.limits.nesting;
        let open = self.open.saturating_add(1);
        match self.frames.get_mut(self.open as usize) {
            Some(place) if open <= allowed => {
                *place = Frame {
                    block,
                    region,
                    height: self.height as u16,
                };
                self.open = open;
                self.most.0 = self.most.0.max(open);
                Ok(())
            }
            _ => self.at.over(Quantity::Nesting, open, allowed),
        }
    }

    /// Closes the innermost block: what it gives, and nothing else, is there.
    pub(crate) fn leave(&mut self) -> Result<(), Refused> {
        let frame = self.frame();
        let signature = frame.block.signature(self.types);
        // Without an `else`, what the block takes is what it gives.
        if frame.region.opener == Opener::If && signature.params != signature.results {
            return self.at.refuse(Reason::IfWithoutElse);
        }
        self.close(frame, signature, false)?;
        // Nothing may follow the function's own `end`, so what it gives need not be kept.
        if self.open > 0 {
            self.push_all(signature.results)?;
        }
        Ok(())
    }

    /// Goes from an `if` to its `else`.
    pub(crate) fn turn(&mut self) -> Result<(), Refused> {
        let frame = self.frame();
        if frame.region.opener != Opener::If {
            return self.at.refuse(Reason::ElseWithoutIf);
        }
        let signature = frame.block.signature(self.types);
        self.close(frame, signature, true)?;
        let outer = self.label(0).map(|frame| frame.region);
        self.open_region(frame.region.turn(outer), frame.block)?;
        self.push_all(signature.params)
    }

    fn close(
        &mut self,
        frame: Frame,
        signature: Signature<'_>,
        turns: bool,
    ) -> Result<(), Refused> {
        self.pop_all(signature.results)?;
        let found = self.height.saturating_sub(frame.height.into());
        if found > 0 {
            return self.at.refuse(Reason::OperandsLeft { found });
        }
        self.open = self.open.saturating_sub(1);
        let Closed { fuel, prepaid } = match self.region() {
            Some(outer) => frame.region.close_in(outer, turns),
            None => frame.region.close(),
        };
        self.regions.fuel = self.regions.fuel.max(fuel);
        self.regions.prepaid = self.regions.prepaid.max(prepaid);
        self.within(Quantity::BlockFuel, fuel)?;
        self.within(Quantity::PrepaidFuel, prepaid)
    }

    fn within(&self, what: Quantity, found: u32) -> Result<(), Refused> {
        let allowed = self.limits.of(what);
        if found > allowed {
            return self.at.over(what, found, allowed);
        }
        Ok(())
    }

    /// What a branch to this label carries.
    pub(crate) fn carried(&self, depth: u32) -> Result<&'m [u8], Refused> {
        match self.label(depth) {
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
    pub(crate) fn returned(&self) -> Result<&'m [u8], Refused> {
        self.carried(self.open.saturating_sub(1))
    }

    /// The topmost operands are of these types; they stay.
    pub(crate) fn has(&self, wanted: &[u8]) -> Result<(), Refused> {
        (0..)
            .zip(wanted.iter().rev())
            .try_for_each(|(above, value)| self.peek(above, *value).map(drop))
    }

    /// What follows in this block is never reached: it may take operands of any type.
    pub(crate) fn give_up(&mut self) {
        let last = self.open.saturating_sub(1) as usize;
        if let Some(frame) = self.frames.get_mut(last) {
            frame.region.reach = Reach::Never;
            self.height = frame.height.into();
        }
    }
}
