//! Variants and enums.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs;
use super::names::{self, Taken, ident};
use super::rust::number;
use super::scope::Lifetime;
use super::types::Item;
use crate::{Case, Label};

impl Item<'_> {
    pub(super) fn variant(&self, cases: &[Case]) -> TokenStream {
        let (rust, scope, name) = (self.rust, self.scope, self.name);
        let abi = rust.abi(scope);
        let idents = case_idents(cases.iter().map(|case| case.name.as_str()));
        let numbers: Vec<_> = (0_u32..).take(cases.len()).map(number).collect();
        let definitions = cases.iter().zip(&idents).map(|(case, ident)| {
            let docs = docs::of(&case.docs, &format!("Case `{}`.", case.name));
            let payload = case.payload.as_ref().map(|ty| {
                let value = rust.value(scope, ty, Lifetime::A);
                quote!((#value))
            });
            quote! { #docs #ident #payload }
        });
        let numbering = cases
            .iter()
            .zip(&idents)
            .zip(&numbers)
            .map(|((case, ident), number)| {
                let payload = case.payload.is_some().then(|| quote!((_)));
                quote! { #name::#ident #payload => #number }
            });
        let payloads = cases.iter().zip(&idents).filter_map(|(case, ident)| {
            let codec = rust.codec(scope, case.payload.as_ref()?);
            Some(quote! {
                #name::#ident(payload) => <#codec as #abi::Codec>::encode(payload, writer)
            })
        });
        let without = cases
            .iter()
            .any(|case| case.payload.is_none())
            .then(|| quote! { _ => ::core::result::Result::Ok(()) });
        let decoded = arms(cases.iter().zip(&idents).map(|(case, ident)| {
            let payload = case.payload.as_ref().map(|ty| {
                let codec = rust.codec(scope, ty);
                quote!((<#codec as #abi::Codec>::read(reader)))
            });
            quote! { #name::#ident #payload }
        }));
        let count = count(cases.len());
        let codec = self.codec(
            quote! {
                writer.varint(u64::from(value.number()))?;
                match value { #(#payloads,)* #without }
            },
            quote! { match reader.case(#count) { #decoded } },
        );
        let (derive, docs, generics) = (self.derive(), &self.docs, self.generics());
        let any = self.generics().map(|_| quote!(<'_>));
        let full = cases.iter().map(|case| case.payload.is_some());
        let format = self.format_cases(idents.iter().zip(full));
        let meet = self.meet(|| self.meet_equal());
        quote! {
            #docs
            #derive
            pub enum #name #generics { #(#definitions,)* }
            #format
            impl #name #any {
                /// The number of the case, from 0.
                pub const fn number(&self) -> u32 {
                    match self { #(#numbering,)* }
                }
            }
            #codec
            #meet
        }
    }

    pub(super) fn closed_enum(&self, cases: &[Label]) -> TokenStream {
        let name = self.name;
        let idents = case_idents(cases.iter().map(|case| case.name.as_str()));
        let decoded = arms(idents.iter().map(|ident| quote!(#name::#ident)));
        let count = count(cases.len());
        self.numbered(
            cases,
            &idents,
            None,
            quote!(*self as u32),
            quote! { match reader.case(#count) { #decoded } },
        )
    }

    pub(super) fn open_enum(&self, cases: &[Label]) -> TokenStream {
        let name = self.name;
        let idents = case_idents(cases.iter().map(|case| case.name.as_str()));
        let unknown = unknown_ident(&idents);
        let numbers: Vec<_> = (0_u32..).take(cases.len()).map(number).collect();
        let numbering = quote! {
            match self {
                #(#name::#idents => #numbers,)*
                #name::#unknown(number) => *number,
            }
        };
        self.numbered(
            cases,
            &idents,
            Some(quote! {
                /// A case of a newer contract, by its number.
                #unknown(u32),
            }),
            numbering,
            quote! {
                match reader.number() {
                    #(#numbers => #name::#idents,)*
                    number => #name::#unknown(number),
                }
            },
        )
    }

    /// An enum: `unknown` is the definition of its open end, `number_of` the body that tells a case's number, `decode`
    /// that which decodes one.
    fn numbered(
        &self,
        cases: &[Label],
        idents: &[Ident],
        unknown: Option<TokenStream>,
        number_of: TokenStream,
        decode: TokenStream,
    ) -> TokenStream {
        let (name, docs) = (self.name, &self.docs);
        let definitions = cases.iter().zip(idents).map(|(case, ident)| {
            let docs = docs::of(&case.docs, &format!("Case `{}`.", case.name));
            quote! { #docs #ident }
        });
        let codec = self.codec(quote! { writer.varint(u64::from(value.number())) }, decode);
        let open = unknown.as_ref().map(|_| unknown_ident(idents));
        let known = idents.iter().map(|ident| (ident, false));
        let format = self.format_cases(known.chain(open.iter().map(|ident| (ident, true))));
        let meet = self.meet(|| self.meet_equal());
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum #name { #(#definitions,)* #unknown }
            #format
            impl #name {
                /// The number of the case, from 0.
                pub const fn number(&self) -> u32 { #number_of }
            }
            #codec
            #meet
        }
    }
}

/// The arms of a match on a case's number: the first case stands for all numbers that the reader has refused.
fn arms(cases: impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut cases = cases.zip(0_u32..);
    let first = cases.next().map(|(case, _)| case);
    let others = cases.map(|(case, index)| {
        let index = number(index);
        quote!(#index => #case,)
    });
    quote! { #(#others)* _ => #first, }
}

/// How many cases there are.
fn count(cases: usize) -> Literal {
    Literal::usize_unsuffixed(cases)
}

/// The cases of a variant or enum, in order.
pub(super) fn case_idents<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Ident> {
    let mut taken = Taken::default();
    names.map(|name| taken.claim(names::camel(name))).collect()
}

/// The open end of an enum with `cases`.
pub(super) fn unknown_ident(cases: &[Ident]) -> Ident {
    let mut name = String::from("Unknown");
    while cases.iter().any(|case| *case == name) {
        name.push_str("Case");
    }
    ident(&name)
}
