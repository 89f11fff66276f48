//! Making images, and signing them here or elsewhere.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256};

use crate::head::{check_signature, digest, header};
use crate::{Image, ImageError, KeyId, MANIFEST_MAX, Manifest, PublicKey, SIGNATURE_BYTES, Seed};

/// An image that waits for its signature.
///
/// ```
/// use corelet_image::{Manifest, PublicKey, Unsigned};
/// # use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED};
/// # fn ask_the_vault(digest: &[u8; 32]) -> [u8; 64] {
/// #     use ed25519_dalek::{Signer, SigningKey};
/// #     SigningKey::from_bytes(&DEVELOPMENT_SEED).sign(digest).to_bytes()
/// # }
/// # let (key, module) = (DEVELOPMENT_KEY, b"\0asm\x01\0\0\0");
/// let manifest = Manifest { name: "thermostat", ..Manifest::default() };
/// let unsigned = Unsigned::build(&manifest, module, &key)?;
/// // The key is elsewhere: it sees 32 bytes and gives 64 back.
/// let signature = ask_the_vault(&unsigned.digest());
/// let image = unsigned.attach(&signature)?;
/// # corelet_image::Image::parse(&image)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unsigned {
    /// A whole image, with zeros for a signature.
    bytes: Vec<u8>,
    /// Where the zeros begin.
    signature_start: usize,
    digest: [u8; 32],
    key: PublicKey,
}

/// Why an image cannot be made or signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// The manifest, the image that was given, or the signature is not right.
    Image(ImageError),
    /// The module has 2³² bytes or more.
    ModuleTooLong,
    /// The manifest does not fit [`MANIFEST_MAX`].
    ManifestTooLong,
    /// The seed is not that of the key that the image names.
    OtherKey {
        /// The id of the seed's key.
        found: KeyId,
        /// The id of the key that the image names.
        allowed: KeyId,
    },
}

impl From<ImageError> for BuildError {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(error) => error.fmt(f),
            Self::ModuleTooLong => f.write_str("the module has 4 GiB or more"),
            Self::ManifestTooLong => write!(f, "the manifest has more than {MANIFEST_MAX} bytes"),
            Self::OtherKey { found, allowed } => write!(
                f,
                "the image is for key {allowed}, and this is key {found}: make the image for this key"
            ),
        }
    }
}

impl core::error::Error for BuildError {}

impl Unsigned {
    /// Makes an image for `key` to sign. The manifest's key id, module digest and module length are filled in, whatever
    /// they are in `manifest`.
    ///
    /// # Errors
    /// [`BuildError`], if a field of the manifest is outside its bounds or something is too long.
    pub fn build(
        manifest: &Manifest<'_>,
        module: &[u8],
        key: &PublicKey,
    ) -> Result<Self, BuildError> {
        let module_bytes = u32::try_from(module.len()).map_err(|_| BuildError::ModuleTooLong)?;
        let manifest = Manifest {
            key_id: KeyId::of(key),
            module_digest: Sha256::digest(module).into(),
            module_bytes,
            ..manifest.clone()
        };
        manifest.check()?;
        let mut buffer = vec![0; MANIFEST_MAX as usize];
        let encoded =
            postcard::to_slice(&manifest, &mut buffer).map_err(|_| BuildError::ManifestTooLong)?;
        let header = header(encoded.len() as u32, module_bytes);
        let digest = digest(&header, encoded);
        let head = [&header, &*encoded].concat();
        let signature_start = head.len();
        Ok(Self {
            bytes: [&head, &[0; SIGNATURE_BYTES][..], module].concat(),
            signature_start,
            digest,
            key: *key,
        })
    }

    /// Takes an image that exists, signed or not, for `key` to sign.
    ///
    /// # Errors
    /// [`BuildError::Image`], if it is no image, or its manifest is not right.
    pub fn from_image(image: &[u8], key: &PublicKey) -> Result<Self, BuildError> {
        let image = Image::parse(image)?;
        Self::build(
            &image.unverified_manifest()?,
            image.unverified_module(),
            key,
        )
    }

    /// The image as it is now, not signed: for a file on the way to its signature.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The 32 bytes that the key signs.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The key that the image is for.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(&self.key)
    }

    /// Puts in a signature that was made elsewhere; returns the signed image.
    ///
    /// # Errors
    /// [`ImageError::BadSignature`], if it is not the key's over [`Unsigned::digest`]; [`ImageError::BadKey`], if the
    /// key is none.
    pub fn attach(mut self, signature: &[u8; SIGNATURE_BYTES]) -> Result<Vec<u8>, BuildError> {
        check_signature(&self.key, &self.digest, signature)?;
        let place = self.bytes.get_mut(self.signature_start..);
        if let Some(place) = place.and_then(<[u8]>::first_chunk_mut) {
            *place = *signature;
        }
        Ok(self.bytes)
    }

    /// Signs with the key pair of `seed`; returns the signed image.
    ///
    /// # Errors
    /// [`BuildError::OtherKey`], if the image is for another key.
    pub fn sign(self, seed: &Seed) -> Result<Vec<u8>, BuildError> {
        let pair = SigningKey::from_bytes(seed);
        let found = KeyId::of(&pair.verifying_key().to_bytes());
        let allowed = self.key_id();
        if found != allowed {
            return Err(BuildError::OtherKey { found, allowed });
        }
        let signature = pair.sign(&self.digest).to_bytes();
        self.attach(&signature)
    }
}
