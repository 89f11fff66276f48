//! Why a module is refused.

use corelet_abi::{EXCHANGE_EXPORT, INIT_EXPORT, MEMORY_EXPORT};

use crate::{ImportRefusal, Quantity};

/// Why a module is refused, and where in it: always a fault of the guest, or of whoever sent it here.
///
/// It holds numbers only. [`Refusal::describe`] makes a sentence of it, with the names that stand in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal {
    /// Where in the module the refused item begins, in bytes.
    pub offset: u32,
    /// What is wrong with it.
    pub reason: Reason,
}

/// A name in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Name {
    /// Where its first byte is.
    pub offset: u32,
    /// How many bytes it has.
    pub length: u32,
}

impl Name {
    /// The name itself; empty if `module` is not the module that was refused.
    pub fn of(self, module: &[u8]) -> &str {
        let bytes = module
            .get(self.offset as usize..)
            .and_then(|rest| rest.get(..self.length as usize))
            .unwrap_or(&[]);
        core::str::from_utf8(bytes).unwrap_or("")
    }
}

/// The two names of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ImportName {
    /// For instance `corelet:host/storage@0.1.0`.
    pub interface: Name,
    /// For instance `get`.
    pub function: Name,
}

/// What a module must export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Required {
    /// The memory.
    Memory,
    /// The address of the exchange buffer.
    Exchange,
    /// The function that makes the plugin.
    Init,
}

