use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::capability::sensor::{Channel, Error, Reading, Sensors, Unit};
use tmp1x2::{ConversionRate, SlaveAddr, Tmp1x2, marker};

#[cfg(feature = "hang")]
use corelet_mps2_an386::{HANGING_CHANNEL, PANICKING_CHANNEL};

use super::board::Board;
use super::i2c::BitBang;

/// The channel of the thermometer.
pub(super) const TEMPERATURE: u8 = 0;

static CHANNELS: [Channel<'static>; 1] = [Channel {
    number: TEMPERATURE,
    name: "temperature",
    unit: Unit::Celsius,
}];

/// A TMP105, read by a driver for its siblings TMP102 and TMP112.
pub(super) struct Thermometer {
    driver: Tmp1x2<BitBang, marker::mode::Continuous>,
}

impl Thermometer {
    /// The thermometer at the first of its addresses.
    pub(super) fn new(bus: BitBang) -> Self {
        let mut driver = Tmp1x2::new(bus, SlaveAddr::default());
        // Until its configuration is written, a TMP105 measures in halves of a degree; the driver writes it for twelve bits.
        // If the device does not answer now, no reading does either.
        let _ = driver.set_conversion_rate(ConversionRate::_4Hz);
        Self { driver }
    }

    /// The temperature in thousandths of a degree Celsius; none if the device does not answer.
    fn milli_celsius(&mut self) -> Option<i32> {
        let celsius = self.driver.read_temperature().ok()?;
        // The device counts sixteenths of a degree, 62.5 thousandths each, from -128 to 128 degrees.
        let sixteenths = (celsius * 16.0) as i32;
        Some(sixteenths.saturating_mul(125) / 2)
    }
}

impl Sensors for Board {
    fn channels(&self) -> &[Channel<'static>] {
        &CHANNELS
    }

    fn read(&mut self, channel: u8) -> Result<Reading, Error> {
        #[cfg(feature = "hang")]
        match channel {
            HANGING_CHANNEL => wait_for_ever(),
            PANICKING_CHANNEL => panic!(),
            _ => {}
        }
        if channel != TEMPERATURE {
            return Err(Error::NoSuchChannel);
        }
        let value = self.thermometer.milli_celsius();
        Ok(Reading {
            value: value.ok_or(Error::DeviceFailed)?,
            scale: 3,
            unit: Unit::Celsius,
            timestamp: MonotonicClock::now(self),
        })
    }
}

/// What a driver does whose device never answers.
#[cfg(feature = "hang")]
fn wait_for_ever() -> ! {
    loop {
        cortex_m::asm::wfi();
    }
}
