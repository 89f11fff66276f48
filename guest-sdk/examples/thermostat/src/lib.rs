//! Keeps a room near its set point, and remembers the set point and how often it switched.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();
use corelet_guest::info;

/// The heating of one room.
pub struct Thermostat {
    low: i32,
    high: i32,
    on: bool,
    switches: u32,
}
impl Plugin for Thermostat {
    fn init(config: &Config) -> Result<Self, Error> {
        let set_point = storage::get_i32("set-point")?.unwrap_or(config.set_point_milli);
        storage::set_i32("set-point", set_point)?;
        Ok(Self {
            low: set_point - config.hysteresis_milli / 2,
            high: set_point + config.hysteresis_milli / 2,
            on: false,
            switches: storage::get_u32("switches")?.unwrap_or(0),
        })
    }
}
impl ticker::Guest for Thermostat {
    fn tick(&mut self) -> Result<(), Error> {
        let now = sensor::read(0)?.milli();
        let limit = if self.on { self.high } else { self.low };
        let on = now < limit;
        if on != self.on {
            self.on = on;
            self.switches += 1;
            storage::set_u32("switches", self.switches)?;
            info!("{now} m°C: heating {}", if on { "on" } else { "off" });
        }
        Ok(())
    }
}
corelet_guest::export!(Thermostat);

#[cfg(test)]
mod tests;
