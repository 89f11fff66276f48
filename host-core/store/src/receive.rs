//! An image on its way into a bank.

use embedded_storage::nor_flash::NorFlash;
use sha2::{Digest, Sha256};

use crate::journal::{self, UNIT_MAX};
use crate::record::Change;
use crate::state::Event;
use crate::{Bank, BankId, BankState, Error, Offered, Reason, Region, SlotId, Store};

/// What memory holds of the image that is being received.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub bank: BankId,
    /// Bytes that came.
    received: u32,
    /// Bytes that are in flash: as many, but for those that do not fill a unit.
    written: u32,
    /// Bytes from the start of the bank that may be written: the end of an erased sector.
    writable: u32,
    /// The hash of what came.
    hash: Sha256,
    /// What came and is not written.
    rest: [u8; UNIT_MAX],
}

/// An image that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Opened {
    /// Where it goes.
    pub bank: BankId,
    /// Bytes that are there already: where it goes on. All of them if it was received before.
    pub offset: u32,
}

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// Accepts an image for a slot, or goes on with one that was accepted and not received whole. What is said about the image was
    /// checked against the signature over its manifest; nothing is erased yet.
    ///
    /// One image is received at a time: another that is on its way waits, and goes on at a sector's start when it is opened again. One that
    /// the slot has staged gives way.
    ///
    /// # Errors
    /// [`Error::NoSuchSlot`], [`Error::Length`], [`Error::Rejected`], [`Error::Downgrade`], [`Error::OnTrial`],
    /// [`Error::RejectionsFull`], [`Error::FloorsFull`], [`Error::NoBank`], [`Error::WantsErase`], [`Error::Flash`] or
    /// [`Error::NotWritten`].
    pub fn open(&mut self, slot: SlotId, image: Offered) -> Result<Opened, Error> {
        if slot.0 >= self.map.slots() {
            return Err(Error::NoSuchSlot(slot));
        }
        let allowed = self.map.largest_bank();
        if image.bytes == 0 || image.bytes > allowed {
            return Err(Error::Length {
                found: image.bytes,
                allowed,
            });
        }
        let opening = Bank {
            state: BankState::Opening,
            slot,
            image,
        };
        self.check_image(&opening)?;
        if self.trial(slot).is_some() {
            return Err(Error::OnTrial(slot));
        }
        let staged = self.find(slot, BankState::is_staged);
        if let Some((bank, staged)) = staged
            && staged.image == image
        {
            return self.resume(bank, staged);
        }
        self.ledger.check_room(&image, slot)?;
        let bank = self.choose(&opening, staged.map(|(bank, _)| bank))?;
        let (_, found) = self.get(bank)?;
        if found.state.after(Event::Open) != Some(BankState::Opening) {
            return Err(Error::State {
                bank,
                found: found.state,
            });
        }
        self.transfer = None;
        self.commit(Change::Bank(bank, opening))?;
        self.transfer = Some(Transfer::new(bank, 0, Sha256::new()));
        Ok(Opened { bank, offset: 0 })
    }

    /// The bank for a new image: of the smallest that are large enough and free, or hold what it replaces, the one whose turn it is.
    /// So large ones stay free for images that need them, and those of one size wear alike.
    fn choose(&self, opening: &Bank, staged: Option<BankId>) -> Result<BankId, Error> {
        let size = |bank: BankId| self.map.bank(bank).map_or(0, Region::size);
        let fits = |bank: &BankId| size(*bank) >= opening.image.bytes;
        let free = self.ledger.banks().filter(|(id, bank)| {
            let free = matches!(bank.state, BankState::Empty | BankState::Rejected(_));
            free || staged == Some(*id)
        });
        let free = free.map(|(id, _)| id).filter(fits);
        let by_turn = |id: &BankId| (size(*id), self.ledger.turn(*id));
        free.min_by_key(by_turn).ok_or(Error::NoBank)
    }

    fn resume(&mut self, id: BankId, bank: Bank) -> Result<Opened, Error> {
        let offset = match (bank.state, &self.transfer) {
            // The link was lost, and the power was not.
            (_, Some(transfer)) if transfer.bank == id => transfer.received,
            (BankState::Received | BankState::Verified, _) => bank.image.bytes,
            (state, _) => {
                let offset = match state {
                    BankState::Receiving { offset } => offset,
                    _ => 0,
                };
                self.transfer = None;
                let (region, _) = self.get(id)?;
                let hash = self.hash(region, offset)?;
                self.transfer = Some(Transfer::new(id, offset, hash));
                offset
            }
        };
        Ok(Opened { bank: id, offset })
    }

    /// Takes the next bytes of the slot's image, and says how many there are of it now. It takes fewer than it is given, none perhaps, where a
    /// sector has to be erased first: [`wants_erase`](Self::wants_erase) says which. With the last byte the image is
    /// [`Received`](BankState::Received).
    ///
    /// # Errors
    /// [`Error::NotOpen`], [`Error::Offset`], [`Error::Beyond`]; [`Error::WantsErase`] if the journal has no room;
    /// [`Error::Digest`] if it is another image than was said, and then its bank is rejected; [`Error::Flash`] or
    /// [`Error::NotWritten`], after which it is to be opened again.
    pub fn receive(&mut self, slot: SlotId, offset: u32, bytes: &[u8]) -> Result<u32, Error> {
        let Some(transfer) = &self.transfer else {
            return Err(Error::NotOpen(slot));
        };
        let (region, bank) = self.get(transfer.bank)?;
        if bank.slot != slot {
            return Err(Error::NotOpen(slot));
        }
        let before = transfer.received;
        if offset != before {
            return Err(Error::Offset {
                found: offset,
                allowed: before,
            });
        }
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let end = offset.saturating_add(length);
        if end > bank.image.bytes {
            return Err(Error::Beyond {
                found: end,
                allowed: bank.image.bytes,
            });
        }
        self.note_progress(region)?;
        let Some(mut transfer) = self.transfer.take() else {
            return Ok(bank.image.bytes);
        };
        transfer.take(&mut self.flash, region, &bank.image, bytes)?;
        let received = transfer.received;
        self.transfer = Some(transfer);
        match self.note_progress(region) {
            // Bytes were taken, which the caller has to know. The next call comes back to this.
            Err(Error::WantsErase) if received > before => {}
            result => result?,
        }
        Ok(received)
    }

    /// Writes down how far the image is in flash, if that is the end of it or of a sector.
    fn note_progress(&mut self, region: Region) -> Result<(), Error> {
        let Some(transfer) = &self.transfer else {
            return Ok(());
        };
        let (id, written) = (transfer.bank, transfer.written);
        let (_, bank) = self.get(id)?;
        if written >= bank.image.bytes {
            if transfer.hash.clone().finalize()[..] != bank.image.digest {
                self.happen(id, Event::Reject(Reason::Damaged))?;
                return Err(Error::Digest);
            }
            self.happen(id, Event::Complete)?;
            self.transfer = None;
            return Ok(());
        }
        let noted = match bank.state {
            BankState::Receiving { offset } => offset,
            _ => 0,
        };
        let sector = self.map.sector(region.offset().saturating_add(written));
        let boundary =
            sector.is_some_and(|sector| sector.offset() == region.offset().saturating_add(written));
        if boundary && written > noted {
            self.happen(id, Event::Progress { offset: written })?;
        }
        Ok(())
    }

    /// The sector that the image goes on in, if it is not erased.
    pub(crate) fn transfer_wants_erase(&self) -> Option<Region> {
        let transfer = self.transfer.as_ref()?;
        let (region, bank) = self.get(transfer.bank).ok()?;
        let done = transfer.written >= bank.image.bytes;
        // No bank is erased but one that an image is on its way into.
        if transfer.written < transfer.writable || done || !bank.state.is_under_way() {
            return None;
        }
        self.map
            .sector(region.offset().saturating_add(transfer.written))
    }

    pub(crate) fn transfer_erased(&mut self, sector: Region) {
        let region = self
            .transfer
            .as_ref()
            .and_then(|transfer| self.map.bank(transfer.bank));
        if let (Some(region), Some(transfer)) = (region, &mut self.transfer) {
            transfer.writable = sector.end().saturating_sub(region.offset());
        }
    }
}

