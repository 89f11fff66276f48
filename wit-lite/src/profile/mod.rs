//! The bounded profile: from what the parser read to a [`Contract`], or to everything that is wrong with it.
//!
//! A part that is refused still gets some type, so that the rest is checked too; a contract with a refusal is never
//! returned.

mod attribute;
mod bounds;
mod expression;
mod names;
mod types;
mod worlds;

use std::collections::HashMap;

use wit_parser::{Docs, FunctionKind, PackageId, Resolve, Span};

use crate::model::{Contract, Field, Function, Interface, InterfaceId, PackageName, TypeId};
use crate::refusal::{Refusal, Refusals};
use crate::source::Sources;

use attribute::Attributes;
use bounds::Bounds;
use expression::Lead;
use names::Casing;
use types::Item;

/// The largest request or response, in bytes.
pub const MESSAGE_MAX: u32 = 65_536;
/// The largest bound of a string or list.
pub const BOUND_MAX: u32 = 65_535;
/// The longest fixed-length list, in items.
pub const FIXED_LIST_MAX: u32 = 32;
/// The most parts of a tuple.
pub const TUPLE_MAX: usize = 12;
/// The most parameters of a function.
pub const PARAMS_MAX: usize = 12;

pub(crate) fn check(
    resolve: &Resolve,
    main: PackageId,
    sources: &Sources,
) -> Result<Contract, Refusals> {
    let mut check = Check {
        resolve,
        sources,
        refusals: Vec::new(),
        interfaces: HashMap::new(),
        types: HashMap::new(),
        contract: Contract {
            main: package_name(&resolve.packages[main].name),
            interfaces: Vec::new(),
            worlds: Vec::new(),
            types: Vec::new(),
            error: TypeId(0),
        },
    };
    check.interfaces();
    check.types();
    check.functions();
    check.worlds();
    check.error();
    match Refusals::of(check.refusals) {
        None => Ok(check.contract),
        Some(refusals) => Err(refusals),
    }
}

/// The check under way.
struct Check<'a> {
    resolve: &'a Resolve,
    sources: &'a Sources,
    refusals: Vec<Refusal>,
    /// Interfaces with a name; those without are refused where a world has them.
    interfaces: HashMap<wit_parser::InterfaceId, InterfaceId>,
    /// Types with a name.
    types: HashMap<wit_parser::TypeId, TypeId>,
    contract: Contract,
}

fn package_name(name: &wit_parser::PackageName) -> PackageName {
    PackageName {
        namespace: name.namespace.clone(),
        name: name.name.clone(),
        version: name.version.clone(),
    }
}

