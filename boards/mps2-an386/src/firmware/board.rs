use corelet_board_support::{DEVELOPMENT_FLASH, KeyValueStore};
use corelet_host::capability::storage::StoreError;

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
        let mut store = KeyValueStore::new(flash, DEVELOPMENT_FLASH.data());
        match &mut store {
            Ok(store) => mend(store),
            Err(error) => defmt::error!("no storage: {}", error),
        }
        Self {
            thermometer: Thermometer::new(BitBang::new(i2c)),
            store: store.ok(),
        }
    }
}

/// Erases a store that is damaged beyond repair: its data is lost rather than the device.
fn mend(store: &mut KeyValueStore<Flash>) {
    let Err(error) = store.check() else {
        return;
    };
    if error != StoreError::Corrupted {
        defmt::error!("storage: {}", error);
        return;
    }
    match store.erase_all() {
        Ok(()) => defmt::error!("storage: {}; erased, what plugins kept is lost", error),
        Err(error) => defmt::error!("storage: damaged, and not erased: {}", error),
    }
}