impl Required {
    /// The name that it is exported by.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => MEMORY_EXPORT,
            Self::Exchange => EXCHANGE_EXPORT,
            Self::Init => INIT_EXPORT,
        }
    }
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// It does not begin as a WebAssembly core module of version 1 does.
    NotAModule,
    /// The bytes end inside an item, or are fewer than the items that are claimed.
    Truncated,
    /// An integer is longer than its type allows, or sets bits outside it.
    Integer,
    /// A name is not UTF-8.
    Utf8,
    /// More of something than is allowed.
    Over {
        /// Of what.
        what: Quantity,
        /// How much there is.
        found: u64,
        /// How much there may be.
        allowed: u32,
    },
    /// A section of an unknown kind.
    UnknownSection {
        /// Its number.
        found: u8,
    },
    /// A section stands twice, or after one that it must stand before.
    SectionOrder {
        /// Its number.
        found: u8,
    },
    /// Bytes are left over after a section's or a function's last item.
    Trailing {
        /// How many.
        found: u32,
    },
    /// An index names nothing.
    Index {
        /// Of what.
        what: Quantity,
        /// The index.
        found: u32,
        /// How many there are.
        allowed: u32,
    },
    /// Two sections must have one count and do not.
    Count {
        /// Of what.
        what: Quantity,
        /// The count in the later section.
        found: u32,
        /// The count in the earlier section.
        allowed: u32,
    },
    /// A type that is no function type.
    TypeForm {
        /// Its first byte.
        found: u8,
    },
    /// A value type other than `i32`, `i64`, `f32` and `f64`.
    ValueType {
        /// Its byte.
        found: u8,
    },
    /// Something other than a function is imported.
    ImportKind {
        /// The import.
        import: ImportName,
        /// 1 a table, 2 a memory, 3 a global, 4 a tag.
        found: u8,
    },
    /// An import whose type is not that of the ABI.
    ImportSignature {
        /// The import.
        import: ImportName,
    },
    /// An import that is not served.
    Import {
        /// The import.
        import: ImportName,
        /// Why not.
        refusal: ImportRefusal,
    },
    /// An import for which `corelet:shapes` has no entry.
    ImportWithoutShape {
        /// The import.
        import: ImportName,
    },
    /// A table of something other than functions, or with flags other than a maximum.
    TableType {
        /// The byte that says so.
        found: u8,
    },
    /// A shared or 64-bit memory, or unknown flags.
    MemoryFlags {
        /// The flags.
        found: u8,
    },
    /// Pages of a size other than 1 byte and 64 KiB.
    PageSize {
        /// The base-2 logarithm of the size.
        found: u32,
    },
    /// A maximum that is smaller than the minimum, or larger than can be.
    Maximum {
        /// The maximum.
        found: u32,
        /// The minimum.
        minimum: u32,
    },
    /// A global whose mutability is neither 0 nor 1.
    Mutability {
        /// The byte.
        found: u8,
    },
    /// An initial value or offset that is not one constant of its type.
    Constant {
        /// The first instruction that does not fit.
        found: u8,
    },
    /// A segment that is neither active in memory or table 0, nor passive, nor declared.
    Segment {
        /// Its flags.
        found: u32,
    },
    /// An active segment that reaches outside what its memory or table begins with.
    SegmentOutside {
        /// Where it ends.
        found: u64,
        /// Where memory or table end.
        allowed: u32,
    },
    /// A start function, of which the ABI has none; or one that takes or gives values.
    StartFunction,
    /// The code of a function does not close all its blocks with `end`.
    Unclosed,
    /// An unknown instruction, or one of a proposal that is off.
    Instruction {
        /// Its opcode; behind `0xfc` for those that have this prefix.
        found: u64,
    },
    /// A block whose type is neither nothing, nor a value type, nor a function type that is there.
    BlockType {
        /// The type as a signed number.
        found: i64,
    },
    /// An operand of another type than the instruction takes.
    Operand {
        /// The byte of its type.
        found: u8,
        /// The byte of the type that is taken; 0 for any.
        wanted: u8,
    },
    /// An instruction takes an operand that is not there.
    NoOperand {
        /// The byte of the type that is taken; 0 for any.
        wanted: u8,
    },
    /// A block ends with operands that it does not give.
    OperandsLeft {
        /// How many.
        found: u32,
    },
    /// An `else` that no `if` goes before.
    ElseWithoutIf,
    /// An `if` without `else` gives other values than it takes.
    IfWithoutElse,
    /// The labels of a `br_table` carry different numbers of values.
    Labels {
        /// How many one carries.
        found: u32,
        /// How many the last one carries.
        allowed: u32,
    },
    /// A load or store that claims more alignment than its width.
    Alignment {
        /// The base-2 logarithm of what is claimed.
        found: u32,
        /// That of the width.
        allowed: u32,
    },
    /// A global is set that never changes.
    ImmutableGlobal,
    /// An instruction names a data segment, and their number was not announced.
    NoDataCount,
    /// An unknown kind of export, or one of the ABI's names on the wrong kind.
    ExportKind {
        /// The export.
        name: Name,
        /// 0 a function, 1 a table, 2 a memory, 3 a global.
        found: u8,
    },
    /// Two exports of one name, or of names with one key.
    ExportTwice {
        /// The second.
        name: Name,
    },
    /// An exported function whose type is not that of the ABI.
    ExportSignature {
        /// The export.
        name: Name,
    },
    /// An exported function for which `corelet:shapes` has no entry.
    ExportWithoutShape {
        /// The export.
        name: Name,
    },
    /// An export that must be there is missing.
    MissingExport {
        /// Which.
        what: Required,
    },
    /// The exchange buffer's name carries another version of the ABI.
    AbiVersion {
        /// The export.
        name: Name,
    },
    /// The exported address of the exchange buffer is not an immutable `i32`.
    ExchangeType,
    /// The exchange buffer's address is not a multiple of 4, or its size field lies outside the memory.
    ExchangeAddress {
        /// The address.
        found: u32,
        /// How many bytes the memory begins with.
        memory: u32,
    },
    /// A second section `corelet:shapes`.
    ShapesTwice,
    /// The section `corelet:shapes` is not a whole number of entries.
    ShapesLength {
        /// How many bytes it has.
        found: u32,
    },
    /// Two shapes for one name.
    ShapeTwice {
        /// Which entry of the section is the second, from 0.
        entry: u32,
    },
}
