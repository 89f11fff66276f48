use core::fmt;

use corelet_abi::Shape;

/// Who may import what. A host implements it per slot, a tool from a table.
pub trait Offer {
    /// The entry of the capability table that serves an import. It has meaning to whoever made the offer alone.
    ///
    /// `shape` is what the plugin was built for; none if its module does not say, which admission refuses whatever is
    /// answered. Answers must not change between admission and loading.
    ///
    /// # Errors
    /// Why nothing serves it.
    fn import(
        &self,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal>;
}

/// An offer of nothing: only modules without imports pass.
impl Offer for () {
    fn import(&self, _: &str, _: &str, _: Option<Shape>) -> Result<u16, ImportRefusal> {
        Err(ImportRefusal::Unknown)
    }
}

/// Why an import is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportRefusal {
    /// The host has no such interface or function, in any version that would do.
    Unknown,
    /// The host has it, and the plugin was not granted it.
    NotGranted,
    /// The host has a function of that name with another signature.
    WrongShape {
        /// The shape of the host's.
        offered: Shape,
    },
}

impl fmt::Display for ImportRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the host has no such function"),
            Self::NotGranted => f.write_str("it is not granted to this plugin"),
            Self::WrongShape { offered } => write!(
                f,
                "the host's function of that name has another signature (shape {:016x})",
                offered.0
            ),
        }
    }
}

impl core::error::Error for ImportRefusal {}

#[cfg(feature = "defmt")]
impl defmt::Format for ImportRefusal {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Unknown => defmt::write!(f, "Unknown"),
            Self::NotGranted => defmt::write!(f, "NotGranted"),
            Self::WrongShape { offered } => {
                defmt::write!(f, "WrongShape {{ offered: {=u64:016x} }}", offered.0);
            }
        }
    }
}
