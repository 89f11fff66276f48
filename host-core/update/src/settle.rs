//! How a slot comes to have what the store says.

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{CallError, Host, LoadError, SlotId, SlotState, Strikes, VERSION};
use corelet_image::{Head, Image, ImageError, PluginId, Verified};
use corelet_store::Reason;
use embedded_storage::nor_flash::NorFlash;
use sha2::{Digest, Sha256};

use crate::read::Place;
use crate::seat::{Installed, Leaving, Seat, Verdict};
use crate::{Mapped, Parked, Report, Updater};

/// What is done with an image that was verified.
type WithVerified<'a, B, const SLOTS: usize> =
    &'a mut dyn FnMut(&mut Host<B, SLOTS>, &mut Seat, &Verified<'_>) -> Result<(), Parked>;

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: MonotonicClock + 'static,
    F: NorFlash + Mapped,
{
    /// Brings a slot one step nearer to what the store says of it; none if it is there, or waits for what is in it to come to its end.
    pub(crate) fn settle(&mut self, slot: SlotId, now: u64) -> Option<Report> {
        let wanted = self.wanted(slot);
        let seat = self.seat(slot)?;
        let (verdict, retry) = (seat.verdict, now >= seat.retry_at);
        if let Some(verdict) = verdict {
            return retry.then(|| self.sentence(slot, verdict, now));
        }
        let trial = self.is_on_trial(slot);
        let arrived = seat.here == wanted;
        if !(trial && arrived) {
            self.release(slot);
        }
        let seat = self.seat_mut(slot)?;
        let parked = seat.parked.filter(|_| arrived);
        let doubted = arrived && core::mem::take(&mut seat.doubted);
        let fits = !doubted || parked.is_some() || self.still_fits(slot, wanted);
        let seat = self.seat_mut(slot)?;
        if !fits {
            // It has no last word: who signed it is not trusted any more. Why not is seen below.
            self.vacate(slot);
        } else if arrived {
            // What was to go stays: the trial that was to take its place is no more.
            let told = seat.leaving.take().is_some_and(|gone| gone.call.is_some());
            let again = parked.is_some_and(|why| doubted || retry && why.is_passing());
            if told {
                // It has had its last call, or is in the middle of it, and begins anew.
                self.vacate(slot);
            } else if !again {
                return self.notice(slot);
            }
        }
        // While the version before works, the new one is looked at.
        if let Some(new) = wanted {
            if let Some(reason) = self.outlived(slot) {
                return Some(self.decide(slot, Verdict::guilty(reason), now));
            }
            // Once: it may take a while until the slot is free.
            if self.proof(new.place)?.is_none() {
                match self.check(slot, new.place) {
                    Ok(true) if self.failed_since_trial(slot) => {
                        return Some(self.decide(slot, Verdict::guilty(Reason::ResetDevice), now));
                    }
                    // There may be when the version before is gone.
                    Ok(_) | Err(Parked::OutOfMemory) => {}
                    Err(why) => return self.refuse(slot, new, why, parked, now),
                }
            }
        }
        if !self.leave(slot, now) {
            return None;
        }
        self.vacate(slot);
        let seat = self.seat_mut(slot)?;
        seat.parked = None;
        let Some(new) = wanted else {
            seat.gone = None;
            return Some(Report::Emptied { slot });
        };
        match self.place(slot, new, now) {
            Ok(strikes) => {
                self.seat_mut(slot)?.tried = trial;
                Some(Report::Placed {
                    slot,
                    trial,
                    strikes,
                })
            }
            Err(why) => self.refuse(slot, new, why, parked, now),
        }
    }

    /// Whether what is in its place is signed by a key that is trusted now. If the heap has no room for a copy of it, that is seen
    /// when its place is free.
    fn still_fits(&mut self, slot: SlotId, installed: Option<Installed>) -> bool {
        installed.is_none_or(|installed| {
            let verified = self.with_verified(slot, installed.place, &mut |_, _, _| Ok(()));
            verified.is_ok()
        })
    }

    /// Whether the device was reset by a failure since the slot's trial began: what is laid to the image from before was forgiven with it.
    fn failed_since_trial(&self, slot: SlotId) -> bool {
        let boots = self.store.trial_boots(slot);
        boots.is_some_and(|boots| boots.failures > 0)
    }

    /// Tells that the slot's trial was passed.
    pub(crate) fn notice(&mut self, slot: SlotId) -> Option<Report> {
        let trial = self.is_on_trial(slot);
        let seat = self.seat_mut(slot)?;
        let passed = core::mem::replace(&mut seat.tried, trial) && !trial;
        passed.then_some(Report::Confirmed { slot })
    }

    /// Ends what is in the slot. Returns whether it has come to its end.
    fn leave(&mut self, slot: SlotId, now: u64) -> bool {
        let policy = self.policy;
        let Self { host, seats, .. } = self;
        let Some(seat) = seats.get_mut(usize::from(slot.0)) else {
            return true;
        };
        if host.state(slot) != SlotState::Running || host.last_fault(slot).is_some() {
            return true;
        }
        let until = now.saturating_add(u64::from(policy.shutdown_ms).saturating_mul(1_000_000));
        let leaving = seat.leaving.get_or_insert(Leaving { call: None, until });
        if now >= leaving.until {
            return true;
        }
        if let Some(call) = leaving.call {
            return host.take(call).is_some();
        }
        match host.start_shutdown(slot, policy.shutdown_fuel) {
            Ok(call) => {
                leaving.call = Some(call);
                false
            }
            Err(CallError::Busy(_)) => false,
            // It does not want to be told, or cannot be.
            Err(_) => true,
        }
    }

    /// What the slot is to run does not: a trial ends, and anything else is parked. Told once of each reason.
    fn refuse(
        &mut self,
        slot: SlotId,
        new: Installed,
        why: Parked,
        before: Option<Parked>,
        now: u64,
    ) -> Option<Report> {
        if self.is_on_trial(slot) {
            // For what the board is short of the image is not to blame.
            let (reason, innocent) = (reason_of(&why), why.is_passing());
            return Some(self.decide(slot, Verdict { reason, innocent }, now));
        }
        self.vacate(slot);
        let seat = self.seat_mut(slot)?;
        seat.here = Some(new);
        seat.parked = Some(why);
        seat.retry_at = now.saturating_add(PARKED_NS);
        (before != Some(why)).then_some(Report::Parked { slot, why })
    }

    /// Why a trial that began before the device started does not go on.
    fn outlived(&self, slot: SlotId) -> Option<Reason> {
        let boots = self.store.trial_boots(slot)?;
        if boots.failures >= self.policy.failures {
            return Some(Reason::ResetDevice);
        }
        (boots.all >= self.policy.starts).then_some(Reason::NotConfirmed)
    }

    /// Whether an image may take its place: whatever can be told of it while another one works there. Returns whether the device was reset
    /// while it ran.
    fn check(&mut self, slot: SlotId, place: Place) -> Result<bool, Parked> {
        let mut struck = false;
        self.with_verified(slot, place, &mut |host, _, image| {
            struck = host.strikes(image).is_some();
            if host.state(slot) == SlotState::Running {
                host.examine(slot, image)?;
            }
            Ok(())
        })?;
        Ok(struck)
    }

    /// Puts an image into the slot. Returns the resets that are laid to it.
    fn place(&mut self, slot: SlotId, new: Installed, now: u64) -> Result<Option<Strikes>, Parked> {
        let policy = self.policy;
        let mut strikes = None;
        self.with_verified(slot, new.place, &mut |host, seat, image| {
            strikes = host.strikes(image);
            host.place(slot, image)?;
            seat.here = Some(new);
            seat.confirm = policy.confirm(image.manifest().confirm);
            seat.tick_ms = image.manifest().tick_ms;
            seat.trial = seat.trial.again(now);
            Ok(())
        })?;
        Ok(strikes)
    }

    /// Calls `with` with the image, once it is verified: its signature if that was not checked since the device started.
    pub(crate) fn with_verified(
        &mut self,
        slot: SlotId,
        place: Place,
        with: WithVerified<'_, B, SLOTS>,
    ) -> Result<(), Parked> {
        let expected = match place {
            Place::Bank(bank) => self.store.bank(bank).map(|bank| bank.image),
            Place::Factory => None,
        };
        let plugin = match expected {
            Some(expected) => expected.plugin,
            None => self.factory_plugin()?,
        };
        let allowed = self.store.floor(plugin);
        let mut proof = self.proof(place).copied().flatten();
        let Self {
            host,
            store,
            keys,
            seats,
            ..
        } = self;
        let Some(seat) = seats.get_mut(usize::from(slot.0)) else {
            return Err(LoadError::NoSuchSlot(slot).into());
        };
        let result = place.with_image(store, &mut |store, bytes| {
            let image = Image::parse(bytes)?;
            let image = match &proof {
                Some(proof) => image.verify_again(proof, VERSION)?,
                None => image.verify(&store.keys(*keys), VERSION)?,
            };
            let found = image.manifest().security_version;
            // Whoever can write to the flash could bring back what was signed once. A proof came with the bytes that it is of.
            let same = expected.is_none_or(|expected| {
                let known = proof.is_some() || Sha256::digest(bytes)[..] == expected.digest;
                known && expected.security_version == found
            });
            if !same || image.plugin_id() != plugin {
                return Err(Parked::OtherImage);
            }
            if found < allowed {
                return Err(Parked::Older { found, allowed });
            }
            proof = Some(image.proof());
            with(host, seat, &image)
        });
        if let Some(place) = self.proof(place) {
            *place = proof;
        }
        result
    }

    /// The plugin that the device came with, as its image says.
    pub(crate) fn factory_plugin(&mut self) -> Result<PluginId, Parked> {
        let mut plugin = PluginId([0; 8]);
        Place::Factory.with_head(&mut self.store, &mut |_, head| {
            let head = Head::parse(head)?;
            plugin = PluginId::of(head.key_id(), head.unverified_manifest()?.name);
            Ok(())
        })?;
        Ok(plugin)
    }
}

/// How long what is parked for a reason that may pass is left alone.
const PARKED_NS: u64 = 10_000_000_000;

/// What is wrong with an image says whether its bytes are damaged or the image itself is not fit.
pub(crate) const fn reason_of(why: &Parked) -> Reason {
    match why {
        Parked::Image(
            ImageError::DevelopmentKey
            | ImageError::UnknownKey { .. }
            | ImageError::Unsigned
            | ImageError::NewerHost { .. },
        )
        | Parked::Load(_)
        | Parked::Older { .. }
        | Parked::OutOfMemory => Reason::Refused,
        Parked::Image(_) | Parked::OtherImage | Parked::Flash(_) => Reason::Damaged,
    }
}
