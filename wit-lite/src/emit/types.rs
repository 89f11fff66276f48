//! Definitions of the contract's types, and their codecs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::names::{Taken, snake};
use super::rust::{Rust, Side, number};
use super::scope::{Lifetime, Scope};
use super::{docs, meet};
use crate::{Field, Type, TypeDef, TypeId, TypeKind};

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
pub(super) struct Item<'r> {
    pub(super) rust: &'r Rust<'r>,
    pub(super) scope: Scope,
    pub(super) id: TypeId,
    pub(super) def: &'r TypeDef,
    pub(super) name: &'r Ident,
    pub(super) docs: TokenStream,
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
        let format = self.format_record(&idents);
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
            #format
            #codec
            #meet
        }
    }

    pub(super) fn generics(&self) -> Option<TokenStream> {
        self.rust
            .borrows(&Type::Named(self.id))
            .then(|| quote!(<'a>))
    }

    pub(super) fn derive(&self) -> TokenStream {
        let eq = self
            .rust
            .is_total(&Type::Named(self.id))
            .then(|| quote!(, Eq));
        // What a plugin fails with is shown in words, where its author unwraps it too.
        let is_shown = self.rust.options().standard
            && self.rust.side() == Side::Guest
            && self.id == self.rust.contract().error;
        let debug = (!is_shown).then(|| quote!(Debug,));
        quote!(#[derive(Clone, Copy, #debug PartialEq #eq)])
    }

    /// `impl Codec`, with the bodies of its two functions.
    pub(super) fn codec(&self, encode: TokenStream, decode: TokenStream) -> TokenStream {
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
    pub(super) fn meet(&self, body: impl FnOnce() -> TokenStream) -> Option<TokenStream> {
        let abi = self.rust.abi(self.scope);
        let borrows = self.rust.borrows(&Type::Named(self.id));
        self.rust
            .meets(self.id)
            .then(|| meet::implementation(&abi, self.name, borrows, &body()))
    }

    pub(super) fn meet_equal(&self) -> TokenStream {
        let abi = self.rust.abi(self.scope);
        quote! { #abi::meet_equal::<Self>(asked, allowed, writer) }
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
