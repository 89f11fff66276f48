//! Why a module does not load, and why a call gives no answer.

use core::fmt;

use corelet_abi::{CodecError, Status};
use corelet_admission::ImportRefusal;
use corelet_admission::heap::HeapBound;
use wasmi::errors::{ErrorKind, InstantiationError, MemoryError, TableError};
use wasmi::{Error, TrapCode};

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Blame {
    /// The plugin, or whoever made or sent it.
    Guest,
    /// The firmware, or Corelet itself.
    Host,
    /// The board: a driver, the flash, the heap.
    Board,
}

/// Why a module does not load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MachineError {
    /// The memory begins larger than the budget.
    Memory {
        /// Bytes that the module asks for.
        found: u32,
        /// Bytes that the budget allows.
        allowed: u32,
    },
    /// The code is not valid.
    Invalid {
        /// Where in the module, in bytes.
        offset: u32,
    },
    /// The code is valid and beyond what the interpreter can do. No module within [`Limits::DEVICE`](corelet_admission::Limits::DEVICE)
    /// is.
    Unsupported,
    /// The offer that admission passed no longer serves an import.
    Import {
        /// Which, from 0.
        index: u16,
        /// Why not.
        refusal: ImportRefusal,
    },
    /// The exchange buffer is not wholly in memory.
    Exchange {
        /// Its address, after the size field.
        address: u32,
        /// Its size in bytes.
        size: u32,
        /// Bytes of memory.
        memory: u32,
    },
    /// The module may take more heap than the budget allows. It was not translated.
    HeapBudget {
        /// The most that it takes, by what it takes it for.
        bound: HeapBound,
        /// Bytes that the budget allows beside linear memory.
        allowed: u32,
    },
    /// The board has less heap in one piece than the module may take. It was not translated.
    NoRoom {
        /// Bytes that it may take, the memory that it begins with included.
        needed: u32,
    },
    /// The heap has no room.
    OutOfHeap,
    /// The interpreter refused for a reason that admission should have found: a fault of Corelet itself.
    Interpreter,
}

impl MachineError {
    /// Whose fault it is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::Memory { .. }
            | Self::HeapBudget { .. }
            | Self::Invalid { .. }
            | Self::Unsupported
            | Self::Exchange { .. } => Blame::Guest,
            Self::Import { .. } | Self::Interpreter => Blame::Host,
            Self::NoRoom { .. } | Self::OutOfHeap => Blame::Board,
        }
    }

    /// What wasmi says when it reads a module or makes an instance.
    #[cold]
    pub(crate) fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Wasm(error) => Self::Invalid {
                // A module's length fits 32 bits: admission saw to it.
                offset: error.offset() as u32,
            },
            ErrorKind::Memory(MemoryError::OutOfSystemMemory)
            | ErrorKind::Table(TableError::OutOfSystemMemory)
            | ErrorKind::Instantiation(
                // The limiter: that it is within the budget was seen before.
                InstantiationError::FailedToInstantiateMemory(
                    MemoryError::OutOfSystemMemory | MemoryError::ResourceLimiterDeniedAllocation,
                )
                | InstantiationError::FailedToInstantiateTable(TableError::OutOfSystemMemory),
            ) => Self::OutOfHeap,
            ErrorKind::Translation(_)
            | ErrorKind::ImplementationLimits(_)
            | ErrorKind::UserLimits(_)
            | ErrorKind::Ir(_) => Self::Unsupported,
            _ => Self::Interpreter,
        }
    }
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { found, allowed } => write!(
                f,
                "the module begins with {found} bytes of memory, {allowed} are allowed: give it a smaller stack and less \
                 static data, or raise the slot's memory"
            ),
            Self::Invalid { offset } => write!(f, "the code is not valid (at byte {offset})"),
            Self::Unsupported => f.write_str(
                "the code is beyond what the interpreter supports: make its functions smaller",
            ),
            Self::Import { index, refusal } => {
                write!(f, "import {index}, admitted before: {refusal}")
            }
            Self::Exchange {
                address,
                size,
                memory,
            } => write!(
                f,
                "an exchange buffer of {size} bytes at {address}, and the memory has {memory}: make it with `export!`"
            ),
            Self::HeapBudget { bound, allowed } => write!(
                f,
                "the module may take {} bytes of heap, {allowed} are allowed: split its largest function, or raise the slot's heap",
                bound.without_memory()
            ),
            Self::NoRoom { needed } => write!(
                f,
                "the module may take {needed} bytes of heap, and the board has none that large in one piece: unload another plugin, or give \
                 the heap more memory"
            ),
            Self::OutOfHeap => f.write_str(
                "the heap has no room for the module: unload another plugin, or give the heap more memory",
            ),
            Self::Interpreter => {
                f.write_str("the interpreter refused an admitted module: a fault of Corelet")
            }
        }
    }
}

impl core::error::Error for MachineError {}

/// What a guest did that no instruction may do. Its code is at fault, but for a bug of the host's that misled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Trap {
    /// It came to `unreachable`, which is what a panic is.
    Unreachable,
    /// It read or wrote outside its memory.
    MemoryOutOfBounds,
    /// It reached outside its table.
    TableOutOfBounds,
    /// It called through an empty place of its table.
    CallToNull,
    /// It called through its table a function of another type.
    CallToOtherType,
    /// It divided an integer by zero.
    DivisionByZero,
    /// The result of an integer division does not fit.
    IntegerOverflow,
    /// It converted a float to an integer that cannot hold it.
    Conversion,
    /// Its calls were deeper, or their values more, than the budget allows.
    StackExhausted,
}

