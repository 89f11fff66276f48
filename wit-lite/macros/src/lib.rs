//! `bindgen!` for plugins and firmwares, each re-exported by the crate that its code names: `corelet_guest::bindgen!`
//! and `corelet_host::bindgen!`.
//!
//! Both read the WIT package in a directory and its `deps/`, and expand to the items of `corelet_wit::emit`: one module
//! per interface. A contract that is refused becomes a compile error with the whole refusal. The crate is rebuilt when a
//! file of the contract changes; a *new* file is noticed with the next change.
//!
//! # Options
//!
//! ```text
//! bindgen!();                                        // wit/ beside Cargo.toml, its only world
//! bindgen!({
//!     path: "contract/wit",                          // from the directory of Cargo.toml
//!     world: "product",                              // if the package has several
//!     with: { "vendor:pump/motor@1.0.0": pump::motor }, // bindings that exist already
//!     serde: true,                                   // modules `owned`, for tools: see `corelet_wit::emit::Options`
//!     crate: my_firmware::corelet,                   // where the runtime is, if not `::corelet_host`
//! });
//! ```

#![forbid(unsafe_code)]

mod expand;
mod input;

use input::Input;
use proc_macro::TokenStream;

/// The bindings of a plugin: functions to call, traits to implement, `Plugin`, `Config` and `Error`.
#[proc_macro]
pub fn guest_bindgen(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as Input);
    expand::expand(input, corelet_wit::emit::guest).into()
}

/// The bindings of a firmware: traits to implement, capabilities to offer, calls to make, and `WIT`, the contract's text.
#[proc_macro]
pub fn host_bindgen(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as Input);
    expand::expand_host(input).into()
}
