//! Where admission keeps its books: arrays of sizes that are fixed when it is compiled.

use corelet_abi::NameKey;

use crate::functions::Room;
use crate::types::Signature;

/// Room for so many of each; the limits of a module that is read in it are no larger.
pub(crate) struct Space<'a, 'm> {
    pub(crate) lists: Lists<'a, 'm>,
    pub(crate) room: Room<'a>,
}

/// Room for what a module declares before its code.
pub(crate) struct Lists<'a, 'm> {
    pub(crate) types: &'a mut [Signature<'m>],
    pub(crate) functions: &'a mut [u16],
    pub(crate) globals: &'a mut [u8],
    pub(crate) exports: &'a mut [NameKey],
}

/// A [`Space`] for constant limits, in the frame of whoever asks for it: some 4 KiB for those of a device, some hundred for
/// the largest.
macro_rules! space {
    ($limits:expr) => {
        $crate::workspace::Space {
            lists: $crate::workspace::lists!($limits),
            room: $crate::functions::Room {
                locals: &mut [0; $limits.locals as usize],
                operands: &mut [$crate::constants::Operand::ANY; $limits.operands as usize],
                frames: &mut [$crate::operands::Frame::EMPTY; $limits.nesting as usize],
            },
        }
    };
}
pub(crate) use space;

/// [`Lists`] for constant limits, likewise: 2 KiB for those of a device.
macro_rules! lists {
    ($limits:expr) => {
        $crate::workspace::Lists {
            types: &mut [$crate::types::Signature::NOTHING; $limits.types as usize],
            functions: &mut [0; $limits.functions as usize],
            globals: &mut [0; $limits.globals as usize],
            exports: &mut [::corelet_abi::NameKey(0); $limits.exports as usize],
        }
    };
}
pub(crate) use lists;
