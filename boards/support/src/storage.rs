use corelet_host::PluginId;
use corelet_host::capability::storage::{
    KEY_MAX, KEYS_PER_SEARCH, Store, StoreError, VALUE_MAX, entry_bytes,
};
use embedded_storage::nor_flash::MultiwriteNorFlash;
use heapless::{String, Vec};
use sequential_storage::Error;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapConfigError, MapStorage};

use crate::blocking::{Blocking, now};
use crate::name::Name;
use crate::{FlashMapError, Region};

/// The longest record: name and value, filled up to a whole word of any size that sequential-storage takes.
const RECORD_MAX: usize = (Name::MAX + VALUE_MAX).next_multiple_of(32);

type Map<F> = MapStorage<Name, Blocking<F>, Cache<Uncached, Uncached, Uncached, Name>>;

/// Small values of many owners in a region of a NOR flash, on the map of `sequential-storage`.
///
/// A change is in flash when the call returns. If power fails in the midst of a write, the value afterwards is the one before or
/// the new one, and every other value is as it was; what the cut left behind is repaired by the next call. So it is if power fails
/// at an erase that did nothing, all of it, or the first half of the sector. Two things are not repaired, which chips may leave too:
/// - an erase that was cut with any of the bits erased, or all programmed: values of anybody may be lost, without a word, or each
///   access is [`StoreError::Corrupted`] until [`erase_all`](Self::erase_all); so call [`check`](Self::check) at the start;
/// - bits that read differently each time: so may what is read, until they settle.
///
/// Records go round the region, so that its sectors wear alike, and one sector of it is kept free.
///
/// Deleting writes a word a second time, as [`MultiwriteNorFlash`] allows. A flash that refuses that, because it keeps
/// a checksum of each word, cannot hold this store.
pub struct KeyValueStore<F: MultiwriteNorFlash> {
    map: Map<F>,
}

impl<F: MultiwriteNorFlash> KeyValueStore<F> {
    /// The store in `region` of `flash`. An erased region is an empty store.
    ///
    /// # Errors
    /// What keeps the region from being two or more whole sectors of this flash.
    pub fn new(flash: F, region: Region) -> Result<Self, FlashMapError> {
        let range = region.range();
        if range.end as usize > flash.capacity() {
            return Err(FlashMapError::BeyondEnd(region));
        }
        let config = MapConfig::try_new(range).map_err(|error| match error {
            MapConfigError::RangeTooSmall => FlashMapError::DataTooSmall(region),
            MapConfigError::PagesTooSmall | MapConfigError::WordSizeTooLarge => {
                FlashMapError::Geometry
            }
            _ => FlashMapError::NotWholeSectors(region),
        })?;
        Ok(Self {
            map: Map::new(Blocking::new(flash), config, Cache::new_uncached()),
        })
    }

    /// Forgets everything of everybody.
    ///
    /// Right for a region that holds something else than a store, as a new chip may, or data of an earlier format: reading it
    /// is then [`StoreError::Corrupted`], and again after a reset. Wrong for [`StoreError::Device`], and for `Full`. What
    /// plugins kept is lost, so leave it to a person or to the first start of a device, not to the main loop.
    ///
    /// # Errors
    /// [`StoreError::Device`] if the flash fails.
    pub fn erase_all(&mut self) -> Result<(), StoreError> {
        finish(self.map.erase_all())
    }

    /// Reads every record once, and repairs what a power cut left behind: for the start.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] if there is what cannot be repaired, from another firmware, a worn flash, or an erase that was cut:
    /// accesses fail then, until [`erase_all`](Self::erase_all). [`StoreError::Device`] if the flash fails.
    pub fn check(&mut self) -> Result<(), StoreError> {
        self.visit(Name::NOBODY.owner, |_, _| {})
    }

    /// The flash, which the store shares. What is written in its region is the store's only.
    pub fn flash(&mut self) -> &mut F {
        &mut self.map.flash().flash
    }

    fn fetch<'a>(
        &mut self,
        name: &Name,
        scratch: &'a mut Scratch,
    ) -> Result<Option<&'a [u8]>, StoreError> {
        finish(self.map.fetch_item(&mut scratch.0, name))
    }

    /// Calls `each` for every record of `owner`, from old to new: the last of a name is the one that holds.
    fn visit(
        &mut self,
        owner: PluginId,
        mut each: impl FnMut(Name, &[u8]),
    ) -> Result<(), StoreError> {
        let mut scratch = Scratch::new();
        // Unlike every other way in, the walk over all records does not repair what a cut left behind; a search does.
        if finish(self.map.fetch_all_items(&mut scratch.0)).is_err() {
            self.fetch(&Name::NOBODY, &mut scratch)?;
        }
        self.map.flash().read_failed = false;
        let mut records = finish(self.map.fetch_all_items(&mut scratch.0))?;
        while let Some((name, value)) = finish(records.next::<&[u8]>(&mut scratch.0))? {
            if name.owner == owner {
                each(name, value);
            }
        }
        match self.map.flash().read_failed {
            true => Err(StoreError::Device),
            false => Ok(()),
        }
    }
}

