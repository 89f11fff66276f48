//! How an image becomes a plugin in a slot.

use alloc::vec::Vec;

use corelet_abi::Writer;
use corelet_admission::{Limits, admit};
use corelet_image::{Manifest, PARAMETERS_MAX, Verified};
use corelet_load::{Budget, Machine};

use crate::capability::SlotOffer;
use crate::capability::monotonic_clock::MonotonicClock;
use crate::exports::Exports;
use crate::plugin::{event_handler, ticker};
use crate::schedule::Ticks;
use crate::session::Session;
use crate::slot::{Life, Plugin, Resident};
use crate::{
    GrantError, Host, Limit, LoadError, Metrics, PluginName, SlotId, SlotPolicy, Table, Topic,
};

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Puts a plugin into an empty slot: admission, grants, first instance, `init`.
    ///
    /// What the plugin gets is what its manifest asks for within the slot's policy. A module that imports what is not
    /// granted, in this shape, is refused.
    ///
    /// # Errors
    /// [`LoadError`]; the slot is empty then.
    pub fn load(&mut self, slot: SlotId, image: &Verified<'_>) -> Result<(), LoadError> {
        let taken = self.taken(image.manifest().name);
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
        shared.table.check()?;
        let now = shared.now();
        let plugin = prepare(slot, policy, &shared.table, image, now)?;
        place
            .try_reserve_exact(1)
            .map_err(|_| LoadError::OutOfMemory)?;
        place.push(plugin);
        let mut plugins = place.iter_mut();
        let initialised = plugins.try_for_each(|plugin| plugin.init(&mut self.home));
        if initialised.is_err() {
            *place = Vec::new();
        }
        Ok(initialised?)
    }

    fn taken(&self, name: &str) -> Option<LoadError> {
        let mut plugins = self.slots.iter().flatten();
        let plugin = plugins.find(|plugin| plugin.name.as_str() == name)?;
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
) -> Result<Plugin<B>, LoadError> {
    let manifest = image.manifest();
    let name = PluginName::cut(manifest.name);
    let mut session = Session::new(slot, name, image.plugin_id());
    grant(&mut session, table, policy, manifest)?;
    let topics = topics(manifest, policy)?;

    let budget = Budget {
        memory: policy.budget.memory.min(manifest.budgets.memory),
        stack: policy.budget.stack.min(manifest.budgets.stack),
        recursion: policy.budget.recursion,
    };
    let limits = Limits {
        memory_bytes: policy.limits.memory_bytes.min(budget.memory),
        ..policy.limits
    };
    let offer = SlotOffer {
        table,
        granted: session.grants.mask(),
    };
    let admitted = admit(image.module(), &limits, &offer)?;
    let exports = Exports::of(&admitted)?;
    let ticks = manifest.tick_ms.map(|period| Ticks::every(period, now));
    if let Some(found) = manifest.tick_ms
        && found < policy.tick_ms_min
    {
        return Err(LoadError::TickTooShort {
            found,
            allowed: policy.tick_ms_min,
        });
    }
    if ticks.is_some() {
        exports
            .find::<ticker::functions::Tick>()
            .map_err(LoadError::Export)?;
    }
    if !topics.is_empty() {
        exports
            .find::<event_handler::functions::Handle>()
            .map_err(LoadError::Export)?;
    }
    let resident = Resident {
        session,
        lent: None,
    };
    let machine = Machine::load(&admitted, &budget, resident, &offer)?;
    Ok(Plugin {
        slot,
        name,
        life: Life::Running(machine),
        exports,
        config: copy(manifest.config)?,
        fuel_per_call: policy.fuel_per_call.min(manifest.budgets.fuel_per_call),
        on_fault: policy.on_fault,
        ticks,
        topics,
        metrics: Metrics::default(),
        fault_reported: false,
    })
}

/// Grants what both manifest and policy name.
fn grant<B: 'static>(
    session: &mut Session,
    table: &Table<B>,
    policy: &SlotPolicy,
    manifest: &Manifest<'_>,
) -> Result<(), LoadError> {
    for asked in &manifest.grants {
        let (name, _) = asked
            .interface
            .split_once('@')
            .unwrap_or((asked.interface, ""));
        let Some(allow) = policy.allow.iter().find(|allow| allow.interface == name) else {
            continue;
        };
        let mut buffer = [0; PARAMETERS_MAX];
        let limit = match allow.limit {
            Limit::None => &[],
            Limit::Encoded(bytes) => bytes,
            Limit::Record(encode) => {
                let mut writer = Writer::new(&mut buffer);
                encode(&mut writer).map_err(|error| GrantError::Policy {
                    interface: allow.interface,
                    error: error.into(),
                })?;
                let length = writer.length();
                buffer.get(..length).unwrap_or(&[])
            }
        };
        session.grant(table, asked.interface, asked.parameters, limit)?;
    }
    Ok(())
}

/// The topics that a plugin wants to hear of, if it may. None is too long in an image that was verified.
fn topics(manifest: &Manifest<'_>, policy: &SlotPolicy) -> Result<Vec<Topic>, LoadError> {
    let mut topics = Vec::new();
    topics
        .try_reserve_exact(manifest.topics.len())
        .map_err(|_| LoadError::OutOfMemory)?;
    for topic in manifest.topics.iter().copied().filter_map(Topic::new) {
        if !policy.topics.allow(topic.as_str()) {
            return Err(LoadError::Topic(Topic::printable(topic.as_str())));
        }
        topics.push(topic);
    }
    Ok(topics)
}

fn copy(bytes: &[u8]) -> Result<Vec<u8>, LoadError> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(bytes.len())
        .map_err(|_| LoadError::OutOfMemory)?;
    copy.extend_from_slice(bytes);
    Ok(copy)
}
