//! Where admission keeps its books: arrays of sizes that are fixed when it is compiled.

use corelet_abi::NameKey;

use crate::Limits;
use crate::operands::Frame;
use crate::types::Signature;

/// Room for so many of each; the limits of a module that is read in it are no larger.
pub(crate) struct Workspace<
    'm,
    const TYPES: usize,
    const FUNCTIONS: usize,
    const GLOBALS: usize,
    const EXPORTS: usize,
    const LOCALS: usize,
    const OPERANDS: usize,
    const NESTING: usize,
> {
    types: [Signature<'m>; TYPES],
    functions: [u16; FUNCTIONS],
    globals: [u8; GLOBALS],
    exports: [NameKey; EXPORTS],
    locals: [u8; LOCALS],
    operands: [u8; OPERANDS],
    frames: [Frame; NESTING],
}

macro_rules! workspace {
    ($(#[$doc:meta])* $name:ident, $limits:expr) => {
        $(#[$doc])*
        pub(crate) type $name<'m> = Workspace<
            'm,
            { $limits.types as usize },
            { $limits.functions as usize },
            { $limits.globals as usize },
            { $limits.exports as usize },
            { $limits.locals as usize },
            { $limits.operands as usize },
            { $limits.nesting as usize },
        >;
    };
}

workspace! {
    /// For a device: some 4 KiB on its stack.
    DeviceWorkspace, Limits::DEVICE
}
workspace! {
    /// For tools.
    LargestWorkspace, Limits::LARGEST
}

/// The parts of a workspace, whatever its sizes.
pub(crate) struct Space<'a, 'm> {
    pub(crate) types: &'a mut [Signature<'m>],
    pub(crate) functions: &'a mut [u16],
    pub(crate) globals: &'a mut [u8],
    pub(crate) exports: &'a mut [NameKey],
    pub(crate) locals: &'a mut [u8],
    pub(crate) operands: &'a mut [u8],
    pub(crate) frames: &'a mut [Frame],
}

impl<
    'm,
    const TYPES: usize,
    const FUNCTIONS: usize,
    const GLOBALS: usize,
    const EXPORTS: usize,
    const LOCALS: usize,
    const OPERANDS: usize,
    const NESTING: usize,
> Workspace<'m, TYPES, FUNCTIONS, GLOBALS, EXPORTS, LOCALS, OPERANDS, NESTING>
{
    pub(crate) const fn new() -> Self {
        Self {
            types: [Signature::NOTHING; TYPES],
            functions: [0; FUNCTIONS],
            globals: [0; GLOBALS],
            exports: [NameKey(0); EXPORTS],
            locals: [0; LOCALS],
            operands: [0; OPERANDS],
            frames: [Frame::EMPTY; NESTING],
        }
    }

    pub(crate) const fn space(&mut self) -> Space<'_, 'm> {
        Space {
            types: &mut self.types,
            functions: &mut self.functions,
            globals: &mut self.globals,
            exports: &mut self.exports,
            locals: &mut self.locals,
            operands: &mut self.operands,
            frames: &mut self.frames,
        }
    }
}
