//! The mean of the last readings, over lists of them.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();
use corelet_guest::{abi::List, sensor::Reading};

/// The largest window.
const MAX: usize = 16;

/// The last values in thousandths, the oldest at `next` once the window is full.
#[derive(Debug)]
pub struct MovingAverage {
    values: [i32; MAX],
    window: usize,
    count: usize,
    next: usize,
}

impl Plugin for MovingAverage {
    fn init(config: &Config) -> Result<Self, Error> {
        match usize::from(config.window) {
            window @ 1..=MAX => Ok(Self {
                values: [0; MAX],
                window,
                count: 0,
                next: 0,
            }),
            _ => Err(Error::message("window is not 1 to 16")),
        }
    }
}

impl MovingAverage {
    fn push(&mut self, value: i32) {
        if let Some(place) = self.values.get_mut(self.next) {
            *place = value;
        }
        self.next += 1;
        self.count = self.count.max(self.next);
        if self.next >= self.window {
            self.next = 0;
        }
    }

    fn mean(&self) -> i32 {
        let sum: i64 = self
            .values
            .iter()
            .take(self.count)
            .map(|value| i64::from(*value))
            .sum();
        // At most `MAX` values: no empty window is asked for, and the mean of 32-bit values has 32 bits.
        (sum / (self.count.max(1) as i64)) as i32
    }
}

impl processor::Guest for MovingAverage {
    fn process(&mut self, readings: List<'_, Reading>) -> Result<Reading, Error> {
        let mut last = None;
        for reading in readings {
            self.push(reading.milli());
            last = Some(reading);
        }
        let last = last.ok_or(Error::message("no readings"))?;
        Ok(Reading {
            value: self.mean(),
            scale: 3,
            ..last
        })
    }
}
corelet_guest::export!(MovingAverage);

#[cfg(test)]
mod tests;
