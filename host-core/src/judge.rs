//! What a slot holds against a plugin before there is an instance of it.

use alloc::vec::Vec;

use corelet_admission::{Admitted, Limits, Quantity, Reason, Refusal, admit, admit_beginning};
use corelet_image::{Manifest, PARAMETERS_MAX};
use corelet_load::{Budget, Machine};

use crate::capability::SlotOffer;
use crate::exports::Exports;
use crate::plugin::{event_handler, lifecycle, ticker};
use crate::session::Session;
use crate::slot::Resident;
use crate::{GrantError, LoadError, SlotPolicy, Table, Topic};

/// A plugin that a slot takes, and what it will get there.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'m> {
    /// The module.
    pub admitted: Admitted<'m>,
    /// Memory, stack, recursion, prepaid fuel and heap: the smaller of what the manifest asks and the policy allows.
    pub budget: Budget,
    /// Fuel of one call, likewise.
    pub fuel_per_call: u64,
    /// Bytes of the buffer through which requests go to the plugin.
    pub exchange_bytes: u32,
}

/// Judges a plugin by its manifest and module as [`Host::load`](crate::Host::load) does, in the same order, and makes an instance,
/// which is dropped before anything is called. What is granted stands in `session` then.
///
/// For tools: no board is needed, only its table.
///
/// # Errors
/// What `load` would say, but for what the host itself is in the way of, and for what `init` answers.
pub fn judge<'m, B: 'static>(
    session: &mut Session,
    table: &Table<B>,
    policy: &SlotPolicy,
    manifest: &Manifest<'_>,
    module: &'m [u8],
) -> Result<Judged<'m>, LoadError> {
    let approved = approve(session, table, policy, manifest, module)?;
    let Approved {
        admitted,
        budget,
        fuel_per_call,
        ..
    } = approved;
    let granted = session.grants.mask();
    let trial = Session::new(session.slot, session.plugin, session.id);
    let machine = machine(trial, granted, table, &admitted, &budget)?;
    Ok(Judged {
        admitted,
        budget,
        fuel_per_call,
        exchange_bytes: machine.exchange_bytes(),
    })
}

/// An instance of what was approved, and what belongs to its calls.
#[inline(always)]
pub(crate) fn machine<B: 'static>(
    session: Session,
    granted: u16,
    table: &Table<B>,
    admitted: &Admitted<'_>,
    budget: &Budget,
) -> Result<Machine<Resident<B>>, LoadError> {
    let offer = SlotOffer { table, granted };
    let resident = Resident {
        session,
        lent: None,
    };
    Ok(Machine::load(admitted, budget, resident, &offer)?)
}

/// What a slot takes, short of an instance.
pub(crate) struct Approved<'m> {
    pub(crate) admitted: Admitted<'m>,
    pub(crate) budget: Budget,
    pub(crate) fuel_per_call: u64,
    pub(crate) exports: Exports,
    pub(crate) topics: Vec<Topic>,
}

/// What a slot takes, short of a module.
struct ApprovedManifest {
    limits: Limits,
    budget: Budget,
    topics: Vec<Topic>,
}

impl ApprovedManifest {
    /// Whether the module exports what takes all that the manifest asks for.
    fn fits(&self, manifest: &Manifest<'_>, exports: &Exports) -> Result<(), LoadError> {
        if manifest.tick_ms.is_some() {
            exports
                .find::<ticker::functions::Tick>()
                .map_err(LoadError::Export)?;
        }
        if manifest.confirm.health {
            exports
                .find::<lifecycle::functions::Health>()
                .map_err(LoadError::Export)?;
        }
        if !self.topics.is_empty() {
            exports
                .find::<event_handler::functions::Handle>()
                .map_err(LoadError::Export)?;
        }
        Ok(())
    }
}

/// Every check that needs no module. What is granted stands in `session` then.
fn approve_manifest<B: 'static>(
    session: &mut Session,
    table: &Table<B>,
    policy: &SlotPolicy,
    manifest: &Manifest<'_>,
) -> Result<ApprovedManifest, LoadError> {
    table.check()?;
    grant(session, table, policy, manifest)?;
    let topics = topics(manifest, policy)?;
    if let Some(found) = manifest.tick_ms
        && found < policy.tick_ms_min
    {
        return Err(LoadError::TickTooShort {
            found,
            allowed: policy.tick_ms_min,
        });
    }
    let budget = Budget {
        memory: policy.budget.memory.min(manifest.budgets.memory),
        stack: policy.budget.stack.min(manifest.budgets.stack),
        recursion: policy.budget.recursion,
        prepaid_fuel: policy.budget.prepaid_fuel,
        heap: match manifest.budgets.heap {
            // Not stated.
            0 => policy.budget.heap,
            heap => policy.budget.heap.min(heap),
        },
    };
    let limits = Limits {
        memory_bytes: policy.limits.memory_bytes.min(budget.memory),
        prepaid_fuel: policy.limits.prepaid_fuel.min(budget.prepaid_fuel),
        ..policy.limits
    };
    // As admission would say of the module.
    let found = manifest.module_bytes;
    let allowed = limits.module_bytes.min(Limits::DEVICE.module_bytes);
    if found > allowed {
        let reason = Reason::Over {
            what: Quantity::ModuleBytes,
            found: found.into(),
            allowed,
        };
        return Err(Refusal { offset: 0, reason }.into());
    }
    Ok(ApprovedManifest {
        limits,
        budget,
        topics,
    })
}

/// Every check that needs no module, and those that its beginning is enough for, if it is there.
pub(crate) fn approve_beginning<B: 'static>(
    session: &mut Session,
    table: &Table<B>,
    policy: &SlotPolicy,
    manifest: &Manifest<'_>,
    beginning: Option<&[u8]>,
) -> Result<(), LoadError> {
    let approved = approve_manifest(session, table, policy, manifest)?;
    let Some(beginning) = beginning else {
        return Ok(());
    };
    let offer = SlotOffer {
        table,
        granted: session.grants.mask(),
    };
    let declared = admit_beginning(beginning, &approved.limits, &offer)?;
    match Exports::of(&declared) {
        Ok(exports) => approved.fits(manifest, &exports),
        // For want of heap nothing is refused that may have it later.
        Err(_) => Ok(()),
    }
}

/// Every check that needs no instance.
pub(crate) fn approve<'m, B: 'static>(
    session: &mut Session,
    table: &Table<B>,
    policy: &SlotPolicy,
    manifest: &Manifest<'_>,
    module: &'m [u8],
) -> Result<Approved<'m>, LoadError> {
    let approved = approve_manifest(session, table, policy, manifest)?;
    let offer = SlotOffer {
        table,
        granted: session.grants.mask(),
    };
    let admitted = admit(module, &approved.limits, &offer)?;
    approved.budget.covers(admitted.figures())?;
    let exports = Exports::of(admitted.declared())?;
    approved.fits(manifest, &exports)?;
    let ApprovedManifest { budget, topics, .. } = approved;
    Ok(Approved {
        admitted,
        budget,
        fuel_per_call: policy.fuel_per_call.min(manifest.budgets.fuel_per_call),
        exports,
        topics,
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
        let limit = allow.limit.record(&mut buffer);
        let limit = limit.map_err(|error| GrantError::Policy {
            interface: allow.interface,
            error: error.into(),
        })?;
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
