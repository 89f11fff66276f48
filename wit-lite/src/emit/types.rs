//! Definitions of the contract's types, and their codecs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::names::{self, Taken, ident, snake};
use super::rust::{Rust, number};
use super::scope::{Lifetime, Scope};
use super::{docs, meet};
use crate::{Case, Field, Label, Type, TypeDef, TypeId, TypeKind};

impl Rust<'_> {
    /// The definitions of `ids`, which stand in `scope`.
    pub(super) fn types(&self, scope: Scope, ids: &[TypeId]) -> TokenStream {
        ids.iter().map(|id| self.definition(scope, *id)).collect()
    }

    fn definition(&self, scope: Scope, id: TypeId) -> TokenStream {
        let def = self.type_def(id);
        let item = Item {
            rust: self,
            scope,
            id,
            def,
            name: self.type_name(id),
            docs: docs::of(&def.docs, &format!("Type `{}`.", def.name)),
        };
        match &def.kind {
            TypeKind::Alias(of) => item.alias(of),
            TypeKind::Record(fields) => item.record(fields),
            TypeKind::Variant(cases) => item.variant(cases),
            TypeKind::Enum { cases, open: false } => item.closed_enum(cases),
            TypeKind::Enum { cases, open: true } => item.open_enum(cases),
            TypeKind::Flags(flags) => item.flags(flags),
        }
    }
}

/// One definition.
struct Item<'r> {
    rust: &'r Rust<'r>,
    scope: Scope,
    id: TypeId,
    def: &'r TypeDef,
    name: &'r Ident,
    docs: TokenStream,
}

