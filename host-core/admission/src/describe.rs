//! Refusals as sentences: what was found, what is allowed, what to do.

use core::fmt;

use crate::{ImportName, ImportRefusal, Quantity, Reason, Refusal, proposals, value};

impl Refusal {
    /// The refusal in words, with the names that stand in `module`, which is the module that was refused.
    ///
    /// The text is one line: what was found, what is allowed, and what to do where that is not plain.
    ///
    /// ```
    /// use corelet_admission::{Limits, admit};
    /// let module = b"\0asm\x01\0\0\0\x01\x05\xc0\x84\x3d\0\0";
    /// let refusal = admit(module, &Limits::DEVICE, &()).unwrap_err();
    /// assert_eq!(
    ///     refusal.describe(module).to_string(),
    ///     "1000000 types, 64 are allowed: make the module smaller, or raise `types` (at byte 10)",
    /// );
    /// ```
    pub const fn describe(self, module: &[u8]) -> impl fmt::Display + '_ {
        Placed {
            offset: self.offset,
            sentence: Sentence {
                reason: self.reason,
                module,
            },
        }
    }
}

impl Reason {
    /// The reason in words, without the place: as [`Refusal::describe`].
    pub const fn describe(self, module: &[u8]) -> impl fmt::Display + '_ {
        Sentence {
            reason: self,
            module,
        }
    }
}

/// Without the names: for where the module is not at hand.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(&[]).fmt(f)
    }
}

impl core::error::Error for Refusal {}

struct Placed<'m> {
    offset: u32,
    sentence: Sentence<'m>,
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.sentence, self.offset)
    }
}