impl Check<'_> {
    fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// A refusal at `span`.
    fn refusal(&self, span: Span, message: impl Into<String>) -> Refusal {
        Refusal::new(message).at(self.sources.place(span))
    }

    fn interfaces(&mut self) {
        for (id, interface) in &self.resolve.interfaces {
            let (Some(name), Some(package)) = (&interface.name, interface.package) else {
                continue;
            };
            let docs = self.plain_docs(&interface.docs, interface.span);
            self.interfaces
                .insert(id, InterfaceId(self.contract.interfaces.len()));
            self.contract.interfaces.push(Interface {
                package: package_name(&self.resolve.packages[package].name),
                name: name.clone(),
                docs,
                types: Vec::new(),
                functions: Vec::new(),
            });
        }
    }

    fn functions(&mut self) {
        for (id, interface) in &self.resolve.interfaces {
            let Some(&here) = self.interfaces.get(&id) else {
                continue;
            };
            let functions: Vec<_> = interface
                .functions
                .values()
                .filter_map(|function| self.function(function))
                .collect();
            self.contract.interfaces[here.0].functions = functions;
        }
    }

    /// None for what belongs to a resource, which is refused as a whole.
    fn function(&mut self, function: &wit_parser::Function) -> Option<Function> {
        match function.kind {
            FunctionKind::Freestanding => {}
            FunctionKind::AsyncFreestanding => {
                let refusal = self
                    .refusal(function.span, format!("`{}` is async", function.name))
                    .found("async func", "func")
                    .help("leave out `async`, and let the plugin be ticked or told by an event when the answer is there");
                self.refuse(refusal);
            }
            FunctionKind::Getter | FunctionKind::Setter => {
                let refusal = self
                    .refusal(
                        function.span,
                        format!("`{}` is an accessor", function.item_name()),
                    )
                    .found("get or set", "func")
                    .help(format!("{}: func(…)", function.item_name()));
                self.refuse(refusal);
            }
            _ => return None,
        }
        let attributes = self.attributes(&function.docs, function.span);
        self.not_open(&attributes);
        let bounds = Bounds::of_function(self, function, &attributes);
        let params: Vec<_> = function
            .params
            .iter()
            .map(|param| {
                let item = Item {
                    name: &param.name,
                    span: param.span,
                    lead: Lead::Colon,
                    root: vec![param.name.clone()],
                };
                Field {
                    name: param.name.clone(),
                    docs: String::new(),
                    ty: self.ty(&item, param.ty, &bounds),
                }
            })
            .collect();
        let names = function
            .params
            .iter()
            .map(|param| (&*param.name, param.span));
        self.refuse_collisions("parameters", names.collect(), Casing::Snake);
        let item = Item {
            name: bounds::RESULT,
            span: function.span,
            lead: Lead::Arrow,
            root: vec![bounds::RESULT.to_owned()],
        };
        let result = function.result.map(|ty| self.ty(&item, ty, &bounds));
        let span = function.span;
        let function = Function {
            name: function.name.clone(),
            docs: attributes.docs,
            params,
            result,
        };
        self.fits(&function, span);
        Some(function)
    }

    /// Number of parameters, size of messages, and names that Rust could not tell apart.
    fn fits(&mut self, function: &Function, span: Span) {
        if function.params.len() > PARAMS_MAX {
            let refusal = self
                .refusal(span, format!("`{}` has too many parameters", function.name))
                .found(
                    format!("{} parameters", function.params.len()),
                    format!("at most {PARAMS_MAX}"),
                )
                .help("pass some of them as one record");
            self.refuse(refusal);
        }
        let request = self.contract.request_max(function);
        let response = self.contract.response_max(function);
        for (what, size) in [("request", request), ("response", response)] {
            if size > MESSAGE_MAX {
                let refusal = self
                    .refusal(
                        span,
                        format!("the {what} of `{}` is too large", function.name),
                    )
                    .found(
                        format!("up to {size} bytes"),
                        format!("{MESSAGE_MAX} bytes"),
                    )
                    .help("lower the bounds, or send it in several calls");
                self.refuse(refusal);
            }
        }
    }

    /// The record that `init` fails with, from the newest `corelet:plugin/types` there is.
    fn error(&mut self) {
        let newest = self
            .contract
            .interfaces
            .iter()
            .filter(|interface| {
                (
                    &*interface.package.namespace,
                    &*interface.package.name,
                    &*interface.name,
                ) == ("corelet", "plugin", "types")
            })
            .max_by_key(|interface| interface.package.version.clone());
        let error = newest.and_then(|interface| {
            let mut types = interface.types.iter();
            types.find(|id| self.contract.type_def(**id).name == "error")
        });
        match error {
            Some(&error) => self.contract.error = error,
            None => self.refuse(
                Refusal::new(
                    "there is no type `error` in `corelet:plugin/types`, with which `init` fails",
                )
                .help("take deps/ of corelet:plugin away, so that the standard one is used"),
            ),
        }
    }

    /// The attributes of an item that may have some.
    fn attributes(&mut self, docs: &Docs, span: Span) -> Attributes {
        let (attributes, refusals) = attribute::read(docs, span, self.sources);
        self.refusals.extend(refusals);
        attributes
    }

    /// The doc comment of an item that can have no attribute.
    fn plain_docs(&mut self, docs: &Docs, span: Span) -> String {
        let attributes = self.attributes(docs, span);
        self.not_open(&attributes);
        self.no_bounds(&attributes);
        attributes.docs
    }

    fn no_bounds(&mut self, attributes: &Attributes) {
        for bound in &attributes.bounds {
            let refusal = Refusal::new("this bound is of nothing")
                .at(bound.place.clone())
                .found("@max", "@max on a type, a field, a case or a function")
                .help("move it to the string or list that it bounds");
            self.refuse(refusal);
        }
    }

    fn not_open(&mut self, attributes: &Attributes) {
        if attributes.open {
            let refusal = Refusal::new("only an enum can be open")
                .at(attributes.open_place.clone())
                .found("@open", "@open on an enum")
                .help("take it away; what may grow belongs into an enum");
            self.refuse(refusal);
        }
    }
}
