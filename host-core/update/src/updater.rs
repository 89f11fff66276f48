//! A host over a store.

use corelet_host::capability::monotonic_clock::MonotonicClock;
use corelet_host::{Blame, Fuel, Host, SlotId, SlotState};
use corelet_image::{Head, ImageError, Keys, Manifest, Proof, PublicKey};
use corelet_store::{BankId, BankState, Error, ImageDigest, Reason, Runs, Store};
use embedded_storage::nor_flash::NorFlash;

use crate::clock::{Clock, LOOK_MAX_NS};
use crate::guard::Guard;
use crate::incoming::Incoming;
use crate::read::Place;
use crate::seat::{Installed, Seat, Verdict};
use crate::trial::RETRY_NS;
use crate::{Device, Mapped, Parked, Report, Times, UpdatePolicy};

/// How often trials are looked at when nothing else is due.
const LOOK_NS: u64 = 100_000_000;

/// A host whose slots have what a store says.
///
/// Commands change the store, and [`run`](Self::run) makes it so: it puts plugins in their places, watches trials, confirms
/// them and rolls them back.
pub struct Updater<B: 'static, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize = 8>
{
    pub(crate) host: Host<B, SLOTS>,
    pub(crate) store: Store<F, BANKS, PLUGINS>,
    pub(crate) keys: Keys<'static>,
    /// Who signs key sets; nobody if there is none.
    pub(crate) root: Option<PublicKey>,
    pub(crate) policy: UpdatePolicy,
    pub(crate) seats: [Seat; SLOTS],
    /// Which banks have an image whose signature was checked since the device started.
    pub(crate) proofs: [Option<Proof>; BANKS],
    pub(crate) factory: Option<Proof>,
    pub(crate) incoming: Option<Incoming>,
    /// Where the image is that was there in whole and did not pass its check, if one was since an upload was last opened. A module that is
    /// refused with nothing of it held is this one: [`said`](Self::said) reads its names there.
    pub(crate) refused_in: Option<BankId>,
    /// Plugins may have gone whose data is still there.
    pub(crate) untidy: bool,
    pub(crate) guard: Guard,
    clock: Clock,
    erase_told: bool,
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// What the store says that the slots run, in the slots of a host that has nothing in them yet. [`run`](Self::run) puts it there, one slot at a
    /// time.
    pub const fn new(
        host: Host<B, SLOTS>,
        store: Store<F, BANKS, PLUGINS>,
        keys: Keys<'static>,
        policy: UpdatePolicy,
    ) -> Self {
        Self {
            host,
            store,
            keys,
            root: None,
            policy,
            seats: [Seat::EMPTY; SLOTS],
            proofs: [None; BANKS],
            factory: None,
            incoming: None,
            refused_in: None,
            untidy: true,
            guard: Guard::NEW,
            clock: Clock::NEW,
            erase_told: false,
        }
    }

    /// Does one thing that is due: puts a plugin in its place, ends a trial, or gives a slot a slice, as
    /// [`Host::run`](corelet_host::Host::run) does. Call it in the main loop.
    ///
    /// To put a plugin in its place takes as long as its module is, and when its signature was not checked since the device started, as long as that.
    pub fn run(&mut self, slice: Fuel) -> Report {
        let told = core::mem::take(&mut self.erase_told);
        if !told && self.store.wants_erase().is_some() {
            self.erase_told = true;
            return Report::WantsErase;
        }
        let shown = self.now();
        let now = self.clock.look(shown);
        self.give_up_silent(shown);
        if let Some(error) = self.look_at_counter(now) {
            return Report::Unguarded { error };
        }
        if !self.guard.is_passed() {
            let next = Some(shown.saturating_add(RETRY_NS));
            return Report::Host(corelet_host::Report::Idle { next });
        }
        // One after the other: what a plugin needs while it is loaded is not needed twice at once then.
        let starting = slots::<SLOTS>().any(|slot| self.is_starting(slot));
        for slot in slots::<SLOTS>() {
            let settled = if starting {
                None
            } else {
                self.settle(slot, now)
            };
            let report = settled.or_else(|| self.watch(slot, now));
            if let Some(report) = report {
                return report;
            }
        }
        self.tidy();
        let mut report = self.host.run(slice);
        match &mut report {
            corelet_host::Report::Initialised { slot } => self.works(*slot),
            corelet_host::Report::Idle { next } => {
                let soon = self.look_in().map(|wait| shown.saturating_add(wait));
                *next = next.iter().copied().chain(soon).min();
            }
            _ => {}
        }
        Report::Host(report)
    }

