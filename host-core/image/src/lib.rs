//! # The Corelet image, format 1
//!
//! What a device accepts, stores and runs: one plugin, with what its maker says about it, signed. This page is the
//! specification.
//!
//! ```text
//! header     16 bytes
//! manifest   as many as the header says
//! signature  64 bytes
//! module     as many as the header says; nothing follows
//! ```
//!
//! ## Header
//!
//! | bytes | what |
//! |---|---|
//! | 0–3 | `CRLT` |
//! | 4–5 | format, `u16` little-endian: 1 |
//! | 6–7 | zero |
//! | 8–11 | length of the manifest, `u32` little-endian: 8 to [`MANIFEST_MAX`] |
//! | 12–15 | length of the module, `u32` little-endian |
//!
//! ## Manifest
//!
//! [`Manifest`] in [postcard's wire format](https://postcard.jamesmunns.com/wire-format): its fields in the order in
//! which they are declared, and no bytes after the last. The first eight bytes are the id of the key that signed, so that
//! the key is found without decoding what nobody has vouched for. The manifest carries the module's SHA-256 and length.
//!
//! ## Signature
//!
//! Ed25519 (RFC 8032), of the 32 bytes
//!
//! ```text
//! digest = SHA-256("corelet image signature 1" ‖ header ‖ manifest)
//! ```
//!
//! so that a key may live where images never go: [`Image::digest`] is what it signs. Verification is strict: points of
//! small order and second forms of a signature are refused. An image that is not signed yet has 64 zeros in its place.
//!
//! A key's id is the first eight bytes of the SHA-256 of its 32 public bytes.
//!
//! ## Order of checks
//!
//! [`Image::parse`] takes the parts apart by the header's lengths and believes nothing else. [`Image::verify`] then checks,
//! and stops at the first that fails:
//!
//! 1. the key's id is one that the device trusts, and not the development key's by mistake;
//! 2. the signature is there, and is that key's over header and manifest;
//! 3. the manifest decodes, and every field is within its bounds;
//! 4. the manifest says the same length of the module as the header;
//! 5. the host is not older than the manifest asks for;
//! 6. the module has the SHA-256 that the manifest says.
//!
//! Neither panics on any bytes, nor allocates. What comes out is [`Verified`], which nothing else makes.
//!
//! Of an image that is on its way, [`Head`] is there first. [`Head::verify`] is all of that but the last, so nothing has to be erased
//! or received for an image that would not be accepted. The module's first bytes follow: what it imports can be looked at likewise
//! (`corelet_admission::Beginning`), but nobody has vouched for them until the last check, so they are a reason to refuse and none to
//! accept.
//!
//! ```
//! use corelet_image::{Image, Keys, Manifest, Unsigned, Version, DEVELOPMENT_KEY, DEVELOPMENT_SEED};
//!
//! let manifest = Manifest { name: "thermostat", version: Version::new(0, 1, 0), ..Manifest::default() };
//! let bytes = Unsigned::build(&manifest, b"\0asm\x01\0\0\0", &DEVELOPMENT_KEY)?.sign(&DEVELOPMENT_SEED)?;
//!
//! let image = Image::parse(&bytes)?;
//! let keys = Keys::NONE.accept_development();
//! let verified = image.verify(&keys, Version::new(0, 1, 0))?;
//! assert_eq!(verified.manifest().name, "thermostat");
//! assert_eq!(verified.module(), b"\0asm\x01\0\0\0");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## Key sets
//!
//! A firmware is built with keys that it trusts, and with a root key that signs no images. A key set takes the place of those keys:
//!
//! | bytes | what |
//! |---|---|
//! | 0–3 | `CRLK` |
//! | 4–5 | format, `u16` little-endian: 1 |
//! | 6 | how many keys: 1 to [`KEYS_MAX`] |
//! | 7 | zero |
//! | 8–11 | epoch, `u32` little-endian: 1 or more |
//! | 12– | the keys, 32 bytes each |
//! | then | signature, 64 bytes; nothing follows |
//!
//! The root key signs, strictly as above, the 32 bytes `SHA-256("corelet key set 1" ‖ all before the signature)`. The keys of a firmware have
//! epoch 0; of two sets the one of the higher epoch holds, and a key that is not in it is revoked: images that it signed are not
//! accepted any more, and those that are there are refused when they are verified before they run. [`KeySet`] reads a set;
//! `corelet-store` keeps it.
//!
//! ## The development key
//!
//! Everybody has the seed of [`DEVELOPMENT_KEY`]. Without the feature `development`, which is not on by itself, no firmware accepts it
//! ([`ImageError::DevelopmentKey`]), also not if it is given as a key of its own, nor key sets that it signed as a root key
//! ([`KeySetError::DevelopmentRoot`]); a key set never holds it.
//!
//! ## Flash
//!
//! On a Cortex-M most of the check is SHA-512 unrolled. `--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"`, which
//! this repository's `.cargo/config.toml` sets for `thumbv7em`, takes it from about 42 KB to 16 KB.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "sign")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod error;
mod head;
mod image;
mod key;
mod key_set;
mod manifest;
mod plugin_id;
mod slot_id;
#[cfg(feature = "sign")]
mod unsigned;
mod version;

pub use error::{Field, ImageError};
pub use head::{
    DOMAIN, FORMAT, HEAD_MAX, HEADER_BYTES, Head, MAGIC, MANIFEST_MAX, Proof, SIGNATURE_BYTES,
    VerifiedHead,
};
pub use image::{Image, Verified};
pub use key::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, KeyId, Keys, PublicKey, Seed};
#[cfg(feature = "sign")]
pub use key_set::UnsignedKeySet;
pub use key_set::{
    KEY_SET_DOMAIN, KEY_SET_MAGIC, KEY_SET_MAX, KEYS_MAX, KeySet, KeySetError, VerifiedKeySet,
};
pub use manifest::{
    Budgets, CONFIG_MAX, Confirm, GRANTS_MAX, Grant, INTERFACE_MAX, Manifest, NAME_MAX,
    PARAMETERS_MAX, TOPIC_MAX, TOPICS_MAX, WORLD_MAX,
};
pub use plugin_id::PluginId;
pub use slot_id::SlotId;
#[cfg(feature = "sign")]
pub use unsigned::{BuildError, Unsigned};
pub use version::Version;
