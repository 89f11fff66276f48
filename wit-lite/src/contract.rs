//! Looking things up in a contract.

use std::fmt;

use crate::model::{
    Contract, Field, Function, Interface, InterfaceId, PackageName, Type, TypeDef, TypeId,
    TypeKind, World,
};
use crate::refusal::Refusal;
use crate::suggest::nearest;

impl Contract {
    /// The interface of an id that this contract gave.
    ///
    /// # Panics
    /// If another contract gave it, and had more interfaces.
    pub fn interface(&self, id: InterfaceId) -> &Interface {
        &self.interfaces[id.0]
    }

    /// The type of an id that this contract gave.
    ///
    /// # Panics
    /// If another contract gave it, and had more types.
    pub fn type_def(&self, id: TypeId) -> &TypeDef {
        &self.types[id.0]
    }

    /// The type `name` of an interface, for instance `grant`.
    pub fn type_in(&self, interface: &Interface, name: &str) -> Option<TypeId> {
        let mut types = interface.types.iter().copied();
        types.find(|id| self.type_def(*id).name == name)
    }

    /// `ty`, or what it is another name for: never an alias.
    pub fn unaliased<'c>(&'c self, ty: &'c Type) -> &'c Type {
        match ty {
            Type::Named(id) => match &self.type_def(*id).kind {
                TypeKind::Alias(ty) => self.unaliased(ty),
                _ => ty,
            },
            _ => ty,
        }
    }

    /// The world `name` of the main package, or its only world if no name is given.
    ///
    /// # Errors
    /// There is none of this name, or not exactly one.
    pub fn world(&self, name: Option<&str>) -> Result<&World, Refusal> {
        let worlds: Vec<_> = self.main_worlds().collect();
        let names: Vec<_> = worlds.iter().map(|world| &*world.name).collect();
        let refusal = |message: String, found: &str| {
            let allowed = if names.is_empty() {
                "a world".to_owned()
            } else {
                names.join(", ")
            };
            Refusal::new(message).found(found, allowed)
        };
        match (name, worlds.as_slice()) {
            (None, [world]) => Ok(world),
            (None, []) => Err(refusal(format!("{} has no world", self.main), "none")
                .help("world my-plugin {\n  include corelet:plugin/device@0.1.0;\n}")),
            (None, _) => Err(
                refusal(format!("{} has several worlds", self.main), "no name")
                    .help("name one of them"),
            ),
            (Some(name), worlds) => worlds
                .iter()
                .find(|world| world.name == name)
                .copied()
                .ok_or_else(|| {
                    let refusal = refusal(format!("{} has no world `{name}`", self.main), name);
                    match nearest(name, names.iter()) {
                        Some(near) => refusal.help(format!("did you mean `{near}`?")),
                        None => refusal,
                    }
                }),
        }
    }

    /// A world's `init`: its `config`, if it has one, to `result<_, error>` of `corelet:plugin/types`.
    pub fn init(&self, world: &World) -> Function {
        let config = world.config.map(|config| Field {
            name: "config".to_owned(),
            docs: String::new(),
            ty: Type::Named(config),
        });
        Function {
            name: corelet_abi::INIT_EXPORT.to_owned(),
            docs: String::new(),
            params: config.into_iter().collect(),
            result: Some(Type::Result {
                ok: None,
                err: Some(Box::new(Type::Named(self.error))),
            }),
        }
    }
}

impl Interface {
    /// Its whole name, for instance `corelet:host/storage@0.1.0`.
    pub fn id(&self) -> String {
        let path = self.unversioned_id();
        match &self.package.version {
            Some(version) => format!("{path}@{version}"),
            None => path,
        }
    }

    /// Its name without the version, for instance `corelet:host/storage`.
    pub fn unversioned_id(&self) -> String {
        format!(
            "{}:{}/{}",
            self.package.namespace, self.package.name, self.name
        )
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.name)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}
