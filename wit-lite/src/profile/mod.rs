//! The bounded profile: from what the parser read to a [`Contract`], or to everything that is wrong with it.
//!
//! A part that is refused still gets some type, so that the rest is checked too; a contract with a refusal is never
//! returned.

mod attribute;
mod bounds;
mod expression;
mod functions;
mod types;
mod worlds;
mod written;

use std::collections::HashMap;

use wit_parser::{Docs, PackageId, Resolve, Span};

use crate::model::{Contract, Interface, InterfaceId, PackageName, TypeId};
use crate::refusal::{Refusal, Refusals};
use crate::source::Sources;

use attribute::Attributes;

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

    /// All interfaces with a name, without what is in them.
    fn interfaces(&mut self) {
        let mut seen = HashMap::new();
        for (id, interface) in &self.resolve.interfaces {
            let (Some(name), Some(package)) = (&interface.name, interface.package) else {
                continue;
            };
            // The parser does the same for all names inside an interface.
            if let Some(other) = seen.insert((package, name.replace('-', "").to_lowercase()), name)
            {
                let refusal = self
                    .refusal(
                        interface.span,
                        format!("`{name}` and `{other}` are too much alike"),
                    )
                    .found(
                        "names that differ in `-` and case alone",
                        "names that Rust can tell apart",
                    )
                    .help("rename one of them");
                self.refuse(refusal);
            }
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

    /// The type that `init` fails with, from the newest `corelet:plugin/types` there is.
    fn error(&mut self) {
        let types = self.resolve.interfaces.iter().filter_map(|(id, wit)| {
            let interface = self.contract.interface(*self.interfaces.get(&id)?);
            (interface.unversioned_id() == "corelet:plugin/types").then_some((interface, wit.span))
        });
        let newest = types.max_by_key(|(interface, _)| interface.package.version.clone());
        let error = newest.and_then(|(interface, _)| self.contract.type_in(interface, "error"));
        match error {
            Some(error) => self.contract.error = error,
            None => {
                let place = newest.and_then(|(_, span)| self.sources.place(span));
                let refusal =
                    Refusal::new("`corelet:plugin/types` has no `error`, with which `init` fails")
                        .at(place)
                        .found("an own package corelet:plugin", "one with `types.error`")
                        .help("take it out of deps, so that the standard one is used");
                self.refuse(refusal);
            }
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
