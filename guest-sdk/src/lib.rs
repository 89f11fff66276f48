//! # Plugins for Corelet, in Rust
//!
//! A plugin is one type. It is made by `init`, and implements one trait for each interface that its world exports.
//! The contract is WIT, in `wit/`:
//!
//! ```text
#![doc = include_str!("../examples/thermostat/wit/world.wit")]
//! ```
//!
//! and the plugin is Rust, in `src/lib.rs`:
//!
//! ```
//! #![cfg_attr(target_family = "wasm", no_std)]
//! corelet_guest::bindgen!({ path: "examples/thermostat/wit" }); // or bindgen!() for wit/ beside Cargo.toml
//!
//! pub struct Alarm {
//!     limit: i32,
//! }
//!
//! impl Plugin for Alarm {
//!     fn init(config: &Config) -> Result<Self, Error> {
//!         Ok(Self { limit: config.set_point_milli })
//!     }
//! }
//!
//! impl ticker::Guest for Alarm {
//!     fn tick(&mut self) -> Result<(), Error> {
//!         let now = sensor::read(0)?.milli();
//!         if now > self.limit {
//!             corelet_guest::warn!("{now} m°C: too warm");
//!         }
//!         Ok(())
//!     }
//! }
//! corelet_guest::export!(Alarm);
//! # fn main() {
//! # use ticker::Guest;
//! # corelet_guest::sim::sensor(0, 30_000);
//! # Alarm { limit: 21_000 }.tick().unwrap();
//! # assert_eq!(corelet_guest::sim::log(), "30000 m°C: too warm");
//! # }
//! ```
//!
//! The crate is a `cdylib`; `corelet build` makes a signed image of it. There is no allocator, no `unsafe` and no
//! `core::fmt` in it; a plugin that wants `alloc` has `heap!`.
//!
//! ## What `bindgen!` gives
//!
//! [`bindgen!`] reads the contract in `wit/`. Beside the crate's own code stand then:
//!
//! - a module for each interface that the world imports, with its types and functions: `sensor::read(0)`. Those of
//!   the standard contract are the modules of this crate: [`logging`], [`monotonic_clock`], [`wall_clock`], [`sensor`],
//!   [`storage`]. A function whose result is a `result` returns a [`CallError`], another one a [`Status`](abi::Status);
//!   `?` makes an [`Error`] of both. A result that borrows is read into a [`Buffer`] of the caller's.
//! - a module for each interface that it exports, with the trait `Guest` to implement: [`ticker::Guest`],
//!   [`processor::Guest`], [`event_handler::Guest`], [`lifecycle::Guest`].
//! - `Config`, the world's record `config`, if it has one; its values stand in `corelet.toml` under `[config]`.
//! - `Plugin`, with `init(&Config) -> Result<Self, Error>`, or `init()` in a world without `config`.
//!
//! [`export!`] makes the exports of the wasm module: the plugin's one instance, the buffer that the host writes
//! requests to, and the shapes of all functions. Of the plugin's memory, the stack has as many bytes as `[budget]`
//! names (1,024 if it does not); the rest is what the plugin's statics take.
//!
//! ## What the host sees
//!
//! - A call before `init` answers `NOT_INITIALISED`, a call into a plugin that is inside a call `BUSY`.
//! - A panic traps. The host then makes the plugin anew: what it must not forget belongs into [`storage`]. With the
//!   feature `panic-location` file and line of the panic are logged before.
//! - Arithmetic wraps, as in every release build.
//!
//! ## Testing
//!
//! The crate also compiles for the desktop, where `cargo test` runs it against a simulated board, with the grants and
//! quotas of `corelet.toml`: see [`sim`]. A vendor's interface is answered by stand-ins that the test sets, for instance
//! `motor::sim::set_speed(|rpm| Ok(()))`.

#![no_std]
#![deny(unsafe_code)]

#[cfg(not(target_family = "wasm"))]
extern crate std;

// Generated code names this crate from outside and from within.
extern crate self as corelet_guest;

mod entry;
mod error;
mod generated;
#[cfg(feature = "alloc")]
mod heap;
mod import;
pub mod log;
#[cfg(target_family = "wasm")]
mod panic;
#[doc(hidden)]
pub mod rt;
pub mod sensor;
#[cfg(not(target_family = "wasm"))]
pub mod sim;
pub mod storage;

pub use corelet_abi as abi;
pub use corelet_macros::guest_bindgen as bindgen;
pub use error::{CallError, Cause, Error};
pub use generated::{
    event_handler, lifecycle, logging, monotonic_clock, processor, ticker, types, wall_clock,
};
pub use import::Buffer;

/// Makes `$plugin` the plugin of this crate. Once, beside [`bindgen!`], for a type that implements `Plugin` and the
/// trait of each exported interface.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        __corelet_export!($plugin);
    };
}
