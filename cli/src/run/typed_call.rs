//! `--call` and `--args`: a call of an export, typed by the contract at run time.

use corelet_abi::{NameKey, Shape, decode};
use corelet_host::PluginError;
use corelet_host::plugin::types;
use corelet_wit::{Contract, Function, Type, nearest, value};
use serde_json::Value;

use crate::contract_check;
use crate::error::Failure;
use crate::module::Module;

/// `[SLOT:]INTERFACE.FUNCTION`, as it stands on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallName {
    /// The slot; by default the first whose plugin exports the function.
    pub(crate) slot: Option<u8>,
    /// For instance `processor`, or `corelet:plugin/processor@0.1.0`.
    interface: String,
    /// For instance `process`.
    function: String,
}

impl std::str::FromStr for CallName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let slot = text
            .split_once(':')
            .and_then(|(slot, rest)| Some((slot.parse().ok()?, rest)));
        let (slot, name) = slot.map_or((None, text), |(slot, rest)| (Some(slot), rest));
        // A version has dots too.
        let parts = name.split_once('#').or_else(|| name.rsplit_once('.'));
        match parts {
            Some((interface, function)) if !interface.is_empty() && !function.is_empty() => {
                Ok(Self {
                    slot,
                    interface: interface.to_owned(),
                    function: function.to_owned(),
                })
            }
            _ => Err("allowed: INTERFACE.FUNCTION, such as processor.process".to_owned()),
        }
    }
}

impl CallName {
    /// The whole name of the export of `module` that is meant.
    pub(crate) fn find<'m>(&self, module: &'m Module) -> Option<&'m str> {
        let exports = module.exports.iter().map(|export| export.name.as_str());
        let mut found = exports.filter(|name| {
            name.split_once('#').is_some_and(|(interface, function)| {
                function == self.function && names_of(interface).contains(&self.interface.as_str())
            })
        });
        found.next()
    }

    /// Why none is found in any of `modules`.
    pub(crate) fn missing(&self, modules: &[Module]) -> Failure {
        let exports = modules.iter().flat_map(|module| &module.exports);
        let names: Vec<_> = exports
            .filter_map(|export| export.name.split_once('#'))
            .map(|(interface, function)| format!("{}.{function}", names_of(interface)[2]))
            .collect();
        let asked = format!("{}.{}", self.interface, self.function);
        let allowed = if names.is_empty() {
            "no exported function".to_owned()
        } else {
            names.join(", ")
        };
        let failure =
            Failure::refused(format_args!("no plugin exports `{asked}`")).found(&asked, allowed);
        match nearest(&asked, names.iter().map(String::as_str)) {
            Some(near) => failure.help(format_args!("did you mean {near}?")),
            None => failure,
        }
    }
}

/// An interface's name with package and version, with package, and alone.
fn names_of(interface: &str) -> [&str; 3] {
    let path = interface
        .split_once('@')
        .map_or(interface, |(path, _)| path);
    let name = path.split_once('/').map_or(path, |(_, name)| name);
    [interface, path, name]
}

/// A call that is ready to be made.
#[derive(Clone, Debug)]
pub(crate) struct TypedCall<'c> {
    contract: &'c Contract,
    function: &'c Function,
    /// What is called.
    pub(crate) key: NameKey,
    /// The encoded arguments.
    pub(crate) request: Vec<u8>,
}

impl<'c> TypedCall<'c> {
    /// A call of `export`, for instance `corelet:plugin/processor@0.1.0#process`, with `arguments`: a list in order, or an object
    /// with the parameters' names.
    ///
    /// # Errors
    /// If the contract does not have the function, has it in another shape than `module`, or the arguments are not its
    /// parameters.
    pub(crate) fn new(
        contract: &'c Contract,
        module: &Module,
        export: &str,
        arguments: &Value,
    ) -> Result<Self, Failure> {
        let key = NameKey::of_export(export);
        let (interface, name) = export.split_once('#').unwrap_or(("", export));
        let Some((interface, function)) = contract_check::function(contract, export) else {
            return Err(
                Failure::refused(format_args!("the contract has no {interface} `{name}`"))
                    .help("--wit DIR names the contract that the plugin was built for"),
            );
        };
        let shape = Shape(contract.shape(interface, function));
        if module.shapes.get(&key) != Some(&shape) {
            return Err(Failure::refused(format_args!(
                "{} `{name}`: the plugin was built for another contract",
                interface.id()
            ))
            .fact("contract", contract.signature(function))
            .help("--wit DIR names the contract that the plugin was built for"));
        }
        let request = value::encode_request(contract, function, arguments).map_err(|error| {
            Failure::refused(format_args!(
                "the arguments of `{name}` are not as the contract has them"
            ))
            .fact("argument", error)
            .fact("contract", contract.signature(function))
        })?;
        Ok(Self {
            contract,
            function,
            key,
            request,
        })
    }

