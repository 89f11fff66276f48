//! Why an image is refused.

use core::fmt;

use crate::{KeyId, Version};

/// Why an image is refused. All but [`ImageError::BadKey`] are faults of the image, or of who sent it to this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ImageError {
    /// It does not begin as an image does.
    NotAnImage,
    /// Another format than this host reads.
    Format {
        /// The format of the image.
        found: u16,
        /// The format that this host reads.
        allowed: u16,
    },
    /// The header's reserved bytes are not zero.
    Reserved {
        /// What they are.
        found: u16,
    },
    /// The header claims a manifest that is too short or too long.
    ManifestLength {
        /// The length that is claimed, in bytes.
        found: u32,
        /// The most bytes.
        allowed: u32,
    },
    /// The image is shorter or longer than its header says.
    Length {
        /// Bytes that are there.
        found: u64,
        /// Bytes that the header announces.
        allowed: u64,
    },
    /// Signed by a key that this device does not trust.
    UnknownKey {
        /// The key's id.
        found: KeyId,
    },
    /// Signed by the development key, which this device does not accept.
    DevelopmentKey,
    /// Not signed.
    Unsigned,
    /// The signature is not the key's over this header and manifest.
    BadSignature,
    /// A trusted key of this device is no Ed25519 public key: a fault of the host's.
    BadKey,
    /// The manifest is signed, and does not decode.
    ManifestMalformed,
    /// The plugin's name is not in kebab case.
    NotKebab,
    /// A field of the manifest is outside its bounds.
    Field {
        /// Which.
        field: Field,
        /// Its length or value.
        found: u32,
        /// The most that is allowed.
        allowed: u32,
    },
    /// The module is shorter or longer than the manifest says.
    ModuleLength {
        /// Bytes of module.
        found: u64,
        /// Bytes that the manifest says.
        allowed: u32,
    },
    /// The module is not the one that was signed.
    ModuleDigest,
    /// The plugin needs a newer host.
    NewerHost {
        /// This host's version.
        found: Version,
        /// The oldest that would do.
        allowed: Version,
    },
}

/// A field of the manifest that has bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Field {
    /// The plugin's name.
    Name,
    /// The world's name.
    World,
    /// The interface of a grant.
    Interface,
    /// The parameters of a grant.
    Parameters,
    /// The period of ticks.
    Tick,
    /// The configuration.
    Config,
    /// An event topic.
    Topic,
}

impl Field {
    /// The field in words that begin a sentence, and what it is counted in.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Name => ("the plugin's name", "bytes, 1"),
            Self::World => ("the world's name", "bytes, 0"),
            Self::Interface => ("a grant's interface", "bytes, 1"),
            Self::Parameters => ("a grant's parameters", "bytes, 0"),
            Self::Tick => ("the tick period", "ms, 1"),
            Self::Config => ("the configuration", "bytes, 0"),
            Self::Topic => ("an event topic", "bytes, 1"),
        }
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnImage => f.write_str("this is no Corelet image: make one with `corelet build`"),
            Self::Format { found, allowed } => write!(
                f,
                "an image of format {found}, this host reads format {allowed}: rebuild it with the tools of this host's release"
            ),
            Self::Reserved { found } => write!(f, "reserved bytes of the header are {found:#06x} and must be zero"),
            Self::ManifestLength { found, allowed } => {
                write!(f, "a manifest of {found} bytes, 8 to {allowed} are allowed")
            }
            Self::Length { found, allowed } => write!(
                f,
                "{found} bytes where the header announces {allowed}: was the image cut or added to on its way?"
            ),
            Self::UnknownKey { found } => write!(
                f,
                "signed by key {found}, which this device does not trust: sign it with a key that it does"
            ),
            Self::DevelopmentKey => f.write_str(
                "signed by the development key, which this device does not accept: sign it with `corelet sign --key`",
            ),
            Self::Unsigned => f.write_str("the image is not signed: sign it with `corelet sign`"),
            Self::BadSignature => f.write_str("the signature does not fit: header or manifest changed after it was signed"),
            Self::BadKey => f.write_str("a trusted key of this device is no Ed25519 public key: mend the firmware's keys"),
            Self::ManifestMalformed => f.write_str(
                "the manifest is signed and does not decode: rebuild the image with the tools of this host's release",
            ),
            Self::NotKebab => f.write_str(
                "the plugin's name is not in kebab case: lower-case letters, digits and single hyphens, a letter first",
            ),
            Self::Field {
                field,
                found,
                allowed,
            } => {
                let (what, unit_and_least) = field.words();
                write!(f, "{what} has {found} {unit_and_least} to {allowed} are allowed")
            }
            Self::ModuleLength { found, allowed } => write!(f, "a module of {found} bytes, {allowed} were signed"),
            Self::ModuleDigest => f.write_str("the module is not the one that was signed: its SHA-256 differs"),
            Self::NewerHost { found, allowed } => write!(
                f,
                "the plugin needs host {allowed} or later, this is {found}: update the firmware first"
            ),
        }
    }
}

impl core::error::Error for ImageError {}
