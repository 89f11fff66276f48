use std::collections::BTreeMap;

use proc_macro2::TokenStream;

/// What the caller of [`guest`](super::guest) and [`host`](super::host) may choose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Path of the crate that generated code names, if not `::corelet_guest` or `::corelet_host`.
    pub runtime: Option<TokenStream>,
    /// Modules of bindings that exist already, by the interface's whole name, for instance
    /// `corelet:host/sensor@0.1.0`. The standard interfaces need not be named: the runtime has them.
    pub with: BTreeMap<String, TokenStream>,
    /// Whether each module gets a module `owned`, with types that own what they hold and derive serde's traits. The
    /// code then needs `std`, and the crate `serde` with its feature `derive`. `owned` types do not hold fixed-length
    /// lists of more than 32 items, for which serde has no form.
    pub serde: bool,
    /// Whether this is the runtime's own copy: nothing is taken from it, and the world's `Plugin` and `init` are left
    /// out.
    pub standard: bool,
}
