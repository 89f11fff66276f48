//! One call of a log macro, from its tokens to code.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token};

use crate::format::{self, Piece};

/// `$crate, Level, "format", values…`
pub(crate) struct Line {
    root: Ident,
    level: Ident,
    format: LitStr,
    values: Punctuated<Expr, Token![,]>,
}

impl Parse for Line {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let root = input.call(syn::ext::IdentExt::parse_any)?;
        input.parse::<Token![,]>()?;
        let level = input.parse()?;
        input.parse::<Token![,]>()?;
        let format = input.parse()?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        let values = Punctuated::parse_terminated(input)?;
        Ok(Self {
            root,
            level,
            format,
            values,
        })
    }
}

impl Line {
    pub(crate) fn expand(&self) -> syn::Result<TokenStream> {
        let Self { root, level, .. } = self;
        // Hidden from the values, which may name a variable `line` of the author's.
        let line = Ident::new("line", Span::mixed_site());
        let format = self.format.value();
        let pieces = format::parse(&format).map_err(|why| self.refusal(why))?;
        let mut values = self.values.iter();
        let mut writes = TokenStream::new();
        for piece in &pieces {
            writes.extend(match piece {
                Piece::Text(text) => quote! { #line.text(#text); },
                Piece::Next => {
                    let value = values.next().ok_or_else(|| self.wrong_count(&pieces))?;
                    quote! { #root::log::Show::show(&(#value), &mut #line); }
                }
                Piece::Named(name) => {
                    // The span of the literal: the variable is looked up where the author wrote it.
                    let name = Ident::new(name, self.format.span());
                    quote! { #root::log::Show::show(&#name, &mut #line); }
                }
            });
        }
        if values.next().is_some() {
            return Err(self.wrong_count(&pieces));
        }
        let max = format::LINE_MAX;
        Ok(quote! {{
            const _: () = assert!(#root::log::LINE_MAX == #max);
            let mut #line = #root::log::Line::new();
            #writes
            #line.log(#root::log::Level::#level);
        }})
    }

    fn wrong_count(&self, pieces: &[Piece]) -> syn::Error {
        let wanted = pieces
            .iter()
            .filter(|piece| matches!(piece, Piece::Next))
            .count();
        let given = self.values.len();
        self.refusal(format!(
            "{wanted} × `{{}}`, but {given} values after the text"
        ))
    }

    fn refusal(&self, why: String) -> syn::Error {
        syn::Error::new(self.format.span(), why)
    }
}
