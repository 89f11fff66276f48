//! Key sets: the keys that take the place of those that a firmware was built with.

use core::fmt;

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use crate::head::check_signature;
use crate::{DEVELOPMENT_KEY, ImageError, PublicKey, SIGNATURE_BYTES};

/// The most keys of a set.
pub const KEYS_MAX: usize = 4;
/// The first four bytes of every key set.
pub const KEY_SET_MAGIC: [u8; 4] = *b"CRLK";
/// What is hashed before a key set, so that no other signature of the root key fits.
pub const KEY_SET_DOMAIN: &[u8] = b"corelet key set 1";
/// The most bytes of a key set.
pub const KEY_SET_MAX: usize = HEADER_BYTES + KEYS_MAX * KEY_BYTES + SIGNATURE_BYTES;

const FORMAT: u16 = 1;
const HEADER_BYTES: usize = 12;
const KEY_BYTES: usize = size_of::<PublicKey>();

/// A key set in its parts. Nothing in it is to be believed until it is [verified](KeySet::verify).
#[derive(Clone, Copy, Debug)]
pub struct KeySet<'a> {
    epoch: u32,
    keys: &'a [PublicKey],
    signed: &'a [u8],
    signature: &'a [u8; SIGNATURE_BYTES],
}

impl<'a> KeySet<'a> {
    /// Takes a key set apart.
    ///
    /// # Errors
    /// [`KeySetError::NotAKeySet`], [`KeySetError::Format`], [`KeySetError::Count`], [`KeySetError::Epoch`] or
    /// [`KeySetError::Length`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, KeySetError> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(KeySetError::NotAKeySet)?;
        let [a, b, c, d, format_low, format_high, count, zero, epoch @ ..] = *header;
        if [a, b, c, d] != KEY_SET_MAGIC || zero != 0 {
            return Err(KeySetError::NotAKeySet);
        }
        let found = u16::from_le_bytes([format_low, format_high]);
        if found != FORMAT {
            return Err(KeySetError::Format {
                found,
                allowed: FORMAT,
            });
        }
        let count = usize::from(count);
        check_count(count)?;
        let epoch = u32::from_le_bytes(epoch);
        check_epoch(epoch)?;
        let signed_bytes = HEADER_BYTES + count * KEY_BYTES;
        let wrong_length = KeySetError::Length {
            found: bytes.len() as u64,
            allowed: (signed_bytes + SIGNATURE_BYTES) as u64,
        };
        let (keys, rest) = rest
            .split_at_checked(count * KEY_BYTES)
            .ok_or(wrong_length)?;
        let (keys, _) = keys.as_chunks();
        let signed = bytes.get(..signed_bytes).ok_or(wrong_length)?;
        let signature = rest.try_into().map_err(|_| wrong_length)?;
        Ok(Self {
            epoch,
            keys,
            signed,
            signature,
        })
    }

    /// The epoch **as nobody has vouched for it**: for tools that show what a set says.
    pub const fn unverified_epoch(&self) -> u32 {
        self.epoch
    }

    /// The keys **as nobody has vouched for them**: for tools that show what a set says.
    pub const fn unverified_keys(&self) -> &'a [PublicKey] {
        self.keys
    }

    /// What the root key signs, or signed: SHA-256 over [`KEY_SET_DOMAIN`], header and keys.
    pub fn digest(&self) -> [u8; 32] {
        digest(self.signed)
    }

    /// Checks that the root key signed this set, and that each of its keys can be trusted at all. Whether its epoch is higher than
    /// that of the set before is for who keeps that to see.
    ///
    /// # Errors
    /// [`KeySetError::DevelopmentRoot`], [`KeySetError::BadRoot`], [`KeySetError::BadSignature`], [`KeySetError::BadKey`] or
    /// [`KeySetError::DevelopmentKey`].
    pub fn verify(&self, root: &PublicKey) -> Result<VerifiedKeySet<'a>, KeySetError> {
        check_root(root, cfg!(feature = "development"))?;
        check_signed(root, &self.digest(), self.signature)?;
        check_keys(self.keys)?;
        Ok(VerifiedKeySet {
            epoch: self.epoch,
            keys: self.keys,
        })
    }
}

