//! What an image begins with, and the proof that a trusted key signed it: all that is to be known of an image before its
//! module is there.

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
/// The most bytes of header, manifest and signature.
pub const HEAD_MAX: usize = HEADER_BYTES + MANIFEST_MAX as usize + SIGNATURE_BYTES;
/// What is hashed before header and manifest, so that no signature of this key for another purpose fits.
pub const DOMAIN: &[u8] = b"corelet image signature 1";

const KEY_ID_BYTES: u32 = 8;

/// The header's fields.
#[derive(Clone, Copy, Debug)]
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

    /// Bytes up to the module.
    const fn head_bytes(self) -> usize {
        HEADER_BYTES + self.manifest as usize + SIGNATURE_BYTES
    }

    const fn image_bytes(self) -> u64 {
        // No sum of these overflows 64 bits.
        self.head_bytes() as u64 + self.module as u64
    }

    #[cfg(feature = "sign")]
    const fn to_bytes(self) -> [u8; HEADER_BYTES] {
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

/// Header, manifest and signature of an image. Nothing in it is to be believed until it is [verified](Head::verify).
///
/// Who receives an image has these first, and checks them before it makes room for the rest:
///
/// ```
/// # use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, HEADER_BYTES, Head, Keys, Manifest, Unsigned, Version};
/// # let manifest = Manifest { name: "thermostat", ..Manifest::default() };
/// # let image = Unsigned::build(&manifest, b"\0asm\x01\0\0\0", &DEVELOPMENT_KEY)?.sign(&DEVELOPMENT_SEED)?;
/// # let keys = Keys::NONE.accept_development();
/// # let mut bytes = image.iter().copied();
/// # let mut receive = |count: usize| bytes.by_ref().take(count).collect::<Vec<u8>>();
/// let mut head = receive(HEADER_BYTES);
/// let needed = Head::bytes_needed(head[..].try_into()?)?;
/// head.extend(receive(needed - HEADER_BYTES));
/// let head = Head::parse(&head)?.verify(&keys, Version::new(0, 1, 0))?;
/// assert_eq!(head.manifest().name, "thermostat");
/// assert_eq!(head.image_bytes(), image.len() as u64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    header: &'a [u8; HEADER_BYTES],
    lengths: Header,
    key_id: KeyId,
    manifest: &'a [u8],
    signature: &'a [u8; SIGNATURE_BYTES],
}

impl<'a> Head<'a> {
    /// How many bytes of the image that begins with `header` are its head, the header's included: [`HEAD_MAX`] at most.
    ///
    /// # Errors
    /// [`ImageError::NotAnImage`], [`ImageError::Format`], [`ImageError::Reserved`] or [`ImageError::ManifestLength`].
    pub fn bytes_needed(header: &[u8; HEADER_BYTES]) -> Result<usize, ImageError> {
        Header::read(*header).map(Header::head_bytes)
    }

    /// Takes the head of an image apart by the lengths in its header. What follows it in `bytes` is left alone.
    ///
    /// # Errors
    /// As [`bytes_needed`](Self::bytes_needed), or [`ImageError::Length`] if there are fewer.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        Self::split(bytes).map(|(head, _)| head)
    }

    /// The head, and what follows it.
    pub(crate) fn split(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), ImageError> {
        let (header, rest) = bytes.split_first_chunk().ok_or(ImageError::NotAnImage)?;
        let lengths = Header::read(*header)?;
        let cut = ImageError::Length {
            found: bytes.len() as u64,
            allowed: lengths.image_bytes(),
        };
        let (manifest, rest) = rest
            .split_at_checked(lengths.manifest as usize)
            .ok_or(cut)?;
        let (key_id, _) = manifest.split_first_chunk().ok_or(cut)?;
        let (signature, rest) = rest.split_first_chunk().ok_or(cut)?;
        let head = Self {
            header,
            lengths,
            key_id: KeyId(*key_id),
            manifest,
            signature,
        };
        Ok((head, rest))
    }

    /// Bytes of the whole image, as the header announces them.
    pub const fn image_bytes(&self) -> u64 {
        self.lengths.image_bytes()
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

    /// Checks that a trusted key signed this head, and that this host may run an image that begins with it, in the order
    /// that the crate's documentation names.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, keys: &Keys<'_>, host: Version) -> Result<VerifiedHead<'a>, ImageError> {
        let id = self.key_id;
        // Also if it is among the trusted ones by mistake.
        if id == KeyId::of(&crate::DEVELOPMENT_KEY) && !keys.accepts_development() {
            return Err(ImageError::DevelopmentKey);
        }
        let key = keys.find(id).ok_or(ImageError::UnknownKey { found: id })?;
        if !self.is_signed() {
            return Err(ImageError::Unsigned);
        }
        let digest = self.digest();
        check_signature(key, &digest, self.signature)?;
        self.signed(digest, host)
    }

    /// As [`verify`](Self::verify), for a head whose signature was checked before: instead of that, it is held against the proof.
    ///
    /// # Errors
    /// [`ImageError::BadSignature`] if it is not that head, and those of `verify` that are no matter of keys.
    pub fn verify_again(
        &self,
        proof: &Proof,
        host: Version,
    ) -> Result<VerifiedHead<'a>, ImageError> {
        let digest = self.digest();
        if digest != proof.0 {
            return Err(ImageError::BadSignature);
        }
        self.signed(digest, host)
    }

    /// What is to be checked of a head that a trusted key signed.
    fn signed(&self, digest: [u8; 32], host: Version) -> Result<VerifiedHead<'a>, ImageError> {
        let manifest = self.unverified_manifest()?;
        if self.lengths.module != manifest.module_bytes {
            return Err(ImageError::ModuleLength {
                found: self.lengths.module.into(),
                allowed: manifest.module_bytes,
            });
        }
        if manifest.min_host > host {
            return Err(ImageError::NewerHost {
                found: host,
                allowed: manifest.min_host,
            });
        }
        Ok(VerifiedHead {
            manifest,
            digest,
            image_bytes: self.image_bytes(),
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

/// What stays of a check of a signature: that a key which was trusted then signed this head, and no other. Only
/// [`VerifiedHead::proof`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof([u8; 32]);

/// Proof that a trusted key signed header and manifest of an image, and that the host may run it if its module is what the
/// manifest says: only [`Head::verify`] and [`Head::verify_again`] make one.
#[derive(Clone, Debug)]
pub struct VerifiedHead<'a> {
    manifest: Manifest<'a>,
    digest: [u8; 32],
    image_bytes: u64,
}

impl<'a> VerifiedHead<'a> {
    /// What the maker says about the plugin.
    pub const fn manifest(&self) -> &Manifest<'a> {
        &self.manifest
    }

    /// What was signed: it names this image among all others.
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Bytes of the whole image.
    pub const fn image_bytes(&self) -> u64 {
        self.image_bytes
    }

    /// That the signature was checked.
    pub const fn proof(&self) -> Proof {
        Proof(self.digest)
    }

    /// Which plugin the image is a version of.
    pub fn plugin_id(&self) -> PluginId {
        PluginId::of(self.manifest.key_id, self.manifest.name)
    }

    /// Whether the development key signed, which proves nothing.
    pub fn is_development(&self) -> bool {
        self.manifest.key_id == KeyId::of(&crate::DEVELOPMENT_KEY)
    }
}
