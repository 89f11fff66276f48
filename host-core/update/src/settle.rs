//! How a slot comes to have what the store says.

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{CallError, Host, LoadError, SlotId, SlotState, VERSION};
use corelet_image::{Image, ImageError, Verified};
use corelet_store::{Reason, Runs};
use embedded_storage::nor_flash::NorFlash;

use crate::read::Place;
use crate::seat::{Installed, Leaving, Seat};
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
        if let Some(reason) = self.seat(slot)?.verdict {
            return Some(self.sentence(slot, reason));
        }
        let wanted = self.wanted(slot);
        let seat = self.seat_mut(slot)?;
        if seat.here == wanted {
            // What was to go stays: the trial that was to take its place is no more.
            seat.leaving = None;
            return self.notice(slot);
        }
        // While the version before works, the new one is looked at.
        if let Some(new) = wanted {
            if let Some(reason) = self.outlived(slot) {
                return Some(self.decide(slot, reason));
            }
            // Once: it may take a while until the slot is free.
            if self.proof(new.place)?.is_none() {
                match self.check(slot, new.place) {
                    Ok(true) if matches!(self.store.runs(slot), Runs::Trial(_)) => {
                        return Some(self.decide(slot, Reason::ResetDevice));
                    }
                    Ok(_) => {}
                    Err(why) => return Some(self.refuse(slot, new, why, now)),
                }
            }
        }
        if !self.leave(slot, now) {
            return None;
        }
        self.host.remove(slot);
        let seat = self.seat_mut(slot)?;
        if seat.here.is_some() {
            seat.gone = Some(now);
        }
        seat.here = None;
        seat.leaving = None;
        seat.parked = None;
        seat.tried = false;
        let Some(new) = wanted else {
            seat.gone = None;
            return Some(Report::Emptied { slot });
        };
        match self.place(slot, new, now) {
            Ok(()) => {
                let trial = matches!(self.store.runs(slot), Runs::Trial(_));
                Some(Report::Placed { slot, trial })
            }
            Err(why) => Some(self.refuse(slot, new, why, now)),
        }
    }

    /// Tells that the slot's trial was passed.
    pub(crate) fn notice(&mut self, slot: SlotId) -> Option<Report> {
        let trial = matches!(self.store.runs(slot), Runs::Trial(_));
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

    /// What the slot is to run does not: a trial ends, and anything else is parked.
    fn refuse(&mut self, slot: SlotId, new: Installed, why: Parked, now: u64) -> Report {
        if let Runs::Trial(_) = self.store.runs(slot) {
            return self.decide(slot, reason_of(&why));
        }
        self.host.remove(slot);
        if let Some(seat) = self.seat_mut(slot) {
            seat.here = Some(new);
            seat.parked = Some(why);
            seat.leaving = None;
            seat.gone.get_or_insert(now);
        }
        Report::Parked { slot, why }
    }

    /// The trial ends before it is in its place.
    fn decide(&mut self, slot: SlotId, reason: Reason) -> Report {
        if let Some(seat) = self.seat_mut(slot) {
            seat.verdict = Some(reason);
        }
        self.sentence(slot, reason)
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

    fn place(&mut self, slot: SlotId, new: Installed, now: u64) -> Result<(), Parked> {
        let policy = self.policy;
        self.with_verified(slot, new.place, &mut |host, seat, image| {
            host.place(slot, image)?;
            seat.here = Some(new);
            seat.confirm = policy.confirm(image.manifest().confirm);
            seat.tick_ms = image.manifest().tick_ms;
            seat.trial = seat.trial.again(now);
            Ok(())
        })
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
        let mut found = None;
        let result = place.with_image(store, &mut |bytes| {
            let image = Image::parse(bytes)?;
            let image = match &proof {
                Some(proof) => image.verify_again(proof, VERSION)?,
                None => image.verify(keys, VERSION)?,
            };
            let version = image.manifest().security_version;
            found = Some((image.plugin_id(), version));
            // Whoever can write to the flash could bring back what was signed once.
            let right = expected.is_none_or(|expected| {
                (expected.plugin, expected.security_version) == (image.plugin_id(), version)
            });
            if !right {
                return Err(Parked::OtherImage);
            }
            proof = Some(image.proof());
            with(host, seat, &image)
        });
        if let Some(place) = self.proof(place) {
            *place = proof;
        }
        result
    }
}

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
        | Parked::OutOfMemory => Reason::Refused,
        Parked::Image(_) | Parked::OtherImage | Parked::Flash(_) => Reason::Damaged,
    }
}
