use crate::{InterfaceId, Owner};
use proc_macro2::TokenStream;
use quote::quote;

/// Where generated code stands: paths to types depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    interface: Option<InterfaceId>,
    inner: bool,
}

impl Scope {
    /// In the module of an interface.
    pub(super) fn of_interface(id: InterfaceId) -> Self {
        Self {
            interface: Some(id),
            inner: false,
        }
    }

    /// Beside the modules of all interfaces.
    pub(super) fn of_world() -> Self {
        Self {
            interface: None,
            inner: false,
        }
    }

    /// In a module within this one.
    pub(super) fn inner(self) -> Self {
        Self {
            inner: true,
            ..self
        }
    }

    /// Whether items of an author's own stand in this scope.
    pub(super) fn is_authors(self) -> bool {
        self.interface.is_none() && !self.inner
    }

    /// Whether what `owner` defines stands in this scope's own module.
    pub(super) fn is_home(self, owner: Owner) -> bool {
        match owner {
            Owner::Interface(id) => self.interface == Some(id),
            Owner::World(_) => self.interface.is_none(),
        }
    }

    /// What stands before the name of an item of this scope's own module.
    pub(super) fn to_home(self) -> TokenStream {
        if self.inner {
            quote!(super::)
        } else {
            quote!()
        }
    }

    /// What stands before the name of a module of an interface.
    pub(super) fn to_modules(self) -> TokenStream {
        match (self.interface.is_some(), self.inner) {
            (false, false) => quote!(self::),
            (true, true) => quote!(super::super::),
            _ => quote!(super::),
        }
    }
}

/// The lifetime of what a type borrows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lifetime {
    /// Left out, or `'_`.
    Elided,
    /// `'a`.
    A,
    /// `'static`.
    Static,
}

impl Lifetime {
    /// As it stands after `&`.
    pub(super) fn of_reference(self) -> Option<TokenStream> {
        match self {
            Self::Elided => None,
            Self::A => Some(quote!('a)),
            Self::Static => Some(quote!('static)),
        }
    }

    /// As it stands in a path.
    pub(super) fn of_path(self) -> TokenStream {
        self.of_reference().unwrap_or_else(|| quote!('_))
    }
}
