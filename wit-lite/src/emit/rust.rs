use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::names::{self, Taken};
use super::scope::{Lifetime, Scope};
use super::{Options, meet, standard};
use crate::{
    Contract, Function, Interface, InterfaceId, Owner, Type, TypeDef, TypeId, TypeKind, World,
};

/// Which side the code is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Guest,
    Host,
}

/// A contract as Rust sees it: names, paths, and what borrows.
pub(super) struct Rust<'c> {
    contract: &'c Contract,
    world: &'c World,
    options: &'c Options,
    side: Side,
    modules: BTreeMap<InterfaceId, Ident>,
    mapped: BTreeMap<InterfaceId, TokenStream>,
    /// By type.
    names: Vec<Ident>,
    /// By type: whether its values borrow.
    borrows: Vec<bool>,
    /// By type: whether its values are equal or not, and nothing else.
    total: Vec<bool>,
    meets: BTreeSet<TypeId>,
}

impl<'c> Rust<'c> {
    pub(super) fn new(
        contract: &'c Contract,
        world: &'c World,
        options: &'c Options,
        side: Side,
    ) -> Self {
        let ids = interfaces_of(contract, world);
        let interfaces: Vec<_> = ids.iter().map(|id| contract.interface(*id)).collect();
        let modules = ids
            .iter()
            .copied()
            .zip(names::modules(&interfaces))
            .collect();
        let mut rust = Self {
            contract,
            world,
            options,
            side,
            modules,
            mapped: BTreeMap::new(),
            names: type_names(contract),
            borrows: Vec::new(),
            total: Vec::new(),
            meets: BTreeSet::new(),
        };
        // A type stands after those that it is made of.
        for def in &contract.types {
            let borrows = parts(def).any(|part| rust.borrows(part));
            rust.borrows.push(borrows);
            let total = parts(def).all(|part| rust.is_total(part));
            rust.total.push(total);
        }
        rust.mapped = standard::mappings(&rust);
        if side == Side::Host {
            rust.meets = meet::reachable(&rust);
        }
        rust
    }

