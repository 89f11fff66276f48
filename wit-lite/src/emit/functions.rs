//! The functions of an interface: their names in Rust, their parameters, and the types that stand for them.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs;
use super::names::{Taken, camel, snake};
use super::rust::Rust;
use super::scope::{Lifetime, Scope};
use crate::{Function, InterfaceId};

/// A function and its names.
pub(super) struct Named<'c> {
    pub(super) function: &'c Function,
    /// `set_speed`.
    pub(super) ident: Ident,
    /// `SetSpeed`, in the module `functions`.
    pub(super) marker: Ident,
}

/// The parameters of a function: names beside the types of their values.
pub(super) struct Params {
    pub(super) idents: Vec<Ident>,
    pub(super) types: Vec<TokenStream>,
}

impl<'c> Rust<'c> {
    /// The functions of an interface, in order.
    pub(super) fn functions(&self, id: InterfaceId) -> Vec<Named<'c>> {
        let (mut idents, mut markers) = (Taken::default(), Taken::default());
        self.interface(id)
            .functions
            .iter()
            .map(|function| Named {
                function,
                ident: idents.claim(snake(&function.name)),
                marker: markers.claim(camel(&function.name)),
            })
            .collect()
    }

    /// The parameters of `function`. Names in `taken` are Corelet's own parameters.
    pub(super) fn params(
        &self,
        scope: Scope,
        function: &Function,
        lifetime: Lifetime,
        mut taken: Taken,
    ) -> Params {
        let params = &function.params;
        Params {
            idents: params
                .iter()
                .map(|param| taken.claim(snake(&param.name)))
                .collect(),
            types: params
                .iter()
                .map(|param| self.value(scope, &param.ty, lifetime))
                .collect(),
        }
    }

    /// The type of a function's result; `()` for none.
    pub(super) fn result(
        &self,
        scope: Scope,
        function: &Function,
        lifetime: Lifetime,
    ) -> TokenStream {
        match &function.result {
            Some(ty) => self.value(scope, ty, lifetime),
            None => quote!(()),
        }
    }

    /// Whether a function's result borrows.
    pub(super) fn result_borrows(&self, function: &Function) -> bool {
        function.result.as_ref().is_some_and(|ty| self.borrows(ty))
    }

    /// The function as a method of a trait that the other side calls. A result that borrows may borrow whatever the
    /// method is given.
    pub(super) fn method(
        &self,
        scope: Scope,
        named: &Named<'_>,
        context: Option<(&str, TokenStream)>,
    ) -> TokenStream {
        let Named {
            function, ident, ..
        } = named;
        let lifetime = if self.result_borrows(function) {
            Lifetime::A
        } else {
            Lifetime::Elided
        };
        let taken = Taken::with(context.iter().map(|(name, _)| *name));
        let Params { idents, types } = self.params(scope, function, lifetime, taken);
        let (reference, generics) = (
            lifetime.of_reference(),
            lifetime.of_reference().map(|a| quote!(<#a>)),
        );
        let context = context.map(|(name, ty)| {
            let name = super::names::ident(name);
            quote!(#name: &#reference mut #ty,)
        });
        let returns = function.result.is_some().then(|| {
            let result = self.result(scope, function, lifetime);
            quote!(-> #result)
        });
        let docs = docs::of(&function.docs, &format!("Answers `{}`.", function.name));
        quote! {
            #docs
            fn #ident #generics (&#reference mut self, #context #(#idents: #types),*) #returns;
        }
    }

    /// `impl Function` for `marker`.
    pub(super) fn implement_function(
        &self,
        scope: Scope,
        interface: &str,
        function: &Function,
        marker: &Ident,
        shape: u64,
    ) -> TokenStream {
        let name = &function.name;
        let shape = hex(shape);
        let params = function
            .params
            .iter()
            .map(|param| self.codec(scope, &param.ty));
        let request = if function.params.is_empty() {
            quote!(())
        } else {
            quote!((#(#params,)*))
        };
        let response = match &function.result {
            Some(ty) => self.codec(scope, ty),
            None => quote!(()),
        };
        quote! {
            impl abi::Function for #marker {
                const INTERFACE: &'static str = #interface;
                const NAME: &'static str = #name;
                const SHAPE: abi::Shape = abi::Shape(#shape);
                type Request = #request;
                type Response = #response;
            }
        }
    }
}

/// The module `functions` of an interface: one type per function, which stands for it; none without functions.
/// `more` are items beside them.
pub(super) fn markers(
    rust: &Rust<'_>,
    id: InterfaceId,
    more: impl Fn(&Named<'_>) -> TokenStream,
) -> Option<TokenStream> {
    let interface = rust.interface(id).id();
    let named = rust.functions(id);
    if named.is_empty() {
        return None;
    }
    let scope = Scope::of_interface(id).inner();
    let markers = named.iter().map(|named| {
        let Named {
            function, marker, ..
        } = named;
        let docs = docs::of(&function.docs, &format!("Function `{}`.", function.name));
        let shape = rust.contract().shape(rust.interface(id), function);
        let implementation = rust.implement_function(scope, &interface, function, marker, shape);
        let more = more(named);
        quote! {
            #docs
            #[derive(Clone, Copy, Debug)]
            pub enum #marker {}
            #implementation
            #more
        }
    });
    let runtime = rust.runtime();
    let title = format!(" The functions of `{interface}`, each as a type that stands for it.");
    Some(quote! {
        #[doc = #title]
        pub mod functions {
            use #runtime::abi;
            #(#markers)*
        }
    })
}

/// The arguments that a decoded request holds, in order.
pub(super) fn arguments(function: &Function) -> impl Iterator<Item = TokenStream> {
    (0..function.params.len()).map(|index| {
        let index = Literal::usize_unsuffixed(index);
        quote!(arguments.#index)
    })
}

/// `0x0123_4567_89ab_cdef`.
pub(super) fn hex(value: u64) -> TokenStream {
    let digits = format!("{value:016x}");
    let groups: Vec<_> = (0..4)
        .map(|group| &digits[group * 4..group * 4 + 4])
        .collect();
    format!("0x{}", groups.join("_"))
        .parse()
        .unwrap_or_default()
}
