//! Flags: a set of bits with names.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs;
use super::names::{self, Taken};
use super::types::Item;
use crate::Label;

impl Item<'_> {
    pub(super) fn flags(&self, flags: &[Label]) -> TokenStream {
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
                    let bit = Literal::usize_unsuffixed(bit);
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
        let format = self.format_debug();
        let meet = self.meet(|| {
            quote! {
                ::core::result::Result::Ok(<#bits as #abi::Codec>::encode(&(asked.0 & allowed.0), writer)?)
            }
        });
        quote! {
            #docs
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
            pub struct #name(#bits);
            #format
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
}

/// The integer that holds this many flags.
pub(super) fn flags_bits(count: usize) -> TokenStream {
    match count {
        0..=8 => quote!(u8),
        9..=16 => quote!(u16),
        _ => quote!(u32),
    }
}

fn flag_idents(flags: &[Label]) -> Vec<Ident> {
    let mut taken = Taken::default();
    flags
        .iter()
        .map(|flag| taken.claim(names::upper(&flag.name)))
        .collect()
}
