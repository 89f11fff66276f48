//! What is told of a module: its items, and the instructions of its functions.

/// Something that a section declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item {
    /// A function type.
    Type {
        /// Parameters and results.
        values: u32,
    },
    /// An imported function.
    Import {
        /// Bytes of the module's name.
        module: u32,
        /// Bytes of the function's name.
        name: u32,
    },
    /// A function of the module's own.
    Function,
    /// A table.
    Table {
        /// Elements that it begins with, and keeps.
        elements: u32,
    },
    /// The memory.
    Memory {
        /// Bytes that it begins with.
        bytes: u32,
        /// The most bytes that it may have; `u32::MAX` if the module does not say.
        max: u32,
    },
    /// A global.
    Global,
    /// An export.
    Export {
        /// Bytes of its name.
        name: u32,
        /// Whether it is a function.
        function: bool,
    },
    /// An element segment.
    Element {
        /// Functions in it.
        items: u32,
        /// Whether it is written to a table when an instance is made.
        active: bool,
    },
    /// A data segment.
    Data {
        /// Bytes in it.
        bytes: u32,
        /// Whether it is written to memory when an instance is made.
        active: bool,
    },
}

/// One instruction, as far as heap is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// `unreachable`
    Unreachable,
    /// `block` with so many parameters
    Block(u32),
    /// `loop` with so many parameters
    Loop(u32),
    /// `if` with so many parameters
    If(u32),
    /// `else`
    Else {
        /// Operands below the block's parameters.
        height: u32,
        /// Parameters of the block.
        params: u32,
        /// Results of the block.
        results: u32,
    },
    /// `end`
    End {
        /// Operands below the block's results.
        height: u32,
        /// Results of the block.
        results: u32,
    },
    /// `br`
    Br {
        /// Blocks between here and the target.
        depth: u32,
        /// Values that go along.
        carried: u32,
    },
    /// `br_if`
    BrIf {
        /// Blocks between here and the target.
        depth: u32,
        /// Values that go along.
        carried: u32,
    },
    /// A label of a `br_table`, its default included; before [`Step::BrTable`].
    Label {
        /// Blocks between here and the target.
        depth: u32,
    },
    /// `br_table`, after its labels
    BrTable {
        /// Labels, the default included.
        labels: u32,
        /// Values that go along.
        carried: u32,
    },
    /// `return` of so many results
    Return(u32),
    /// `call`
    Call {
        /// Parameters of the function.
        params: u32,
        /// Its results.
        results: u32,
        /// Whether the function is the module's own.
        own: bool,
    },
    /// `call_indirect`
    CallIndirect {
        /// Parameters of the type.
        params: u32,
        /// Its results.
        results: u32,
    },
    /// `drop`
    Drop,
    /// `select`, with or without a type
    Select,
    /// `local.get` of this local
    LocalGet(u32),
    /// `local.set` of this local
    LocalSet(u32),
    /// `local.tee` of this local
    LocalTee(u32),
    /// `global.get`
    GlobalGet,
    /// `global.set`
    GlobalSet,
    /// A load with this offset
    Load(u32),
    /// A store with this offset
    Store(u32),
    /// `memory.size`
    MemorySize,
    /// `memory.grow`
    MemoryGrow,
    /// A constant of four bytes, or of eight
    Constant {
        /// Whether it has eight.
        wide: bool,
    },
    /// A numeric instruction, by its opcode: 0x45 to 0xc4
    Numeric(u8),
    /// A saturating conversion: 0xfc 0 to 0xfc 7
    Saturate,
    /// A bulk instruction of memory or table with three operands
    Bulk,
    /// `data.drop`, `elem.drop`
    DropSegment,
}