    /// When time may end something that goes on, or something is to be tried again; none if there is nothing like that.
    fn look_in(&self) -> Option<u64> {
        let leaves = self.seats.iter().any(|seat| seat.leaving.is_some());
        let trial = |slot| self.is_on_trial(slot);
        let waits = |seat: &Seat| seat.parked.is_some_and(Parked::is_passing);
        if leaves || self.guard.is_due() || slots::<SLOTS>().any(trial) {
            return Some(LOOK_NS);
        }
        self.seats.iter().any(waits).then_some(LOOK_MAX_NS)
    }

    /// Erases the sector that is wanted, if one is.
    ///
    /// # Errors
    /// [`Error::Flash`] or [`Error::NotWritten`]; it may be tried again.
    pub fn erase_now(&mut self) -> Result<(), Error> {
        self.store.erase_step()
    }

    /// The host, to call plugins and to deliver events to them. What is loaded or unloaded here by hand is not put back before
    /// the store says something else of that slot.
    pub const fn host(&mut self) -> &mut Host<B, SLOTS> {
        &mut self.host
    }

    /// What is in the banks.
    pub const fn store(&self) -> &Store<F, BANKS, PLUGINS> {
        &self.store
    }

    /// Whether each slot has what the store says, initialised as far as that can be.
    pub fn is_settled(&self) -> bool {
        slots::<SLOTS>().all(|slot| {
            let here = self.seat(slot).and_then(|seat| seat.here);
            here == self.wanted(slot) && !self.is_starting(slot)
        })
    }

    /// Whether the slot's plugin was placed, and is not initialised yet.
    fn is_starting(&self, slot: SlotId) -> bool {
        let blame = Blame::Host;
        matches!(self.host.state(slot), SlotState::Starting { blame: found, .. } if found == blame)
    }