/// Proof that the root key signed a key set: only [`KeySet::verify`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedKeySet<'a> {
    epoch: u32,
    keys: &'a [PublicKey],
}

impl<'a> VerifiedKeySet<'a> {
    /// Which set takes the place of which: the one of the higher epoch, from 1 on. The keys of a firmware have epoch 0.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The keys that are trusted from then on, 1 to [`KEYS_MAX`], and no others.
    pub const fn keys(&self) -> &'a [PublicKey] {
        self.keys
    }
}

/// A key set that waits for the signature of the root key, which may be elsewhere: it sees 32 bytes and gives 64 back.
#[cfg(feature = "sign")]
#[derive(Clone, Debug)]
pub struct UnsignedKeySet {
    bytes: alloc::vec::Vec<u8>,
}

#[cfg(feature = "sign")]
impl UnsignedKeySet {
    /// A set of these keys.
    ///
    /// # Errors
    /// [`KeySetError::Count`], [`KeySetError::Epoch`], [`KeySetError::BadKey`] or [`KeySetError::DevelopmentKey`].
    pub fn build(epoch: u32, keys: &[PublicKey]) -> Result<Self, KeySetError> {
        check_count(keys.len())?;
        check_epoch(epoch)?;
        check_keys(keys)?;
        let [low, high] = FORMAT.to_le_bytes();
        let mut bytes = KEY_SET_MAGIC.to_vec();
        bytes.extend([low, high, keys.len() as u8, 0]);
        bytes.extend(epoch.to_le_bytes());
        bytes.extend(keys.as_flattened());
        Ok(Self { bytes })
    }

    /// The 32 bytes that the root key signs.
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.bytes)
    }

    /// Puts in a signature that was made elsewhere; returns the signed set.
    ///
    /// # Errors
    /// [`KeySetError::BadSignature`], if it is not `root`'s over [`digest`](Self::digest); [`KeySetError::BadRoot`], if that is no key.
    pub fn attach(
        mut self,
        root: &PublicKey,
        signature: &[u8; SIGNATURE_BYTES],
    ) -> Result<alloc::vec::Vec<u8>, KeySetError> {
        check_signed(root, &self.digest(), signature)?;
        self.bytes.extend(signature);
        Ok(self.bytes)
    }

    /// Signs with the key pair of `root`; returns the signed set.
    ///
    /// # Errors
    /// None is known: they are [`attach`](Self::attach)'s.
    pub fn sign(self, root: &crate::Seed) -> Result<alloc::vec::Vec<u8>, KeySetError> {
        use ed25519_dalek::{Signer, SigningKey};
        let pair = SigningKey::from_bytes(root);
        let signature = pair.sign(&self.digest()).to_bytes();
        self.attach(&pair.verifying_key().to_bytes(), &signature)
    }
}

fn digest(signed: &[u8]) -> [u8; 32] {
    let digest = Sha256::new().chain_update(KEY_SET_DOMAIN);
    digest.chain_update(signed).finalize().into()
}

fn check_count(found: usize) -> Result<(), KeySetError> {
    if (1..=KEYS_MAX).contains(&found) {
        return Ok(());
    }
    Err(KeySetError::Count {
        found: u32::try_from(found).unwrap_or(u32::MAX),
        allowed: KEYS_MAX as u32,
    })
}

const fn check_epoch(epoch: u32) -> Result<(), KeySetError> {
    if epoch == 0 {
        return Err(KeySetError::Epoch);
    }
    Ok(())
}