impl Transfer {
    /// One that goes on at the start of a sector, which is not erased since the device started.
    const fn new(bank: BankId, offset: u32, hash: Sha256) -> Self {
        Self {
            bank,
            received: offset,
            written: offset,
            writable: offset,
            hash,
            rest: [0xff; UNIT_MAX],
        }
    }

    /// Takes as many bytes as find room in the erased sector. What does not fill a unit waits, unless nothing comes behind it.
    fn take<F: NorFlash>(
        &mut self,
        flash: &mut F,
        region: Region,
        image: &Offered,
        mut bytes: &[u8],
    ) -> Result<(), Error> {
        while self.received < self.writable && !bytes.is_empty() {
            let waiting = self.received.saturating_sub(self.written) as usize;
            let room = self.writable.saturating_sub(self.received) as usize;
            let whole = bytes.len().min(room) / F::WRITE_SIZE * F::WRITE_SIZE;
            let taken = if waiting == 0 && whole > 0 {
                let taken = bytes.get(..whole).unwrap_or_default();
                self.write(flash, region, taken)?;
                taken
            } else {
                let wanted = F::WRITE_SIZE.saturating_sub(waiting).min(bytes.len());
                let taken = bytes.get(..wanted).unwrap_or_default();
                for (place, byte) in self.rest.iter_mut().skip(waiting).zip(taken) {
                    *place = *byte;
                }
                taken
            };
            self.hash.update(taken);
            self.received = self.received.saturating_add(taken.len() as u32);
            bytes = bytes.get(taken.len()..).unwrap_or_default();
            let waiting = self.received.saturating_sub(self.written) as usize;
            if waiting == F::WRITE_SIZE || waiting > 0 && self.received == image.bytes {
                let rest = self.rest;
                self.write(flash, region, rest.get(..F::WRITE_SIZE).unwrap_or_default())?;
                self.rest = [0xff; UNIT_MAX];
            }
        }
        Ok(())
    }

    fn write<F: NorFlash>(
        &mut self,
        flash: &mut F,
        region: Region,
        bytes: &[u8],
    ) -> Result<(), Error> {
        journal::write(flash, region.offset().saturating_add(self.written), bytes)?;
        self.written = self.written.saturating_add(bytes.len() as u32);
        Ok(())
    }
}