struct Sentence<'m> {
    reason: Reason,
    module: &'m [u8],
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            Reason::NotAModule => f.write_str("this is no WebAssembly core module of version 1"),
            Reason::Truncated => f.write_str("the bytes end before what is claimed here"),
            Reason::Integer => f.write_str("an integer is longer than its type allows"),
            Reason::Utf8 => f.write_str("a name is not UTF-8"),
            Reason::Over {
                what,
                found,
                allowed,
            } => over(f, what, found, allowed),
            Reason::UnknownSection { found } => {
                write!(f, "section {found}: unknown, or of a proposal that is off")
            }
            Reason::SectionOrder { found } => write!(f, "section {found} stands twice or too late"),
            Reason::Trailing { found } => write!(f, "{found} bytes are left over"),
            Reason::Index {
                what,
                found,
                allowed,
            } => write!(f, "index {found}, and there are {allowed} {}", what.words()),
            Reason::Count {
                what,
                found,
                allowed,
            } => write!(
                f,
                "{found} {} here, and {allowed} were announced",
                what.words()
            ),
            Reason::TypeForm { found } => {
                write!(f, "type form {found:#04x}: only function types are allowed")
            }
            Reason::ValueType { found } => {
                write!(f, "value type {found:#04x}")?;
                if let Some(proposal) = proposals::of_value_type(found) {
                    write!(f, ", of {proposal}")?;
                }
                f.write_str(": only i32, i64, f32 and f64 are allowed")
            }
            Reason::ImportKind { import, found } => {
                self.import(f, import)?;
                write!(f, " is a {}: only functions can be imported", kind(found))
            }
            Reason::ImportSignature { import } => {
                self.import(f, import)?;
                f.write_str(
                    " has another type than (i32, i32, i32, i32) -> i32: call it through the generated bindings",
                )
            }
            Reason::Import { import, refusal } => {
                self.import(f, import)?;
                write!(f, ": {refusal}{}", help(refusal))
            }
            Reason::ImportWithoutShape { import } => {
                self.import(f, import)?;
                f.write_str(
                    " has no shape in `corelet:shapes`: build it with the generated bindings",
                )
            }
            Reason::TableType { found } => write!(
                f,
                "table type {found:#04x}: only tables of functions are allowed"
            ),
            Reason::MemoryFlags { found } => write!(
                f,
                "memory flags {found:#04x}: shared and 64-bit memories are not allowed"
            ),
            Reason::PageSize { found } => {
                write!(f, "pages of 2^{found} bytes: 1 byte and 64 KiB are allowed")
            }
            Reason::Maximum { found, minimum } => {
                write!(f, "a maximum of {found}, and the minimum is {minimum}")
            }
            Reason::Mutability { found } => write!(f, "mutability {found}: 0 and 1 are allowed"),
            Reason::Constant { found } => write!(
                f,
                "instruction {found:#04x} where one constant and `end` are allowed"
            ),
            Reason::Segment { found } => write!(f, "a segment with flags {found} is not allowed"),
            Reason::SegmentOutside { found, allowed } => {
                write!(f, "a segment reaches to {found}, and there are {allowed}")
            }
            Reason::StartFunction => f.write_str("a start function: move its code to `init`"),
            Reason::Unclosed => f.write_str("the code of a function does not close all its blocks"),
            Reason::Instruction { found } => {
                match proposals::of_instruction(found) {
                    Some(proposal) => {
                        write!(f, "instruction {found:#x} is of {proposal}, which is off")?;
                    }
                    None => write!(f, "instruction {found:#x} is unknown")?,
                }
                f.write_str(": build for WebAssembly 1.0 with bulk memory")
            }
            Reason::BlockType { found } => {
                write!(f, "a block of type {found}: there is no such type")
            }
            Reason::Operand { found, wanted } => write!(
                f,
                "an operand of type {}, where {} is taken",
                value::name(found),
                value::name(wanted)
            ),
            Reason::NoOperand { wanted } => write!(
                f,
                "no operand is there, where {} is taken",
                value::name(wanted)
            ),
            Reason::OperandsLeft { found } => {
                write!(f, "{found} operands are left at the end of a block")
            }
            Reason::ElseWithoutIf => f.write_str("an `else` without an `if`"),
            Reason::IfWithoutElse => {
                f.write_str("an `if` without an `else` gives other values than it takes")
            }
            Reason::Labels { found, allowed } => write!(
                f,
                "a label that carries {found} values beside one that carries {allowed}"
            ),
            Reason::Alignment { found, allowed } => write!(
                f,
                "an alignment of 2^{found} bytes: the width is 2^{allowed}"
            ),
            Reason::ImmutableGlobal => f.write_str("a global is set that never changes"),
            Reason::NoDataCount => f.write_str(
                "a data segment is named, and there is no count of them before the code",
            ),
            Reason::ExportKind { name, found } => {
                write!(f, "export `{}` is a {}", name.of(self.module), kind(found))
            }
            Reason::ExportTwice { name } => {
                write!(
                    f,
                    "export `{}` has the name of another, or one with the same key: rename it",
                    name.of(self.module)
                )
            }
            Reason::ExportSignature { name } => write!(
                f,
                "export `{}` has another type than (i32, i32) -> i64: make it with `export!`",
                name.of(self.module)
            ),
            Reason::ExportWithoutShape { name } => write!(
                f,
                "export `{}` has no shape in `corelet:shapes`: make it with `export!`",
                name.of(self.module)
            ),
            Reason::MissingExport { what } => {
                write!(
                    f,
                    "no export `{}`: a plugin is made with `export!`",
                    what.name()
                )
            }
            Reason::AbiVersion { name } => write!(
                f,
                "`{}` is of another version of the ABI than 1: rebuild the plugin",
                name.of(self.module)
            ),
            Reason::ExchangeType => {
                f.write_str("the address of the exchange buffer is not an immutable i32 global")
            }
            Reason::ExchangeAddress { found, memory } => write!(
                f,
                "an exchange buffer at {found}: it must be a multiple of 4 and within {memory} bytes of memory"
            ),
            Reason::ShapesTwice => f.write_str(
                "a second section `corelet:shapes`: rebuild the plugin with `corelet build`",
            ),
            Reason::ShapesLength { found } => {
                write!(
                    f,
                    "`corelet:shapes` has {found} bytes, which is no multiple of 16"
                )
            }
            Reason::ShapeTwice { entry } => {
                write!(f, "entry {entry} of `corelet:shapes` repeats a name")
            }
        }
    }
}

impl Sentence<'_> {
    fn import(&self, f: &mut fmt::Formatter<'_>, import: ImportName) -> fmt::Result {
        write!(
            f,
            "import {} `{}`",
            import.interface.of(self.module),
            import.function.of(self.module)
        )
    }
}

fn over(f: &mut fmt::Formatter<'_>, what: Quantity, found: u64, allowed: u32) -> fmt::Result {
    let verb = if allowed == 1 { "is" } else { "are" };
    write!(
        f,
        "{found} {}, {allowed} {verb} allowed: make the module smaller, or raise `{}`",
        what.words(),
        what.field()
    )
}

const fn help(refusal: ImportRefusal) -> &'static str {
    match refusal {
        ImportRefusal::Unknown => "; does the firmware implement this interface, in this version?",
        ImportRefusal::NotGranted => "; name it under [grants] and in the policy of the slot",
        ImportRefusal::WrongShape { .. } => "; rebuild the plugin against the firmware's contract",
    }
}

const fn kind(byte: u8) -> &'static str {
    match byte {
        0 => "function",
        1 => "table",
        2 => "memory",
        3 => "global",
        4 => "tag",
        _ => "thing of unknown kind",
    }
}
