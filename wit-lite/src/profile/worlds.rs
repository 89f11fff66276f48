use wit_parser::{Span, TypeDefKind, WorldItem, WorldKey};

use super::Check;
use crate::model::{InterfaceId, PackageName, World};

const CONFIG: &str = "config";

impl Check<'_> {
    /// All worlds, in the order of the parser, which [`Owner::World`](crate::Owner::World) counts in.
    pub(super) fn worlds(&mut self) {
        for (_, wit) in &self.resolve.worlds {
            let mut world = World {
                package: self.package(wit.package),
                name: wit.name.clone(),
                docs: self.plain_docs(&wit.docs, wit.span),
                imports: Vec::new(),
                exports: Vec::new(),
                types: Vec::new(),
                config: None,
            };
            for (key, item) in &wit.imports {
                match item {
                    WorldItem::Type { id, span } => {
                        let Some(&here) = self.types.get(id) else {
                            continue;
                        };
                        world.types.push(here);
                        if *key == WorldKey::Name(CONFIG.to_owned()) {
                            self.is_record(*id, *span);
                            world.config = Some(here);
                        }
                    }
                    item => world
                        .imports
                        .extend(self.interface_of(key, item, wit.span, "import")),
                }
            }
            for (key, item) in &wit.exports {
                world
                    .exports
                    .extend(self.interface_of(key, item, wit.span, "export"));
            }
            for both in world.imports.iter().filter(|id| world.exports.contains(id)) {
                let name = self.contract.interface(*both).id();
                let refusal = self
                    .refusal(
                        wit.span,
                        format!("world `{}` imports and exports one interface", wit.name),
                    )
                    .found(format!("import and export of {name}"), "one of them")
                    .help("make another interface that takes the types over: `use other.{…};`");
                self.refuse(refusal);
            }
            self.contract.worlds.push(world);
        }
    }

    fn package(&self, id: Option<wit_parser::PackageId>) -> PackageName {
        match id {
            Some(id) => super::package_name(&self.resolve.packages[id].name),
            None => self.contract.main.clone(),
        }
    }

    /// The interface with a name that a world imports or exports; all else is refused.
    fn interface_of(
        &mut self,
        key: &WorldKey,
        item: &WorldItem,
        world: Span,
        verb: &str,
    ) -> Option<InterfaceId> {
        let span = if self.sources.place(item.span()).is_some() {
            item.span()
        } else {
            world
        };
        match item {
            WorldItem::Interface { id, docs, .. } => {
                self.plain_docs(docs, span);
                let interface = &self.resolve.interfaces[*id];
                let WorldKey::Name(name) = key else {
                    return self.interfaces.get(id).copied();
                };
                let refusal = match &interface.name {
                    None => self
                        .refusal(
                            interface.span,
                            format!("the interface `{name}` is written inside the world"),
                        )
                        .found(
                            format!("{verb} {name}: interface {{ … }}"),
                            format!("{verb} {name};"),
                        )
                        .help(format!(
                            "interface {name} {{ … }}\nbeside the world, and `{verb} {name};` in it"
                        )),
                    Some(interface) => self
                        .refusal(span, format!("`{name}` gives `{interface}` another name"))
                        .found(
                            format!("{verb} {name}: {interface}"),
                            format!("{verb} {interface};"),
                        )
                        .help(format!("{verb} {interface};")),
                };
                self.refuse(refusal);
                None
            }
            WorldItem::Function(function) => {
                // What belongs to a resource is refused with it.
                if function.kind.resource().is_none() {
                    let name = function.item_name();
                    let refusal = self
                        .refusal(
                            function.span,
                            format!("the function `{name}` stands in a world"),
                        )
                        .found(format!("{verb} {name}: func"), "functions of an interface")
                        .help(format!("put it into an interface, and {verb} that"));
                    self.refuse(refusal);
                }
                None
            }
            WorldItem::Type { .. } => None,
        }
    }

    /// Refuses a `config` that is something else.
    fn is_record(&mut self, config: wit_parser::TypeId, span: Span) {
        if !matches!(self.resolve.types[config].kind, TypeDefKind::Record(_)) {
            let refusal = self
                .refusal(span, "`config` is not a record")
                .found("another type", "record config { … }")
                .help("record config { … }\nin the world; it is what `init` takes");
            self.refuse(refusal);
        }
    }
}
