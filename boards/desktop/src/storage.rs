use std::io;
use std::path::Path;

use corelet_board_support::{DEVELOPMENT_FLASH, FlashMapError, KeyValueStore, Region};

use crate::Flash;

/// The whole of a flash as large as the data region of the [`DEVELOPMENT_FLASH`].
const REGION: Region = Region::new(0, DEVELOPMENT_FLASH.data().size());

/// The store of a device, on a [`Flash`].
pub(crate) type Storage = KeyValueStore<Flash>;

pub(crate) fn in_memory() -> Result<Storage, FlashMapError> {
    Storage::new(Flash::in_memory(REGION.size()), REGION)
}

pub(crate) fn in_file(path: &Path) -> io::Result<Storage> {
    let flash = Flash::in_file(path, REGION.size())?;
    let mut storage = Storage::new(flash, REGION).map_err(io::Error::other)?;
    // Unlike a device, there is somebody to decide what becomes of the file.
    storage.check().map_err(|error| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{error}: remove the file, or name another"),
        )
    })?;
    Ok(storage)
}
