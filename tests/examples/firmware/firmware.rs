use crate::bsp::{Uart, print, sleep_until_interrupt, uptime_ns, warn};
use corelet_host::capability::{logging, monotonic_clock, sensor};
use corelet_host::{Allow, Host, Policy, SlotPolicy};
use corelet_image::Keys;
use corelet_smp::Smp;
use corelet_store::{FlashMap, Layout, Region, Sectors, Start, Store};
use corelet_update::{Device, Fuel, Mapped, Report, UpdatePolicy, Updater};
use embedded_storage::nor_flash::NorFlash;
use std::convert::Infallible;

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

/// Whoever manages plugins wants no more of this board.
impl<I2C: 'static> Device for Board<I2C> {}

/// What a plugin in any slot may do at most: its manifest asks, the intersection runs.
const POLICY: SlotPolicy = SlotPolicy {
    fuel_per_call: 50_000,
    allow: &[Allow::all("corelet:host/logging"), Allow::all("corelet:host/sensor")],
    ..SlotPolicy::DEVICE
};

/// Two slots, and one bank more: one of them is updated at a time.
static FLASH_MAP: FlashMap<3> = FlashMap::new(Layout {
    sectors: &[Sectors { count: 64, size: 4096 }],
    journal: [Region::new(0, 0x2000), Region::new(0x2000, 0x2000)],
    banks: [Region::new(0x4000, 0x8000), Region::new(0xc000, 0x8000), Region::new(0x1_4000, 0x8000)],
    slots: 2, factory: None, data: None,
});

pub fn run<I2C, F>(i2c: I2C, flash: F, keys: Keys<'static>, mut uart: Uart) -> Result<Infallible, corelet_store::Error>
where I2C: embedded_hal::i2c::I2c + 'static, F: NorFlash + Mapped,
{
    let store = Store::mount(flash, &FLASH_MAP, Start::Ordinary)?;
    let host = Host::<_, 2>::new(Board { i2c }, Policy::same(POLICY))
        .with::<logging::Capability>()
        .with::<sensor::Capability>();
    let mut plugins: Updater<_, _, 2, 3> = Updater::new(host, store, keys, UpdatePolicy::DEVICE);
    let (mut smp, mut buffer) = (Smp::<512>::new(), [0; 64]);
    loop {
        let mut received = uart.read(&mut buffer);
        while let Some(line) = smp.feed(&mut received, &mut plugins) { uart.write(line) }
        match plugins.run(Fuel(5_000)) {                // a slice of one tick or event, if one is due
            Report::RolledBack { slot, reason } => warn(slot, &reason),
            Report::Parked { slot, why } => warn(slot, &why),
            Report::WantsErase => plugins.erase_now()?, // or later, when the motor stands still
            Report::Host(corelet_host::Report::Idle { .. }) => sleep_until_interrupt(),
            _ => {}
        }
    }
}
