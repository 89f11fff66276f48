//! An image to send: what it says of itself, and whether it is worth sending.

use std::fs;
use std::path::{Path, PathBuf};

use corelet_admission::Beginning;
use corelet_image::{DEVELOPMENT_KEY, Image, ImageError, KeyId, Keys, Version};
use sha2::{Digest, Sha256};

use crate::error::Failure;
use crate::output::shown;
use crate::verify::{public_keys, untrusted};

/// A signed image.
#[derive(Clone, Debug)]
pub(crate) struct ImageFile {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    /// By which devices know it: of all its bytes.
    pub(crate) hash: [u8; 32],
    /// The plugin's name and version.
    pub(crate) plugin: String,
    /// How many bytes a device looks at before it erases or writes anything.
    pub(crate) opening: u64,
    key: KeyId,
    security_version: u32,
}

impl ImageFile {
    /// Reads `path`, and checks what can be checked without the device: that it is an image, whole and signed; and if `keys` are
    /// named, that it is signed by one of them. Without, the signature is checked only if it is the development key's.
    ///
    /// # Errors
    /// If the file cannot be read, or is no such image.
    pub(crate) fn read(path: &Path, keys: &[PathBuf]) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|error| Failure::reading(path, &error))?;
        let refused = |error: ImageError| {
            Failure::refused(format_args!("{}: {error}", path.display())).then("nothing was sent")
        };
        let image = Image::parse(&bytes).map_err(refused)?;
        let named = public_keys(keys)?;
        let trusted = Keys::new(&named).accept_development();
        // Whether the device's host is new enough it says itself.
        let host = Version::new(u32::MAX, u32::MAX, u32::MAX);
        match image.verify(&trusted, host) {
            Err(ImageError::UnknownKey { .. }) if !image.is_signed() => {
                return Err(refused(ImageError::Unsigned));
            }
            Err(ImageError::UnknownKey { found }) if !named.is_empty() => {
                let sign = format!("corelet sign {} --key FILE", path.display());
                return Err(untrusted(found, &named, true).help(sign));
            }
            Ok(_) | Err(ImageError::UnknownKey { .. }) => {}
            Err(error) => return Err(refused(error)),
        }
        let module = image.unverified_module();
        let beginning = match Beginning::of(module) {
            Beginning::Whole(bytes) => bytes.len(),
            _ => 0,
        };
        let opening = (bytes.len() - module.len() + beginning) as u64;
        let (plugin, key, security_version) = {
            let manifest = image.unverified_manifest().map_err(refused)?;
            let plugin = format!("{} {}", shown(manifest.name), manifest.version);
            (plugin, manifest.key_id, manifest.security_version)
        };
        Ok(Self {
            path: path.to_owned(),
            hash: Sha256::digest(&bytes).into(),
            plugin,
            opening,
            key,
            security_version,
            bytes,
        })
    }

    /// What a device says of it that does not trust its key.
    pub(crate) fn distrust(&self) -> impl Iterator<Item = ImageError> {
        let unknown = ImageError::UnknownKey { found: self.key };
        [unknown, ImageError::DevelopmentKey].into_iter()
    }

    /// What it is, for a failure.
    pub(crate) fn fact(&self) -> String {
        let key = if self.key == KeyId::of(&DEVELOPMENT_KEY) {
            "the development key".to_owned()
        } else {
            format!("key {}", self.key)
        };
        format!(
            "{}, {key}, security version {}",
            self.path.display(),
            self.security_version
        )
    }
}
