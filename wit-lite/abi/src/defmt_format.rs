//! `defmt::Format` for what `bindgen!` makes, in crates that need not know of defmt.

/// Implements `defmt::Format` for a type, if this crate has its feature `defmt`.
#[cfg(feature = "defmt")]
#[doc(hidden)]
#[macro_export]
macro_rules! defmt_format {
    ($type:ty, |$value:ident, $f:ident| $body:expr) => {
        impl $crate::defmt::Format for $type {
            fn format(&self, $f: $crate::defmt::Formatter<'_>) {
                // What defmt's macros expand to names it like this.
                use $crate::defmt;
                let $value = self;
                $body
            }
        }
    };
}

/// Nothing, without the feature `defmt`.
#[cfg(not(feature = "defmt"))]
#[doc(hidden)]
#[macro_export]
macro_rules! defmt_format {
    ($type:ty, |$value:ident, $f:ident| $body:expr) => {};
}