    /// Shows the manifest of what the store says that the slot runs; nothing if there is none, or it cannot be read. It was verified
    /// when it took its place, if it did.
    pub fn show_manifest(&mut self, slot: SlotId, show: &mut dyn FnMut(&Manifest<'_>)) {
        if let Some(Installed { place, .. }) = self.wanted(slot) {
            self.show_manifest_of(place, show);
        }
    }

    pub(crate) fn show_manifest_of(&mut self, place: Place, show: &mut dyn FnMut(&Manifest<'_>)) {
        let _ = place.with_head(&mut self.store, &mut |_, head| {
            show(&Head::parse(head)?.unverified_manifest()?);
            Ok(())
        });
    }

    /// How long the slot's last update took.
    pub fn times(&self, slot: SlotId) -> Times {
        self.seat(slot)
            .map_or_else(Times::default, |seat| seat.times)
    }

    /// Why the slot does not run what the store says that it runs; none if it does.
    pub fn parked(&self, slot: SlotId) -> Option<Parked> {
        let seat = self.seat(slot)?;
        self.guard.forbids().map(Parked::Flash).or(seat.parked)
    }

    /// A new version has come to its first answer.
    fn works(&mut self, slot: SlotId) {
        let now = self.now();
        let Some(seat) = self.seat_mut(slot) else {
            return;
        };
        if let Some(gone) = seat.gone.take() {
            seat.times.gap = now.saturating_sub(gone);
        }
        if let Some(asked) = seat.asked.take() {
            seat.times.activation = now.saturating_sub(asked);
        }
    }

    /// Has the board forget what plugins kept that are not installed any more.
    fn tidy(&mut self) {
        // One that is about to go may keep something with its last words.
        if !self.untidy || self.seats.iter().any(|seat| seat.leaving.is_some()) {
            return;
        }
        self.untidy = false;
        // Which plugin the device came with nobody knows but its image. What a key signed that is not trusted now keeps its data.
        let came = match self.factory_plugin() {
            Ok(plugin) => Some(plugin),
            Err(Parked::Image(ImageError::NotAnImage)) => None,
            // Where it cannot be told whose data it is, it stays until the next start.
            Err(_) if self.store.map().factory().is_some() => return,
            Err(_) => None,
        };
        let Self { host, store, .. } = self;
        let Some(board) = host.board_mut() else {
            return;
        };
        board.retain_data(&|plugin| {
            let mut banks = store.banks().map(|(_, bank)| bank);
            let held = banks.any(|bank| {
                let gone = matches!(bank.state, BankState::Empty | BankState::Rejected(_));
                !gone && bank.image.plugin == plugin
            });
            held || came == Some(plugin)
        });
    }
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: MonotonicClock + 'static,
    F: NorFlash + Mapped,
{
    pub(crate) fn now(&mut self) -> u64 {
        self.host.board_mut().map_or(0, MonotonicClock::now)
    }

    pub(crate) fn seat(&self, slot: SlotId) -> Option<&Seat> {
        self.seats.get(usize::from(slot.0))
    }

    pub(crate) fn seat_mut(&mut self, slot: SlotId) -> Option<&mut Seat> {
        self.seats.get_mut(usize::from(slot.0))
    }

    pub(crate) fn is_on_trial(&self, slot: SlotId) -> bool {
        matches!(self.store.runs(slot), Runs::Trial(_))
    }

    /// What the store says that the slot runs.
    pub(crate) fn wanted(&self, slot: SlotId) -> Option<Installed> {
        match self.store.runs(slot) {
            Runs::Trial(bank) | Runs::Confirmed(bank) => Some(Installed {
                place: Place::Bank(bank),
                digest: self.store.bank(bank)?.image.digest,
            }),
            Runs::Factory => Some(Installed {
                place: Place::Factory,
                digest: ImageDigest::default(),
            }),
            Runs::Nothing => None,
        }
    }

    /// Writes down that the trial failed, after its plugin is gone.
    pub(crate) fn condemn(&mut self, slot: SlotId, reason: Reason, now: u64) -> Report {
        self.vacate(slot);
        self.decide(slot, Verdict::guilty(reason), now)
    }

    /// Takes what is in the slot out of it, without a word.
    pub(crate) fn vacate(&mut self, slot: SlotId) {
        let shown = self.now();
        self.host.remove(slot);
        if let Some(seat) = self.seat_mut(slot) {
            if seat.here.is_some() {
                seat.gone.get_or_insert(shown);
            }
            seat.here = None;
            seat.leaving = None;
            seat.tried = false;
        }
    }

    /// Decides that the trial failed, and writes it down.
    pub(crate) fn decide(&mut self, slot: SlotId, verdict: Verdict, now: u64) -> Report {
        if let Some(seat) = self.seat_mut(slot) {
            seat.verdict = Some(verdict);
        }
        self.sentence(slot, verdict, now)
    }

    /// Writes down that the trial failed.
    pub(crate) fn sentence(&mut self, slot: SlotId, verdict: Verdict, now: u64) -> Report {
        let Verdict { reason, innocent } = verdict;
        let result = match self.store.runs(slot) {
            Runs::Trial(_) if innocent => insist(&mut self.store, |store| store.withdraw(slot)),
            Runs::Trial(bank) => insist(&mut self.store, |store| store.reject(bank, reason)),
            _ => Ok(()),
        };
        let Some(seat) = self.seat_mut(slot) else {
            return Report::RolledBack { slot, reason };
        };
        match result {
            Ok(()) => {
                seat.verdict = None;
                seat.rollbacks = seat.rollbacks.saturating_add(1);
                self.untidy = true;
                Report::RolledBack { slot, reason }
            }
            Err(error) => {
                seat.retry_at = now.saturating_add(RETRY_NS);
                Report::StoreFailed { slot, error }
            }
        }
    }

    pub(crate) fn confirm_now(&mut self, slot: SlotId) -> Result<(), Error> {
        insist(&mut self.store, |store| store.confirm(slot))?;
        self.guard.look_again();
        // Another plugin may have run there before.
        self.untidy = true;
        Ok(())
    }

    /// Whether the image's signature was checked since the device started.
    pub(crate) fn proof(&mut self, place: Place) -> Option<&mut Option<Proof>> {
        match place {
            Place::Bank(bank) => self.proofs.get_mut(usize::from(bank.0)),
            Place::Factory => Some(&mut self.factory),
        }
    }
}

/// Does what cannot wait for the firmware to find time for an erase: erases then what is wanted.
pub(crate) fn insist<F: NorFlash, const BANKS: usize, const PLUGINS: usize>(
    store: &mut Store<F, BANKS, PLUGINS>,
    act: impl Fn(&mut Store<F, BANKS, PLUGINS>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut result = act(store);
    while result == Err(Error::WantsErase) && store.wants_erase().is_some() {
        store.erase_step()?;
        result = act(store);
    }
    result
}

pub(crate) fn slots<const SLOTS: usize>() -> impl Iterator<Item = SlotId> {
    (0..=u8::MAX).map(SlotId).take(SLOTS)
}
