//! Measured values: the imported functions and types of `corelet:host/sensor`, and readings as plain integers.

pub use crate::generated::sensor::*;

impl Reading {
    /// The value in thousandths of its unit, for instance m°C: rounded towards zero, and at the ends of the range
    /// where it is beyond them.
    ///
    /// ```
    /// # use corelet_guest::sensor::{Reading, Unit};
    /// let reading = |value, scale| Reading { value, scale, unit: Unit::Celsius, timestamp: 0 };
    /// assert_eq!(reading(-525, 2).milli(), -5_250);
    /// assert_eq!(reading(21, 0).milli(), 21_000);
    /// assert_eq!(reading(1_234_567, 5).milli(), 12_345);
    /// assert_eq!(reading(i32::MAX, 0).milli(), i32::MAX);
    /// ```
    #[inline]
    pub const fn milli(&self) -> i32 {
        let mut value = self.value;
        let mut scale = self.scale;
        while scale < 3 {
            value = value.saturating_mul(10);
            scale += 1;
        }
        while scale > 3 && value != 0 {
            value /= 10;
            scale -= 1;
        }
        value
    }
}
