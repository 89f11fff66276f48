//! Whole images, and the proof that one is what a trusted key signed.

use sha2::{Digest, Sha256};

use crate::{Head, ImageError, KeyId, Keys, Manifest, PluginId, Proof, VerifiedHead, Version};

/// An image in its parts. Nothing in it is to be believed until it is [verified](Image::verify).
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    head: Head<'a>,
    module: &'a [u8],
}

impl<'a> Image<'a> {
    /// Takes an image apart by the lengths in its header.
    ///
    /// # Errors
    /// [`ImageError::NotAnImage`], [`ImageError::Format`], [`ImageError::Reserved`], [`ImageError::ManifestLength`]
    /// or [`ImageError::Length`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let (head, module) = Head::split(bytes)?;
        let (found, allowed) = (bytes.len() as u64, head.image_bytes());
        if found != allowed {
            return Err(ImageError::Length { found, allowed });
        }
        Ok(Self { head, module })
    }

    /// All of it but the module.
    pub const fn head(&self) -> &Head<'a> {
        &self.head
    }

    /// The key that is said to have signed.
    pub const fn key_id(&self) -> KeyId {
        self.head.key_id()
    }

    /// What the key signs, or signed: SHA-256 over [`DOMAIN`](crate::DOMAIN), header and manifest.
    pub fn digest(&self) -> [u8; 32] {
        self.head.digest()
    }

    /// Whether there is a signature at all.
    pub fn is_signed(&self) -> bool {
        self.head.is_signed()
    }

    /// The manifest **as nobody has vouched for it**: for tools that show what an image says.
    ///
    /// # Errors
    /// [`ImageError::ManifestMalformed`], [`ImageError::NotKebab`] or [`ImageError::Field`].
    pub fn unverified_manifest(&self) -> Result<Manifest<'a>, ImageError> {
        self.head.unverified_manifest()
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
        self.whole(self.head.verify(keys, host)?)
    }

    /// As [`verify`](Self::verify), for an image whose signature was checked before: instead of that, its head is held against the
    /// proof. The module is held against its digest again. A signature takes many times as long as both.
    ///
    /// # Errors
    /// As [`Head::verify_again`], and [`ImageError::ModuleDigest`].
    pub fn verify_again(&self, proof: &Proof, host: Version) -> Result<Verified<'a>, ImageError> {
        self.whole(self.head.verify_again(proof, host)?)
    }

    fn whole(&self, head: VerifiedHead<'a>) -> Result<Verified<'a>, ImageError> {
        if Sha256::digest(self.module)[..] != head.manifest().module_digest {
            return Err(ImageError::ModuleDigest);
        }
        Ok(Verified {
            head,
            module: self.module,
        })
    }
}

/// Proof that a trusted key signed an image, that it is whole, and that the host may run it: only [`Image::verify`] and
/// [`Image::verify_again`] make one.
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    head: VerifiedHead<'a>,
    module: &'a [u8],
}

impl<'a> Verified<'a> {
    /// What the maker says about the plugin.
    pub const fn manifest(&self) -> &Manifest<'a> {
        self.head.manifest()
    }

    /// The WebAssembly module: what was signed, not yet admitted.
    pub const fn module(&self) -> &'a [u8] {
        self.module
    }

    /// What was signed: it names this image among all others.
    pub const fn digest(&self) -> &[u8; 32] {
        self.head.digest()
    }

    /// That the signature was checked.
    pub const fn proof(&self) -> Proof {
        self.head.proof()
    }

    /// Which plugin this is a version of.
    pub fn plugin_id(&self) -> PluginId {
        self.head.plugin_id()
    }

    /// Whether the development key signed, which proves nothing.
    pub fn is_development(&self) -> bool {
        self.head.is_development()
    }
}
