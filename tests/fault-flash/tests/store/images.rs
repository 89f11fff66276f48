//! Versions of plugins, their images, and how a store takes them.
#![allow(dead_code, reason = "each test takes a part")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use corelet_fault_flash::Flash;
use corelet_image::PluginId;
use corelet_store::{BankId, Error, ImageDigest, Offered, SlotId, Store};
use sha2::{Digest, Sha256};

/// The greatest size that divides all sectors.
pub(crate) const ERASE: usize = 1024;

pub(crate) const BANKS: usize = 3;

/// A store over a flash that keeps the rules.
pub(crate) type Opened<const WRITE: usize> = Store<Flash<WRITE, ERASE>, BANKS, 4>;

/// A version of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Version {
    pub(crate) plugin: u8,
    pub(crate) security_version: u32,
    pub(crate) number: u8,
}

/// Version `number` of plugin `plugin`, with that as its security version.
pub(crate) const fn version(plugin: u8, number: u8) -> Version {
    Version {
        plugin,
        security_version: number as u32,
        number,
    }
}

/// All versions that there are: five plugins, numbers from 0 to 12.
static IMAGES: LazyLock<BTreeMap<Version, (Vec<u8>, Offered)>> = LazyLock::new(|| {
    let all = (1..=5).flat_map(|plugin| (0..=12).map(move |number| version(plugin, number)));
    let image = |version: Version| {
        // From 701 bytes on, never whole units.
        let length = 701 + 1900 * usize::from(version.number % 3);
        let seed = usize::from(version.plugin) * 7 + usize::from(version.number) * 31;
        let bytes = (0..length).map(|index| (seed + index * 13 + index / 97) as u8);
        let bytes: Vec<u8> = bytes.collect();
        let offered = Offered {
            digest: Sha256::digest(&bytes).into(),
            bytes: length as u32,
            plugin: version.id(),
            security_version: version.security_version,
        };
        (version, (bytes, offered))
    };
    all.map(image).collect()
});

/// Versions by the digests of their images.
static VERSIONS: LazyLock<BTreeMap<ImageDigest, Version>> = LazyLock::new(|| {
    let images = IMAGES.iter();
    images
        .map(|(version, (_, offered))| (offered.digest, *version))
        .collect()
});

impl Version {
    pub(crate) fn of(digest: &ImageDigest) -> Option<Self> {
        VERSIONS.get(digest).copied()
    }

    pub(crate) const fn id(self) -> PluginId {
        PluginId([self.plugin; 8])
    }

    pub(crate) fn bytes(self) -> &'static [u8] {
        &IMAGES[&self].0
    }

    pub(crate) fn offered(self) -> Offered {
        IMAGES[&self].1
    }
}

/// Whether a bank holds the image of a version, byte for byte.
pub(crate) fn holds<const WRITE: usize>(
    store: &mut Opened<WRITE>,
    bank: BankId,
    version: Option<Version>,
) -> Result<bool, Error> {
    let Some(version) = version else {
        return Ok(false);
    };
    let bytes = version.bytes();
    let mut found = vec![0; bytes.len()];
    store.read(bank, 0, &mut found)?;
    Ok(found == bytes)
}

/// Does `ask`, with the erases that it waits for.
pub(crate) fn with_erases<const WRITE: usize, T>(
    store: &mut Opened<WRITE>,
    mut ask: impl FnMut(&mut Opened<WRITE>) -> Result<T, Error>,
) -> Result<T, Error> {
    loop {
        match ask(store) {
            Err(Error::WantsErase) => store.erase_step()?,
            result => return result,
        }
    }
}

/// Receives all of an image from where it is, in pieces of `piece` bytes.
pub(crate) fn receive<const WRITE: usize>(
    store: &mut Opened<WRITE>,
    slot: SlotId,
    version: Version,
    piece: usize,
) -> Result<BankId, Error> {
    let bytes = version.bytes();
    let opened = with_erases(store, |store| store.open(slot, version.offered()))?;
    let mut offset = opened.offset as usize;
    while offset < bytes.len() {
        let end = bytes.len().min(offset + piece);
        let taken = with_erases(store, |store| {
            store.receive(slot, offset as u32, &bytes[offset..end])
        })? as usize;
        if taken == offset {
            store.erase_step()?;
        }
        offset = taken;
    }
    // The last byte may have waited for room in the journal.
    while store
        .staged(slot)
        .is_some_and(|bank| store.bank(bank).unwrap().state.is_under_way())
    {
        with_erases(store, |store| store.receive(slot, bytes.len() as u32, &[]))?;
    }
    Ok(opened.bank)
}
