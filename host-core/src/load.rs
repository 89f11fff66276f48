//! How an image becomes a plugin in a slot.

use alloc::vec::Vec;

use corelet_image::Verified;

use crate::capability::monotonic_clock::MonotonicClock;
use crate::judge::{Approved, approve, machine};
use crate::quarantine::Mark;
use crate::restart::{RestartCount, Starting};
use crate::schedule::Ticks;
use crate::session::Session;
use crate::slot::{Life, Plugin};
use crate::{Blame, Failure, Host, LoadError, Metrics, PluginName, SlotId, SlotPolicy, Table};

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Puts a plugin into an empty slot: admission, grants, first instance, `init`.
    ///
    /// What the plugin gets is what its manifest asks for within the slot's policy. A module that imports what is not
    /// granted, in this shape, is refused.
    ///
    /// # Errors
    /// [`LoadError`]; the slot is empty then.
    pub fn load(&mut self, slot: SlotId, image: &Verified<'_>) -> Result<(), LoadError> {
        self.place(slot, image)?;
        let Some(place) = self.slots.get_mut(usize::from(slot.0)) else {
            return Err(LoadError::NoSuchSlot(slot));
        };
        let mut plugins = place.iter_mut();
        let initialised = plugins.try_for_each(|plugin| {
            plugin.init(&mut self.home)?;
            plugin.starting = None;
            Ok::<_, Failure>(())
        });
        if initialised.is_err() {
            *place = Vec::new();
        }
        Ok(initialised?)
    }

    /// As [`load`](Self::load), but `init` is not called: it is the first thing that [`run`](Self::run) gives the slot a slice for.
    /// Until then the slot is [`Starting`](crate::SlotState::Starting), and if it fails, [`Faulted`](crate::SlotState::Faulted). If the
    /// heap has no room for `init`, the slot stays `Starting`, with the board to blame, and `init` is tried again every tenth of a second
    /// for as long as that lasts; [`Report::WaitsForHeap`](crate::Report::WaitsForHeap) tells it once.
    ///
    /// # Errors
    /// As [`load`](Self::load), but that of `init`.
    pub fn place(&mut self, slot: SlotId, image: &Verified<'_>) -> Result<(), LoadError> {
        let taken = self.taken(slot, image.manifest().name);
        let index = usize::from(slot.0);
        let (Some(place), Some(policy)) = (self.slots.get_mut(index), self.policy.slots.get(index))
        else {
            return Err(LoadError::NoSuchSlot(slot));
        };
        if !place.is_empty() {
            return Err(LoadError::Occupied(slot));
        }
        if let Some(taken) = taken {
            return Err(taken);
        }
        let shared = self.home.as_mut().ok_or(LoadError::BoardLost)?;
        let now = shared.now();
        let mark = self
            .quarantine
            .map(|quarantine| quarantine.admit(image))
            .transpose()?;
        let _marked = mark.map(Mark::set);
        let mut plugin = prepare(slot, policy, &shared.table, image, now, mark)?;
        // What happened before it came is not for it.
        plugin.next_event = self.inbox.end();
        // Not before: while a module is translated, it needs the most heap that it ever will.
        place
            .try_reserve_exact(1)
            .map_err(|_| LoadError::OutOfMemory)?;
        place.push(plugin);
        Ok(())
    }

    /// Why a plugin of this name is not for `slot`, if another slot has one.
    pub(crate) fn taken(&self, slot: SlotId, name: &str) -> Option<LoadError> {
        let mut plugins = self.slots.iter().flatten();
        let plugin = plugins.find(|plugin| plugin.slot != slot && plugin.name.as_str() == name)?;
        Some(LoadError::NameTaken {
            name: plugin.name,
            slot: plugin.slot,
        })
    }
}

fn prepare<B: 'static>(
    slot: SlotId,
    policy: &SlotPolicy,
    table: &Table<B>,
    image: &Verified<'_>,
    now: u64,
    mark: Option<Mark>,
) -> Result<Plugin<B>, LoadError> {
    let manifest = image.manifest();
    let name = PluginName::cut(manifest.name);
    let mut session = Session::new(slot, name, image.plugin_id());
    let Approved {
        admitted,
        exports,
        budget,
        fuel_per_call,
        topics,
    } = approve(&mut session, table, policy, manifest, image.module())?;
    let granted = session.grants.mask();
    let machine = machine(session, granted, table, &admitted, &budget)?;
    Ok(Plugin {
        slot,
        name,
        life: Life::Running(machine),
        exports,
        config: copy(manifest.config)?,
        fuel_per_call,
        on_fault: policy.on_fault,
        restarts: RestartCount::default(),
        starting: Some(Starting {
            at: now,
            blame: Blame::Host,
            again: false,
            reported: false,
        }),
        job: None,
        ticks: manifest.tick_ms.map(|period| Ticks::every(period, now)),
        topics,
        next_event: 0,
        tick_goes_first: false,
        metrics: Metrics::default(),
        fault_reported: false,
        mark,
        last_fault: None,
    })
}

fn copy(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())
        .map_err(|_| LoadError::OutOfMemory)?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
