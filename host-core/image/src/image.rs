//! Images as bytes, and the proof that one is what a trusted key signed.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::{ImageError, KeyId, Keys, Manifest, PluginId, Version};

/// The first four bytes of every image.
pub const MAGIC: [u8; 4] = *b"CRLT";
/// The format that this crate reads and writes.
pub const FORMAT: u16 = 1;
/// Bytes of the header.
pub const HEADER_BYTES: usize = 16;
/// Bytes of the signature.
pub const SIGNATURE_BYTES: usize = 64;
/// The most bytes of a manifest: more than one with every field at its bound takes.
pub const MANIFEST_MAX: u32 = 4_096;
/// What is hashed before header and manifest, so that no signature of this key for another purpose fits.
pub const DOMAIN: &[u8] = b"corelet image signature 1";

const KEY_ID_BYTES: u32 = 8;

/// An image in its parts. Nothing in it is to be believed until it is [verified](Image::verify).
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    header: &'a [u8; HEADER_BYTES],
    key_id: KeyId,
    manifest: &'a [u8],
    signature: &'a [u8; SIGNATURE_BYTES],
    module: &'a [u8],
}

/// The header's fields.
struct Header {
    manifest: u32,
    module: u32,
}

impl Header {
    fn read(bytes: [u8; HEADER_BYTES]) -> Result<Self, ImageError> {
        // One integer, little-endian: the parts are shifts of it.
        let all = u128::from_le_bytes(bytes);
        if (all as u32).to_le_bytes() != MAGIC {
            return Err(ImageError::NotAnImage);
        }
        let format = (all >> 32) as u16;
        if format != FORMAT {
            return Err(ImageError::Format {
                found: format,
                allowed: FORMAT,
            });
        }
        let reserved = (all >> 48) as u16;
        if reserved != 0 {
            return Err(ImageError::Reserved { found: reserved });
        }
        let manifest = (all >> 64) as u32;
        if !(KEY_ID_BYTES..=MANIFEST_MAX).contains(&manifest) {
            return Err(ImageError::ManifestLength {
                found: manifest,
                allowed: MANIFEST_MAX,
            });
        }
        Ok(Self {
            manifest,
            module: (all >> 96) as u32,
        })
    }

    #[cfg(feature = "sign")]
    const fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        let all = u32::from_le_bytes(MAGIC) as u128
            | (FORMAT as u128) << 32
            | (self.manifest as u128) << 64
            | (self.module as u128) << 96;
        all.to_le_bytes()
    }
}

/// The header of an image with a manifest and a module of these lengths.
#[cfg(feature = "sign")]
pub(crate) const fn header(manifest: u32, module: u32) -> [u8; HEADER_BYTES] {
    Header { manifest, module }.to_bytes()
}

impl<'a> Image<'a> {
    /// Takes an image apart by the lengths in its header.
    ///
    /// # Errors
    /// [`ImageError::NotAnImage`], [`ImageError::Format`], [`ImageError::Reserved`], [`ImageError::ManifestLength`]
    /// or [`ImageError::Length`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let (header, rest) = bytes.split_first_chunk().ok_or(ImageError::NotAnImage)?;
        let lengths = Header::read(*header)?;
        // No sum of these overflows 64 bits.
        let allowed = HEADER_BYTES as u64
            + u64::from(lengths.manifest)
            + SIGNATURE_BYTES as u64
            + u64::from(lengths.module);
        let found = bytes.len() as u64;
        let wrong_length = ImageError::Length { found, allowed };
        if found != allowed {
            return Err(wrong_length);
        }
        let (manifest, rest) = rest
            .split_at_checked(lengths.manifest as usize)
            .ok_or(wrong_length)?;
        let (key_id, _) = manifest.split_first_chunk().ok_or(wrong_length)?;
        let (signature, module) = rest.split_first_chunk().ok_or(wrong_length)?;
        Ok(Self {
            header,
            key_id: KeyId(*key_id),
            manifest,
            signature,
            module,
        })
    }

    /// The key that is said to have signed.
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What the key signs, or signed: SHA-256 over [`DOMAIN`], header and manifest.
    pub fn digest(&self) -> [u8; 32] {
        digest(self.header, self.manifest)
    }

    /// Whether there is a signature at all.
    pub fn is_signed(&self) -> bool {
        self.signature.iter().any(|byte| *byte != 0)
    }

    /// The manifest **as nobody has vouched for it**: for tools that show what an image says.
    ///
    /// # Errors
    /// [`ImageError::ManifestMalformed`], [`ImageError::NotKebab`] or [`ImageError::Field`].
    pub fn unverified_manifest(&self) -> Result<Manifest<'a>, ImageError> {
        Manifest::decode(self.manifest)
    }

    /// The module **as nobody has vouched for it**: for tools that show what an image holds.
    pub const fn unverified_module(&self) -> &'a [u8] {
        self.module
    }

    /// Checks that a trusted key signed this image, that it is whole, and that this host may run it, in the order that
    /// the crate's documentation names.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, keys: &Keys<'_>, host: Version) -> Result<Verified<'a>, ImageError> {
        let id = self.key_id;
        let key = match keys.find(id) {
            Some(key) => key,
            None if id == KeyId::of(&crate::DEVELOPMENT_KEY) => {
                return Err(ImageError::DevelopmentKey);
            }
            None => return Err(ImageError::UnknownKey { found: id }),
        };
        if !self.is_signed() {
            return Err(ImageError::Unsigned);
        }
        let digest = self.digest();
        check_signature(key, &digest, self.signature)?;
        let manifest = Manifest::decode(self.manifest)?;
        let found = self.module.len() as u64;
        if found != u64::from(manifest.module_bytes) {
            return Err(ImageError::ModuleLength {
                found,
                allowed: manifest.module_bytes,
            });
        }
        if Sha256::digest(self.module)[..] != manifest.module_digest {
            return Err(ImageError::ModuleDigest);
        }
        if manifest.min_host > host {
            return Err(ImageError::NewerHost {
                found: host,
                allowed: manifest.min_host,
            });
        }
        Ok(Verified {
            manifest,
            module: self.module,
            digest,
        })
    }
}

pub(crate) fn digest(header: &[u8], manifest: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(DOMAIN)
        .chain_update(header)
        .chain_update(manifest)
        .finalize()
        .into()
}

pub(crate) fn check_signature(
    key: &[u8; 32],
    digest: &[u8; 32],
    signature: &[u8; SIGNATURE_BYTES],
) -> Result<(), ImageError> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| ImageError::BadKey)?;
    key.verify_strict(digest, &Signature::from_bytes(signature))
        .map_err(|_| ImageError::BadSignature)
}

/// Proof that a trusted key signed an image, that it is whole, and that the host may run it: only [`Image::verify`] makes
/// one.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    manifest: Manifest<'a>,
    module: &'a [u8],
    digest: [u8; 32],
}

impl<'a> Verified<'a> {
    /// What the maker says about the plugin.
    pub const fn manifest(&self) -> &Manifest<'a> {
        &self.manifest
    }

    /// The WebAssembly module: what was signed, not yet admitted.
    pub const fn module(&self) -> &'a [u8] {
        self.module
    }

    /// What was signed: it names this image among all others.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Which plugin this is a version of.
    pub fn plugin_id(&self) -> PluginId {
        PluginId::of(self.manifest.key_id, self.manifest.name)
    }

    /// Whether the development key signed, which proves nothing.
    pub fn is_development(&self) -> bool {
        self.manifest.key_id == KeyId::of(&crate::DEVELOPMENT_KEY)
    }
}
