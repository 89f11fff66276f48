//! An image on its way into the store.

use alloc::vec::Vec;

use corelet_host::{Beginning, Blame, SlotId, VERSION};
use corelet_image::{Head, ImageError, Proof, Version};
use corelet_store::{BankId, BankState, Error, ImageDigest, Offered, Opened};
use embedded_storage::nor_flash::NorFlash;

use crate::read::Place;
use crate::settle::reason_of;
use crate::updater::insist;
use crate::{Device, Mapped, Parked, Refused, Updater};

/// An upload. Its head, and the beginning of its module, are held on the heap until they were checked and written.
pub(crate) struct Incoming {
    pub slot: SlotId,
    length: u32,
    digest: Option<ImageDigest>,
    /// Refuse what is not newer than what runs.
    newer: bool,
    /// The first bytes, as far as they are not in the store: of head and beginning, and what came in one piece with their end.
    held: Vec<u8>,
    /// That its head was checked: nothing behind it is held before.
    pub(crate) proof: Option<Proof>,
    /// When the last byte came, in nanoseconds of the board's clock.
    at: u64,
    /// Where the image goes; none before its head was checked.
    bank: Option<BankId>,
    /// Bytes that the store has taken.
    stored: u32,
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// Begins to receive an image of `length` bytes for a slot, or goes on with one that came in part: returns the offset of the bytes that are
    /// wanted next, which is the length if all are there. `digest` is the SHA-256 of all of them; without it, only an upload that
    /// was begun with it goes on. `newer` refuses what is not newer than what the slot runs.
    ///
    /// No sector of a bank is erased before the image's head has come and was checked, and nor before the beginning of its module, unless that tells
    /// nothing or the heap has no room for it. An upload that goes on was checked when it began, and is not again until all is there. What
    /// waited in the slot is gone as soon as another image is begun: who may upload may also displace.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn open(
        &mut self,
        slot: SlotId,
        length: u32,
        digest: Option<ImageDigest>,
        newer: bool,
    ) -> Result<u32, Refused> {
        self.incoming = None;
        self.refused_in = None;
        if usize::from(slot.0) >= SLOTS {
            return Err(Refused::NoSuchSlot(slot));
        }
        let allowed = self.store.map().largest_bank();
        if length == 0 || length > allowed {
            let found = length;
            return Err(Error::Length { found, allowed }.into());
        }
        // What is parked may be damaged, and is mended by sending it again.
        if digest.is_some()
            && self.parked(slot).is_none()
            && self.wanted(slot).map(|installed| installed.digest) == digest
        {
            return Ok(length);
        }
        let mut incoming = Incoming {
            slot,
            length,
            digest,
            newer,
            held: Vec::new(),
            proof: None,
            at: self.now(),
            bank: None,
            stored: 0,
        };
        if let Some(digest) = digest
            && let Some((_, image)) = self.staged(slot)
            && (image.digest, image.bytes) == (digest, length)
        {
            let opened = self.store.open(slot, image)?;
            incoming.bank = Some(opened.bank);
            incoming.stored = opened.offset;
        }
        let stored = incoming.stored;
        let bank = incoming.bank;
        self.incoming = Some(incoming);
        match bank {
            Some(bank) if stored == length => self.complete(bank).map(|()| stored),
            _ => Ok(stored),
        }
    }

    /// Takes the next bytes of the image, and returns the offset of those that are wanted next: the offset of `data` itself where a sector has to be
    /// erased first ([`Report::WantsErase`](crate::Report::WantsErase)), and the length when all are there, read back, and fit to
    /// run.
    ///
    /// # Errors
    /// [`Refused`]; the image that was being received is gone then, or waits to be opened again.
    pub fn receive(&mut self, offset: u32, data: &[u8]) -> Result<u32, Refused> {
        self.receive_or_leave(offset, data, &mut Vec::new())
    }

    /// As [`receive`](Self::receive). Of an image that is refused before it is opened, what came is left in `held`.
    pub(crate) fn receive_or_leave(
        &mut self,
        offset: u32,
        data: &[u8],
        held: &mut Vec<u8>,
    ) -> Result<u32, Refused> {
        let Some(mut incoming) = self.incoming.take() else {
            return Err(Refused::NotOpen);
        };
        incoming.at = self.now();
        let taken = self.take(&mut incoming, offset, data);
        if taken.is_err() && incoming.bank.is_none() {
            *held = core::mem::take(&mut incoming.held);
        }
        let wanted = taken?;
        let finished = wanted == incoming.length;
        let bank = incoming.bank;
        self.incoming = Some(incoming);
        if let Some(bank) = bank
            && finished
        {
            self.complete(bank)?;
        }
        Ok(wanted)
    }

    /// All bytes are there: that is written down, if it could not be when they came, and then they are checked.
    fn complete(&mut self, bank: BankId) -> Result<(), Refused> {
        let found = self.store.bank(bank).copied();
        if let Some(found) = found.filter(|found| found.state.is_under_way()) {
            insist(&mut self.store, |store| {
                store.receive(found.slot, found.image.bytes, &[]).map(drop)
            })?;
        }
        self.finish(bank)
    }

    fn take(&mut self, incoming: &mut Incoming, offset: u32, data: &[u8]) -> Result<u32, Refused> {
        if incoming.bank.is_none() {
            let held = incoming.held.len();
            if offset as usize != held {
                return Ok(held as u32);
            }
            let room = hold(&mut incoming.held, data);
            match self.accept(incoming, room.is_ok()) {
                Ok(true) => {}
                Ok(false) => return room.map(|()| incoming.held.len() as u32),
                // The piece comes again when the journal has room.
                Err(Refused::Store(Error::WantsErase)) => {
                    incoming.held.truncate(held);
                    return Ok(held as u32);
                }
                Err(refused) => return Err(refused),
            }
            if incoming.stored > 0 {
                return Ok(incoming.stored);
            }
            // What just came is taken below, or comes again.
            incoming.held.truncate(held);
        }
        while !incoming.held.is_empty() {
            let before = incoming.stored;
            self.hand_over(incoming, None)?;
            if incoming.stored == before {
                return Ok(before.saturating_add(incoming.held.len() as u32));
            }
        }
        if offset == incoming.stored {
            self.hand_over(incoming, Some(data))?;
        }
        Ok(incoming.stored)
    }

    /// Hands bytes to the store: what is held, or `data`.
    fn hand_over(&mut self, incoming: &mut Incoming, data: Option<&[u8]>) -> Result<(), Refused> {
        let before = incoming.stored;
        let bytes = data.unwrap_or(&incoming.held);
        incoming.stored = match self.store.receive(incoming.slot, before, bytes) {
            Err(Error::WantsErase) => before,
            Err(Error::Offset { allowed, .. }) => allowed,
            result => result?,
        };
        if data.is_none() {
            let taken = incoming.stored.saturating_sub(before) as usize;
            let taken = taken.min(incoming.held.len());
            incoming.held.drain(..taken);
            if incoming.held.is_empty() {
                incoming.held = Vec::new();
            }
        }
        Ok(())
    }

    /// Checks head and beginning, if they are there, and opens the image in the store. Returns whether it is. Where nothing more can be held, the
    /// head is enough: the rest is checked when all is there.
    fn accept(&mut self, incoming: &mut Incoming, may_wait: bool) -> Result<bool, Refused> {
        let mut proof = incoming.proof;
        let opened = self.accept_head(incoming, &mut proof, may_wait)?;
        incoming.proof = proof;
        let Some(opened) = opened else {
            return Ok(false);
        };
        incoming.bank = Some(opened.bank);
        incoming.stored = opened.offset;
        if opened.offset > 0 {
            incoming.held = Vec::new();
        }
        Ok(true)
    }

    fn accept_head(
        &mut self,
        incoming: &Incoming,
        proof: &mut Option<Proof>,
        may_wait: bool,
    ) -> Result<Option<Opened>, Refused> {
        let Incoming { slot, length, .. } = *incoming;
        let held = &incoming.held[..];
        // As much as was said is there.
        let ended = held.len() >= length as usize;
        let Some(header) = held.first_chunk() else {
            return if ended {
                Err(ImageError::NotAnImage.into())
            } else {
                Ok(None)
            };
        };
        if held.len() < Head::bytes_needed(header)? && !ended {
            return Ok(None);
        }
        let head = Head::parse(held)?;
        if head.image_bytes() != u64::from(length) {
            return Err(Refused::Length {
                found: length,
                allowed: head.image_bytes(),
            });
        }
        // Without a digest it is an image that came in part.
        let known = match incoming.digest {
            None => self.begins_alike(incoming),
            digest => digest,
        };
        let digest = known.ok_or(Refused::NoDigest)?;
        // Once, and before more is held.
        let head = match proof {
            Some(proof) => head.verify_again(proof, VERSION)?,
            None => head.verify(&self.store.keys(self.keys), VERSION)?,
        };
        *proof = Some(head.proof());
        // What goes on was looked at when it began.
        let begins = incoming.digest.is_some();
        let beginning = match Beginning::of(module(held)) {
            Beginning::Needs(_) if begins && may_wait && !ended => return Ok(None),
            Beginning::Whole(bytes) => Some(bytes).filter(|_| begins),
            _ => None,
        };
        let (manifest, plugin) = (head.manifest(), head.plugin_id());
        self.host
            .examine_beginning(slot, plugin, manifest, beginning)?;
        if incoming.newer && !self.is_newer(slot, manifest.version) {
            return Err(Refused::NotNewer);
        }
        let image = Offered {
            digest,
            bytes: length,
            plugin,
            security_version: manifest.security_version,
        };
        let opened = self.store.open(slot, image)?;
        // What waited there is gone, and may have kept something while it was tried.
        self.untidy = true;
        if let Some(place) = self.proof(Place::Bank(opened.bank)) {
            *place = *proof;
        }
        Ok(Some(opened))
    }

    /// Gives up an upload that is held on the heap, and of which nothing came for as long as the policy says.
    pub(crate) fn give_up_silent(&mut self, shown: u64) {
        let most = u64::from(self.policy.upload_ms).saturating_mul(1_000_000);
        self.incoming.take_if(|incoming| {
            incoming.bank.is_none() && shown.saturating_sub(incoming.at) >= most
        });
    }

    /// The digest of what is on its way into the slot, if that begins like this upload and is as long.
    fn begins_alike(&mut self, incoming: &Incoming) -> Option<ImageDigest> {
        let (bank, image) = self.staged(incoming.slot)?;
        let mut alike = false;
        let _ = Place::Bank(bank).with_head(&mut self.store, &mut |_, there| {
            alike = incoming.held.starts_with(there);
            Ok(())
        });
        (alike && image.bytes == incoming.length).then_some(image.digest)
    }

    /// Checks what was received, all of it, and whether the slot takes it.
    pub(crate) fn finish(&mut self, bank: BankId) -> Result<(), Refused> {
        let Some(found) = self.store.bank(bank).copied() else {
            return Err(Error::NoSuchBank(bank).into());
        };
        if found.state != BankState::Received {
            return Ok(());
        }
        let received = self.now();
        let checked = self.with_verified(found.slot, Place::Bank(bank), &mut |host, _, image| {
            Ok(host.examine(found.slot, image)?)
        });
        let Err(why) = checked else {
            // What its manifest says was held against what was accepted.
            let image = found.image;
            insist(&mut self.store, |store| {
                store.verify(bank, image.plugin, image.security_version)
            })?;
            let check = self.now().saturating_sub(received);
            if let Some(seat) = self.seat_mut(found.slot) {
                seat.times.check = check;
            }
            return Ok(());
        };
        self.refused_in = Some(bank);
        // For what the board is short of the image is not to blame: it waits.
        let waits = match &why {
            Parked::OutOfMemory | Parked::Flash(_) => true,
            Parked::Load(error) => error.blame() != Blame::Guest,
            Parked::Image(_) | Parked::OtherImage | Parked::Older { .. } => false,
        };
        if !waits {
            let reason = reason_of(&why);
            insist(&mut self.store, |store| store.reject(bank, reason))?;
        }
        Err(why.into())
    }

    fn is_newer(&mut self, slot: SlotId, version: Version) -> bool {
        let Some(installed) = self.wanted(slot) else {
            return true;
        };
        let mut newer = true;
        let _ = installed.place.with_head(&mut self.store, &mut |_, head| {
            newer = version > Head::parse(head)?.unverified_manifest()?.version;
            Ok(())
        });
        newer
    }

    /// What is on its way into the slot, or waits for it.
    pub(crate) fn staged(&self, slot: SlotId) -> Option<(BankId, Offered)> {
        let bank = self.store.staged(slot)?;
        Some((bank, self.store.bank(bank)?.image))
    }
}

/// What `image` has of its module: nothing if its head is not there.
pub(crate) fn module(image: &[u8]) -> &[u8] {
    let header = image.first_chunk();
    let head = header.and_then(|header| Head::bytes_needed(header).ok());
    head.and_then(|head| image.get(head..)).unwrap_or_default()
}

fn hold(held: &mut Vec<u8>, data: &[u8]) -> Result<(), Refused> {
    held.try_reserve_exact(data.len())
        .map_err(|_| Refused::OutOfMemory)?;
    held.extend_from_slice(data);
    Ok(())
}