impl Trap {
    /// What it did, in words that follow "the plugin".
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unreachable => "panicked, or came to `unreachable`",
            Self::MemoryOutOfBounds => "reached outside its memory",
            Self::TableOutOfBounds => "reached outside its table of functions",
            Self::CallToNull => "called through an empty place of its table",
            Self::CallToOtherType => "called a function of another type through its table",
            Self::DivisionByZero => "divided by zero",
            Self::IntegerOverflow => "divided the smallest integer by -1",
            Self::Conversion => "converted a float to an integer that cannot hold it",
            Self::StackExhausted => "exhausted its stack",
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plugin {}", self.reason())
    }
}

impl core::error::Error for Trap {}

/// Why a call gives no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Stop {
    /// The plugin has no such export.
    NoSuchExport,
    /// The instance was lost to an earlier call; [renew](crate::Machine::renew) the machine first.
    Spent,
    /// Another call is in flight: it must be carried on to its end, or cancelled, first.
    Busy,
    /// No call is in flight that could be carried on.
    NoCall,
    /// The arguments do not make a request.
    Request(CodecError),
    /// The request does not fit the guest's exchange buffer.
    RequestTooLarge {
        /// How many bytes the buffer holds.
        allowed: u32,
    },
    /// The fuel is used up, by the guest or by the host functions it called.
    OutOfFuel,
    /// The guest did what no instruction may do.
    Trap(Trap),
    /// The heap has less room than a call [may take](crate::Budget::call_heap). The guest was not entered.
    HeapFull,
    /// The heap has no room for the guest's stack.
    OutOfHeap,
    /// The guest answered with a status.
    Refused(Status),
    /// The guest's result is neither an answer nor a status.
    MalformedResult {
        /// The result.
        found: i64,
    },
    /// The guest's answer does not lie in its memory.
    AnswerOutOfBounds {
        /// The address of the answer.
        pointer: u32,
        /// Its length in bytes.
        length: u32,
        /// Bytes of memory.
        memory: u32,
    },
    /// The interpreter failed in a way that should not be possible: a fault of Corelet itself.
    Interpreter,
}

impl Stop {
    /// Whose fault it is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::NoSuchExport
            | Self::Spent
            | Self::Busy
            | Self::NoCall
            | Self::Request(_)
            | Self::Interpreter => Blame::Host,
            Self::HeapFull | Self::OutOfHeap => Blame::Board,
            Self::RequestTooLarge { .. }
            | Self::OutOfFuel
            | Self::Trap(_)
            | Self::Refused(_)
            | Self::MalformedResult { .. }
            | Self::AnswerOutOfBounds { .. } => Blame::Guest,
        }
    }

    /// Whether the instance is lost, so that the machine must be renewed before the next call.
    pub const fn costs_instance(self) -> bool {
        match self {
            Self::NoSuchExport
            | Self::Busy
            | Self::NoCall
            | Self::Request(_)
            | Self::RequestTooLarge { .. }
            | Self::HeapFull
            | Self::Refused(_) => false,
            Self::Spent
            | Self::OutOfFuel
            | Self::Trap(_)
            | Self::OutOfHeap
            | Self::MalformedResult { .. }
            | Self::AnswerOutOfBounds { .. }
            | Self::Interpreter => true,
        }
    }

    /// What wasmi says when a call ends early.
    #[cold]
    pub(crate) fn of(error: &Error) -> Self {
        let Some(code) = error.as_trap_code() else {
            return Self::Interpreter;
        };
        Self::Trap(match code {
            TrapCode::UnreachableCodeReached => Trap::Unreachable,
            TrapCode::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
            TrapCode::TableOutOfBounds => Trap::TableOutOfBounds,
            TrapCode::IndirectCallToNull => Trap::CallToNull,
            TrapCode::BadSignature => Trap::CallToOtherType,
            TrapCode::IntegerDivisionByZero => Trap::DivisionByZero,
            TrapCode::IntegerOverflow => Trap::IntegerOverflow,
            TrapCode::BadConversionToInteger => Trap::Conversion,
            TrapCode::StackOverflow => Trap::StackExhausted,
            TrapCode::OutOfFuel => return Self::OutOfFuel,
            TrapCode::OutOfSystemMemory => return Self::OutOfHeap,
            TrapCode::GrowthOperationLimited => return Self::Interpreter,
        })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchExport => f.write_str("the plugin does not export this function"),
            Self::Spent => {
                f.write_str("the plugin was stopped by an earlier call and not made anew")
            }
            Self::Busy => f.write_str("a call is in flight: take its answer or cancel it first"),
            Self::NoCall => f.write_str("no call is in flight"),
            Self::Request(error) => write!(f, "the arguments make no request: {error}"),
            Self::RequestTooLarge { allowed } => write!(
                f,
                "the request does not fit the plugin's exchange buffer of {allowed} bytes: rebuild the plugin against \
                 this contract"
            ),
            Self::OutOfFuel => f.write_str(
                "the plugin used up its fuel: raise fuel-per-call, or do less in one call",
            ),
            Self::Trap(trap) => trap.fmt(f),
            Self::HeapFull => f.write_str(
                "the heap has no room for a call: unload another plugin, or give the heap more memory",
            ),
            Self::OutOfHeap => f.write_str(
                "the heap has no room for the plugin's stack: unload another plugin, or give the heap more memory",
            ),
            Self::Refused(status) => write!(f, "the plugin refused: {status}"),
            Self::MalformedResult { found } => {
                write!(f, "the plugin returned {found:#x}, which is no answer")
            }
            Self::AnswerOutOfBounds {
                pointer,
                length,
                memory,
            } => write!(
                f,
                "the plugin's answer of {length} bytes at {pointer} lies outside its {memory} bytes of memory"
            ),
            Self::Interpreter => f.write_str("the interpreter failed: a fault of Corelet"),
        }
    }
}

impl core::error::Error for Stop {}
