//! Keys, and which of them a device trusts.

use core::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The 32 bytes of an Ed25519 public key.
pub type PublicKey = [u8; 32];

/// The 32 bytes of which an Ed25519 key pair is made: a secret, but for [`DEVELOPMENT_SEED`].
pub type Seed = [u8; 32];

/// **Not a secret.** The seed of the development key, which everybody has: what it signs proves nothing.
///
/// It makes the way from a build to a simulator or a board on the desk work without keys of one's own. A device accepts
/// it only if its [`Keys`] were told to, which takes the feature `development`.
pub const DEVELOPMENT_SEED: Seed = *b"corelet development key: public!";

/// The public key that belongs to [`DEVELOPMENT_SEED`].
pub const DEVELOPMENT_KEY: PublicKey = [
    0x44, 0xb8, 0xee, 0xe5, 0xa0, 0x1e, 0x0b, 0xec, 0x62, 0xb9, 0x39, 0x8a, 0x6c, 0x18, 0xd9, 0x56,
    0x2c, 0xee, 0xd7, 0x86, 0x7c, 0x08, 0x1c, 0x4f, 0xe4, 0x43, 0xcc, 0x93, 0xc3, 0x57, 0x2b, 0xc9,
];

/// The first eight bytes of the SHA-256 of a public key.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// The id of `key`.
    pub fn of(key: &PublicKey) -> Self {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self([a, b, c, d, e, f, g, h])
    }
}

/// Sixteen hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The keys that a device trusts.
///
/// ```
/// use corelet_image::{Keys, PublicKey};
/// static TRUSTED: [PublicKey; 1] = [[0x21; 32]];
/// const KEYS: Keys<'static> = Keys::new(&TRUSTED);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    trusted: &'a [PublicKey],
    development: bool,
}

impl<'a> Keys<'a> {
    /// No key at all.
    pub const NONE: Keys<'static> = Keys::new(&[]);

    /// These keys, and not the development key.
    pub const fn new(trusted: &'a [PublicKey]) -> Self {
        Self {
            trusted,
            development: false,
        }
    }

    /// These keys and the development key, whose seed everybody has: for simulators and boards on a desk, never for a
    /// device that leaves it. Only with the feature `development`, so that a product cannot accept it by mistake.
    #[cfg(feature = "development")]
    #[must_use]
    pub const fn accept_development(self) -> Self {
        Self {
            development: true,
            ..self
        }
    }

    /// These keys in place of those that are trusted so far: what a [key set](crate::KeySet) says. Whether the development key is
    /// accepted is the firmware's affair, and stays.
    #[must_use]
    pub const fn replaced_by<'b>(self, trusted: &'b [PublicKey]) -> Keys<'b> {
        Keys {
            trusted,
            development: self.development,
        }
    }

    /// Whether the development key is accepted: never without the feature `development`.
    pub const fn accepts_development(&self) -> bool {
        cfg!(feature = "development") && self.development
    }

    /// The keys that are trusted besides the development key.
    pub const fn trusted(&self) -> &'a [PublicKey] {
        self.trusted
    }

    /// The trusted key with this id.
    pub(crate) fn find(&self, id: KeyId) -> Option<&PublicKey> {
        let development = self.accepts_development().then_some(&DEVELOPMENT_KEY);
        self.trusted
            .iter()
            .chain(development)
            .find(|key| KeyId::of(key) == id)
    }
}
