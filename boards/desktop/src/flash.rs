use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// A NOR flash in memory or in a file: sectors of 4 KiB, words of 4 bytes, writes that only clear bits.
///
/// In a file a change is there when the call returns, so that it survives the end of the process.
#[derive(Debug)]
pub struct Flash {
    bytes: Vec<u8>,
    file: Option<File>,
}

impl Flash {
    /// An erased flash in memory.
    pub fn in_memory(capacity: u32) -> Self {
        Self {
            bytes: vec![0xff; capacity as usize],
            file: None,
        }
    }

    /// The flash in the file at `path`; makes an erased one if there is none.
    ///
    /// # Errors
    /// If the file cannot be opened or made, has another size, or is in use by another process.
    pub fn in_file(path: &Path, capacity: u32) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.try_lock()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            bytes.resize(capacity as usize, 0xff);
            file.write_all(&bytes)?;
        }
        if bytes.len() != capacity as usize {
            let found = bytes.len();
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "found a file of {found} bytes, allowed is a flash of {capacity}: name another file"
                ),
            ));
        }
        Ok(Self {
            bytes,
            file: Some(file),
        })
    }

    fn change(
        &mut self,
        offset: u32,
        length: usize,
        new: impl Fn(usize, u8) -> u8,
    ) -> Result<(), NorFlashErrorKind> {
        // Whoever calls has checked the range.
        let range = offset as usize..offset as usize + length;
        let changed = &mut self.bytes[range];
        for (index, byte) in changed.iter_mut().enumerate() {
            *byte = new(index, *byte);
        }
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(offset.into()))
                .and_then(|_| file.write_all(changed))
                .map_err(|_| NorFlashErrorKind::Other)?;
        }
        Ok(())
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.change(from, (to - from) as usize, |_, _| 0xff)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.change(offset, bytes.len(), |index, old| old & bytes[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAPACITY: u32 = 2 * 4096;

    fn read<const N: usize>(flash: &mut Flash, offset: u32) -> [u8; N] {
        let mut bytes = [0; N];
        flash.read(offset, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn writes_clear_bits_and_erasing_sets_them() {
        let mut flash = Flash::in_memory(CAPACITY);
        flash.write(4, &[0x0f; 4]).unwrap();
        flash.write(4, &[0xf5; 4]).unwrap();
        assert_eq!(read(&mut flash, 3), [0xff, 0x05, 0x05, 0x05, 0x05, 0xff]);
        flash.erase(4096, 8192).unwrap();
        assert_eq!(read(&mut flash, 4), [0x05]);
        flash.erase(0, 4096).unwrap();
        assert_eq!(read(&mut flash, 4), [0xff]);
    }

    #[test]
    fn what_is_not_aligned_or_beyond_is_refused() {
        let mut flash = Flash::in_memory(CAPACITY);
        let (aligned, bounds) = (
            NorFlashErrorKind::NotAligned,
            NorFlashErrorKind::OutOfBounds,
        );
        assert_eq!(flash.write(2, &[0; 4]), Err(aligned));
        assert_eq!(flash.write(0, &[0; 3]), Err(aligned));
        assert_eq!(flash.write(CAPACITY, &[0; 4]), Err(bounds));
        assert_eq!(flash.erase(0, 100), Err(aligned));
        assert_eq!(flash.erase(4096, 0), Err(bounds));
        assert_eq!(flash.read(CAPACITY, &mut [0]), Err(bounds));
        assert_eq!(read(&mut flash, 0), [0xff; 8]);
    }

    #[test]
    fn a_file_keeps_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flash.bin");
        let mut flash = Flash::in_file(&path, CAPACITY).unwrap();
        flash.write(4092, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        flash.erase(4096, 8192).unwrap();
        drop(flash);
        let mut flash = Flash::in_file(&path, CAPACITY).unwrap();
        assert_eq!(read(&mut flash, 4091), [0xff, 1, 2, 3, 4, 0xff]);
    }

    #[test]
    fn a_file_belongs_to_one_flash_of_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flash.bin");
        let flash = Flash::in_file(&path, CAPACITY).unwrap();
        assert!(Flash::in_file(&path, CAPACITY).is_err());
        drop(flash);
        let error = Flash::in_file(&path, 4096).unwrap_err().to_string();
        assert!(error.contains("8192") && error.contains("4096"), "{error}");
    }
}
