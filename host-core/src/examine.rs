//! What whoever updates plugins asks of a host.

use corelet_image::{Manifest, Verified};

use crate::capability::monotonic_clock::MonotonicClock;
use crate::host::occupant;
use crate::judge::{approve, approve_beginning};
use crate::plugin::lifecycle;
use crate::session::Session;
use crate::{
    CallError, Fuel, Host, LoadError, PluginId, PluginName, SlotId, SlotPolicy, Strikes, Table,
    Ticket,
};

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Whether the slot takes a plugin with this manifest, as far as that can be told before its module is there: its name, length,
    /// grants, topics and ticks. And if the `beginning` of the module is [there](corelet_admission::Beginning), its imports, exports and their
    /// shapes, and its memory. What is in the slot now does not matter.
    ///
    /// # Errors
    /// What [`load`](Self::load) would say of it.
    pub fn examine_beginning(
        &self,
        slot: SlotId,
        plugin: PluginId,
        manifest: &Manifest<'_>,
        beginning: Option<&[u8]>,
    ) -> Result<(), LoadError> {
        let (mut session, table, policy) = self.examiner(slot, plugin, manifest)?;
        approve_beginning(&mut session, table, policy, manifest, beginning)
    }

    /// Whether the slot takes a plugin: all that [`load`](Self::load) checks before it takes heap. What is in the slot now does not
    /// matter, and goes on.
    ///
    /// # Errors
    /// What `load` would say of it.
    pub fn examine(&self, slot: SlotId, image: &Verified<'_>) -> Result<(), LoadError> {
        let manifest = image.manifest();
        let (mut session, table, policy) = self.examiner(slot, image.plugin_id(), manifest)?;
        approve(&mut session, table, policy, manifest, image.module())?;
        Ok(())
    }

    fn examiner(
        &self,
        slot: SlotId,
        plugin: PluginId,
        manifest: &Manifest<'_>,
    ) -> Result<(Session, &Table<B>, &SlotPolicy), LoadError> {
        let policy = self.policy.slots.get(usize::from(slot.0));
        let policy = policy.ok_or(LoadError::NoSuchSlot(slot))?;
        if let Some(taken) = self.taken(slot, manifest.name) {
            return Err(taken);
        }
        let shared = self.home.as_ref().ok_or(LoadError::BoardLost)?;
        let session = Session::new(slot, PluginName::cut(manifest.name), plugin);
        Ok((session, &shared.table, policy))
    }

    /// What cost the plugin in a slot its last instance by its own fault; none if nothing did since it was loaded.
    pub fn last_fault(&self, slot: SlotId) -> Option<CallError> {
        self.plugin(slot)?.last_fault
    }

    /// The resets that are laid to an image; none without any, or without a [quarantine](Self::with_quarantine).
    pub fn strikes(&self, image: &Verified<'_>) -> Option<Strikes> {
        self.quarantine?.strikes(image)
    }

    /// Begins the last call of a plugin, `shutdown` of `lifecycle`, with `fuel` or all of a call, whichever is less. When it has come
    /// to its end, or takes too long, [`remove`](Self::remove) the plugin: a fault costs it no restart any more.
    ///
    /// # Errors
    /// As [`start`](Self::start): [`CallError::NoSuchExport`] if the plugin does not want to be told.
    pub fn start_shutdown(
        &mut self,
        slot: SlotId,
        fuel: Fuel,
    ) -> Result<Ticket<lifecycle::functions::Shutdown>, CallError> {
        occupant(&mut self.slots, slot)?.last_call(fuel)?;
        self.start(slot, &lifecycle::Shutdown {})
    }
}
