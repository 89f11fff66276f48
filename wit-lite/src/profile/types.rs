//! Types with a name.

use wit_parser::{Span, TypeDefKind, TypeOwner};

use super::bounds::{Bounds, Node};
use super::expression::Lead;
use super::written::Item;
use super::{Check, MESSAGE_MAX};
use crate::model::{Case, Field, Label, Owner, Type, TypeDef, TypeId, TypeKind};

impl Check<'_> {
    /// All types with a name, after those that they are made of: the parser keeps them in this order.
    pub(super) fn types(&mut self) {
        for (id, def) in &self.resolve.types {
            let Some(name) = &def.name else { continue };
            let owner = match def.owner {
                TypeOwner::Interface(interface) => self
                    .interfaces
                    .get(&interface)
                    .copied()
                    .map(Owner::Interface),
                TypeOwner::World(world) => Some(Owner::World(world.index())),
                TypeOwner::None => None,
            };
            let Some(owner) = owner else { continue };
            let (kind, docs) = self.kind(name, def);
            let kind = self.of_a_size(name, def.span, kind);
            let here = TypeId(self.contract.types.len());
            self.types.insert(id, here);
            self.contract.types.push(TypeDef {
                name: name.clone(),
                owner,
                docs,
                kind,
            });
        }
        for (id, interface) in &self.resolve.interfaces {
            let Some(here) = self.interfaces.get(&id) else {
                continue;
            };
            let mut types: Vec<_> = interface.types.values().collect();
            types.sort_by_key(|id| self.sources.order(self.resolve.types[**id].span));
            let types = types
                .iter()
                .filter_map(|id| self.types.get(id).copied())
                .collect();
            self.contract.interfaces[here.0].types = types;
        }
    }

    fn kind(&mut self, name: &str, def: &wit_parser::TypeDef) -> (TypeKind, String) {
        match &def.kind {
            TypeDefKind::Enum(wit) => {
                let attributes = self.attributes(&def.docs, def.span);
                self.no_bounds(&attributes);
                let cases = wit
                    .cases
                    .iter()
                    .map(|case| (&case.name, &case.docs, case.span));
                let kind = TypeKind::Enum {
                    cases: self.labels(cases),
                    open: attributes.open,
                };
                (kind, attributes.docs)
            }
            TypeDefKind::Flags(wit) => {
                let flags = wit
                    .flags
                    .iter()
                    .map(|flag| (&flag.name, &flag.docs, flag.span));
                let kind = TypeKind::Flags(self.labels(flags));
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Record(wit) => {
                let fields = wit.fields.iter().map(|field| {
                    let (ty, docs) =
                        self.part(&field.name, field.span, &field.docs, Lead::Colon, field.ty);
                    Field {
                        name: field.name.clone(),
                        docs,
                        ty,
                    }
                });
                let kind = TypeKind::Record(fields.collect());
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Variant(wit) => {
                let cases = wit.cases.iter().map(|case| match case.ty {
                    Some(ty) => {
                        let (ty, docs) =
                            self.part(&case.name, case.span, &case.docs, Lead::Paren, ty);
                        Case {
                            name: case.name.clone(),
                            docs,
                            payload: Some(ty),
                        }
                    }
                    None => Case {
                        name: case.name.clone(),
                        docs: self.plain_docs(&case.docs, case.span),
                        payload: None,
                    },
                });
                let kind = TypeKind::Variant(cases.collect());
                (kind, self.plain_docs(&def.docs, def.span))
            }
            TypeDefKind::Resource => {
                let refusal = self
                    .refusal(def.span, format!("`{name}` is a resource"))
                    .found("resource", "types of values")
                    .help(format!(
                        "let a number stand for it, and pass that to functions:\ntype {name} = u32;"
                    ));
                self.refuse(refusal);
                (TypeKind::Alias(Type::Bool), String::new())
            }
            kind => {
                let attributes = self.attributes(&def.docs, def.span);
                self.not_open(&attributes);
                let item = Item {
                    name,
                    type_name: name,
                    span: def.span,
                    lead: Lead::Equals,
                    root: Vec::new(),
                };
                let bounds =
                    Bounds::of_item(self, &Node::of_alias(self.resolve, kind), &attributes);
                let ty = self.alias(&item, kind, &bounds);
                (TypeKind::Alias(ty), attributes.docs)
            }
        }
    }

    /// Refuses what no message holds. So every type that others are made of is small, and to expand it is cheap.
    fn of_a_size(&mut self, name: &str, span: Span, kind: TypeKind) -> TypeKind {
        let size = self.contract.kind_max(&kind);
        if size <= MESSAGE_MAX {
            return kind;
        }
        let refusal = self
            .refusal(span, format!("`{name}` is too large for a message"))
            .found(
                format!("up to {size} bytes"),
                format!("{MESSAGE_MAX} bytes"),
            )
            .help("lower the bounds in it, or send it in several calls");
        self.refuse(refusal);
        TypeKind::Alias(Type::Bool)
    }

    /// The type and the docs of a field, or of a case with a payload.
    fn part(
        &mut self,
        name: &str,
        span: Span,
        docs: &wit_parser::Docs,
        lead: Lead,
        ty: wit_parser::Type,
    ) -> (Type, String) {
        let attributes = self.attributes(docs, span);
        self.not_open(&attributes);
        let bounds = Bounds::of_item(self, &Node::of(self.resolve, ty), &attributes);
        let item = Item {
            name,
            type_name: name,
            span,
            lead,
            root: Vec::new(),
        };
        (self.ty(&item, ty, &bounds), attributes.docs)
    }

    fn labels<'w>(
        &mut self,
        labels: impl Iterator<Item = (&'w String, &'w wit_parser::Docs, Span)>,
    ) -> Vec<Label> {
        labels
            .map(|(name, docs, span)| Label {
                name: name.clone(),
                docs: self.plain_docs(docs, span),
            })
            .collect()
    }
}
