//! `[grants]` of corelet.toml: what the plugin asks to be allowed.

use std::collections::BTreeMap;

use corelet_wit::{Interface, InterfaceId, Owner, TypeId, TypeKind};
use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::error::Failure;
use crate::manifest_values::Values;
use crate::module::Module;
use crate::suggest;

/// One grant that the plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// With its version, for instance `corelet:host/storage@0.1.0`.
    pub(crate) interface: String,
    /// The interface's record `grant`, encoded; empty if it has none.
    pub(crate) parameters: Vec<u8>,
}

/// The interfaces that `[grants]` names, with their encoded parameters.
pub(crate) type NamedGrants = BTreeMap<InterfaceId, Vec<u8>>;

impl Values<'_> {
    /// What `[grants]` names.
    ///
    /// # Errors
    /// If it names an interface that the world does not import, or one twice, or is no value of its record `grant`.
    pub(crate) fn named_grants(&self) -> Result<NamedGrants, Failure> {
        let mut named = NamedGrants::new();
        let table = self
            .source
            .grants
            .as_ref()
            .and_then(|grants| grants.get_ref().as_table());
        for (key, value) in table.into_iter().flatten() {
            let id = self.find(key)?;
            let interface = self.contract.interface(id);
            let parameters = match self.grant_record(id) {
                Some(record) => self.encode(record, &interface.name, Some(value))?,
                None => self.nothing(interface, value)?,
            };
            if named.insert(id, parameters).is_some() {
                let message = format!("{} is granted twice", interface.id());
                return Err(self.refusal(message, key.span(), "the second time"));
            }
        }
        Ok(named)
    }

    /// What the plugin asks for: what is named, and what `module` imports of interfaces of which nothing in particular is
    /// granted. Those are interfaces without a record `grant`, and logging.
    ///
    /// # Errors
    /// If the module calls an interface that has to be named and is not.
    pub(crate) fn grants(
        &self,
        mut named: NamedGrants,
        module: &Module,
    ) -> Result<Vec<Grant>, Failure> {
        let mut grants = Vec::new();
        for id in &self.world.imports {
            let interface = self.contract.interface(*id);
            let called = module
                .imports
                .iter()
                .find(|import| import.interface == interface.id());
            let parameters = match (named.remove(id), called, self.grant_record(*id)) {
                (Some(parameters), ..) => parameters,
                (None, None, _) => continue,
                (None, Some(_), None) => Vec::new(),
                (None, Some(_), Some(record)) if is_logging(interface) => {
                    self.encode(record, &interface.name, None)?
                }
                (None, Some(import), Some(record)) => {
                    return Err(self.ungranted(interface, record, &import.function));
                }
            };
            grants.push(Grant {
                interface: interface.id(),
                parameters,
            });
        }
        Ok(grants)
    }

    /// The import of the world that `key` means: by its name alone, with its package, or with its version too.
    fn find(&self, key: &Spanned<DeString<'_>>) -> Result<InterfaceId, Failure> {
        let name: &str = key.get_ref();
        let imports = self
            .world
            .imports
            .iter()
            .map(|id| (*id, self.contract.interface(*id)));
        let found: Vec<_> = imports
            .clone()
            .filter(|(_, import)| {
                name == import.name || name == import.unversioned_id() || name == import.id()
            })
            .collect();
        let world = &self.world.name;
        match found.as_slice() {
            [(id, _)] => Ok(*id),
            [] => {
                let names: Vec<_> = imports
                    .filter(|(_, import)| !import.functions.is_empty())
                    .flat_map(|(_, import)| [import.name.clone(), import.unversioned_id()])
                    .collect();
                let short = names
                    .iter()
                    .step_by(2)
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                let failure = self
                    .refusal(
                        format!("world {world} does not import `{name}`"),
                        key.span(),
                        "nothing to grant",
                    )
                    .found(name, short);
                Err(
                    match suggest::nearest(name, names.iter().map(String::as_str)) {
                        Some(near) => failure.help(format_args!("did you mean `{near}`?")),
                        None => failure.help(format_args!("import {name}; in world {world}")),
                    },
                )
            }
            several => {
                let names: Vec<_> = several
                    .iter()
                    .map(|(_, import)| format!("\"{}\"", import.id()))
                    .collect();
                let message = format!("world {world} imports several interfaces `{name}`");
                Err(self
                    .refusal(message, key.span(), "which one?")
                    .found(name, names.join(", ")))
            }
        }
    }

    /// The record `grant` of an interface.
    fn grant_record(&self, id: InterfaceId) -> Option<TypeId> {
        let mut types = self.contract.interface(id).types.iter().copied();
        types.find(|ty| {
            let def = self.contract.type_def(*ty);
            def.name == "grant"
                && def.owner == Owner::Interface(id)
                && matches!(def.kind, TypeKind::Record(_))
        })
    }

    /// No bytes for an interface of which nothing in particular can be granted.
    fn nothing(
        &self,
        interface: &Interface,
        found: &Spanned<DeValue<'_>>,
    ) -> Result<Vec<u8>, Failure> {
        if found
            .get_ref()
            .as_table()
            .is_some_and(|table| table.is_empty())
        {
            return Ok(Vec::new());
        }
        let message = format!("{} has no record `grant`", interface.id());
        Err(self
            .refusal(message, found.span(), "nothing to set")
            .help(format_args!("{} = {{}}", interface.name)))
    }

    fn ungranted(&self, interface: &Interface, record: TypeId, function: &str) -> Failure {
        let fields = match &self.contract.type_def(record).kind {
            TypeKind::Record(fields) => fields.as_slice(),
            _ => &[],
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|field| format!("{} = …", field.name))
            .collect();
        Failure::refused(format_args!(
            "{} asks for no grant of what the plugin calls",
            self.source.file.path().display()
        ))
        .fact("calls", format_args!("{} `{function}`", interface.id()))
        .help(format_args!(
            "[grants]\n{} = {{ {} }}",
            interface.name,
            fields.join(", ")
        ))
    }
}

