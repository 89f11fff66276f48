//! The proc-macro half of `corelet_guest`'s log macros: a format string becomes one call per piece, so that neither
//! the string's syntax nor `core::fmt` reaches the plugin.

#![forbid(unsafe_code)]

mod format;
mod line;

use proc_macro::TokenStream;

/// `line!($crate, Info, "{} m°C", value)`: formats one line and logs it. Called by `corelet_guest::info!` and the like.
#[doc(hidden)]
#[proc_macro]
pub fn line(input: TokenStream) -> TokenStream {
    syn::parse::<line::Line>(input)
        .and_then(|line| line.expand())
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
