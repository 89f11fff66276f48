//! What corelet.toml gives values to, typed by the contract; here `[config]`.

use std::ops::Range;

use corelet_wit::value::{self, ValueError};
use corelet_wit::{Contract, Type, TypeId, TypeKind, World};
use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use crate::error::Failure;
use crate::manifest_source::ManifestSource;
use crate::toml_table::to_json;

/// The file, and what types it: the contract, and the plugin's world in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values<'a> {
    pub(crate) source: &'a ManifestSource<'a>,
    pub(crate) contract: &'a Contract,
    pub(crate) world: &'a World,
}

impl Values<'_> {
    /// The world's `config` record, encoded; empty if it has none.
    ///
    /// # Errors
    /// If `[config]` is no value of the record, or stands there without one.
    pub(crate) fn config(&self) -> Result<Vec<u8>, Failure> {
        match (self.world.config, &self.source.config) {
            (None, None) => Ok(Vec::new()),
            (None, Some(found)) => {
                let message = format_args!("world {} has no record `config`", self.world.name);
                Err(self
                    .refusal(message, found.span(), "values for it")
                    .help("add `record config { … }` to the world, or delete [config]"))
            }
            (Some(record), found) => self.encode(record, "config", found.as_ref()),
        }
    }

    /// The bytes of `record` for what stands in the file; an empty record for what does not.
    fn encode(
        &self,
        record: TypeId,
        name: &str,
        found: Option<&Spanned<DeValue<'_>>>,
    ) -> Result<Vec<u8>, Failure> {
        let json = match found {
            None => Ok(json!({})),
            Some(found) => to_json(found.get_ref()),
        };
        let wrong = |error: &str, path: &str| match found {
            Some(found) => self.unfit(name, found, path, error),
            None => not_as_in_the_contract(name)
                .fact("file", self.source.file.path().display())
                .fact("value", error),
        };
        let json = json.map_err(|allowed| wrong(&format!("allowed: {allowed}"), ""))?;
        value::encode(self.contract, &Type::Named(record), &json).map_err(|error: ValueError| {
            let failure = wrong(&error.clone().within(name).to_string(), error.path());
            match self.missing(record, error.path(), &json) {
                Some(line) => failure.help(format_args!("[{name}]\n{line}")),
                None => failure,
            }
        })
    }

    /// A line for the field `name` of `record`, if it is missing in `json`.
    fn missing(&self, record: TypeId, name: &str, json: &Value) -> Option<String> {
        let TypeKind::Record(fields) = &self.contract.type_def(record).kind else {
            return None;
        };
        let field = fields.iter().find(|field| field.name == name)?;
        if json.get(name).is_some() {
            return None;
        }
        let value = match self.contract.unaliased(&field.ty) {
            Type::Bool => "false".to_owned(),
            Type::F32 | Type::F64 => "0.0".to_owned(),
            Type::String { .. } | Type::Char => "\"…\"".to_owned(),
            Type::List { .. } | Type::FixedList { .. } | Type::Tuple(_) => "[]".to_owned(),
            Type::Named(id) => match &self.contract.type_def(*id).kind {
                TypeKind::Enum { cases, .. } => format!("{:?}", cases.first()?.name),
                _ => return None,
            },
            Type::Option(_) | Type::Result { .. } => return None,
            _ => "0".to_owned(),
        };
        Some(format!("{name} = {value}"))
    }

    /// The failure of the part `path` of `found`, which is the value of `name`.
    pub(crate) fn unfit(
        &self,
        name: &str,
        found: &Spanned<DeValue<'_>>,
        path: &str,
        error: &str,
    ) -> Failure {
        not_as_in_the_contract(name).at(&self.source.file.place(locate(found, path)), error)
    }

    pub(crate) fn refusal(
        &self,
        message: impl std::fmt::Display,
        span: Range<usize>,
        label: &str,
    ) -> Failure {
        Failure::refused(message).at(&self.source.file.place(span), label)
    }
}

fn not_as_in_the_contract(name: &str) -> Failure {
    Failure::refused(format_args!("`{name}` is not as the contract has it"))
}

/// Where the part of `value` is that `path` names, for instance `channels.3`; or the smallest part around it that is
/// there.
fn locate(value: &Spanned<DeValue<'_>>, path: &str) -> Range<usize> {
    let mut span = value.span();
    let mut value = value.get_ref();
    for name in path.split('.') {
        let inner = match value {
            DeValue::Table(table) => table.get(name),
            DeValue::Array(items) => name.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        };
        let Some(inner) = inner else { break };
        (span, value) = (inner.span(), inner.get_ref());
    }
    span
}
