use std::io;
use std::path::Path;

use corelet_board_support::KeyValueStore;
use corelet_store::{DataMap, Error, Region, Sectors, Values};
use embedded_storage::nor_flash::NorFlash;

use crate::Flash;

/// The whole of a flash, for as much as on the emulated board: data then costs as much fuel.
const DATA: DataMap = DataMap::new(SECTORS, Region::new(0, SIZE)).with_capacity(96);

const SECTORS: &[Sectors] = &[Sectors {
    count: SIZE / Flash::ERASE_SIZE as u32,
    size: Flash::ERASE_SIZE as u32,
}];

/// As much as the emulated board has for data.
const SIZE: u32 = 64 << 10;

/// The store of a device, on a [`Flash`].
pub(crate) type Storage = KeyValueStore<Flash>;

pub(crate) fn in_memory() -> Result<Storage, Error> {
    Values::mount(Flash::in_memory(SIZE), DATA).map(KeyValueStore)
}

pub(crate) fn in_file(path: &Path) -> io::Result<Storage> {
    let flash = Flash::in_file(path, SIZE)?;
    // Unlike a device, there is somebody to decide what becomes of the file.
    let values = Values::mount(flash, DATA).map_err(|error| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{error}: remove the file, or name another"),
        )
    })?;
    Ok(KeyValueStore(values))
}
