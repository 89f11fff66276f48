//! What a plugin gets of one interface, functions to call and a trait to implement, and of the world.

use proc_macro2::TokenStream;
use quote::quote;

use super::functions::{Named, Params, arguments, hex};
use super::names::Taken;
use super::rust::Rust;
use super::scope::{Lifetime, Scope};
use super::{docs, functions};
use crate::{InterfaceId, Type, TypeId, TypeKind};

/// What stands in the module of `id` beside its types.
pub(super) fn interface(rust: &Rust<'_>, id: InterfaceId, scope: Scope) -> TokenStream {
    let imported = rust.world().imports.contains(&id);
    let exported = rust.world().exports.contains(&id);
    let named = rust.functions(id);
    let functions = functions::markers(rust, id, |named| {
        let import = imported.then(|| import_of(rust, id, named));
        let export = exported.then(|| export_of(rust, named));
        quote! { #import #export }
    });
    let causes = causes(rust, id);
    let called = (imported && !named.is_empty()).then(|| {
        let mut taken = rust.taken(id);
        let imports = named
            .iter()
            .map(|named| import(rust, scope, named, &mut taken));
        let stand_ins = named
            .iter()
            .map(|named| stand_in(rust, scope.inner(), named));
        let runtime = rust.runtime();
        quote! {
            #(#imports)*

            /// Stand-ins for tests, each for the thread that sets it.
            #[cfg(not(target_family = "wasm"))]
            pub mod sim {
                use #runtime::abi;
                #(#stand_ins)*
            }
        }
    });
    let answered = (exported && !named.is_empty()).then(|| {
        let interface = rust.interface(id);
        let docs = docs::of(
            &interface.docs,
            &format!("Implemented by a plugin that exports `{}`.", interface.id()),
        );
        let methods = named.iter().map(|named| rust.method(scope, named, None));
        quote! {
            #docs
            pub trait Guest { #(#methods)* }
        }
    });
    quote! { #functions #causes #called #answered }
}

/// The function that a plugin calls.
fn import(rust: &Rust<'_>, scope: Scope, named: &Named<'_>, taken: &mut Taken) -> TokenStream {
    let Named {
        function,
        ident,
        marker,
    } = named;
    let runtime = rust.runtime();
    let own = Taken::with(["request", "response", "buffer"]);
    let Params { idents, types } = rust.params(scope, function, Lifetime::Elided, own);
    let borrows = rust.result_borrows(function);
    let lifetime = if borrows {
        Lifetime::A
    } else {
        Lifetime::Elided
    };
    let (returns, flatten) = match rust.fallible(function) {
        Some((ok, err)) => {
            let value = |ty: Option<&Type>| match ty {
                Some(ty) => rust.value(scope, ty, lifetime),
                None => quote!(()),
            };
            let (ok, err) = (value(ok), value(err));
            let returns = quote!(::core::result::Result<#ok, #runtime::CallError<#err>>);
            (returns, Some(quote!(#runtime::rt::flatten)))
        }
        None => {
            let value = rust.result(scope, function, lifetime);
            (quote!(::core::result::Result<#value, abi::Status>), None)
        }
    };
    let docs = docs::of(&function.docs, &format!("Calls `{}`.", function.name));
    let marker = quote!(functions::#marker);
    let (buffer, response) = if borrows {
        let name = format!("{}Buffer", named.marker);
        let buffer = taken.claim(name.trim_start_matches("r#").to_owned());
        let title = format!(" What a response of [`{ident}`] is read into; the result borrows it.");
        let definition = quote! {
            #[doc = #title]
            pub type #buffer = #runtime::Buffer<{ <#marker as abi::Function>::RESPONSE_MAX }>;
        };
        (Some((definition, buffer)), quote!(buffer.bytes_mut()))
    } else {
        (None, quote!(&mut response))
    };
    let local = (!borrows).then(|| {
        quote! { let mut response = [0; <#marker as abi::Function>::RESPONSE_MAX]; }
    });
    let arguments = if idents.is_empty() {
        quote!(&())
    } else {
        quote!(&(#(#idents,)*))
    };
    let call = quote!(#runtime::rt::call::<#marker>(#arguments, &mut request, #response));
    let call = match flatten {
        Some(flatten) => quote!(#flatten(#call)),
        None => call,
    };
    let (definition, buffer) = buffer.unzip();
    let generics = buffer.is_some().then(|| quote!(<'a>));
    let buffer = buffer.map(|buffer| quote!(buffer: &'a mut #buffer));
    quote! {
        #definition

        #docs
        pub fn #ident #generics (#(#idents: #types,)* #buffer) -> #returns {
            let mut request = [0; <#marker as abi::Function>::REQUEST_MAX];
            #local
            #call
        }
    }
}

/// The import itself, on WebAssembly. Elsewhere every function has the runtime's own.
fn import_of(rust: &Rust<'_>, id: InterfaceId, named: &Named<'_>) -> TokenStream {
    let runtime = rust.runtime();
    let (module, name, marker) = (rust.interface(id).id(), &named.function.name, &named.marker);
    quote! {
        #[cfg(target_family = "wasm")]
        impl #runtime::rt::Import for #marker {
            #[inline]
            fn import(request: &[u8], response: &mut [u8]) -> i32 {
                #[link(wasm_import_module = #module)]
                unsafe extern "C" {
                    #[link_name = #name]
                    fn import(
                        request: *const u8,
                        request_length: usize,
                        response: *mut u8,
                        response_capacity: usize,
                    ) -> i32;
                }
                // SAFETY: the host reads one slice and writes the other, and keeps neither pointer.
                unsafe {
                    import(
                        request.as_ptr(),
                        request.len(),
                        response.as_mut_ptr(),
                        response.len(),
                    )
                }
            }
        }
    }
}

/// From the bytes of a request, through the plugin's method, to the bytes of the response.
fn export_of(rust: &Rust<'_>, named: &Named<'_>) -> TokenStream {
    let Named {
        function,
        ident,
        marker,
    } = named;
    let runtime = rust.runtime();
    let arguments = arguments(function);
    let binding = (!function.params.is_empty()).then(|| quote!(let arguments =));
    quote! {
        impl<T: super::Guest> #runtime::rt::Export<T> for #marker {
            #[inline]
            fn answer(
                plugin: &mut T,
                request: &[u8],
                response: &mut [u8],
            ) -> ::core::result::Result<usize, abi::Status> {
                #binding abi::decode_request::<Self>(request)?;
                let result = <T as super::Guest>::#ident(plugin, #(#arguments),*);
                abi::encode_response::<Self>(&result, response)
            }
        }
    }
}

/// The function by which a test answers in place of a host.
fn stand_in(rust: &Rust<'_>, scope: Scope, named: &Named<'_>) -> TokenStream {
    let Named {
        function,
        ident,
        marker,
    } = named;
    let runtime = rust.runtime();
    let Params { types, .. } = rust.params(scope, function, Lifetime::Elided, Taken::default());
    let returns = function.result.is_some().then(|| {
        let result = rust.result(scope, function, Lifetime::Static);
        quote!(-> #result)
    });
    let arguments = arguments(function);
    let binding = (!function.params.is_empty()).then(|| quote!(let arguments =));
    let title = format!(" Answers `{}` on this thread from now on.", function.name);
    quote! {
        #[doc = #title]
        pub fn #ident(mut answer: impl ::core::ops::FnMut(#(#types),*) #returns + 'static) {
            #runtime::rt::stand_in::<super::functions::#marker>(move |request, response| {
                #binding abi::decode_request::<super::functions::#marker>(request)?;
                let result = answer(#(#arguments),*);
                abi::encode_response::<super::functions::#marker>(&result, response)
            });
        }
    }
}

/// `impl Cause` for the errors of imported functions that this interface defines, so that `?` makes the plugin's own
/// error of them.
fn causes(rust: &Rust<'_>, id: InterfaceId) -> TokenStream {
    let is_cause = |ty: &TypeId| {
        let imports = rust.world().imports.iter();
        imports
            .flat_map(|id| &rust.interface(*id).functions)
            .any(|function| {
                let error = rust.fallible(function).and_then(|(_, err)| err);
                error.is_some_and(|error| *rust.resolve(error) == Type::Named(*ty))
            })
    };
    let (runtime, interface) = (rust.runtime(), rust.interface(id).unversioned_id());
    let types = rust.interface(id).types.iter().copied();
    types
        .filter(is_cause)
        .map(|ty| {
            let name = rust.type_name(ty);
            let generics = rust.borrows(&Type::Named(ty)).then(|| quote!(<'_>));
            let code = match rust.type_def(ty).kind {
                TypeKind::Variant(_) | TypeKind::Enum { .. } => quote!(self.number().cast_signed()),
                _ => quote!(0),
            };
            quote! {
                impl #runtime::Cause for #name #generics {
                    const INTERFACE: &'static str = #interface;

                    fn code(&self) -> i32 { #code }
                }
            }
        })
        .collect()
}

/// `Plugin`, `Error`, `init` and what `export!` makes of them.
pub(super) fn plugin(rust: &Rust<'_>) -> TokenStream {
    let runtime = rust.runtime();
    let world = rust.world();
    let scope = Scope::of_world();
    let config = world.config.map(Type::Named);
    let config = config.as_ref();
    let config_param = config.map(|config| {
        let ty = rust.value(scope, config, Lifetime::Elided);
        quote!(config: &#ty)
    });
    let docs = docs::of(&world.docs, &format!("A plugin of world `{}`.", world.name));
    let init = rust.contract().init(world);
    let shape = hex(rust.contract().init_shape(world));
    let request = match config {
        Some(config) => {
            let config = rust.codec(scope.inner(), config);
            quote!((#config,))
        }
        None => quote!(()),
    };
    let name = &init.name;
    let arguments = config.map(|_| quote!(&arguments.0));
    let binding = config.map(|_| quote!(let arguments =));
    let exports = glue(rust, &world.exports).map(|(id, named)| {
        let name = format!("{}#{}", rust.interface(id).id(), named.function.name);
        let (module, marker) = (rust.module_name(id), named.marker);
        quote!(#name => self::#module::functions::#marker,)
    });
    let imports = glue(rust, &world.imports).map(|(id, named)| {
        let (module, marker) = (rust.module_name(id), named.marker);
        quote!(self::#module::functions::#marker,)
    });
    quote! {
        pub use #runtime::Error;

        #docs
        pub trait Plugin: ::core::marker::Sized {
            /// Makes the plugin, once, before anything else is called.
            fn init(#config_param) -> ::core::result::Result<Self, Error>;
        }

        #[doc(hidden)]
        pub mod __corelet {
            use #runtime::abi;

            #[derive(Clone, Copy, Debug)]
            pub enum Init {}
            impl abi::Function for Init {
                const INTERFACE: &'static str = "";
                const NAME: &'static str = #name;
                const SHAPE: abi::Shape = abi::Shape(#shape);
                type Request = #request;
                type Response = ::core::result::Result<(), #runtime::types::Error<'static>>;
            }
            impl<T: super::Plugin> #runtime::rt::Init<T> for Init {
                #[inline]
                fn init(
                    request: &[u8],
                ) -> ::core::result::Result<::core::result::Result<T, super::Error>, abi::Status> {
                    #binding abi::decode_request::<Self>(request)?;
                    ::core::result::Result::Ok(<T as super::Plugin>::init(#arguments))
                }
            }
        }

        #[doc(hidden)]
        #[allow(unused_macros)]
        macro_rules! __corelet_export {
            ($plugin:ty) => {
                #runtime::__entry! {
                    plugin: $plugin,
                    init: self::__corelet::Init,
                    exports: { #(#exports)* }
                    imports: { #(#imports)* }
                }
            };
        }
    }
}

/// The functions of `interfaces`, each with its interface.
fn glue<'r>(
    rust: &'r Rust<'_>,
    interfaces: &'r [InterfaceId],
) -> impl Iterator<Item = (InterfaceId, Named<'r>)> {
    interfaces
        .iter()
        .flat_map(|id| rust.functions(*id).into_iter().map(|named| (*id, named)))
}
