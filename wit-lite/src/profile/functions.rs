use wit_parser::{FunctionKind, Span};

use super::bounds::{Bounds, RESULT};
use super::expression::Lead;
use super::written::Item;
use super::{Check, MESSAGE_MAX, PARAMS_MAX};
use crate::model::{Field, Function};

impl Check<'_> {
    /// The functions of every interface; after the types.
    pub(super) fn functions(&mut self) {
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
                    .help("leave out `async`; the plugin is ticked, or told by an event, when there is an answer");
                self.refuse(refusal);
            }
            FunctionKind::Getter | FunctionKind::Setter => {
                let refusal = self
                    .refusal(
                        function.span,
                        format!("`{}` is an accessor", function.item_name()),
                    )
                    .found("get or set", "func")
                    .help(format!(
                        "write it as a function: `{}: func(…)`",
                        function.item_name()
                    ));
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
                    type_name: &param.name,
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
        let item = Item {
            name: RESULT,
            type_name: &format!("{}-result", function.name),
            span: function.span,
            lead: Lead::Arrow,
            root: vec![RESULT.to_owned()],
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

    /// Refuses too many parameters and too large messages.
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
}
