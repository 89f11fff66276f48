//! What the maker of a plugin says about it.

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::{Field, ImageError, KeyId, Version};

/// The most bytes of a plugin's name.
pub const NAME_MAX: usize = 32;
/// The most bytes of a world's name.
pub const WORLD_MAX: usize = 64;
/// The most grants.
pub const GRANTS_MAX: usize = 16;
/// The most bytes of an interface's name with its version.
pub const INTERFACE_MAX: usize = 64;
/// The most bytes of a grant's parameters.
pub const PARAMETERS_MAX: usize = 64;
/// The most bytes of the configuration.
pub const CONFIG_MAX: usize = 256;
/// The most event topics.
pub const TOPICS_MAX: usize = 8;
/// The most bytes of one event topic.
pub const TOPIC_MAX: usize = 24;

/// What the maker of a plugin says about it, and asks for.
///
/// The order of the fields is the order of their bytes, and part of the format.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest<'a> {
    /// The key that signed. Filled in when the image is built.
    pub key_id: KeyId,
    /// 1 to 32 bytes in kebab case: lower-case letters, digits, single hyphens inside; a letter first.
    pub name: &'a str,
    /// The plugin's version.
    pub version: Version,
    /// Raised when an older version must not be installed again: a device refuses what is lower than the highest that it confirmed of
    /// the plugin.
    pub security_version: u32,
    /// The world that it implements, for instance `acme:thermostat/thermostat@1.0.0`: 0 to 64 bytes.
    pub world: &'a str,
    /// The SHA-256 of the module. Filled in when the image is built.
    pub module_digest: [u8; 32],
    /// The module's length in bytes. Filled in when the image is built.
    pub module_bytes: u32,
    /// The oldest host that it runs on.
    pub min_host: Version,
    /// What it asks to be allowed, at most 16.
    #[serde(borrow)]
    pub grants: Vec<Grant<'a>, GRANTS_MAX>,
    /// What it needs in order to run.
    pub budgets: Budgets,
    /// How often it wants to be ticked, in milliseconds: at least 1; none for never.
    pub tick_ms: Option<u32>,
    /// When it counts as working after an update. The firmware's policy may ask for more.
    pub confirm: Confirm,
    /// The record `config` of its world, encoded: at most 256 bytes.
    pub config: &'a [u8],
    /// The topics of the events that it wants: at most 8, each of 1 to 24 bytes.
    pub topics: Vec<&'a str, TOPICS_MAX>,
}

/// Leave to use one interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant<'a> {
    /// The interface with its version, for instance `corelet:host/storage@0.1.0`: 1 to 64 bytes.
    pub interface: &'a str,
    /// The interface's record `grant`, encoded, or nothing: at most 64 bytes.
    pub parameters: &'a [u8],
}

/// What a plugin needs in order to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Budgets {
    /// Fuel for one call.
    pub fuel_per_call: u64,
    /// Linear memory in bytes.
    pub memory: u32,
    /// Value stack of the interpreter in bytes.
    pub stack: u32,
    /// Heap in bytes that loading and running it may take beside linear memory; 0 for what the slot allows.
    pub heap: u32,
}

/// When a plugin counts as working after an update, and its trial is confirmed: all of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Confirm {
    /// So many calls in a row succeeded.
    pub good_calls: u32,
    /// It has run for so many seconds.
    pub seconds: u32,
    /// Its `health` export says that it is well.
    pub health: bool,
}

impl<'a> Manifest<'a> {
    /// The manifest that `bytes` are.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let (manifest, rest) =
            postcard::take_from_bytes::<Self>(bytes).map_err(|_| ImageError::ManifestMalformed)?;
        if !rest.is_empty() {
            return Err(ImageError::ManifestMalformed);
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// Whether every field is within its bounds.
    ///
    /// # Errors
    /// [`ImageError::Field`] for the first that is not.
    pub fn check(&self) -> Result<(), ImageError> {
        bound(Field::Name, self.name.len(), 1, NAME_MAX)?;
        if !is_kebab(self.name) {
            return Err(ImageError::NotKebab);
        }
        bound(Field::World, self.world.len(), 0, WORLD_MAX)?;
        for grant in &self.grants {
            bound(Field::Interface, grant.interface.len(), 1, INTERFACE_MAX)?;
            bound(Field::Parameters, grant.parameters.len(), 0, PARAMETERS_MAX)?;
        }
        if let Some(period) = self.tick_ms {
            bound(Field::Tick, period as usize, 1, u32::MAX as usize)?;
        }
        bound(Field::Config, self.config.len(), 0, CONFIG_MAX)?;
        for topic in &self.topics {
            bound(Field::Topic, topic.len(), 1, TOPIC_MAX)?;
        }
        Ok(())
    }
}

fn bound(field: Field, found: usize, least: usize, most: usize) -> Result<(), ImageError> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    Err(ImageError::Field {
        field,
        found: u32::try_from(found).unwrap_or(u32::MAX),
        allowed: most as u32,
    })
}

/// Words of lower-case letters and digits, of which the first begins with a letter, with single hyphens between.
fn is_kebab(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
    };
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::is_kebab;

    #[test]
    fn names_are_kebab_case() {
        for good in ["a", "thermostat", "motor-guard", "pump-2", "a1-2b"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in [
            "", "-a", "a-", "a--b", "A", "a_b", "1a", "a b", "é", "a/b", "../x",
        ] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