    /// The function's name.
    pub(crate) fn name(&self) -> &str {
        &self.function.name
    }

    /// Why the plugin did not do what it was called for, if `response` says so or is malformed: its error, or what is known of it
    /// in words.
    pub(crate) fn failure(&self, response: &[u8]) -> Option<Result<PluginError, String>> {
        let value = match self.response(response) {
            Ok(value) => value,
            Err(failure) => return Some(Err(failure.to_string())),
        };
        let error = match &self.function.result {
            Some(Type::Result { err, .. }) => value.get("err").map(|value| (err, value)),
            _ => None,
        };
        let (ty, value) = error?;
        let is_standard = ty
            .as_deref()
            .is_some_and(|ty| *self.contract.unaliased(ty) == Type::Named(self.contract.error));
        // A result begins with a byte that says which side it is.
        let error = response.get(1..).filter(|_| is_standard);
        let error = error.and_then(|error| decode::<types::Error<'_>>(error).ok());
        Some(match error {
            Some(error) => Ok(error.into()),
            None => Err(format!("the plugin answered with the error {value}")),
        })
    }

    /// The response as JSON.
    ///
    /// # Errors
    /// If it is no canonical message of the function's result, which is a fault of the plugin.
    pub(crate) fn response(&self, response: &[u8]) -> Result<Value, Failure> {
        value::decode_response(self.contract, self.function, response).map_err(|error| {
            Failure::refused(format_args!("the plugin's answer is malformed: {error}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::module::Export;

    const PROCESS: &str = "corelet:plugin/processor@0.1.0#process";

    fn module(shape: impl Fn(u64) -> u64) -> Module {
        let contract = Contract::standard();
        let processor = contract
            .interfaces
            .iter()
            .find(|interface| interface.name == "processor")
            .unwrap();
        let mut module = Module::default();
        module.exports.push(Export {
            name: PROCESS.to_owned(),
            is_function: true,
        });
        let shape = shape(contract.shape(processor, &processor.functions[0]));
        module
            .shapes
            .insert(NameKey::of_export(PROCESS), Shape(shape));
        module
    }

    #[test]
    fn a_function_is_named_in_short_or_in_full() {
        let module = module(|shape| shape);
        for name in [
            "processor.process",
            "processor#process",
            "corelet:plugin/processor.process",
            "corelet:plugin/processor@0.1.0.process",
            PROCESS,
            "1:processor.process",
            "1:corelet:plugin/processor@0.1.0#process",
        ] {
            let call: CallName = name.parse().unwrap();
            assert_eq!(call.find(&module), Some(PROCESS), "{name}");
            assert_eq!(call.slot, name.starts_with('1').then_some(1));
        }
        assert!("process".parse::<CallName>().is_err());
        let call: CallName = "procesor.process".parse().unwrap();
        assert_eq!(call.find(&module), None);
        assert_eq!(
            call.missing(&[module]).to_string(),
            "error: no plugin exports `procesor.process`\n  = found: procesor.process   allowed: processor.process\n\
             help: did you mean processor.process?"
        );
    }

    #[test]
    fn arguments_and_answers_are_json() {
        let contract = Contract::standard();
        let reading = json!({ "value": 215, "scale": 1, "unit": "celsius", "timestamp": 7 });
        let call = TypedCall::new(
            &contract,
            &module(|shape| shape),
            PROCESS,
            &json!([[reading]]),
        )
        .unwrap();
        assert_eq!(call.request, [1, 0xae, 0x03, 1, 1, 7]);
        assert_eq!(
            call.response(&[0, 0xae, 0x03, 1, 1, 7]).unwrap(),
            json!({ "ok": reading })
        );
        let text = call.response(&[0]).unwrap_err().to_string();
        assert!(
            text.starts_with("error: the plugin's answer is malformed: "),
            "{text}"
        );
    }

    #[test]
    fn arguments_that_do_not_fit_are_refused_with_the_signature() {
        let contract = Contract::standard();
        let text = TypedCall::new(
            &contract,
            &module(|shape| shape),
            PROCESS,
            &json!([[{ "value": "x" }]]),
        );
        let text = text.unwrap_err().to_string();
        assert!(text.starts_with("error: the arguments of `process` are not as the contract has them\n  argument `readings.0."), "{text}");
        assert!(
            text.contains("\n  contract process(readings: list<"),
            "{text}"
        );
    }

    #[test]
    fn a_plugin_of_another_contract_is_not_called() {
        let contract = Contract::standard();
        let text = TypedCall::new(&contract, &module(|shape| shape ^ 1), PROCESS, &json!([[]]));
        let text = text.unwrap_err().to_string();
        assert!(
            text.contains("the plugin was built for another contract"),
            "{text}"
        );
    }
}
