//! What a plugin's `corelet.toml` grants it.

use std::io::ErrorKind;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, format, fs};

use corelet_wit::Contract;
use serde_json::{Map, Value};

/// One granted interface.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Granted {
    /// For instance `corelet:host/storage`.
    pub(super) interface: String,
    /// Its `grant` record as the manifest carries it; empty if the interface has none.
    pub(super) record: Vec<u8>,
}

/// The grants of the crate under test; none if it has no `corelet.toml`.
///
/// # Panics
/// If the file or the contract cannot be read, or if they do not fit each other.
pub(super) fn of_manifest() -> Option<Vec<Granted>> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| ".".into());
    let folder = Path::new(&folder);
    let path = folder.join("corelet.toml");
    let granted = match fs::read_to_string(&path) {
        Ok(text) => {
            let contract =
                Contract::load(&folder.join("wit")).unwrap_or_else(|refusals| panic!("{refusals}"));
            read(&text, &contract)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => Err(error.to_string()),
    };
    Some(granted.unwrap_or_else(|why| panic!("{}: {why}", path.display())))
}

fn read(text: &str, contract: &Contract) -> Result<Vec<Granted>, String> {
    let manifest: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.to_string())?;
    let world = manifest
        .get("plugin")
        .and_then(|plugin| plugin.get("world")?.as_str());
    let world = contract.world(world).map_err(|error| error.to_string())?;
    let named = match manifest.get("grants").map(serde_json::to_value) {
        None => Map::new(),
        Some(Ok(Value::Object(named))) => named,
        Some(_) => return Err("`grants` is no table of values of the contract".into()),
    };
    let grants = contract
        .grants(world, &named)
        .map_err(|error| format!("[grants] {error}"))?;
    let granted = grants.into_iter().map(|grant| Granted {
        interface: contract.interface(grant.interface).unversioned_id(),
        record: grant.record,
    });
    Ok(granted.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = "package a:b@1.0.0;
world other { import corelet:host/sensor@0.1.0; }
world device { include corelet:plugin/device@0.1.0; }
";

    fn names(text: &str) -> Result<Vec<String>, String> {
        let contract = Contract::parse(&[("wit/world.wit", WIT)]).unwrap();
        let granted = read(text, &contract)?;
        Ok(granted.into_iter().map(|grant| grant.interface).collect())
    }

    #[test]
    fn grants_are_those_of_the_build() {
        let text = "[plugin]\nworld = \"device\"\n[grants]\nstorage = { bytes = 64 }\n";
        let expected = [
            "corelet:host/logging",
            "corelet:host/monotonic-clock",
            "corelet:host/storage",
            "corelet:host/wall-clock",
        ];
        let mut found = names(text).unwrap();
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        for (text, why) in [
            ("", "several worlds"),
            ("[grants", "unclosed table"),
            ("grants = 1\n[plugin]\nworld = \"device\"", "no table"),
            (
                "[plugin]\nworld = \"other\"\n[grants]\nsenser = {}",
                "did you mean `sensor`?",
            ),
        ] {
            let found = names(text).unwrap_err();
            assert!(found.contains(why), "{text}: {found}");
        }
    }
}
