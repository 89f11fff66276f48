use core::fmt;

use sha2::{Digest, Sha256};

use crate::{DEVELOPMENT_KEY, KeyId};

/// Which plugin an image is of: the same for all its versions, and another one for the same name under another key.
///
/// The first eight bytes of the SHA-256 of the key's id and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PluginId(pub [u8; 8]);

impl PluginId {
    /// The id of the plugin `name` that `key` signs.
    pub fn of(key: KeyId, name: &str) -> Self {
        let digest = Sha256::new().chain_update(key.0).chain_update(name);
        let digest: [u8; 32] = digest.finalize().into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self([a, b, c, d, e, f, g, h])
    }

    /// The id of the plugin `name` that the development key signs: for simulators and tests.
    pub fn development(name: &str) -> Self {
        Self::of(KeyId::of(&DEVELOPMENT_KEY), name)
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for PluginId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        KeyId(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_a_name_under_a_key() {
        let id = PluginId::of(KeyId([7; 8]), "pump");
        assert_eq!(id, PluginId::of(KeyId([7; 8]), "pump"));
        assert_ne!(id, PluginId::of(KeyId([8; 8]), "pump"));
        assert_ne!(id, PluginId::of(KeyId([7; 8]), "pumps"));
        // It stands in flash: a change of it loses what plugins keep.
        assert_eq!(std::format!("{id}"), "98cb56b702a871d2");
    }
}
