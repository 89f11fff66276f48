use corelet_wit::emit::Options;
use proc_macro2::Span;
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitBool, LitStr, Path, Token, braced};

/// What stands between the parentheses of `bindgen!`.
pub(crate) struct Input {
    /// The contract's directory, from that of `Cargo.toml`.
    pub(crate) path: String,
    /// The world's name.
    pub(crate) world: Option<String>,
    pub(crate) options: Options,
    /// Where in the author's file an error of the contract is shown.
    pub(crate) span: Span,
    /// The names in `with`, where they stand.
    pub(crate) with: Vec<LitStr>,
}

const ALLOWED: &str = "allowed: path, world, with, serde, crate";

impl Parse for Input {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut this = Self {
            path: String::from("wit"),
            world: None,
            options: Options::default(),
            span: Span::call_site(),
            with: Vec::new(),
        };
        if input.is_empty() {
            return Ok(this);
        }
        let options;
        braced!(options in input);
        while !options.is_empty() {
            let key = options.call(Ident::parse_any)?;
            options.parse::<Token![:]>()?;
            this.option(&key, &options)?;
            if !options.is_empty() {
                options.parse::<Token![,]>()?;
            }
        }
        Ok(this)
    }
}

impl Input {
    fn option(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match key.to_string().as_str() {
            "path" => {
                let path = input.parse::<LitStr>()?;
                self.span = path.span();
                self.path = path.value();
            }
            "world" => {
                let world = input.parse::<LitStr>()?;
                self.span = world.span();
                self.world = Some(world.value());
            }
            "with" => {
                let with;
                braced!(with in input);
                while !with.is_empty() {
                    let name = with.parse::<LitStr>()?;
                    with.parse::<Token![:]>()?;
                    let path = with.parse::<Path>()?;
                    self.options.with.insert(name.value(), quote!(#path));
                    self.with.push(name);
                    if !with.is_empty() {
                        with.parse::<Token![,]>()?;
                    }
                }
            }
            "serde" => self.options.serde = input.parse::<LitBool>()?.value,
            // For `corelet-guest` and `corelet-host` themselves.
            "standard" => self.options.standard = input.parse::<LitBool>()?.value,
            "crate" => {
                let path = input.parse::<Path>()?;
                self.options.runtime = Some(quote!(#path));
            }
            other => {
                let message = format!("`{other}` is no option of bindgen!; {ALLOWED}");
                return Err(syn::Error::new(key.span(), message));
            }
        }
        Ok(())
    }
}
