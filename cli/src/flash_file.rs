//! The emulated board's flash in a file, which QEMU maps and a killed machine leaves as it was.

use std::io;
use std::path::Path;

use corelet_desktop::Flash;
use corelet_image::{Head, PluginId};
use corelet_mps2_an386::{BANKS, BOOT_RECORD, BootRecord, Bundle, FACTORY, FLASH_BYTES, FLASH_MAP};
use corelet_store::{BankState, Error, Offered, Region, Runs, SlotId, Start, Store};
use embedded_storage::nor_flash::NorFlash;
use sha2::{Digest, Sha256};

/// The whole flash of the emulated board. Only one process has it at a time, until it is dropped.
#[derive(Debug)]
pub struct FlashFile(Flash);

impl FlashFile {
    /// Opens the flash in `path`; makes an erased one if there is none, or the file is empty.
    ///
    /// # Errors
    /// If the file cannot be opened or made, has another size, or is in use by another process.
    pub fn open(path: &Path) -> io::Result<Self> {
        Flash::in_file(path, FLASH_BYTES).map(Self)
    }

    /// Puts a plugin's image into a slot as one that was confirmed, whatever its signature says; empties the slot for none. What it is in the
    /// store already stays.
    ///
    /// # Errors
    /// If the store does not take the image, or the file cannot be written.
    pub fn put_image(&mut self, slot: usize, image: &[u8]) -> io::Result<()> {
        let slot = u8::try_from(slot).map(SlotId).map_err(io::Error::other)?;
        put(&mut self.0, slot, image).map_err(io::Error::other)
    }

    /// Puts a plugin's image where a device has what it came with, for its first slot; erased flash for none.
    ///
    /// # Errors
    /// If the image is larger than the region, or the file cannot be written.
    pub fn put_factory(&mut self, image: &[u8]) -> io::Result<()> {
        self.fill(FACTORY.region, image)
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
        let mut buffer = vec![0; BOOT_RECORD.size() as usize];
        let length = record.encode(&mut buffer).map_err(io::Error::other)?;
        self.fill(BOOT_RECORD, &buffer[..length])
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

/// As [`FlashFile::put_image`].
fn put(flash: &mut Flash, slot: SlotId, image: &[u8]) -> Result<(), Error> {
    let mut store = Store::<_, BANKS>::mount(flash, &FLASH_MAP, Start::Ordinary)?;
    let digest = Sha256::digest(image).into();
    if let Runs::Confirmed(bank) = store.runs(slot)
        && store
            .bank(bank)
            .is_some_and(|bank| bank.image.digest == digest)
    {
        return Ok(());
    }
    let in_slot = |store: &Store<_, BANKS>| {
        let banks = store.banks();
        let used = banks.filter(|(_, bank)| bank.slot == slot && bank.state != BankState::Empty);
        used.map(|(id, bank)| (id, bank.state)).collect::<Vec<_>>()
    };
    // A trial that somebody left behind.
    for (bank, state) in in_slot(&store) {
        if image.is_empty() || state != BankState::Confirmed {
            commit(&mut store, |store| store.clear(bank))?;
        }
    }
    if image.is_empty() {
        return Ok(());
    }
    commit(&mut store, |store| store.forgive(&digest))?;
    let manifest = Head::parse(image).and_then(|head| head.unverified_manifest());
    let manifest = manifest.unwrap_or_default();
    let image_of = Offered {
        digest,
        bytes: u32::try_from(image.len()).unwrap_or(u32::MAX),
        plugin: PluginId::of(manifest.key_id, manifest.name),
        security_version: manifest.security_version,
    };
    let opened = commit(&mut store, |store| store.open(slot, image_of))?;
    let mut offset = opened.offset;
    while offset < image_of.bytes {
        offset = commit(&mut store, |store| {
            store.receive(slot, offset, &image[offset as usize..])
        })?;
        store.erase_step()?;
    }
    commit(&mut store, |store| {
        store.verify(opened.bank, image_of.plugin, image_of.security_version)
    })?;
    commit(&mut store, |store| store.begin_trial(slot))?;
    commit(&mut store, |store| store.confirm(slot))
}

/// Does what may want an erase first.
fn commit<T>(
    store: &mut Store<&mut Flash, BANKS>,
    act: impl Fn(&mut Store<&mut Flash, BANKS>) -> Result<T, Error>,
) -> Result<T, Error> {
    loop {
        match act(store) {
            Err(Error::WantsErase) => store.erase_step()?,
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The bytes of the image that the slot runs.
    fn image_in(flash: &mut FlashFile, slot: u8) -> Option<Vec<u8>> {
        let store = Store::<_, BANKS>::mount(&mut flash.0, &FLASH_MAP, Start::Ordinary);
        let mut store = store.unwrap();
        let Runs::Confirmed(bank) = store.runs(SlotId(slot)) else {
            return None;
        };
        let mut bytes = vec![0; store.bank(bank).unwrap().image.bytes as usize];
        store.read(bank, 0, &mut bytes).unwrap();
        Some(bytes)
    }

    #[test]
    fn a_new_flash_is_erased_and_keeps_what_is_put_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flash");
        let mut flash = FlashFile::open(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), FLASH_BYTES as usize);
        assert!(bytes.iter().all(|byte| *byte == 0xff));
        flash.put_image(1, b"image").unwrap();
        drop(flash);
        let mut flash = FlashFile::open(&path).unwrap();
        assert_eq!(image_in(&mut flash, 0), None);
        assert_eq!(image_in(&mut flash, 1).unwrap(), b"image");
    }

    #[test]
    fn what_is_put_into_a_slot_takes_the_place_of_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut flash = FlashFile::open(&folder.path().join("flash")).unwrap();
        // More often than a journal has places.
        for number in 0..50_u8 {
            flash.put_image(0, &[number; 5_000]).unwrap();
            flash.put_image(1, &[number; 10]).unwrap();
            assert_eq!(image_in(&mut flash, 0).unwrap(), [number; 5_000]);
        }
        flash.put_image(0, &[]).unwrap();
        assert_eq!(image_in(&mut flash, 0), None);
        assert_eq!(image_in(&mut flash, 1).unwrap(), [49; 10]);
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
        let size = FLASH_MAP.largest_bank() as usize;
        assert!(flash.put_image(0, &vec![0; size]).is_ok());
        assert!(flash.put_image(0, &vec![0; size + 1]).is_err());
        assert!(flash.put_image(1000, &[1]).is_err());
        assert!(flash.put_image(2, &[1]).is_err());
    }
}
