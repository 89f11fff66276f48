//! `defmt::Format` for the types of the host's side, by a macro of the host that is empty without its feature `defmt`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::Side;
use super::rust::{Rust, inner, parts};
use super::types::Item;
use crate::Type;

impl Item<'_> {
    /// The implementation for a record with these fields.
    pub(super) fn format_record(&self, fields: &[Ident]) -> Option<TokenStream> {
        let shown: Vec<_> = fields
            .iter()
            .map(|field| format!("{field}: {{}}"))
            .collect();
        let text = format!("{} {{{{ {} }}}}", self.name, shown.join(", "));
        self.format(|| quote! { defmt::write!(f, #text, #(value.#fields),*) })
    }

    /// The implementation for an enum or a variant: for each case, its name and whether something is in it.
    pub(super) fn format_cases<'i>(
        &self,
        cases: impl Iterator<Item = (&'i Ident, bool)>,
    ) -> Option<TokenStream> {
        let name = self.name;
        let arms = cases.map(|(case, is_full)| {
            if is_full {
                let text = format!("{case}({{}})");
                quote! { #name::#case(inner) => defmt::write!(f, #text, inner), }
            } else {
                let text = case.to_string();
                quote! { #name::#case => defmt::write!(f, #text), }
            }
        });
        self.format(|| quote! { match value { #(#arms)* } })
    }

    /// The implementation for a type with `Debug`.
    pub(super) fn format_debug(&self) -> Option<TokenStream> {
        self.format(|| quote! { defmt::write!(f, "{}", defmt::Debug2Format(value)) })
    }

    fn format(&self, body: impl FnOnce() -> TokenStream) -> Option<TokenStream> {
        if self.rust.side() != Side::Host {
            return None;
        }
        let ty = Type::Named(self.id);
        let body = if has_view(self.rust, &ty) {
            quote! { defmt::write!(f, "{}", defmt::Debug2Format(value)) }
        } else {
            body()
        };
        let (runtime, name) = (self.rust.runtime(), self.name);
        let any = self.generics().map(|_| quote!(<'_>));
        Some(quote! { #runtime::abi::defmt_format!(#name #any, |value, f| #body); })
    }
}

/// Whether a list of other things than bytes is in it: its view has `Debug` alone.
fn has_view(rust: &Rust<'_>, ty: &Type) -> bool {
    match ty {
        Type::List { item, .. } => !rust.is_byte(item),
        Type::Named(id) => parts(rust.type_def(*id)).any(|part| has_view(rust, part)),
        ty => inner(ty).any(|part| has_view(rust, part)),
    }
}
