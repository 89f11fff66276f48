//! How the bytes of an image are reached.

use alloc::vec::Vec;

use corelet_image::{HEADER_BYTES, Head};
use corelet_store::{BankId, Store};
use embedded_storage::nor_flash::NorFlash;

use crate::Parked;

/// A flash that may stand in memory.
pub trait Mapped {
    /// All its bytes, from its start on, if they can be read in place; empty if not. A plugin is then copied to the heap for as long as
    /// it is loaded or checked.
    fn mapped(&self) -> &[u8] {
        &[]
    }
}

/// What is done with bytes of the store, which is shown beside them.
type With<'a, F, const BANKS: usize, const PLUGINS: usize> =
    &'a mut dyn FnMut(&Store<F, BANKS, PLUGINS>, &[u8]) -> Result<(), Parked>;

/// Where an image lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Bank(BankId),
    Factory,
}

impl Place {
    /// Calls `with` with the store and the image's bytes, as many as its header announces.
    pub(crate) fn with_image<F, const BANKS: usize, const PLUGINS: usize>(
        self,
        store: &mut Store<F, BANKS, PLUGINS>,
        with: With<'_, F, BANKS, PLUGINS>,
    ) -> Result<(), Parked>
    where
        F: NorFlash + Mapped,
    {
        let length = self.image_bytes(store)?;
        self.with_bytes(store, length, with)
    }

    /// Calls `with` with the store and the image's head.
    pub(crate) fn with_head<F, const BANKS: usize, const PLUGINS: usize>(
        self,
        store: &mut Store<F, BANKS, PLUGINS>,
        with: With<'_, F, BANKS, PLUGINS>,
    ) -> Result<(), Parked>
    where
        F: NorFlash + Mapped,
    {
        let needed = Head::bytes_needed(&self.header(store)?)?;
        self.with_bytes(store, needed as u32, with)
    }

    fn header<F, const BANKS: usize, const PLUGINS: usize>(
        self,
        store: &mut Store<F, BANKS, PLUGINS>,
    ) -> Result<[u8; HEADER_BYTES], Parked>
    where
        F: NorFlash + Mapped,
    {
        let mut header = [0; HEADER_BYTES];
        self.with_bytes(store, HEADER_BYTES as u32, &mut |_, bytes| {
            if let Some(bytes) = bytes.first_chunk() {
                header = *bytes;
            }
            Ok(())
        })?;
        Ok(header)
    }

    fn image_bytes<F, const BANKS: usize, const PLUGINS: usize>(
        self,
        store: &mut Store<F, BANKS, PLUGINS>,
    ) -> Result<u32, Parked>
    where
        F: NorFlash + Mapped,
    {
        if let Self::Bank(bank) = self {
            return Ok(store.bank(bank).map_or(0, |bank| bank.image.bytes));
        }
        let mut bytes = 0;
        self.with_head(store, &mut |_, head| {
            // Longer than the flash is refused by whoever reads it.
            bytes = u32::try_from(Head::parse(head)?.image_bytes()).unwrap_or(u32::MAX);
            Ok(())
        })?;
        Ok(bytes)
    }

    fn with_bytes<F, const BANKS: usize, const PLUGINS: usize>(
        self,
        store: &mut Store<F, BANKS, PLUGINS>,
        length: u32,
        with: With<'_, F, BANKS, PLUGINS>,
    ) -> Result<(), Parked>
    where
        F: NorFlash + Mapped,
    {
        let map = store.map();
        let region = match self {
            Self::Bank(bank) => map.bank(bank),
            Self::Factory => map.factory().map(|factory| factory.region),
        };
        let Some(region) = region.filter(|region| length <= region.size()) else {
            return Err(Parked::OtherImage);
        };
        let (start, length) = (region.offset() as usize, length as usize);
        let mapped = store.flash().mapped();
        if let Some(bytes) = mapped.get(start..start.saturating_add(length)) {
            return with(store, bytes);
        }
        let mut copy = Vec::new();
        // A region ends with a sector, so there is as much to read.
        let whole = length.next_multiple_of(F::READ_SIZE);
        copy.try_reserve_exact(whole)
            .map_err(|_| Parked::OutOfMemory)?;
        copy.resize(whole, 0);
        match self {
            Self::Bank(bank) => store.read(bank, 0, &mut copy)?,
            Self::Factory => store.read_factory(0, &mut copy)?,
        }
        with(store, copy.get(..length).unwrap_or_default())
    }
}
