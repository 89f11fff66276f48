use corelet_board_support::{FlashCounter, KeyValueStore};
use corelet_image::PluginId;
use corelet_mps2_an386::{COUNTER, DATA_MAP};
use corelet_smp::LogLine;
use corelet_store::{Counter, Values};
use corelet_update::{Device, LogRing};

use super::flash::Flash;
use super::i2c::BitBang;
use super::peripherals::Registers;
use super::sensor::Thermometer;

/// The drivers that plugins share. What they do for plugins stands in the file of each capability.
pub(super) struct Board {
    pub(super) thermometer: Thermometer,
    /// None if the flash fails: the firmware runs on without it.
    pub(super) store: Option<KeyValueStore<Flash>>,
    /// What plugins logged.
    pub(super) lines: LogRing<6>,
    /// Somebody asked for a reset.
    pub(super) resets: bool,
    counter: FlashCounter<Flash>,
}

impl Device for Board {
    fn log_lines(&self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        self.lines.show(from, show);
    }

    fn reset(&mut self, _: bool) -> bool {
        self.resets = true;
        true
    }

    fn counter(&mut self) -> Option<&mut dyn Counter> {
        Some(&mut self.counter)
    }

    fn retain_data(&mut self, is_installed: &dyn Fn(PluginId) -> bool) {
        let Some(KeyValueStore(values)) = &mut self.store else {
            return;
        };
        if let Err(error) = values.retain(is_installed) {
            defmt::error!("storage: {}", error);
        }
    }
}

impl Board {
    /// Erases a sector for what plugins keep, if one is to be erased soon, and says whether it did.
    pub(super) fn erases_ahead(&mut self) -> bool {
        let Some(KeyValueStore(values)) = &mut self.store else {
            return false;
        };
        if values.wants_erase().is_none() {
            return false;
        }
        let erased = values.erase_step();
        if let Err(error) = erased {
            defmt::error!("storage: {}", error);
        }
        erased.is_ok()
    }

    pub(super) fn new(i2c: Registers, flash: Flash, counter: Flash) -> Self {
        // Damaged beyond repair, its data is lost rather than the device.
        let values = Values::mount_or_format(flash, DATA_MAP, |error| {
            defmt::error!("storage: {}; erased, what plugins kept is lost", error);
            true
        });
        if let Err(error) = &values {
            defmt::error!("no storage: {}", error);
        }
        Self {
            thermometer: Thermometer::new(BitBang::new(i2c)),
            store: values.ok().map(KeyValueStore),
            lines: LogRing::new(),
            resets: false,
            counter: FlashCounter::new(counter, COUNTER),
        }
    }
}