    pub(super) fn contract(&self) -> &'c Contract {
        self.contract
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn world(&self) -> &'c World {
        self.world
    }

    pub(super) fn options(&self) -> &'c Options {
        self.options
    }

    /// Path of the crate that generated code names.
    pub(super) fn runtime(&self) -> TokenStream {
        match (&self.options.runtime, self.side) {
            (Some(path), _) => path.clone(),
            (None, Side::Guest) => quote!(::corelet_guest),
            (None, Side::Host) => quote!(::corelet_host),
        }
    }

    /// `corelet_abi` as code in `scope` names it. A module of Corelet's own imports it; beside the modules, where an
    /// author's own items stand, nothing is imported.
    pub(super) fn abi(&self, scope: Scope) -> TokenStream {
        if scope.is_authors() {
            let runtime = self.runtime();
            quote!(#runtime::abi)
        } else {
            quote!(abi)
        }
    }

    /// The interfaces that the world names, or that its types come from.
    pub(super) fn modules(&self) -> impl Iterator<Item = InterfaceId> {
        self.modules.keys().copied()
    }

    pub(super) fn module_name(&self, id: InterfaceId) -> &Ident {
        &self.modules[&id]
    }

    /// The module that stands for an interface instead of one that is generated.
    pub(super) fn mapped(&self, id: InterfaceId) -> Option<&TokenStream> {
        self.mapped.get(&id)
    }

    pub(super) fn interface(&self, id: InterfaceId) -> &'c Interface {
        self.contract.interface(id)
    }

    pub(super) fn type_def(&self, id: TypeId) -> &'c TypeDef {
        self.contract.type_def(id)
    }

    pub(super) fn type_name(&self, id: TypeId) -> &Ident {
        &self.names[id.0]
    }

    /// The names that an interface's types take in its module, and those of Corelet's own.
    pub(super) fn taken(&self, id: InterfaceId) -> Taken {
        let mut taken = Taken::with(RESERVED);
        for ty in &self.interface(id).types {
            taken.claim(self.type_name(*ty).to_string());
        }
        taken
    }

    /// Whether `grant` records are made of this type.
    pub(super) fn meets(&self, id: TypeId) -> bool {
        self.meets.contains(&id)
    }

    /// Whether values of this type borrow a message.
    pub(super) fn borrows(&self, ty: &Type) -> bool {
        match ty {
            Type::String { .. } | Type::List { .. } => true,
            Type::Named(id) => self.borrows[id.0],
            _ => inner(ty).any(|part| self.borrows(part)),
        }
    }

    /// Whether each value of this type equals itself: no float is in it.
    pub(super) fn is_total(&self, ty: &Type) -> bool {
        match ty {
            Type::F32 | Type::F64 => false,
            Type::Named(id) => self.total[id.0],
            _ => inner(ty).all(|part| self.is_total(part)),
        }
    }

    /// The type behind all aliases.
    pub(super) fn resolve<'t>(&'t self, ty: &'t Type) -> &'t Type {
        match ty {
            Type::Named(id) => match &self.type_def(*id).kind {
                TypeKind::Alias(of) => self.resolve(of),
                _ => ty,
            },
            _ => ty,
        }
    }

    /// The ok and err types of a function that returns a `result`.
    pub(super) fn fallible<'t>(
        &'t self,
        function: &'t Function,
    ) -> Option<(Option<&'t Type>, Option<&'t Type>)> {
        match self.resolve(function.result.as_ref()?) {
            Type::Result { ok, err } => Some((ok.as_deref(), err.as_deref())),
            _ => None,
        }
    }

    /// A named type as a path.
    pub(super) fn path(&self, scope: Scope, id: TypeId) -> TokenStream {
        let name = self.type_name(id);
        match self.type_def(id).owner {
            owner if scope.is_home(owner) => {
                let home = scope.to_home();
                quote!(#home #name)
            }
            Owner::Interface(interface) => {
                let (up, module) = (scope.to_modules(), self.module_name(interface));
                quote!(#up #module::#name)
            }
            Owner::World(_) => quote!(#name),
        }
    }

    /// The type of values: what Rust code holds.
    pub(super) fn value(&self, scope: Scope, ty: &Type, lifetime: Lifetime) -> TokenStream {
        let value = |ty: &Type| self.value(scope, ty, lifetime);
        let (abi, reference) = (self.abi(scope), lifetime.of_reference());
        match ty {
            Type::String { .. } => quote!(&#reference str),
            Type::List { item, .. } if self.is_byte(item) => quote!(&#reference [u8]),
            Type::List { item, .. } => {
                let (lifetime, item) = (lifetime.of_path(), self.codec(scope, item));
                quote!(#abi::List<#lifetime, #item>)
            }
            Type::Named(id) => {
                let path = self.path(scope, *id);
                let generics = self.borrows(ty).then(|| {
                    let lifetime = lifetime.of_path();
                    quote!(<#lifetime>)
                });
                quote!(#path #generics)
            }
            _ => compound(ty, &value),
        }
    }

    /// The type that stands for `ty` with its bounds: an `abi::Codec`.
    pub(super) fn codec(&self, scope: Scope, ty: &Type) -> TokenStream {
        let abi = self.abi(scope);
        match self.resolve(ty) {
            Type::String { max } => {
                let max = number(*max);
                quote!(#abi::Text<#max>)
            }
            Type::List { item, max } => {
                let max = number(*max);
                if self.is_byte(item) {
                    quote!(#abi::Bytes<#max>)
                } else {
                    let item = self.codec(scope, item);
                    quote!(#abi::Seq<#item, #max>)
                }
            }
            Type::Named(id) => {
                let path = self.path(scope, *id);
                let generics = self.borrows[id.0].then(|| quote!(<'static>));
                quote!(#path #generics)
            }
            ty => compound(ty, &|part| self.codec(scope, part)),
        }
    }

    /// Whether a list of `item` is bytes.
    pub(super) fn is_byte(&self, item: &Type) -> bool {
        *self.resolve(item) == Type::U8
    }
}

/// Names of Corelet's own in the module of an interface.
const RESERVED: [&str; 3] = ["Host", "Capability", "Guest"];
/// Names of Corelet's own beside the modules.
const RESERVED_IN_WORLD: [&str; 2] = ["Plugin", "Error"];

fn type_names(contract: &Contract) -> Vec<Ident> {
    let mut taken: BTreeMap<(bool, usize), Taken> = BTreeMap::new();
    contract
        .types
        .iter()
        .map(|def| {
            let taken = match def.owner {
                Owner::Interface(id) => taken
                    .entry((true, id.0))
                    .or_insert_with(|| Taken::with(RESERVED)),
                Owner::World(world) => taken
                    .entry((false, world))
                    .or_insert_with(|| Taken::with(RESERVED_IN_WORLD)),
            };
            taken.claim(names::camel(&def.name))
        })
        .collect()
}

/// The world's imports and exports, and the interfaces that their types come from.
fn interfaces_of(contract: &Contract, world: &World) -> BTreeSet<InterfaceId> {
    let mut ids: BTreeSet<_> = world
        .imports
        .iter()
        .chain(&world.exports)
        .copied()
        .collect();
    let mut wanted: Vec<TypeId> = world.types.clone();
    for id in &ids {
        wanted.extend(&contract.interface(*id).types);
    }
    while let Some(id) = wanted.pop() {
        let def = contract.type_def(id);
        if let Owner::Interface(owner) = def.owner
            && ids.insert(owner)
        {
            wanted.extend(&contract.interface(owner).types);
        }
        if let TypeKind::Alias(Type::Named(of)) = &def.kind {
            wanted.push(*of);
        }
    }
    ids
}

/// The types that a definition names.
pub(super) fn parts(def: &TypeDef) -> impl Iterator<Item = &Type> {
    let (alias, fields, cases): (_, &[_], &[_]) = match &def.kind {
        TypeKind::Alias(of) => (Some(of), &[], &[]),
        TypeKind::Record(fields) => (None, fields, &[]),
        TypeKind::Variant(cases) => (None, &[], cases),
        TypeKind::Enum { .. } | TypeKind::Flags(_) => (None, &[], &[]),
    };
    let payloads = cases.iter().filter_map(|case| case.payload.as_ref());
    alias
        .into_iter()
        .chain(fields.iter().map(|field| &field.ty))
        .chain(payloads)
}

/// The types that a type without a name is made of.
pub(super) fn inner(ty: &Type) -> impl Iterator<Item = &Type> {
    let (one, two, many): (Option<&Type>, Option<&Type>, &[Type]) = match ty {
        Type::List { item, .. } | Type::FixedList { item, .. } => (Some(item), None, &[]),
        Type::Option(item) => (Some(item), None, &[]),
        Type::Result { ok, err } => (ok.as_deref(), err.as_deref(), &[]),
        Type::Tuple(types) => (None, None, types),
        _ => (None, None, &[]),
    };
    one.into_iter().chain(two).chain(many)
}

/// A type whose form in Rust is the same for values, codecs and owned values.
pub(super) fn compound(ty: &Type, part: &dyn Fn(&Type) -> TokenStream) -> TokenStream {
    let part_or_unit =
        |ty: &Option<Box<Type>>| ty.as_ref().map_or_else(|| quote!(()), |ty| part(ty));
    match ty {
        Type::Bool => quote!(bool),
        Type::U8 => quote!(u8),
        Type::U16 => quote!(u16),
        Type::U32 => quote!(u32),
        Type::U64 => quote!(u64),
        Type::S8 => quote!(i8),
        Type::S16 => quote!(i16),
        Type::S32 => quote!(i32),
        Type::S64 => quote!(i64),
        Type::F32 => quote!(f32),
        Type::F64 => quote!(f64),
        Type::Char => quote!(char),
        Type::FixedList { item, length } => {
            let (item, length) = (part(item), number(*length));
            quote!([#item; #length])
        }
        Type::Tuple(types) => {
            let types = types.iter().map(part);
            quote!((#(#types,)*))
        }
        Type::Option(item) => {
            let item = part(item);
            quote!(::core::option::Option<#item>)
        }
        Type::Result { ok, err } => {
            let (ok, err) = (part_or_unit(ok), part_or_unit(err));
            quote!(::core::result::Result<#ok, #err>)
        }
        Type::String { .. } | Type::List { .. } | Type::Named(_) => {
            unreachable!("the caller gives these their form")
        }
    }
}

/// A number without a suffix.
pub(super) fn number(value: u32) -> proc_macro2::Literal {
    proc_macro2::Literal::u32_unsuffixed(value)
}
