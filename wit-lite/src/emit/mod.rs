//! Rust for both sides of a contract: types with their codecs, and what calls or answers.
//!
//! Each interface becomes a module, named after it in snake case. Types keep their names in Rust's own casing; what
//! would collide with a name of Corelet's own gets `_` behind it.

mod cases;
mod docs;
mod flags;
mod format;
mod functions;
mod guest;
mod host;
mod meet;
mod names;
mod options;
mod owned;
mod rust;
mod scope;
mod standard;
mod types;

pub use options::Options;
pub use standard::standard_world;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{Contract, InterfaceId, World};
use rust::{Rust, Side};
use scope::Scope;

/// The bindings of a firmware: traits to implement for what `world` imports, calls for what it exports.
///
/// The result are items of one module. They name `::corelet_host`, or what [`Options::runtime`] names instead.
pub fn host(contract: &Contract, world: &World, options: &Options) -> TokenStream {
    let rust = Rust::new(contract, world, options, Side::Host);
    let modules = rust
        .modules()
        .map(|id| rust.module(id, |scope| host::interface(&rust, id, scope)));
    let world_types = rust.world_types();
    quote! { #(#modules)* #world_types }
}

/// The bindings of a plugin: functions to call for what `world` imports, traits to implement for what it exports,
/// and `Plugin`, `Config` and `Error` of the world itself.
///
/// The result are items of one module. They name `::corelet_guest`, or what [`Options::runtime`] names instead.
pub fn guest(contract: &Contract, world: &World, options: &Options) -> TokenStream {
    let rust = Rust::new(contract, world, options, Side::Guest);
    let modules = rust
        .modules()
        .map(|id| rust.module(id, |scope| guest::interface(&rust, id, scope)));
    let world_types = rust.world_types();
    let plugin = (!options.standard).then(|| guest::plugin(&rust));
    quote! { #(#modules)* #world_types #plugin }
}

impl Rust<'_> {
    /// The module of one interface, or the re-export of the module that stands for it.
    fn module(&self, id: InterfaceId, body: impl FnOnce(Scope) -> TokenStream) -> TokenStream {
        let name = self.module_name(id);
        let interface = self.interface(id);
        let scope = Scope::of_interface(id);
        let owned = self.options().serde.then(|| {
            let types = owned::types(self, scope.inner(), &interface.types);
            quote! {
                /// The types of this interface as values that own what they hold, for serde.
                pub mod owned { #types }
            }
        });
        let docs = docs::of(&interface.docs, &format!("Interface `{}`.", interface.id()));
        if let Some(path) = self.mapped(id) {
            let check = self.check_mapped(id);
            return match owned {
                None => {
                    let renamed = path.clone().into_iter().last().map(|last| last.to_string());
                    let renamed = (renamed != Some(name.to_string())).then(|| quote!(as #name));
                    quote! { pub use #path #renamed; #check }
                }
                Some(owned) => quote! {
                    #docs
                    pub mod #name {
                        pub use #path::*;
                        #owned
                    }
                    #check
                },
            };
        }
        let runtime = self.runtime();
        let types = self.types(scope, &interface.types);
        let body = body(scope);
        quote! {
            #docs
            #[allow(clippy::all, non_camel_case_types, unused_imports, unused_variables)]
            pub mod #name {
                use #runtime::abi;
                #types
                #body
                #owned
            }
        }
    }

    /// Holds the module that stands for an interface to the contract: its functions have the same shapes.
    fn check_mapped(&self, id: InterfaceId) -> Option<TokenStream> {
        let interface = self.interface(id);
        let (module, abi) = (self.module_name(id), self.abi(Scope::of_world()));
        let checks: TokenStream = self
            .functions(id)
            .iter()
            .map(|functions::Named { function, marker, .. }| {
                let shape = functions::hex(self.contract().shape(interface, function));
                let message = format!(
                    "`{}` of `{}` has another shape in the module that stands for the interface",
                    function.name,
                    interface.id(),
                );
                quote! {
                    assert!(
                        <self::#module::functions::#marker as #abi::Function>::SHAPE.0 == #shape,
                        #message,
                    );
                }
            })
            .collect();
        (!checks.is_empty()).then(|| quote! { const _: () = { #checks }; })
    }

    /// The types that the world itself defines.
    fn world_types(&self) -> TokenStream {
        let ids = &self.world().types;
        let scope = Scope::of_world();
        let types = self.types(scope, ids);
        let owned = (self.options().serde && !ids.is_empty()).then(|| {
            let types = owned::types(self, scope.inner(), ids);
            quote! {
                /// The world's types as values that own what they hold, for serde.
                pub mod owned { #types }
            }
        });
        quote! { #types #owned }
    }
}
