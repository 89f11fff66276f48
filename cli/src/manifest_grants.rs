//! `[grants]` of corelet.toml: what the plugin asks to be allowed.

use corelet_wit::{Grant, GrantError, GrantProblem, TypeKind};
use serde_json::Map;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Failure;
use crate::manifest_values::Values;
use crate::module::Module;
use crate::toml_table::to_json;

impl Values<'_> {
    /// What the plugin may be granted: what `[grants]` names, and what needs no naming.
    ///
    /// # Errors
    /// If it names an interface that the world does not import, or one twice, or is no value of its record `grant`.
    pub(crate) fn asked_grants(&self) -> Result<Vec<Grant>, Failure> {
        let nothing = DeTable::new();
        let table = self.source.grants.as_ref();
        let table = table
            .and_then(|grants| grants.get_ref().as_table())
            .unwrap_or(&nothing);
        let mut named = Map::new();
        for (key, value) in table {
            let name = key.get_ref().to_string();
            let json = to_json(value.get_ref());
            let json = json
                .map_err(|allowed| self.unfit(&name, value, "", &format!("allowed: {allowed}")))?;
            named.insert(name, json);
        }
        self.contract.grants(self.world, &named).map_err(|error| {
            match table.get_key_value(error.name.as_str()) {
                Some((key, value)) => self.no_grant(error, key.span(), value),
                None => Failure::refused(error),
            }
        })
    }

    /// What the plugin asks for: of `asked` what is named, and what `module` calls.
    ///
    /// # Errors
    /// If the module calls an interface that has to be named and is not.
    pub(crate) fn grants(
        &self,
        mut asked: Vec<Grant>,
        module: &Module,
    ) -> Result<Vec<Grant>, Failure> {
        for import in &module.imports {
            let is_granted =
                |grant: &Grant| self.contract.interface(grant.interface).id() == import.interface;
            if !asked.iter().any(is_granted) {
                return Err(self.ungranted(&import.interface, &import.function));
            }
        }
        asked.retain(|grant| {
            let id = self.contract.interface(grant.interface).id();
            grant.named || module.imports.iter().any(|import| import.interface == id)
        });
        Ok(asked)
    }

    fn no_grant(
        &self,
        error: GrantError,
        key: std::ops::Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Failure {
        let GrantError { name, problem } = error;
        match problem {
            GrantProblem::NoImport { world, names, near } => {
                let message = format!("world {world} does not import `{name}`");
                let failure = self
                    .refusal(message, key, "nothing to grant")
                    .found(&name, names.join(", "));
                match near {
                    Some(near) => failure.help(format_args!("did you mean `{near}`?")),
                    None => failure.help(format_args!("import {name}; in world {world}")),
                }
            }
            GrantProblem::Several { world, ids } => {
                let message = format!("world {world} imports several interfaces `{name}`");
                let ids: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
                self.refusal(message, key, "which one?")
                    .found(&name, ids.join(", "))
            }
            GrantProblem::Twice(_) => self.refusal(problem, key, "one of the two"),
            GrantProblem::NoRecord(_) => self
                .refusal(problem, value.span(), "nothing to set")
                .help(format_args!("{name} = {{}}")),
            GrantProblem::Value(error) => {
                let path = error.path().to_owned();
                self.unfit(&name, value, &path, &error.within(&name).to_string())
            }
        }
    }

    fn ungranted(&self, interface: &str, function: &str) -> Failure {
        let imports = self.world.imports.iter();
        let import = imports
            .map(|id| self.contract.interface(*id))
            .find(|import| import.id() == interface);
        let record = import.and_then(|import| self.contract.grant_record(import));
        let fields = match record.map(|record| &self.contract.type_def(record).kind) {
            Some(TypeKind::Record(fields)) => fields.as_slice(),
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
        .fact("calls", format_args!("{interface} `{function}`"))
        .help(format_args!(
            "[grants]\n{} = {{ {} }}",
            import.map_or(interface, |import| &import.name),
            fields.join(", ")
        ))
    }
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

    /// Interfaces and their encoded records.
    type Named = Vec<(String, Vec<u8>)>;

    /// The encoded config and the grants of `toml` for a module that calls `called`.
    fn values(toml: &str, called: &[(&str, &str)]) -> Result<(Vec<u8>, Named), String> {
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
        let named = |grant: Grant| (contract.interface(grant.interface).id(), grant.record);
        let both = values.config().and_then(|config| {
            let grants = values.grants(values.asked_grants()?, &module)?;
            Ok((config, grants.into_iter().map(named).collect()))
        });
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
        let grant = |interface: &str, record: &[u8]| (interface.to_owned(), record.to_vec());
        let mut expected = vec![
            grant("corelet:host/logging@0.1.0", &[0, 0]),
            grant("corelet:host/sensor@0.1.0", &[1, 0, 0, 0]),
            grant("acme:thermostat/relay@1.0.0", &[12]),
            grant("acme:thermostat/lamp@1.0.0", &[]),
        ];
        let mut found = grants;
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_of_another_type_is_shown_with_its_place() {
        let text = refusal("[config]\nset-point-milli = \"warm\"\n");
        assert!(
            text.starts_with("error: `config` is not as the contract has it\n --> corelet.toml:2:19\n2 | set-point-milli = \"warm\"\n  |                   ^^^^^^ `config.set-point-milli`: found"),
            "{text}"
        );
        let text = refusal(&GOOD.replace("[0]", "[0], rate = \"60/week\""));
        assert!(text.contains("--> corelet.toml:4:35\n"), "{text}");
        assert!(
            text.contains(r#"`sensor.rate`: found "60/week", allowed a whole number per s, min"#),
            "{text}"
        );
        let text = refusal(&GOOD.replace("[0]", "[0, 256]"));
        assert!(text.contains("--> corelet.toml:4:27\n"), "{text}");
        assert!(text.contains("`sensor.channels.1`: found 256"), "{text}");
    }

    #[test]
    fn a_rate_is_encoded_as_the_field_that_it_means() {
        let source = GOOD.replace("[0]", "[0], rate = \"60/min\"");
        let source = source.replace("max-switches-per-hour = 12", "max-switches = \"12/h\"");
        let (_, grants) = values(&source, &[]).unwrap();
        let records: Vec<_> = grants.into_iter().map(|(_, record)| record).collect();
        assert!(records.contains(&vec![1, 0, 1, 60, 0]), "{records:?}");
        assert!(records.contains(&vec![12]), "{records:?}");
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
        let help = "help: [config]\n      set-point-milli = 0";
        assert!(text.ends_with(help), "{text}");
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
