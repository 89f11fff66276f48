use corelet_board_support::{DEVELOPMENT_FLASH, KeyValueStore};

use super::flash::Flash;
use super::i2c::BitBang;
use super::peripherals::Registers;
use super::sensor::Thermometer;

/// The drivers that plugins share. What they do for plugins stands in the file of each capability.
pub(super) struct Board {
    pub(super) thermometer: Thermometer,
    /// None if the flash map does not fit the flash: the firmware runs on without it.
    pub(super) store: Option<KeyValueStore<Flash>>,
}

impl Board {
    pub(super) fn new(i2c: Registers, flash: Flash) -> Self {
        let store = KeyValueStore::new(flash, DEVELOPMENT_FLASH.data());
        if let Err(error) = &store {
            defmt::error!("no storage: {}", error);
        }
        Self {
            thermometer: Thermometer::new(BitBang::new(i2c)),
            store: store.ok(),
        }
    }
}
