//! # Running one admitted module
//!
//! A [`Machine`] is the engine, the module and the instance of one slot. This is the only crate that names
//! wasmi; whoever uses it sees bytes, statuses and fuel.
//!
//! ```
//! use corelet_abi::{NameKey, Status};
//! use corelet_admission::{admit, Limits};
//! use corelet_load::{Budget, Imports, Machine};
//!
//! struct Nothing;
//! impl Imports for Nothing {
//!     fn import(&mut self, _: u16, _: &[u8], _: &mut [u8]) -> Result<usize, Status> {
//!         Err(Status::UNAVAILABLE)
//!     }
//!     fn response_max(&self, _: u16) -> usize { 0 }
//!     fn take_debt(&mut self) -> u64 { 0 }
//! }
//!
//! # let text = include_str!("../tests/echo.wat");
//! # let module = wat::parse_str(text)?;
//! let admitted = admit(&module, &Limits::DEVICE, &())?;
//! let mut machine = Machine::load(&admitted, &Budget::DEVICE, Nothing, &())?;
//!
//! let echo = NameKey::of("acme:demo/echo@1.0.0", "echo");
//! let answer = machine.call(echo, 1_000, |request| request.bytes(b"hello"))?;
//! assert_eq!(machine.response(answer), b"hello");
//! assert!(machine.fuel_used() < 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## What holds
//!
//! - A module gets here through admission alone: [`Machine::load`] takes its proof, on whose word wasmi
//!   is told to trust the bytes. With the feature `validate` wasmi validates them besides, for 100 KB of flash.
//! - Code is translated when the module is loaded, never while it runs.
//! - A call stops when its fuel is used up, when it is deeper than [`Budget::calls`] or its values take more than
//!   [`Budget::stack`], and memory does not grow above [`Budget::memory`]. Tables do not grow.
//! - The same module with the same requests gives the same answers for the same fuel on 32 and 64 bits, NaN bits
//!   included.
//! - Pointers and lengths that come from the guest pass one door, which checks them in the order that the ABI names
//!   before the host function sees a byte.
//! - One call is in flight at a time. A host function is given the data but not the machine, and while a call waits for its
//!   next slice any other is answered [`Stop::Busy`]: nothing can call into a guest that is inside a call.
//! - A call of a host function costs, besides what that charges, 1 fuel for every 8 bytes of the request, which is decoded before.
//! - A call in slices ([`Machine::begin`], [`Machine::run`]) runs for a slice at a time, or for its next step where that takes
//!   more, and for what is prepaid: wasmi takes the fuel of code behind an inner call, loop or `if` with that of the code before it,
//!   and does not stop there again. [`Budget::prepaid_fuel`] bounds that. A host function whose price is over what is left of the slice is the last of that slice, and the guest goes on
//!   when later slices have paid for it.
//! - After a stop that [costs the instance](Stop::costs_instance) the machine answers [`Stop::Spent`] until
//!   [`Machine::renew`] has made another: a trap leaves the guest's stack pointer where it was.
//! - `Machine<D>` is `Send` if `D` is.
//!
//! ## What does not
//!
//! wasmi allocates while it translates and makes an instance, and most of these allocations abort the program if the heap
//! has no room. So [`Machine::load`] asks admission for the most that they come to ([`Budget::heap_bound`]), and refuses the module
//! before wasmi sees it if that is more than [`Budget::heap`], or more than the heap has free in one piece, the memory that the
//! module begins with included. In one piece, since a vector that grows needs a piece that holds all of it: what is free in several
//! says little. The bound counts blocks and not what lies between them: holes that are left while vectors grow are in it as far as
//! an old block and its successor are both counted, and no further.
//!
//! While a machine runs, such allocations are few: the value stack with the first call, frames of calls, and 100 bytes for a trap.
//! So a call begins only if [`Budget::call_heap`] is free; [`Stop::HeapFull`] says that it is not. A machine is loaded and its memory
//! grows only if that and the frames of one call more are left, so that other plugins are called as ever while this one is there.
//!
//! The bound is of 32-bit targets, on a desktop too, where wasmi takes up to twice as much.
//!
//! A budget is a ceiling for whatever module comes, and `u32::MAX` is none. So the heap is held against the bound of this module and
//! not against the whole budget: the bound is within it, and covers every allocation that cannot be refused. A heap of 48 KiB
//! has room for two plugins that take 20, though each may be allowed 32. Memory that may grow is not held against the heap either,
//! although growing takes up to three times as much for a moment: `memory.grow` may answer that there is none, and does so where
//! the heap has no room, and nothing is lost.

#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

#[cfg(test)]
extern crate std;

mod budget;
mod error;
mod fuel;
mod host_call;
mod imports;
mod limits;
mod machine;
mod sliced;
mod store_data;
mod translate;

pub use budget::Budget;
pub use error::{Blame, MachineError, Stop, Trap};
pub use imports::Imports;
pub use machine::Machine;
pub use sliced::Progress;
