//! The whole way, tested: plugins in WebAssembly text, signed and put to the test on the desktop board and, the same list, on
//! the emulated one.

#![forbid(unsafe_code)]

mod desktop;
mod emulated;
mod examples;
mod image;
pub mod misbehaviour;
pub mod neighbour;
mod plugin;
pub mod pump;
mod transcript;

pub use desktop::run_on_desktop;
pub use emulated::Emulated;
pub use examples::{build_example, with_config};
pub use image::{manifest, message, signed, with_grant};
pub use plugin::{MEMORY, OK, Plugin, export_key};
pub use transcript::{Call, Case, Expected, Outcome, Transcript, error_text};
