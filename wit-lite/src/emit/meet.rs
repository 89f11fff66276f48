//! `Meet` for grants: the part on which a plugin's wish and a firmware's policy agree.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::rust::{Rust, inner, parts};
use crate::{Type, TypeId};

/// All types of which grants are made.
pub(super) fn reachable(rust: &Rust<'_>) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    let mut wanted: Vec<_> = rust
        .modules()
        .filter_map(|interface| rust.contract().grant_record(rust.interface(interface)))
        .map(Type::Named)
        .collect();
    while let Some(ty) = wanted.pop() {
        match ty {
            Type::Named(id) if found.insert(id) => wanted.extend(parts(rust.type_def(id)).cloned()),
            ty => wanted.extend(inner(&ty).cloned()),
        }
    }
    found
}

/// `impl Meet` for the type `name`.
pub(super) fn implementation(
    abi: &TokenStream,
    name: &Ident,
    borrows: bool,
    body: &TokenStream,
) -> TokenStream {
    let of = |lifetime: TokenStream| borrows.then(|| quote!(<#lifetime>));
    let (for_static, for_a) = (of(quote!('static)), of(quote!('a)));
    quote! {
        impl #abi::Meet for #name #for_static {
            fn meet<'a>(
                asked: &#name #for_a,
                allowed: &#name #for_a,
                writer: &mut #abi::Writer<'_>,
            ) -> ::core::result::Result<(), #abi::MeetError> {
                #body
            }
        }
    }
}
