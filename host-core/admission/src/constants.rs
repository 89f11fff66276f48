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

    pub(crate) fn varies(self) -> bool {
        self == Self::Varies
    }

    /// Of what is folded if `all` of its operands are constants.
    pub(crate) const fn folded(all: bool) -> Self {
        if all { Self::Constant } else { Self::Varies }
    }
}

/// All bytes of types have the bit above these; of [`ANY`] none is set.
const TYPE: u8 = 0x3f;

/// An operand in a byte.
pub(crate) const fn packed(value: u8, known: Known) -> u8 {
    (value & TYPE) | ((known as u8) << 6)
}

/// The type of a packed operand.
pub(crate) const fn type_of(packed: u8) -> u8 {
    match packed & TYPE {
        0 => ANY,
        value => value | 0x40,
    }
}

/// What is known of a packed operand.
pub(crate) const fn known(packed: u8) -> Known {
    match packed >> 6 {
        0 => Known::Varies,
        1 => Known::Zero,
        2 => Known::Small,
        _ => Known::Constant,
    }
}
