//! Halves the speed of a pump that takes too much current, and stops one that stalls, through a vendor's own contract.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();
use corelet_guest::{CallError, warn};

/// The guard of one motor.
#[derive(Debug)]
pub struct MotorGuard {
    rpm: u16,
    max_milliamps: u32,
}

impl Plugin for MotorGuard {
    fn init(config: &Config) -> Result<Self, Error> {
        motor::set_speed(config.rpm)?;
        Ok(Self {
            rpm: config.rpm,
            max_milliamps: config.max_milliamps,
        })
    }
}

impl ticker::Guest for MotorGuard {
    fn tick(&mut self) -> Result<(), Error> {
        let rpm = match motor::measure() {
            Ok(status) if status.milliamps <= self.max_milliamps => return Ok(()),
            Ok(status) => {
                warn!("{} mA at {} rpm: slower", status.milliamps, status.rpm);
                self.rpm / 2
            }
            Err(CallError::Failed(motor::Error::Stalled)) => {
                warn!("stalled: stop");
                0
            }
            Err(error) => return Err(error.into()),
        };
        motor::set_speed(rpm)?;
        self.rpm = rpm;
        Ok(())
    }
}
corelet_guest::export!(MotorGuard);

#[cfg(test)]
mod tests;