/// Whether each can be trusted: who is named in a set by mistake would otherwise be found out in the field.
fn check_keys(keys: &[PublicKey]) -> Result<(), KeySetError> {
    for (index, key) in keys.iter().enumerate() {
        if *key == DEVELOPMENT_KEY {
            return Err(KeySetError::DevelopmentKey);
        }
        if VerifyingKey::from_bytes(key).is_err() {
            return Err(KeySetError::BadKey {
                index: index as u32,
            });
        }
    }
    Ok(())
}

/// The development key may be the root of firmware for a desk, and of no other.
fn check_root(root: &PublicKey, for_desk: bool) -> Result<(), KeySetError> {
    match root == &DEVELOPMENT_KEY && !for_desk {
        true => Err(KeySetError::DevelopmentRoot),
        false => Ok(()),
    }
}

fn check_signed(
    root: &PublicKey,
    digest: &[u8; 32],
    signature: &[u8; SIGNATURE_BYTES],
) -> Result<(), KeySetError> {
    check_signature(root, digest, signature).map_err(|error| match error {
        ImageError::BadKey => KeySetError::BadRoot,
        _ => KeySetError::BadSignature,
    })
}

/// Why a key set is refused. All but [`KeySetError::BadRoot`] are faults of the set, or of who sent it to this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum KeySetError {
    /// It does not begin as a key set does.
    NotAKeySet,
    /// Another format than is read here.
    Format {
        /// The format of the set.
        found: u16,
        /// The format that is read here.
        allowed: u16,
    },
    /// No keys, or too many.
    Count {
        /// How many.
        found: u32,
        /// The most.
        allowed: u32,
    },
    /// Epoch 0, which is that of a firmware's own keys.
    Epoch,
    /// It is shorter or longer than it says.
    Length {
        /// Bytes that are there.
        found: u64,
        /// Bytes that it announces.
        allowed: u64,
    },
    /// The signature is not the root key's over this set.
    BadSignature,
    /// The root key is no Ed25519 public key: a fault of the firmware's.
    BadRoot,
    /// One of the keys is no Ed25519 public key.
    BadKey {
        /// Which, from 0.
        index: u32,
    },
    /// The root key is the development key, whose seed everybody has, and the firmware is not built for a desk.
    DevelopmentRoot,
    /// The development key is among them, whose seed everybody has.
    DevelopmentKey,
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAKeySet => {
                f.write_str("this is no Corelet key set: make one with `corelet sign --keys`")
            }
            Self::Format { found, allowed } => write!(
                f,
                "a key set of format {found}, this host reads format {allowed}: make it with the tools of this host's release"
            ),
            Self::Count { found, allowed } => {
                write!(f, "a set of {found} keys, 1 to {allowed} are allowed")
            }
            Self::Epoch => {
                f.write_str("epoch 0 is that of the firmware's own keys: begin with epoch 1")
            }
            Self::Length { found, allowed } => write!(
                f,
                "{found} bytes where the key set announces {allowed}: was it cut or added to on its way?"
            ),
            Self::BadSignature => f.write_str(
                "the signature is not the root key's: the set was changed, or signed by another key",
            ),
            Self::BadRoot => {
                f.write_str("the root key is no Ed25519 public key: mend the firmware's root key")
            }
            Self::BadKey { index } => {
                write!(f, "key {index} of the set is no Ed25519 public key")
            }
            Self::DevelopmentRoot => f.write_str(
                "the root key is the development key, and everybody has it: build the firmware with a root key of your own",
            ),
            Self::DevelopmentKey => f.write_str(
                "the development key is in the set, and everybody has it: name keys of your own",
            ),
        }
    }
}

impl core::error::Error for KeySetError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_development_key_is_the_root_on_a_desk_only() {
        let refused = Err(KeySetError::DevelopmentRoot);
        assert_eq!(check_root(&DEVELOPMENT_KEY, false), refused);
        assert_eq!(check_root(&DEVELOPMENT_KEY, true), Ok(()));
        assert_eq!(check_root(&[1; 32], false), Ok(()));
    }
}
