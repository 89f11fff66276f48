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
//! Every count that a module states is held against [`Limits`], and then against the bytes that are there, before
//! anything is done that many times. Integers have the length and range that WebAssembly allows (padding included, which
//! linkers leave), names are UTF-8, sections stand once and in order, and each ends where its last item does. Besides:
//!
//! | section | what passes |
//! |---|---|
//! | type | function types over `i32`, `i64`, `f32`, `f64` |
//! | import | functions of the ABI's type, `(i32, i32, i32, i32) -> i32`, that the [`Offer`] serves and `corelet:shapes` names |
//! | function, code | as many bodies as declarations; bounded length, locals and nesting; known instructions with whole operands, and nothing behind the last `end` |
//! | table | one table of functions |
//! | memory | one memory, with pages of 1 byte or 64 KiB; neither shared nor 64-bit |
//! | global | each with one constant of its type |
//! | export | `memory`, `corelet:abi/exchange@1`, `init`; functions with `#` in the name and `init` are `(i32, i32) -> i64` and stand in `corelet:shapes`; no name or key twice |
//! | start | refused |
//! | element, data | active segments with a constant offset, within what table and memory begin with; passive ones |
//! | custom | `corelet:shapes` once, with no name twice; the others are passed over |
//!
//! The exchange buffer's address is an immutable `i32` constant, a multiple of 4, whose size field lies in the memory.
//!
//! Instructions are those of WebAssembly 1.0, sign extension, saturating conversions and bulk memory; blocks have one
//! result by default.
//!
//! ## What is not
//!
//! Types of operands, and indices in code: the interpreter validates them before it runs any. What translation costs in
//! heap is bounded by length, locals and nesting of a function, not computed.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod admitted;
mod cursor;
mod describe;
mod exports;
mod functions;
mod instructions;
mod layout;
mod limits;
mod offer;
mod refusal;
mod set;
mod shapes;
mod storage;

pub use admitted::{Admitted, Export, Import, admit};
pub use limits::{Limits, Quantity};
pub use offer::{ImportRefusal, Offer};
pub use refusal::{ImportName, Name, Reason, Refusal, Required};
