//! What a firmware gets of one interface: a trait to implement, and calls to make.

use proc_macro2::TokenStream;
use quote::quote;

use super::functions::{Named, Params, arguments};
use super::names::Taken;
use super::rust::Rust;
use super::scope::{Lifetime, Scope};
use super::{docs, functions};
use crate::InterfaceId;

/// What stands in the module of `id` beside its types and markers.
pub(super) fn interface(rust: &Rust<'_>, id: InterfaceId, scope: Scope) -> TokenStream {
    let named = rust.functions(id);
    if named.is_empty() {
        return TokenStream::new();
    }
    let is_in = |ids: &[InterfaceId]| ids.contains(&id);
    let capability = is_in(&rust.world().imports).then(|| capability(rust, id, scope, &named));
    let calls = is_in(&rust.world().exports).then(|| calls(rust, id, scope, &named));
    let functions = functions::markers(rust, id, |_| TokenStream::new());
    quote! { #functions #capability #calls }
}

/// The trait that a firmware implements, and its entry in the capability table.
fn capability(rust: &Rust<'_>, id: InterfaceId, scope: Scope, named: &[Named<'_>]) -> TokenStream {
    let interface = rust.interface(id);
    let runtime = rust.runtime();
    let caller = || Some(("cx", quote!(#runtime::Caller<'_>)));
    let methods = named
        .iter()
        .map(|named| rust.method(scope, named, caller()));
    let docs = docs::of(
        &interface.docs,
        &format!(
            "Implemented by a firmware that offers `{}`.",
            interface.id()
        ),
    );

    let dispatches = named.iter().map(|named| dispatch(rust, named));
    let entries = named.iter().map(|Named { ident, marker, .. }| {
        quote! {
            #runtime::HostFunction {
                name: <functions::#marker as abi::Function>::NAME,
                shape: <functions::#marker as abi::Function>::SHAPE,
                request_max: <functions::#marker as abi::Function>::REQUEST_MAX,
                response_max: <functions::#marker as abi::Function>::RESPONSE_MAX,
                call: dispatch::#ident::<B>,
            }
        }
    });
    let name = interface.unversioned_id();
    let version = version(rust, id);
    let meet_grants = match rust.contract().grant_record(rust.interface(id)) {
        Some(grant) => {
            let grant = rust.codec(scope, &crate::Type::Named(grant));
            quote!(::core::option::Option::Some(abi::meet_encoded::<#grant>))
        }
        None => quote!(::core::option::Option::None),
    };
    let title = format!(" `{name}` as a firmware offers it to plugins.");
    quote! {
        #docs
        pub trait Host { #(#methods)* }

        #[doc = #title]
        #[derive(Clone, Copy, Debug)]
        pub enum Capability {}
        impl<B: Host + 'static> #runtime::Capability<B> for Capability {
            const INTERFACE: &'static #runtime::Interface<B> = &#runtime::Interface {
                name: #name,
                version: #version,
                meet_grants: #meet_grants,
                functions: &[#(#entries),*],
            };
        }

        mod dispatch {
            use #runtime::abi;
            #(#dispatches)*
        }
    }
}

/// From the bytes of a request, through the firmware's method, to the bytes of the response.
fn dispatch(rust: &Rust<'_>, named: &Named<'_>) -> TokenStream {
    let Named {
        function,
        ident,
        marker,
    } = named;
    let runtime = rust.runtime();
    let arguments = arguments(function);
    let binding = (!function.params.is_empty()).then(|| quote!(let arguments =));
    quote! {
        pub(super) fn #ident<B: super::Host>(
            board: &mut B,
            cx: &mut #runtime::Caller<'_>,
            request: &[u8],
            response: &mut [u8],
        ) -> ::core::result::Result<usize, abi::Status> {
            #binding abi::decode_request::<super::functions::#marker>(request)?;
            let result = <B as super::Host>::#ident(board, cx, #(#arguments),*);
            let length = abi::encode_response::<super::functions::#marker>(&result, response);
            match cx.take_refusal() {
                ::core::option::Option::Some(status) => ::core::result::Result::Err(status),
                ::core::option::Option::None => length,
            }
        }
    }
}

fn version(rust: &Rust<'_>, id: InterfaceId) -> TokenStream {
    let runtime = rust.runtime();
    let part = proc_macro2::Literal::u64_unsuffixed;
    let (major, minor, patch) = match &rust.interface(id).package.version {
        Some(version) => (version.major, version.minor, version.patch),
        None => (0, 0, 0),
    };
    let (major, minor, patch) = (part(major), part(minor), part(patch));
    quote!(#runtime::Version::new(#major, #minor, #patch))
}

/// One struct per function of a plugin, which makes a call of it.
fn calls(rust: &Rust<'_>, id: InterfaceId, scope: Scope, named: &[Named<'_>]) -> TokenStream {
    let mut taken = rust.taken(id);
    named
        .iter()
        .map(|named| {
            let Named {
                function, marker, ..
            } = named;
            let name = taken.claim(marker.to_string());
            let Params { idents, types } =
                rust.params(scope, function, Lifetime::A, Taken::default());
            let borrows = function.params.iter().any(|param| rust.borrows(&param.ty));
            let total = function.params.iter().all(|param| rust.is_total(&param.ty));
            let of = |lifetime: TokenStream| borrows.then(|| quote!(<#lifetime>));
            let (for_a, for_any) = (of(quote!('a)), of(quote!('_)));
            let eq = total.then(|| quote!(, Eq));
            let docs = docs::of(&function.docs, &format!("A call of `{}`.", function.name));
            let fields =
                function
                    .params
                    .iter()
                    .zip(&idents)
                    .zip(&types)
                    .map(|((param, ident), ty)| {
                        let docs = docs::of("", &format!("Parameter `{}`.", param.name));
                        quote!(#docs pub #ident: #ty)
                    });
            let body = if function.params.is_empty() {
                quote!(;)
            } else {
                quote!({ #(#fields,)* })
            };
            let codecs = function
                .params
                .iter()
                .map(|param| rust.codec(scope, &param.ty));
            quote! {
                #docs
                #[derive(Clone, Copy, Debug, PartialEq #eq)]
                pub struct #name #for_a #body
                impl abi::Call for #name #for_any {
                    type Function = functions::#marker;

                    fn encode(
                        &self,
                        writer: &mut abi::Writer<'_>,
                    ) -> ::core::result::Result<(), abi::CodecError> {
                        #(<#codecs as abi::Codec>::encode(&self.#idents, writer)?;)*
                        ::core::result::Result::Ok(())
                    }
                }
            }
        })
        .collect()
}
