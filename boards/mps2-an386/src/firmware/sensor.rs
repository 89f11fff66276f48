use tmp1x2::{SlaveAddr, Tmp1x2, marker};

use super::i2c::BitBang;

/// The board's thermometer: a TMP105, which a driver for its siblings TMP102 and TMP112 reads.
pub(super) struct Thermometer {
    driver: Tmp1x2<BitBang, marker::mode::Continuous>,
}

impl Thermometer {
    /// The thermometer at the first of its addresses.
    pub(super) fn new(bus: BitBang) -> Self {
        Self {
            driver: Tmp1x2::new(bus, SlaveAddr::default()),
        }
    }

    /// The temperature in thousandths of a degree Celsius; none if the device does not answer.
    pub(super) fn milli_celsius(&mut self) -> Option<i32> {
        let celsius = self.driver.read_temperature().ok()?;
        // The device counts sixteenths of a degree: 62.5 thousandths. Within its range of ±128 °C nothing is lost.
        let sixteenths = (celsius * 16.0) as i32;
        Some(sixteenths.saturating_mul(125) / 2)
    }
}
