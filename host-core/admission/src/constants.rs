//! What is known of an operand before the code runs, packed with its type into a byte.
//!
//! The interpreter folds constants, and where that shows that an instruction traps or a branch is always taken, it leaves out
//! what follows.

use crate::value::ANY;

/// What is known of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing: no constant.
    Varies,
    /// It is zero.
    Zero,
    /// It is a positive number under 2³¹.
    Small,
    /// It may be any constant, or none.
    Constant,
}

impl Known {
    pub(crate) const fn of(constant: i64) -> Self {
        match constant {
            0 => Self::Zero,
            1..=0x7fff_ffff => Self::Small,
            _ => Self::Constant,
        }
    }

    /// Of what is folded if `all` of its operands are constants.
    pub(crate) const fn folded(all: bool) -> Self {
        if all { Self::Constant } else { Self::Varies }
    }
}

/// All bytes of types have the bit above these; of [`ANY`] none is set.
const TYPE: u8 = 0x3f;

/// An operand: its type, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand(u8);

impl Operand {
    /// One that code which is never reached would find: it stands for every type.
    pub(crate) const ANY: Self = Self(ANY);

    pub(crate) const fn new(value: u8, known: Known) -> Self {
        Self((value & TYPE) | ((known as u8) << 6))
    }

    /// Its type.
    pub(crate) const fn value(self) -> u8 {
        match self.0 & TYPE {
            0 => ANY,
            value => value | 0x40,
        }
    }

    /// Whether an instruction that takes `wanted` takes it: if either is [`ANY`], too.
    pub(crate) const fn fits(self, wanted: u8) -> bool {
        (self.0 ^ wanted) & TYPE == 0 || self.0 & TYPE == 0 || wanted == ANY
    }

    pub(crate) const fn known(self) -> Known {
        match self.0 >> 6 {
            0 => Known::Varies,
            1 => Known::Zero,
            2 => Known::Small,
            _ => Known::Constant,
        }
    }

    /// Whether it is no constant.
    pub(crate) fn varies(self) -> bool {
        self.known() == Known::Varies
    }
}
