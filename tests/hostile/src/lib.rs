//! # The hostile set
//!
//! Plugins that nobody meant well with, made by code: [`cases`]. Each is an image that is signed and put through all that an
//! image goes through, into a slot beside a good plugin, called, and unloaded. It is run in several [ways](corelet_mps2_an386::Way):
//! called to the end; in slices; with a call that is cancelled in the middle; and unloaded in the middle of a call or of `init`.
//! After each, whatever it did,
//!
//! - the host is alive, and the slot empty;
//! - the good plugin gives its answer, for the fuel that it always took, and has neither failed nor been restarted; it gives it also
//!   while the other one is in the middle of a call;
//! - the heap is what it was, to the byte.
//!
//! And what comes of the case is what it [expects](Expected): most are one kind of thing at many sizes, on both sides of a
//! limit. In slices, and after a call that was cancelled, it is what comes of it in one piece, for the same fuel.
//!
//! | class | what is swept |
//! |---|---|
//! | claimed counts | counts and lengths of every section and of what is inside, with nothing behind them |
//! | huge LEBs | integers longer than they need to be, than they may be, and with bits that their type has not |
//! | locals | in one group, in two, and in as many groups |
//! | functions, types, globals, exports | how many; parameters and results of a type |
//! | nesting | blocks, loops, ifs, values across them |
//! | stacked operands | constants, locals, registers |
//! | br_table | labels |
//! | long functions | bytes of one kind of code, and functions of a KiB |
//! | names, custom sections | lengths, encodings, how many; shapes |
//! | segments | data and elements: how many, how long, where |
//! | memory and table sizes | pages of one byte and of 64 KiB; the exchange buffer |
//! | loops, recursion | endless and counted, in `init` too |
//! | memory.grow, memory.fill, memory.copy | storms, within memory and outside |
//! | host calls | storms of every standard function, well and with pointers that lie |
//! | log floods, storage floods | lines and values of every length |
//! | answers that lie | where an answer is, how long, and what it says |
//! | misbehaviours | every image of `corelet_tests::misbehaviour` |
//! | damage | a rich plugin, cut off and changed at random |
//!
//! It runs on the desktop board ([`Bench`]) and on the emulated one ([`emulate`]), whose firmware then
//! has a heap of 96 KiB: what finds no room there is refused, and nothing else differs. [`AbiFuzz`] and [`soak`] go on from there: the first with numbers and
//! bytes from a seed in every place of the ABI, the second with the set over and over, each time in another way.
//!
//! ```sh
//! cargo run --release -p corelet-hostile -- set
//! cargo run --release -p corelet-hostile -- emulated
//! cargo run --release -p corelet-hostile -- abi --seconds 600 --seed 1
//! cargo run --release -p corelet-hostile -- soak --cycles 1000000
//! ```

mod abi;
#[allow(unsafe_code)]
mod allocator;
mod case;
mod classes;
mod desktop;
mod emulated;
mod module;
mod outcome;
mod soak;
mod table;

pub use abi::{AbiCounts, AbiFuzz};
pub use case::{Case, Expected, NAME, greedy};
pub use classes::cases;
pub use desktop::Bench;
pub use emulated::emulate;
pub use outcome::{Kind, Outcome};
pub use soak::{SoakCounts, soak};
pub use table::{Findings, Table};