/// Each entry takes at most its [`entry_bytes`] of the region, and more where the flash's words are larger than 8 bytes.
///
/// A key has at most 24 bytes, a value 128: what is longer is not there, and there is no room for it.
/// `used` reads the region once for every 16 keys; `keys` gives each key once that is there all the while, whatever is
/// set and deleted between the calls.
impl<F: MultiwriteNorFlash> Store for KeyValueStore<F> {
    fn get<'b>(
        &mut self,
        owner: PluginId,
        key: &str,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, StoreError> {
        let mut scratch = Scratch::new();
        let value = match Name::new(owner, key) {
            Some(name) => self.fetch(&name, &mut scratch)?,
            None => None,
        };
        let Some(value) = value else { return Ok(None) };
        let place = buffer.get_mut(..value.len()).ok_or(StoreError::Corrupted)?;
        place.copy_from_slice(value);
        Ok(Some(place))
    }

    fn set(&mut self, owner: PluginId, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let name = Name::new(owner, key).ok_or(StoreError::Full)?;
        if value.len() > VALUE_MAX {
            return Err(StoreError::Full);
        }
        finish(self.map.store_item(&mut Scratch::new().0, &name, &value))
    }

    fn delete(&mut self, owner: PluginId, key: &str) -> Result<bool, StoreError> {
        let Some(name) = Name::new(owner, key) else {
            return Ok(false);
        };
        let mut scratch = Scratch::new();
        if self.fetch(&name, &mut scratch)?.is_none() {
            return Ok(false);
        }
        finish(self.map.remove_item(&mut scratch.0, &name))?;
        Ok(true)
    }

    fn used(&mut self, owner: PluginId) -> Result<u32, StoreError> {
        let mut used = 0_u32;
        let mut done: Option<String<KEY_MAX>> = None;
        loop {
            let mut pass = Pass::default();
            self.visit(owner, |name, value| {
                if done.as_ref() < Some(&name.key) {
                    pass.note(name.key, value.len());
                }
            })?;
            for (key, length) in &pass.0 {
                used = used.saturating_add(entry_bytes(key.len(), *length));
            }
            let was_full = pass.0.is_full();
            done = pass.0.pop().map(|(key, _)| key);
            if !was_full {
                return Ok(used);
            }
        }
    }

    fn keys<'b>(
        &mut self,
        owner: PluginId,
        cursor: u64,
        buffer: &'b mut [u8],
    ) -> Result<Option<(&'b str, u64)>, StoreError> {
        // In the order of their places, which stay when other keys come and go.
        let mut next: Option<(u64, Name)> = None;
        self.visit(owner, |name, _| {
            let place = name.place();
            if place >= cursor && next.as_ref().is_none_or(|(other, _)| place < *other) {
                next = Some((place, name));
            }
        })?;
        let Some((place, name)) = next else {
            return Ok(None);
        };
        let copy = buffer
            .get_mut(..name.key.len())
            .ok_or(StoreError::Corrupted)?;
        copy.copy_from_slice(name.key.as_bytes());
        let key = core::str::from_utf8(copy).map_err(|_| StoreError::Corrupted)?;
        Ok(Some((key, place.saturating_add(1))))
    }
}

/// Room for one record. Aligned, because some flash drivers write from memory by words.
#[repr(align(4))]
struct Scratch([u8; RECORD_MAX]);

impl Scratch {
    const fn new() -> Self {
        Self([0; RECORD_MAX])
    }
}

/// The first keys of those that were noted, in order, each with the length of its last value.
#[derive(Default)]
struct Pass(Vec<(String<KEY_MAX>, usize), KEYS_PER_SEARCH>);

impl Pass {
    fn note(&mut self, key: String<KEY_MAX>, length: usize) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&key)) {
            Ok(index) => {
                if let Some(entry) = self.0.get_mut(index) {
                    entry.1 = length;
                }
            }
            Err(index) if index < KEYS_PER_SEARCH => {
                if self.0.is_full() {
                    self.0.pop();
                }
                // There is room, and the index is at most the length.
                let _ = self.0.insert(index, (key, length));
            }
            Err(_) => {}
        }
    }
}

fn finish<T, E>(future: impl Future<Output = Result<T, Error<E>>>) -> Result<T, StoreError> {
    // Nothing that is awaited waits, so that one poll is enough.
    now(future)
        .ok_or(StoreError::Device)?
        .map_err(|error| match error {
            Error::Storage { .. } => StoreError::Device,
            Error::FullStorage | Error::ItemTooBig => StoreError::Full,
            _ => StoreError::Corrupted,
        })
}
