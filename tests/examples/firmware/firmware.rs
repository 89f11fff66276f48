use crate::bsp::{print, sleep_until_interrupt, uptime_ns, warn};
use corelet_board_support::image_in;
use corelet_host::capability::{logging, monotonic_clock, sensor};
use corelet_host::{Allow, Fuel, Host, Policy, Report, SlotId, SlotPolicy, VERSION};
use corelet_image::{Keys, PublicKey};

/// The drivers, by value: here an embedded-hal I²C bus with a TMP102 on it.
pub struct Board<I2C> { i2c: I2C }

impl<I2C: 'static> monotonic_clock::MonotonicClock for Board<I2C> {
    fn now(&mut self) -> u64 { uptime_ns() }
    fn resolution(&mut self) -> u64 { 1_000 }
}
impl<I2C: 'static> logging::Log for Board<I2C> {
    fn log(&mut self, plugin: &str, _: logging::Level, _: &str, line: &str) { print(plugin, line) }
}
impl<I2C: embedded_hal::i2c::I2c + 'static> sensor::Sensors for Board<I2C> {
    fn channels(&self) -> &[sensor::Channel<'static>] {
        &[sensor::Channel { number: 0, name: "room", unit: sensor::Unit::Celsius }]
    }
    fn read(&mut self, _: u8) -> Result<sensor::Reading, sensor::Error> {
        let mut raw = [0; 2];
        self.i2c.write_read(0x48, &[0], &mut raw).map_err(|_| sensor::Error::DeviceFailed)?;
        let sixteenths = i32::from(i16::from_be_bytes(raw) >> 4);
        Ok(sensor::Reading { value: sixteenths * 125 / 2, scale: 3, unit: sensor::Unit::Celsius, timestamp: uptime_ns() })
    }
}

/// What a plugin in any slot may do at most: its manifest asks, the intersection runs.
const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: 50_000,
    allow: &[Allow::all("corelet:host/logging"), Allow::all("corelet:host/sensor")],
    ..SlotPolicy::DEVICE
};

pub fn run<I2C: embedded_hal::i2c::I2c + 'static>(i2c: I2C, bank: &[u8], key: PublicKey) -> ! {
    let mut host = Host::<_, 2>::new(Board { i2c }, Policy::same(POLICY))
        .with::<logging::Capability>()
        .with::<sensor::Capability>();
    let keys = [key];
    match image_in(bank).and_then(|image| image.map(|image| image.verify(&Keys::new(&keys), VERSION)).transpose()) {
        Ok(Some(image)) => if let Err(error) = host.load(SlotId(0), &image) { warn(&error) },
        Ok(None) => {}                                  // the bank is erased
        Err(error) => warn(&error),
    }
    loop {
        match host.run(Fuel(5_000)) {                   // a slice of one tick or event, if one is due
            Report::Idle { .. } => sleep_until_interrupt(),
            Report::Faulted { fault, .. } => warn(&fault),
            _ => {}
        }
    }
}