impl Item<'_> {
    fn alias(&self, of: &Type) -> TokenStream {
        let (rust, name, docs) = (self.rust, self.name, &self.docs);
        if let Type::Named(other) = of
            && rust.type_def(*other).owner != self.def.owner
        {
            let path = rust.path(self.scope, *other);
            let renamed = (rust.type_name(*other) != name).then(|| quote!(as #name));
            return quote! { pub use #path #renamed; };
        }
        let value = rust.value(self.scope, of, Lifetime::A);
        let generics = self.generics();
        quote! {
            #docs
            pub type #name #generics = #value;
        }
    }

    fn record(&self, fields: &[Field]) -> TokenStream {
        let (rust, scope, name) = (self.rust, self.scope, self.name);
        let idents = field_idents(fields);
        let definitions = fields.iter().zip(&idents).map(|(field, ident)| {
            let docs = docs::of(&field.docs, &format!("Field `{}`.", field.name));
            let value = rust.value(scope, &field.ty, Lifetime::A);
            quote! { #docs pub #ident: #value }
        });
        let codecs: Vec<_> = fields
            .iter()
            .map(|field| rust.codec(scope, &field.ty))
            .collect();
        let (derive, docs, generics) = (self.derive(), &self.docs, self.generics());
        let abi = rust.abi(scope);
        let codec = self.codec(
            quote! {
                #(<#codecs as #abi::Codec>::encode(&value.#idents, writer)?;)*
                ::core::result::Result::Ok(())
            },
            quote! {
                #name {
                    #(#idents: <#codecs as #abi::Codec>::read(reader),)*
                }
            },
        );
        let meet = self.meet(|| {
            quote! {
                #(<#codecs as #abi::Meet>::meet(&asked.#idents, &allowed.#idents, writer)?;)*
                ::core::result::Result::Ok(())
            }
        });
        quote! {
            #docs
            #derive
            pub struct #name #generics { #(#definitions,)* }
            #codec
            #meet
        }
    }

    fn variant(&self, cases: &[Case]) -> TokenStream {
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
        let meet = self.meet(|| self.meet_equal());
        quote! {
            #docs
            #derive
            pub enum #name #generics { #(#definitions,)* }
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

    fn closed_enum(&self, cases: &[Label]) -> TokenStream {
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

    fn open_enum(&self, cases: &[Label]) -> TokenStream {
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
        let meet = self.meet(|| self.meet_equal());
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum #name { #(#definitions,)* #unknown }
            impl #name {
                /// The number of the case, from 0.
                pub const fn number(&self) -> u32 { #number_of }
            }
            #codec
            #meet
        }
    }

    fn flags(&self, flags: &[Label]) -> TokenStream {
        let (name, docs) = (self.name, &self.docs);
        let abi = self.rust.abi(self.scope);
        let bits = flags_bits(flags.len());
        let consts =
            flags
                .iter()
                .zip(flag_idents(flags))
                .enumerate()
                .map(|(bit, (flag, ident))| {
                    let docs = docs::of(&flag.docs, &format!("Flag `{}`.", flag.name));
                    let bit = proc_macro2::Literal::usize_unsuffixed(bit);
                    quote! { #docs pub const #ident: Self = Self(1 << #bit); }
                });
        let all = u32::MAX
            .checked_shr(32_u32.saturating_sub(flags.len() as u32))
            .unwrap_or(0);
        let all: TokenStream = format!("{all:#x}").parse().unwrap_or_default();
        let codec = self.codec(
            quote! { <#bits as #abi::Codec>::encode(&value.0, writer) },
            quote! {
                let bits = <#bits as #abi::Codec>::read(reader);
                #name::from_bits(bits).unwrap_or_else(|| {
                    reader.refuse(#abi::CodecError::Flags);
                    #name::empty()
                })
            },
        );
        let meet = self.meet(|| {
            quote! {
                ::core::result::Result::Ok(<#bits as #abi::Codec>::encode(&(asked.0 & allowed.0), writer)?)
            }
        });
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct #name(#bits);
            impl #name {
                #(#consts)*

                /// No flag.
                pub const fn empty() -> Self { Self(0) }

                /// Every flag.
                pub const fn all() -> Self { Self(#all) }

                /// The flags as bits, the first in bit 0.
                pub const fn bits(self) -> #bits { self.0 }

                /// The flags of `bits`; none if a bit is set that has no name.
                pub const fn from_bits(bits: #bits) -> ::core::option::Option<Self> {
                    if bits & !Self::all().0 == 0 {
                        ::core::option::Option::Some(Self(bits))
                    } else {
                        ::core::option::Option::None
                    }
                }

                /// Whether no flag is set.
                pub const fn is_empty(self) -> bool { self.0 == 0 }

                /// Whether all flags of `other` are set.
                pub const fn contains(self, other: Self) -> bool { self.0 & other.0 == other.0 }
            }
            impl ::core::ops::BitOr for #name {
                type Output = Self;

                fn bitor(self, other: Self) -> Self { Self(self.0 | other.0) }
            }
            impl ::core::ops::BitAnd for #name {
                type Output = Self;

                fn bitand(self, other: Self) -> Self { Self(self.0 & other.0) }
            }
            #codec
            #meet
        }
    }

    fn generics(&self) -> Option<TokenStream> {
        self.rust
            .borrows(&Type::Named(self.id))
            .then(|| quote!(<'a>))
    }

    fn derive(&self) -> TokenStream {
        let eq = self
            .rust
            .is_total(&Type::Named(self.id))
            .then(|| quote!(, Eq));
        quote!(#[derive(Clone, Copy, Debug, PartialEq #eq)])
    }

    /// `impl Codec`, with the bodies of its two functions.
    fn codec(&self, encode: TokenStream, decode: TokenStream) -> TokenStream {
        let name = self.name;
        let abi = self.rust.abi(self.scope);
        let ty = Type::Named(self.id);
        let max = number(self.rust.contract().max_size(&ty));
        let borrows = self.rust.borrows(&ty);
        let of = |lifetime: TokenStream| borrows.then(|| quote!(<#lifetime>));
        let (for_static, for_a, for_any) = (of(quote!('static)), of(quote!('a)), of(quote!('_)));
        quote! {
            impl #abi::Codec for #name #for_static {
                type Value<'a> = #name #for_a;
                const MAX: usize = #max;

                #[inline]
                fn encode(
                    value: &#name #for_any,
                    writer: &mut #abi::Writer<'_>,
                ) -> ::core::result::Result<(), #abi::CodecError> {
                    #encode
                }

                #[inline]
                fn read<'a>(
                    reader: &mut #abi::Reader<'a>,
                ) -> #name #for_a {
                    #decode
                }
            }
        }
    }

    /// `impl Meet`, if grants are made of this type.
    fn meet(&self, body: impl FnOnce() -> TokenStream) -> Option<TokenStream> {
        let abi = self.rust.abi(self.scope);
        let borrows = self.rust.borrows(&Type::Named(self.id));
        self.rust
            .meets(self.id)
            .then(|| meet::implementation(&abi, self.name, borrows, &body()))
    }

    fn meet_equal(&self) -> TokenStream {
        let abi = self.rust.abi(self.scope);
        quote! { #abi::meet_equal::<Self>(asked, allowed, writer) }
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
fn count(cases: usize) -> proc_macro2::Literal {
    proc_macro2::Literal::usize_unsuffixed(cases)
}

/// The integer that holds this many flags.
pub(super) fn flags_bits(count: usize) -> TokenStream {
    match count {
        0..=8 => quote!(u8),
        9..=16 => quote!(u16),
        _ => quote!(u32),
    }
}

/// The fields of a record, in order.
pub(super) fn field_idents(fields: &[Field]) -> Vec<Ident> {
    let mut taken = Taken::default();
    fields
        .iter()
        .map(|field| taken.claim(snake(&field.name)))
        .collect()
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

fn flag_idents(flags: &[Label]) -> Vec<Ident> {
    let mut taken = Taken::default();
    flags
        .iter()
        .map(|flag| taken.claim(names::upper(&flag.name)))
        .collect()
}
