use corelet_board_support::KeyValueStore;
use corelet_host::PluginId;
use corelet_host::capability::storage::{Store, StoreError, StoreFuel};

use super::board::Board;
use super::flash::Flash;

impl Board {
    fn store(&mut self) -> Result<&mut KeyValueStore<Flash>, StoreError> {
        self.store.as_mut().ok_or(StoreError::NoStore)
    }
}

/// The store of `corelet-board-support`, in the data region of the flash.
impl Store for Board {
    fn fuel(&self) -> StoreFuel {
        self.store.as_ref().map_or(StoreFuel::NONE, Store::fuel)
    }

    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        self.store()?.get(owner, key, buffer).inspect_err(report)
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.store()?.set(owner, key, value).inspect_err(report)
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        self.store()?.delete(owner, key).inspect_err(report)
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        self.store()?.used(owner).inspect_err(report)
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        self.store()?
            .keys(owner, cursor, buffer)
            .inspect_err(report)
    }
}

/// The plugin is told too, but not what to do about it.
fn report(error: &StoreError) {
    defmt::warn!("storage: {}", error);
}
