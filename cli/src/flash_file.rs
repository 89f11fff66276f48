//! The emulated board's flash in a file, which QEMU maps and a killed machine leaves as it was.

use std::io;
use std::path::Path;

use corelet_board_support::{DEVELOPMENT_FLASH, Region};
use corelet_desktop::Flash;
use corelet_mps2_an386::{BootRecord, Bundle};
use embedded_storage::nor_flash::NorFlash;

/// The whole flash of the emulated board. Only one process has it at a time, until it is dropped.
#[derive(Debug)]
pub struct FlashFile(Flash);

impl FlashFile {
    /// Opens the flash in `path`; makes an erased one if there is none, or the file is empty.
    ///
    /// # Errors
    /// If the file cannot be opened or made, has another size, or is in use by another process.
    pub fn open(path: &Path) -> io::Result<Self> {
        Flash::in_file(path, DEVELOPMENT_FLASH.capacity()).map(Self)
    }

    /// Puts a plugin's image into bank `bank`, from which the firmware loads slot `bank`; erases the bank for none.
    ///
    /// # Errors
    /// If there is no such bank, the image is larger than a bank, or the file cannot be written.
    pub fn put_image(&mut self, bank: usize, image: &[u8]) -> io::Result<()> {
        let region = DEVELOPMENT_FLASH
            .bank(bank)
            .ok_or(io::ErrorKind::NotFound)?;
        self.fill(region, image)
    }

    /// Puts an encoded [`Bundle`] where firmware with the feature `hostile` reads it.
    ///
    /// # Errors
    /// If the bundle is larger than its region, or the file cannot be written.
    pub fn put_bundle(&mut self, bundle: &[u8]) -> io::Result<()> {
        self.fill(Bundle::REGION, bundle)
    }

    /// Tells the firmware how to run.
    ///
    /// # Errors
    /// If the record is larger than its region, or the file cannot be written.
    pub fn put_boot_record(&mut self, record: &BootRecord<'_>) -> io::Result<()> {
        let region = DEVELOPMENT_FLASH.boot_record();
        let mut buffer = vec![0; region.size() as usize];
        let length = record.encode(&mut buffer).map_err(io::Error::other)?;
        self.fill(region, &buffer[..length])
    }

    /// Writes `bytes` to the front of `region`, and erases the rest of it.
    fn fill(&mut self, region: Region, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > region.size() as usize {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut words = bytes.to_vec();
        words.resize(bytes.len().next_multiple_of(Flash::WRITE_SIZE), 0xff);
        let range = region.range();
        self.0
            .erase(range.start, range.end)
            .and_then(|()| self.0.write(range.start, &words))
            .map_err(|error| io::Error::other(format!("{error:?}")))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_new_flash_is_erased_and_keeps_what_is_put_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flash");
        let bank = DEVELOPMENT_FLASH.bank(1).unwrap();
        FlashFile::open(&path)
            .unwrap()
            .put_image(1, b"image")
            .unwrap();
        FlashFile::open(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), DEVELOPMENT_FLASH.capacity() as usize);
        assert!(bank.of(&bytes).unwrap().starts_with(b"image\xff\xff"));
        assert!(
            bytes[..bank.offset() as usize]
                .iter()
                .all(|byte| *byte == 0xff)
        );
    }

    #[test]
    fn what_is_no_flash_is_refused_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        fs::write(&path, "shopping: bread").unwrap();
        let error = FlashFile::open(&path).unwrap_err().to_string();
        assert!(error.contains("a file of 15 bytes"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"shopping: bread");
    }

    #[test]
    fn an_image_that_fits_no_bank_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut flash = FlashFile::open(&folder.path().join("flash")).unwrap();
        let size = DEVELOPMENT_FLASH.bank(0).unwrap().size() as usize;
        assert!(flash.put_image(0, &vec![0; size]).is_ok());
        assert!(flash.put_image(0, &vec![0; size + 1]).is_err());
        assert!(flash.put_image(1000, &[]).is_err());
    }
}
