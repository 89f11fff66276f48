//! What a plugin's `corelet.toml` grants it.

use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, format, fs};

use corelet_wit::{Contract, Interface, Type, value};

/// One granted interface.
#[derive(Debug)]
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
    let text = fs::read_to_string(folder.join("corelet.toml")).ok()?;
    let contract =
        Contract::load(&folder.join("wit")).unwrap_or_else(|refusals| panic!("{refusals}"));
    match read(&text, &contract) {
        Ok(granted) => Some(granted),
        Err(why) => panic!("{}: {why}", folder.join("corelet.toml").display()),
    }
}

fn read(text: &str, contract: &Contract) -> Result<Vec<Granted>, String> {
    let manifest: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.to_string())?;
    let Some(grants) = manifest.get("grants") else {
        return Ok(Vec::new());
    };
    let grants = grants.as_table().ok_or("`grants` is not a table")?;
    grants
        .iter()
        .map(|(name, grant)| {
            let interface = interface(contract, name)
                .ok_or_else(|| format!("[grants] `{name}` is no interface of wit/"))?;
            let record = encode(contract, interface, grant)
                .map_err(|error| format!("[grants] `{name}`: {error}"))?;
            Ok(Granted {
                interface: interface.unversioned_id(),
                record,
            })
        })
        .collect()
}

/// The interface that `name` means: `sensor`, `corelet:host/sensor`, or `corelet:host/sensor@0.1.0`.
fn interface<'c>(contract: &'c Contract, name: &str) -> Option<&'c Interface> {
    contract.interfaces.iter().find(|interface| {
        name == interface.name || name == interface.unversioned_id() || name == interface.id()
    })
}

fn encode(
    contract: &Contract,
    interface: &Interface,
    grant: &toml::Value,
) -> Result<Vec<u8>, String> {
    let json = serde_json::to_value(grant).map_err(|error| error.to_string())?;
    match interface
        .types
        .iter()
        .find(|id| contract.type_def(**id).name == "grant")
    {
        Some(id) => {
            value::encode(contract, &Type::Named(*id), &json).map_err(|error| error.to_string())
        }
        None => Ok(Vec::new()),
    }
}