fn is_logging(interface: &Interface) -> bool {
    interface.unversioned_id() == "corelet:host/logging"
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use corelet_wit::Contract;

    use super::*;
    use crate::manifest_source::ManifestSource;
    use crate::module::Import;
    use crate::toml_table::SourceFile;

    const WIT: &str = "package acme:thermostat@1.0.0;
interface relay {
  record grant { max-switches-per-hour: u16 }
  set: func(on: bool);
}
interface lamp {
  blink: func();
}
world thermostat {
  include corelet:plugin/device@0.1.0;
  import relay;
  import lamp;
  record config { set-point-milli: s32, hysteresis-milli: option<s32> }
}
";
    const GOOD: &str = "[config]
set-point-milli = 21_000
[grants]
sensor = { channels = [0] }
\"acme:thermostat/relay\" = { max-switches-per-hour = 12 }
";

    /// The encoded config and the grants of `toml` for a module that calls `called`.
    fn values(toml: &str, called: &[(&str, &str)]) -> Result<(Vec<u8>, Vec<Grant>), String> {
        let file = SourceFile::new(Path::new("corelet.toml"), toml);
        let source = ManifestSource::parse(&file).map_err(|failure| failure.to_string())?;
        let contract = Contract::parse(&[("wit/world.wit", WIT)]).unwrap();
        let values = Values {
            source: &source,
            contract: &contract,
            world: contract.world(None).unwrap(),
        };
        let imports = called.iter().map(|(interface, function)| Import {
            interface: (*interface).to_owned(),
            function: (*function).to_owned(),
        });
        let module = Module {
            imports: imports.collect(),
            ..Module::default()
        };
        let grants = || values.grants(values.named_grants()?, &module);
        let both = values.config().and_then(|config| Ok((config, grants()?)));
        both.map_err(|failure| failure.to_string())
    }

    fn refusal(toml: &str) -> String {
        values(toml, &[]).unwrap_err()
    }

    #[test]
    fn values_are_encoded_as_the_contract_has_them() {
        let called = [
            ("corelet:host/logging@0.1.0", "log"),
            ("acme:thermostat/lamp@1.0.0", "blink"),
        ];
        let (config, grants) = values(GOOD, &called).unwrap();
        assert_eq!(
            config,
            [0x90, 0xc8, 0x02, 0],
            "zigzag of 21,000 as a varint, and none"
        );
        let grant = |interface: &str, parameters: &[u8]| Grant {
            interface: interface.to_owned(),
            parameters: parameters.to_vec(),
        };
        let mut expected = vec![
            grant("corelet:host/logging@0.1.0", &[0]),
            grant("corelet:host/sensor@0.1.0", &[1, 0, 0]),
            grant("acme:thermostat/relay@1.0.0", &[12]),
            grant("acme:thermostat/lamp@1.0.0", &[]),
        ];
        let mut found = grants;
        found.sort_by(|one, other| one.interface.cmp(&other.interface));
        expected.sort_by(|one, other| one.interface.cmp(&other.interface));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_of_another_type_is_shown_with_its_place() {
        let text = refusal("[config]\nset-point-milli = \"warm\"\n");
        assert!(
            text.starts_with("error: `config` is not as the contract has it\n --> corelet.toml:2:19\n2 | set-point-milli = \"warm\"\n  |                   ^^^^^^ `config.set-point-milli`: found"),
            "{text}"
        );
        let text = refusal(&GOOD.replace("[0]", "[0, 256]"));
        assert!(text.contains("--> corelet.toml:4:27\n"), "{text}");
        assert!(text.contains("`sensor.channels.1`: found 256"), "{text}");
    }

    #[test]
    fn a_missing_and_an_unknown_field_are_named() {
        let text = refusal("[config]\n");
        assert!(
            text.contains(" --> corelet.toml:1:1\n1 | [config]\n"),
            "{text}"
        );
        assert!(text.contains("`config.set-point-milli`"), "{text}");
        let text = refusal("");
        assert!(text.contains("`config.set-point-milli`"), "{text}");
        let text = refusal("[config]\nset-point-mili = 1\n");
        assert!(text.contains("--> corelet.toml:2:"), "{text}");
        assert!(text.contains("did you mean `set-point-milli`?"), "{text}");
    }

    #[test]
    fn a_grant_of_what_the_world_does_not_import_is_refused() {
        let text = refusal(&GOOD.replace("sensor", "senser"));
        assert!(
            text.starts_with(
                "error: world thermostat does not import `senser`\n --> corelet.toml:4:1\n"
            ),
            "{text}"
        );
        assert!(text.ends_with("help: did you mean `sensor`?"), "{text}");
        let text = refusal(&format!("{GOOD}relay = {{ max-switches-per-hour = 1 }}\n"));
        assert!(
            text.contains("acme:thermostat/relay@1.0.0 is granted twice"),
            "{text}"
        );
        let text = refusal(&format!("{GOOD}lamp = {{ brightness = 1 }}\n"));
        assert!(text.ends_with("help: lamp = {}"), "{text}");
        assert!(values(&format!("{GOOD}lamp = {{}}\n"), &[]).is_ok());
    }

    #[test]
    fn what_the_plugin_calls_has_to_be_granted() {
        let text = values(GOOD, &[("corelet:host/storage@0.1.0", "get")]).unwrap_err();
        assert_eq!(
            text,
            "error: corelet.toml asks for no grant of what the plugin calls\n  calls    corelet:host/storage@0.1.0 `get`\n\
             help: [grants]\n      storage = { bytes = …, writes-per-day = … }"
        );
    }
}
