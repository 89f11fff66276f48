use core::cell::Cell;

use crate::grants::Grants;
use crate::interface_name::InterfaceName;
use crate::{GrantError, PluginId, PluginName, SlotId, Table};

/// What a slot keeps of its plugin for calls into the capability table: name and grants.
///
/// It outlives the plugin's instances. A tool that calls a [`Table`] without a slot makes its own.
#[derive(Debug)]
pub struct Session {
    pub(crate) slot: SlotId,
    pub(crate) plugin: PluginName,
    pub(crate) id: PluginId,
    pub(crate) grants: Grants,
    pub(crate) debt: u64,
    /// What the board itself failed at, since the host last looked.
    pub(crate) board_errors: Cell<u32>,
    pub(crate) now: u64,
}

impl Session {
    /// A plugin without grants.
    pub const fn new(slot: SlotId, plugin: PluginName, id: PluginId) -> Self {
        Self {
            slot,
            plugin,
            id,
            grants: Grants::NONE,
            debt: 0,
            board_errors: Cell::new(0),
            now: 0,
        }
    }

    /// Grants `interface`, for instance `corelet:host/storage@0.1.0`, in every compatible version that `table` has, or in
    /// every version if it names none. That the table has none is well too: there is nothing to call then.
    ///
    /// `asked` and `allowed` are encoded `grant` records, empty where one sets no limit; what holds is their common part.
    ///
    /// # Errors
    /// [`GrantError`] if they exclude each other or are malformed, or if the heap has no room.
    pub fn grant<B: 'static>(
        &mut self,
        table: &Table<B>,
        interface: &str,
        asked: &[u8],
        allowed: &[u8],
    ) -> Result<(), GrantError> {
        // The record may be that of one version and not of another: one is enough.
        let mut granted = false;
        let mut failure = None;
        let Some(interface) = InterfaceName::parse(interface) else {
            return Ok(());
        };
        for (index, offered) in table.named(interface) {
            match self.grants.add(index, offered, asked, allowed) {
                Ok(()) => granted = true,
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if !granted => Err(error),
            _ => Ok(()),
        }
    }

    /// The `grant` record that holds for `interface`, in the first version that is granted; empty for no limit, none if it
    /// is not granted.
    pub fn granted<B: 'static>(&self, table: &Table<B>, interface: &str) -> Option<&[u8]> {
        let mut named = table.named(InterfaceName::parse(interface)?);
        named.find_map(|(index, _)| self.grants.get(index))
    }

    /// Tells that the host enters the plugin at `now`, in nanoseconds on the board's monotonic clock: quotas and the audit go by it.
    #[inline]
    pub const fn enter(&mut self, now: u64) {
        self.now = now;
        self.debt = 0;
    }
}
