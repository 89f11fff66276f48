//! What firmware does with banks.

use corelet_image::PluginId;
use embedded_storage::nor_flash::NorFlash;
use sha2::{Digest, Sha256};

use crate::compaction::{self, Compaction, RESERVE};
use crate::journal::{self, Journal};
use crate::ledger::Ledger;
use crate::map::{FlashMap, Region};
use crate::receive::Transfer;
use crate::record::{BankSet, Change, Header};
use crate::recovery::{Recovered, create, recover};
use crate::state::Event;
use crate::{Bank, BankId, BankState, Boots, Error, ImageDigest, Reason, Rejection, SlotId, Start};

/// Bytes that are read at once to be hashed.
const CHUNK: usize = 256;

/// What a slot runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Runs {
    /// The image in this bank, on trial.
    Trial(BankId),
    /// The image in this bank, which was confirmed.
    Confirmed(BankId),
    /// The image that came with the device.
    Factory,
    /// Nothing.
    Nothing,
}

/// Banks and their journal in a flash: see the crate's documentation.
///
/// `PLUGINS` is how many plugins can have a security version above 0.
#[derive(Debug)]
pub struct Store<F, const BANKS: usize, const PLUGINS: usize = 8> {
    pub(crate) flash: F,
    pub(crate) map: &'static FlashMap<BANKS>,
    pub(crate) ledger: Ledger<BANKS, PLUGINS>,
    pub(crate) journal: Journal,
    pub(crate) compaction: Compaction,
    pub(crate) transfer: Option<Transfer>,
}

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// Recovers what is in the flash, and counts a start of the device: once after each. A flash in which no record can be
    /// read is formatted.
    ///
    /// Erases the sectors of one of the journal's regions at most, and none as a rule: it does if the flash is new, if a cut left
    /// something in the journal or met its move, or if it was full when the device was last on.
    ///
    /// # Errors
    /// [`Error::Flash`] and [`Error::NotWritten`], after which it may be tried again; [`Error::Geometry`] and
    /// [`Error::JournalTooSmall`], which are the map's fault; [`Error::Unreadable`], [`Error::Damaged`],
    /// [`Error::Format`], [`Error::OtherMap`], or [`Error::FloorsFull`] and [`Error::RejectionsFull`] where the firmware that
    /// wrote the journal had room for more.
    pub fn mount(flash: F, map: &'static FlashMap<BANKS>, start: Start) -> Result<Self, Error> {
        let header = Header::of(map);
        Self::open_with(flash, map, |flash| {
            recover(flash, &map.regions(), header, start)
        })
    }

    /// Begins a new journal: all banks are empty, and all floors are 0. Erases both regions of the journal.
    ///
    /// # Errors
    /// [`Error::Flash`], [`Error::NotWritten`], [`Error::Geometry`] or [`Error::JournalTooSmall`].
    pub fn format(flash: F, map: &'static FlashMap<BANKS>) -> Result<Self, Error> {
        let [_, second] = map.journal();
        Self::open_with(flash, map, |flash| {
            map.regions().erase(flash, second)?;
            create(flash, &map.regions(), Header::of(map), Start::Ordinary)
        })
    }

    fn open_with(
        mut flash: F,
        map: &'static FlashMap<BANKS>,
        recover: impl FnOnce(&mut F) -> Result<Recovered<Ledger<BANKS, PLUGINS>>, Error>,
    ) -> Result<Self, Error> {
        let snapshot = Ledger::<BANKS, PLUGINS>::SNAPSHOT_MAX;
        map.regions().check::<F>(compaction::places_min(snapshot))?;
        let Recovered {
            contents: ledger,
            journal,
        } = recover(&mut flash)?;
        let store = Self {
            flash,
            map,
            ledger,
            journal,
            compaction: Compaction::default(),
            transfer: None,
        };
        if store.banks().all(|(id, bank)| map.fits(id, bank)) {
            Ok(store)
        } else {
            Err(Error::OtherMap)
        }
    }

    /// Gives the flash back.
    pub fn into_flash(self) -> F {
        self.flash
    }

    /// The flash.
    pub const fn flash(&self) -> &F {
        &self.flash
    }

    /// Where things lie.
    pub const fn map(&self) -> &'static FlashMap<BANKS> {
        self.map
    }

    /// All banks.
    pub fn banks(&self) -> impl Iterator<Item = (BankId, &Bank)> {
        self.ledger.banks()
    }

    /// One bank; none if there are not so many.
    pub fn bank(&self, bank: BankId) -> Option<&Bank> {
        self.ledger.bank(bank)
    }

    /// What a slot runs: what is on trial, or was confirmed, or came with the device.
    ///
    /// Before it runs, its bytes are held against its digest ([`digest_ok`](Self::digest_ok)) and its signature against the keys.
    /// That a factory image is not below its plugin's [`floor`](Self::floor) is for the firmware to see.
    pub fn runs(&self, slot: SlotId) -> Runs {
        let trial = self.trial(slot);
        let confirmed = self.find(slot, |state| state == BankState::Confirmed);
        let factory = self.map.factory().filter(|factory| factory.slot == slot);
        match (trial, confirmed) {
            (Some((trial, _)), _) => Runs::Trial(trial),
            (None, Some((confirmed, _))) => Runs::Confirmed(confirmed),
            (None, None) if factory.is_some() => Runs::Factory,
            (None, None) => Runs::Nothing,
        }
    }

    /// The bank with the image that a slot is to run next: it is being received, or waits.
    pub fn staged(&self, slot: SlotId) -> Option<BankId> {
        self.find(slot, BankState::is_staged).map(|(bank, _)| bank)
    }

    /// How often the device has started since the slot's trial began; none without a trial.
    pub fn trial_boots(&self, slot: SlotId) -> Option<Boots> {
        let (_, bank) = self.trial(slot)?;
        match bank.state {
            BankState::Trial { since, .. } => Some(self.journal.boots.since(since)),
            _ => None,
        }
    }

    /// The other slots whose trial is one with this slot's: none if it is tried alone, or nothing is.
    pub fn tried_with(&self, slot: SlotId) -> impl Iterator<Item = SlotId> {
        let trial = self.trial(slot).into_iter();
        let with = trial.flat_map(|(bank, _)| self.ledger.tried_with(bank));
        with.map(|(_, bank)| bank.slot)
    }

    /// The bank that is on trial in a slot.
    pub(crate) fn trial(&self, slot: SlotId) -> Option<(BankId, Bank)> {
        self.find(slot, |state| matches!(state, BankState::Trial { .. }))
    }

    /// How often the device has started.
    pub const fn boots(&self) -> Boots {
        self.journal.boots
    }

    /// The least security version that is accepted of a plugin: the highest that was ever confirmed.
    pub fn floor(&self, plugin: PluginId) -> u32 {
        self.ledger.floor(plugin)
    }

    /// The images that are not accepted any more.
    pub fn rejections(&self) -> &[Rejection] {
        self.ledger.rejections()
    }

    pub(crate) fn find(
        &self,
        slot: SlotId,
        is: impl Fn(BankState) -> bool,
    ) -> Option<(BankId, Bank)> {
        let mut banks = self.ledger.banks();
        let found = banks.find(|(_, bank)| bank.slot == slot && is(bank.state));
        found.map(|(id, bank)| (id, *bank))
    }

    pub(crate) fn get(&self, bank: BankId) -> Result<(Region, Bank), Error> {
        let found = self.map.bank(bank).zip(self.ledger.bank(bank));
        let (region, found) = found.ok_or(Error::NoSuchBank(bank))?;
        Ok((region, *found))
    }

    /// Reads bytes of a bank, whatever they are. Offset and length are multiples of the flash's `READ_SIZE`.
    ///
    /// # Errors
    /// [`Error::NoSuchBank`], [`Error::Beyond`] or [`Error::Flash`].
    pub fn read(&mut self, bank: BankId, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
        let (region, _) = self.get(bank)?;
        self.read_region(region, offset, bytes)
    }

    /// Reads bytes of the image that came with the device; as [`read`](Self::read).
    ///
    /// # Errors
    /// [`Error::Beyond`], which it also is without such an image, or [`Error::Flash`].
    pub fn read_factory(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
        let region = self.map.factory().map(|factory| factory.region);
        self.read_region(region.unwrap_or(Region::new(0, 0)), offset, bytes)
    }

    fn read_region(&mut self, region: Region, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let end = offset.saturating_add(length);
        if end > region.size() {
            return Err(Error::Beyond {
                found: end,
                allowed: region.size(),
            });
        }
        journal::read(
            &mut self.flash,
            region.offset().saturating_add(offset),
            bytes,
        )
    }

    /// Whether a bank holds the image that was accepted for it: reads and hashes all of it.
    ///
    /// # Errors
    /// [`Error::NoSuchBank`] or [`Error::Flash`].
    pub fn digest_ok(&mut self, bank: BankId) -> Result<bool, Error> {
        let (region, bank) = self.get(bank)?;
        let hash = self.hash(region, bank.image.bytes)?;
        Ok(bank.state != BankState::Empty && hash.finalize()[..] == bank.image.digest)
    }

    /// The hash so far of the first `bytes` bytes of a bank.
    pub(crate) fn hash(&mut self, region: Region, bytes: u32) -> Result<Sha256, Error> {
        let mut hash = Sha256::new();
        let mut chunk = [0; CHUNK];
        let mut offset = 0;
        while offset < bytes {
            let length = (bytes - offset).min(CHUNK as u32) as usize;
            // A bank ends with a sector, so there is as much to read.
            let whole = chunk
                .get_mut(..length.next_multiple_of(F::READ_SIZE))
                .unwrap_or_default();
            self.read_region(region, offset, whole)?;
            hash.update(whole.get(..length).unwrap_or_default());
            offset = offset.saturating_add(length as u32);
        }
        Ok(hash)
    }

    /// Says that the image in a bank was received whole, and is fit to run: whoever says so has read it from the bank, and checked
    /// its signature, its module and that this device can run it. `plugin` and `security_version` are what it says in flash. The
    /// store reads it once more, and holds it against the digest.
    ///
    /// # Errors
    /// [`Error::NoSuchBank`], [`Error::State`], [`Error::WantsErase`], [`Error::Flash`], [`Error::NotWritten`];
    /// [`Error::Digest`] or [`Error::OtherPlugin`], and then the bank is rejected.
    pub fn verify(
        &mut self,
        bank: BankId,
        plugin: PluginId,
        security_version: u32,
    ) -> Result<(), Error> {
        let (_, found) = self.get(bank)?;
        self.next(bank, Event::Verify)?;
        if !self.digest_ok(bank)? {
            self.happen(bank, Event::Reject(Reason::Damaged))?;
            return Err(Error::Digest);
        }
        if (found.image.plugin, found.image.security_version) != (plugin, security_version) {
            self.happen(bank, Event::Reject(Reason::OtherPlugin))?;
            return Err(Error::OtherPlugin);
        }
        self.happen(bank, Event::Verify)
    }

    /// Rejects the image in a bank: one that was received, waits or is on trial. After a trial, the slot runs again what it ran before,
    /// and so do the slots that are [tried with](Self::tried_with) it, by the same record: their images are withdrawn.
    /// Unless the reason is [`Reason::Damaged`], the same image is not accepted again until it is [forgiven](Self::forgive).
    ///
    /// # Errors
    /// [`Error::NoSuchBank`], [`Error::State`], [`Error::RejectionsFull`], [`Error::WantsErase`], [`Error::Flash`] or
    /// [`Error::NotWritten`].
    pub fn reject(&mut self, bank: BankId, reason: Reason) -> Result<(), Error> {
        self.happen(bank, Event::Reject(reason))
    }

    /// Begins the trial of the slot's verified image: from now on the slot runs it.
    ///
    /// # Errors
    /// [`Error::NoneInSlot`], [`Error::OnTrial`], [`Error::Downgrade`], [`Error::Rejected`], [`Error::WantsErase`],
    /// [`Error::Flash`] or [`Error::NotWritten`].
    pub fn begin_trial(&mut self, slot: SlotId) -> Result<(), Error> {
        self.begin_trial_of(&[slot])
    }

    /// Begins the trial of the verified images of all these slots, or of none: it is one record. They are confirmed together, and
    /// if one is rejected or withdrawn, all slots run again what they ran before. Nothing without a slot.
    ///
    /// # Errors
    /// As [`begin_trial`](Self::begin_trial), of the first slot that cannot.
    pub fn begin_trial_of(&mut self, slots: &[SlotId]) -> Result<(), Error> {
        let mut banks = BankSet::default();
        for slot in slots {
            if self.trial(*slot).is_some() {
                return Err(Error::OnTrial(*slot));
            }
            let (id, bank) = self
                .find(*slot, |state| state == BankState::Verified)
                .ok_or(Error::NoneInSlot(*slot))?;
            self.check_image(&bank)?;
            banks.insert(id);
        }
        let set = match slots {
            [] => return Ok(()),
            [first, rest @ ..] if rest.iter().all(|slot| slot == first) => 0,
            _ => self.ledger.new_set(),
        };
        let since = self.journal.boots;
        self.commit(Change::Try { since, set, banks })
    }

    /// Ends the slot's trial without a verdict: the image waits as [`Verified`](BankState::Verified), and the slot runs again what it ran
    /// before. So do the slots that are [tried with](Self::tried_with) it, by the same record.
    ///
    /// # Errors
    /// [`Error::NoneInSlot`] without a trial, [`Error::WantsErase`], [`Error::Flash`] or [`Error::NotWritten`].
    pub fn withdraw(&mut self, slot: SlotId) -> Result<(), Error> {
        let (id, _) = self.trial(slot).ok_or(Error::NoneInSlot(slot))?;
        self.happen(id, Event::Withdraw)
    }

    /// Confirms the slot's trial: the image stays, what the slot ran before is gone, and the plugin's floor rises to the image's
    /// security version. All of it is one record, which also confirms what is [tried with](Self::tried_with) it.
    ///
    /// # Errors
    /// [`Error::NoneInSlot`] without a trial, [`Error::Downgrade`], [`Error::FloorsFull`], [`Error::WantsErase`],
    /// [`Error::Flash`] or [`Error::NotWritten`].
    pub fn confirm(&mut self, slot: SlotId) -> Result<(), Error> {
        let (id, bank) = self.trial(slot).ok_or(Error::NoneInSlot(slot))?;
        self.check_image(&bank)?;
        for (_, other) in self.ledger.tried_with(id) {
            self.check_image(other)?;
        }
        self.happen(id, Event::Confirm)
    }

    /// By command: nothing in the bank counts any more, be it confirmed. A verdict on its image stays. What is
    /// [tried with](Self::tried_with) it is withdrawn.
    ///
    /// # Errors
    /// [`Error::NoSuchBank`], [`Error::State`] if it is empty, [`Error::WantsErase`], [`Error::Flash`] or
    /// [`Error::NotWritten`].
    pub fn clear(&mut self, bank: BankId) -> Result<(), Error> {
        self.happen(bank, Event::Clear)
    }

    /// By command: takes back the rejection of an image, and empties the banks that it is rejected in. Nothing if it is not rejected.
    ///
    /// # Errors
    /// [`Error::WantsErase`], [`Error::Flash`] or [`Error::NotWritten`].
    pub fn forgive(&mut self, digest: &ImageDigest) -> Result<(), Error> {
        if self.ledger.rejection(digest).is_none() {
            return Ok(());
        }
        self.commit(Change::Forgiven(*digest))
    }

    /// Whether an image may run, by what is known of others.
    pub(crate) fn check_image(&self, bank: &Bank) -> Result<(), Error> {
        if let Some(rejection) = self.ledger.rejection(&bank.image.digest) {
            return Err(Error::Rejected(rejection.reason));
        }
        let allowed = self.ledger.floor(bank.image.plugin);
        let found = bank.image.security_version;
        if found < allowed {
            return Err(Error::Downgrade { found, allowed });
        }
        Ok(())
    }

    /// What an event makes of a bank.
    fn next(&self, id: BankId, event: Event) -> Result<Bank, Error> {
        let (_, bank) = self.get(id)?;
        let state = bank.state.after(event).ok_or(Error::State {
            bank: id,
            found: bank.state,
        })?;
        Ok(bank.with(state))
    }

    pub(crate) fn happen(&mut self, id: BankId, event: Event) -> Result<(), Error> {
        let bank = self.next(id, event)?;
        self.commit(Change::Bank(id, bank))?;
        if !bank.state.is_staged() {
            self.drop_transfer(id);
        }
        Ok(())
    }

    pub(crate) fn drop_transfer(&mut self, bank: BankId) {
        if self
            .transfer
            .as_ref()
            .is_some_and(|transfer| transfer.bank == bank)
        {
            self.transfer = None;
        }
    }

    /// Writes a change down, and then does it.
    pub(crate) fn commit(&mut self, change: Change) -> Result<(), Error> {
        self.ledger.check(&change)?;
        self.settle()?;
        if self.compaction.begun || self.journal.free() <= RESERVE {
            return Err(Error::WantsErase);
        }
        let written = self.journal.append(&mut self.flash, change, false);
        if written.is_err() {
            // What was not acknowledged is void before anything else happens, if the flash lets it. If not, the next call sees to it.
            let _ = self.settle();
        }
        written?;
        self.ledger.apply(&change)
    }

    /// Makes void what may or may not have been written.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        if self.journal.doubtful && !self.compaction.begun {
            self.journal
                .append(&mut self.flash, Change::Nothing, false)?;
        }
        Ok(())
    }
}
