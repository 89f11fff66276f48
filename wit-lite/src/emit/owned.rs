//! Mirrors of the contract's types that own what they hold and derive serde's traits, for tools and tests.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::cases::{case_idents, unknown_ident};
use super::docs;
use super::flags::flags_bits;
use super::rust::{Rust, compound};
use super::scope::{Lifetime, Scope};
use super::types::field_idents;
use crate::{Label, Owner, Type, TypeId, TypeKind};

/// The mirrors of `ids`; `scope` is the module `owned`.
pub(super) fn types(rust: &Rust<'_>, scope: Scope, ids: &[TypeId]) -> TokenStream {
    ids.iter().map(|id| definition(rust, scope, *id)).collect()
}

fn definition(rust: &Rust<'_>, scope: Scope, id: TypeId) -> TokenStream {
    let def = rust.type_def(id);
    let name = rust.type_name(id);
    let docs = docs::of(&def.docs, &format!("Type `{}`.", def.name));
    let derive =
        quote!(#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]);
    let mirrored = rust.value(scope, &Type::Named(id), Lifetime::Elided);
    let from = |body: TokenStream| {
        quote! {
            impl ::core::convert::From<#mirrored> for #name {
                fn from(value: #mirrored) -> Self { #body }
            }
        }
    };
    match &def.kind {
        TypeKind::Alias(Type::Named(of)) if rust.type_def(*of).owner != def.owner => {
            let path = path(rust, scope, *of);
            let renamed = (rust.type_name(*of) != name).then(|| quote!(as #name));
            quote! { pub use #path #renamed; }
        }
        TypeKind::Alias(of) => {
            let of = owned(rust, scope, of);
            quote! { #docs pub type #name = #of; }
        }
        TypeKind::Record(fields) => {
            let idents = field_idents(fields);
            let field_docs = fields
                .iter()
                .map(|field| docs::of(&field.docs, &format!("Field `{}`.", field.name)));
            let types = fields.iter().map(|field| owned(rust, scope, &field.ty));
            let values = fields
                .iter()
                .zip(&idents)
                .map(|(field, ident)| to_owned(rust, &field.ty, &quote!(value.#ident)));
            let from = from(quote! { Self { #(#idents: #values,)* } });
            quote! {
                #docs
                #derive
                pub struct #name { #(#field_docs pub #idents: #types,)* }
                #from
            }
        }
        TypeKind::Variant(cases) => {
            let idents = case_idents(cases.iter().map(|case| case.name.as_str()));
            let (mut definitions, mut arms) = (Vec::new(), Vec::new());
            let borrowed = rust.path(scope, id);
            for (case, ident) in cases.iter().zip(&idents) {
                let docs = docs::of(&case.docs, &format!("Case `{}`.", case.name));
                match &case.payload {
                    Some(ty) => {
                        let payload = owned(rust, scope, ty);
                        let value = to_owned(rust, ty, &quote!(payload));
                        definitions.push(quote!(#docs #ident(#payload)));
                        arms.push(quote!(#borrowed::#ident(payload) => Self::#ident(#value)));
                    }
                    None => {
                        definitions.push(quote!(#docs #ident));
                        arms.push(quote!(#borrowed::#ident => Self::#ident));
                    }
                }
            }
            let from = from(quote! { match value { #(#arms,)* } });
            quote! {
                #docs
                #derive
                pub enum #name { #(#definitions,)* }
                #from
            }
        }
        TypeKind::Enum { cases, open } => {
            let borrowed = rust.path(scope, id);
            enumeration(name, cases, *open, &docs, &borrowed)
        }
        TypeKind::Flags(flags) => {
            let bits = flags_bits(flags.len());
            let from = from(quote!(Self(value.bits())));
            quote! {
                #docs
                #derive
                pub struct #name(
                    /// The flags as bits, the first in bit 0.
                    pub #bits,
                );
                #from
            }
        }
    }
}

/// An open enum goes through `u32`: derived code has no case for numbers without a name.
fn enumeration(
    name: &Ident,
    cases: &[Label],
    open: bool,
    docs: &TokenStream,
    borrowed: &TokenStream,
) -> TokenStream {
    let idents = case_idents(cases.iter().map(|case| case.name.as_str()));
    let case_docs = cases
        .iter()
        .map(|case| docs::of(&case.docs, &format!("Case `{}`.", case.name)));
    let unknown = unknown_ident(&idents);
    let numbers: Vec<_> = (0_u32..)
        .take(idents.len())
        .map(super::rust::number)
        .collect();
    let through_number = open.then(|| quote!(#[serde(into = "u32", from = "u32")]));
    let open_case = open.then(|| {
        quote! {
            /// A case of a newer contract, by its number.
            #unknown(u32),
        }
    });
    let open_arm = open.then(|| quote!(#borrowed::#unknown(number) => Self::#unknown(number),));
    let conversions = open.then(|| {
        quote! {
            impl ::core::convert::From<u32> for #name {
                fn from(number: u32) -> Self {
                    match number {
                        #(#numbers => Self::#idents,)*
                        number => Self::#unknown(number),
                    }
                }
            }
            impl ::core::convert::From<#name> for u32 {
                fn from(value: #name) -> Self {
                    match value {
                        #(#name::#idents => #numbers,)*
                        #name::#unknown(number) => number,
                    }
                }
            }
        }
    });
    quote! {
        #docs
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize,
        )]
        #through_number
        pub enum #name { #(#case_docs #idents,)* #open_case }
        impl ::core::convert::From<#borrowed> for #name {
            fn from(value: #borrowed) -> Self {
                match value {
                    #(#borrowed::#idents => Self::#idents,)*
                    #open_arm
                }
            }
        }
        #conversions
    }
}

/// The owned form of `ty`.
fn owned(rust: &Rust<'_>, scope: Scope, ty: &Type) -> TokenStream {
    match ty {
        Type::String { .. } => quote!(::std::string::String),
        Type::List { item, .. } => {
            let item = owned(rust, scope, item);
            quote!(::std::vec::Vec<#item>)
        }
        Type::Named(id) => path(rust, scope, *id),
        ty => compound(ty, &|part| owned(rust, scope, part)),
    }
}

/// The path of a mirror: in this module, or in another interface's module `owned`.
fn path(rust: &Rust<'_>, scope: Scope, id: TypeId) -> TokenStream {
    let name = rust.type_name(id);
    match rust.type_def(id).owner {
        owner if scope.is_home(owner) => quote!(#name),
        Owner::Interface(interface) => {
            let (up, module) = (scope.to_modules(), rust.module_name(interface));
            quote!(#up #module::owned::#name)
        }
        Owner::World(_) => quote!(#name),
    }
}

/// The expression that makes an owned value of `value`.
fn to_owned(rust: &Rust<'_>, ty: &Type, value: &TokenStream) -> TokenStream {
    let item = quote!(item);
    let each = |ty: &Type| {
        let item = to_owned(rust, ty, &item);
        quote!(|item| #item)
    };
    let each_or_unit = |ty: &Option<Box<Type>>| match ty {
        Some(ty) => each(ty),
        None => quote!(|item| item),
    };
    match rust.resolve(ty) {
        Type::String { .. } => quote!(::std::string::String::from(#value)),
        Type::List { item, .. } if rust.is_byte(item) => quote!(#value.to_vec()),
        Type::List { item, .. } => {
            let each = each(item);
            quote!(#value.iter().map(#each).collect())
        }
        Type::FixedList { item, .. } => {
            let each = each(item);
            quote!(#value.map(#each))
        }
        Type::Tuple(types) => {
            let idents: Vec<_> = (0..types.len())
                .map(|index| format_ident!("part{index}"))
                .collect();
            let values = types
                .iter()
                .zip(&idents)
                .map(|(ty, ident)| to_owned(rust, ty, &quote!(#ident)));
            quote!({
                let (#(#idents,)*) = #value;
                (#(#values,)*)
            })
        }
        Type::Option(some) => {
            let each = each(some);
            quote!(#value.map(#each))
        }
        Type::Result { ok, err } => {
            let (ok, err) = (each_or_unit(ok), each_or_unit(err));
            quote!(#value.map(#ok).map_err(#err))
        }
        Type::Named(_) => quote!(::core::convert::From::from(#value)),
        _ => value.clone(),
    }
}
