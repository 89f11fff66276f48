use corelet_host::PluginId;
use corelet_host::capability::storage::{self, Store, StoreError, StoreFuel, entry_bytes};
use corelet_store::{DataMap, Error, Values};
use embedded_storage::nor_flash::NorFlash;

// The host's limits, and what it counts an entry for, are the store's.
const _: () = {
    assert!(storage::KEY_MAX == corelet_store::KEY_MAX);
    assert!(storage::VALUE_MAX == corelet_store::VALUE_MAX);
    assert!(storage::ENTRY_BYTES == corelet_store::ENTRY_BYTES);
};

/// How many bytes of entries always find room in `data`, whatever their sizes, however often they are written anew, and whatever the
/// flash writes at once: what the `bytes` of all plugins' storage grants may add up to. Those count that are in a bank, be it that they wait,
/// and the one that the device came with: one plugin more than there are banks.
///
/// The smallest entry takes a record as the others do, so it is what the bytes are counted in.
///
/// ```
/// use corelet_board_support::storage_capacity;
/// use corelet_store::{DataMap, Region, Sectors};
/// const DATA: DataMap = DataMap::new(&[Sectors { count: 16, size: 4096 }], Region::new(0, 64 << 10));
/// assert_eq!(storage_capacity(&DATA), 192 * 25);
/// ```
pub const fn storage_capacity(data: &DataMap) -> u32 {
    const UNIT_MAX: usize = 32;
    (data.capacity(UNIT_MAX) as u32).saturating_mul(entry_bytes(1, 0))
}

// What takes how much fuel, on the emulated board: `cargo xtask bench` holds the prices that follow to what it counts there.

/// A look at one entry: some 280 instructions, 380 where keys are listed, which holds for stores of any size.
const LOOK_FUEL: u64 = 3;

/// To read the three records of the longest entry: 31,000 instructions, most of them for checksums.
const READ_FUEL: u64 = 250;

/// To write a record, and to read it back.
const RECORD_FUEL: u64 = 85;

/// To read a record and write it, when the journal moves.
const MOVED_RECORD_FUEL: u64 = 150;

/// The values of a flash as the host's [`Store`].
///
/// ```
/// use corelet_board_support::KeyValueStore;
/// use corelet_store::{DataMap, Error, Region, Sectors, Values};
/// # use embedded_storage::nor_flash::NorFlash;
/// const DATA: DataMap = DataMap::new(&[Sectors { count: 16, size: 4096 }], Region::new(0, 64 << 10));
/// # fn start(flash: impl NorFlash) -> Result<(), Error> {
/// // What plugins kept is lost rather than the device.
/// let values = Values::mount_or_format(flash, DATA, |_damaged| true)?;
/// let store = KeyValueStore(values);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct KeyValueStore<F>(
    /// The values themselves: to erase when it suits, and to forget what plugins kept that are gone.
    pub Values<F>,
);

impl<F: NorFlash> Store for KeyValueStore<F> {
    fn fuel(&self) -> StoreFuel {
        let entries = u64::from(self.0.capacity());
        let moved = MOVED_RECORD_FUEL.saturating_mul(entries);
        let share = moved / u64::from(self.0.changes().max(1));
        StoreFuel {
            search: LOOK_FUEL.saturating_mul(entries),
            read: READ_FUEL,
            write: RECORD_FUEL.saturating_add(share).saturating_mul(3),
        }
    }

    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        self.0.get(owner, key, buffer).map_err(told)
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.0.set(owner, key, value).map_err(|error| match error {
            Error::TooLong { .. } => StoreError::Full,
            error => told(error),
        })
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        self.0.delete(owner, key).map_err(told)
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        self.0.used(owner).map_err(told)
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        self.0.keys(owner, cursor, buffer).map_err(told)
    }

    fn forget(&mut self, owner: PluginId) -> Result<(), StoreError> {
        self.0.forget(owner).map_err(told)
    }
}

const fn told(error: Error) -> StoreError {
    match error {
        Error::Full { .. } => StoreError::Full,
        Error::Flash(_) | Error::NotWritten { .. } | Error::WantsErase => StoreError::Device,
        _ => StoreError::Corrupted,
    }
}
