//! # Admission: what a module must be before an interpreter sees it
//!
//! An interpreter allocates in proportion to what a module claims, and on a microcontroller an allocation that fails
//! takes the firmware down. So every module passes here first: [`admit`] reads it once, without heap, without recursion, in
//! time proportional to its length, and gives a proof ([`Admitted`]) or a [`Refusal`].
//!
//! ```
//! use corelet_admission::{admit, Limits, Reason};
//!
//! // Thirteen bytes that claim a million imports.
//! let module = b"\0asm\x01\0\0\0\x02\x03\xc0\x84\x3d";
//! let refusal = admit(module, &Limits::DEVICE, &()).unwrap_err();
//! assert!(matches!(refusal.reason, Reason::Over { found: 1_000_000, .. }));
//! ```
//!
//! ## What is checked
//!
//! The whole validation of the specification, for WebAssembly 1.0 with sign extension, saturating conversions, bulk memory,
//! multi-value and custom page sizes: types of operands, blocks and branches, by the algorithm of the specification's
//! appendix; constants, indices, alignments; the forms of integers and names; the order of sections and their ends. An
//! interpreter that trusts its input can be given what passes.
//!
//! Every count that a module states is held against [`Limits`], and then against the bytes that are there, before
//! anything is done that many times. Besides:
//!
//! | section | what passes |
//! |---|---|
//! | type | at most one result, by default |
//! | import | functions of the ABI's type, `(i32, i32, i32, i32) -> i32`, that the [`Offer`] serves and `corelet:shapes` names |
//! | function, code | bounded length, locals, operands and nesting, and the [`fuel`] that is needed at once |
//! | table | one table of functions, which keeps the size that it begins with |
//! | memory | one memory, with pages of 1 byte or 64 KiB, under 2³² bytes; neither shared nor 64-bit |
//! | export | `memory`, `corelet:abi/exchange@1`, `init`; functions with `#` in the name and `init` are `(i32, i32) -> i64` and stand in `corelet:shapes`; no name or key twice |
//! | start | refused |
//! | element, data | active segments within what table and memory begin with |
//! | custom | `corelet:shapes` once, with no name twice; the others are passed over |
//!
//! The exchange buffer's address is an immutable `i32` constant, a multiple of 4, whose size field lies in the memory.
//!
//! ## How it is done
//!
//! The sections are found first, then read in order; what the ABI asks of imports and exports comes before code. That is gone over once,
//! with operands and blocks in arrays whose sizes are fixed when this is compiled. Only the targets of a `br_table` are read twice, since the last of them
//! decides about the others. [`validate`] does the part that the specification asks for, for tools and foreign test suites.
//!
//! ## A module that is on its way
//!
//! `corelet build` puts `corelet:shapes` first. Types to exports follow, a few hundred bytes, so whether a device has what a module
//! imports is known long before its code is there. [`Beginning::of`] says of the bytes that have come how many more that
//! takes, and [`admit_beginning`] holds them against limits and offer: it can only refuse, since of what follows nothing is known, and
//! [`admit`] looks at all of it again. Where the shapes stand elsewhere, or the beginning has more than [`Beginning::BYTES_MAX`], only `admit`
//! tells.
//!
//! ## What is learned besides
//!
//! The most heap that the module will take while it is translated, instantiated and called ([`Admitted::heap`], with the model in
//! [`heap`]), and what in it is largest ([`Figures`]). Neither is a reason to refuse here: whoever loads the module knows how much
//! heap there is.
//!
//! ## What is not checked
//!
//! How long the code runs, and how much of its memory it uses: the interpreter holds it to that.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod admitted;
mod beginning;
mod constants;
mod cursor;
mod declared;
mod describe;
mod exports;
mod figures;
pub mod fuel;
mod functions;
mod globals;
pub mod heap;
mod imports;
mod instructions;
mod layout;
mod limits;
mod memory;
mod numeric;
mod offer;
mod operands;
mod plugin;
mod proposals;
mod refusal;
mod regions;
mod segments;
mod shapes;
mod source;
mod types;
mod validate;
mod value;
mod workspace;

pub use admitted::{Admitted, Import, admit, admit_large};
pub use beginning::{Beginning, admit_beginning};
pub use declared::{Declared, Export};
pub use figures::{Figures, LargestFunction};
pub use limits::{Limits, Quantity};
pub use offer::{ImportRefusal, Offer};
pub use refusal::{ImportName, Name, Reason, Refusal, Required};
pub use validate::validate;
