use alloc::boxed::Box;
use alloc::vec::Vec;

use corelet_abi::{Call, Function, INIT_EXPORT, NameKey, ResponseOf, decode};

use crate::audit::AuditEntry;
use crate::capability::monotonic_clock::MonotonicClock;
use crate::inbox::Inbox;
use crate::restart::Starting;
use crate::slot::{Home, Life, Plugin, Shared, check};
use crate::{
    CallError, Capability, Fuel, Metrics, PluginName, Policy, Quarantine, Reset, SlotId, SlotState,
    Table, TableError,
};

/// Plugins in `SLOTS` slots over a board of type `B`.
///
/// The host owns the board, and moves it into the slot that runs for as long as one call takes. So all plugins share the
/// drivers without locks, and the host itself is a plain value: `Send` if the board is, at home in a bare loop, an
/// RTIC resource or an Embassy task. A board that must stay where it is goes in as `&'static mut`.
///
/// A [call](Self::call) blocks until the plugin answers, traps or has used its fuel. One that is [started](Self::start) instead, and
/// all that the host does by itself, is [run](Self::run) in slices. A slot is in the middle of one call at a time: another is
/// refused as [busy](CallError::Busy).
///
/// # Memory
///
/// On the heap: the board and the capability table, once; a buffer as large as the largest response that the board's
/// interfaces can give, once; and for each plugin its module, instance and memory, some hundred bytes for names, grants,
/// configuration and topics, all bounded by the slot's policy. Where an allocation can fail it is an error, but that of
/// [`new`](Self::new), and those within the interpreter while a plugin is loaded, which admission bounds.
pub struct Host<B: 'static, const SLOTS: usize> {
    /// Empty within a call only, or for ever if a driver panicked in one and the panic was caught.
    pub(crate) home: Home<B>,
    /// One plugin at most in each: a vector is what can be put on the heap with an error where that has no room.
    pub(crate) slots: [Vec<Plugin<B>>; SLOTS],
    pub(crate) policy: Policy<SLOTS>,
    pub(crate) quarantine: Option<&'static Quarantine>,
    pub(crate) inbox: Inbox,
    /// The slot that is looked at first for work.
    pub(crate) next_slot: usize,
    /// The number of the next call that is started.
    pub(crate) serial: u32,
    /// The last poll had news.
    pub(crate) work_goes_first: bool,
    pub(crate) events_dropped: u32,
}

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// A host without interfaces and plugins. Takes heap for the board, and aborts where there is none.
    pub fn new(board: B, policy: Policy<SLOTS>) -> Self {
        const {
            assert!(SLOTS > 0 && SLOTS <= 256, "a host has 1 to 256 slots");
        }
        Self {
            home: Some(Box::new(Shared {
                board,
                table: Table::for_slots(SLOTS),
                latest: 0,
            })),
            slots: [const { Vec::new() }; SLOTS],
            policy,
            quarantine: None,
            inbox: Inbox::new(),
            next_slot: 0,
            serial: 0,
            work_goes_first: false,
            events_dropped: 0,
        }
    }

    /// Offers an interface to plugins, for instance `.with::<sensor::Capability>()`. If it finds no room,
    /// [`check`](Self::check) and every [`load`](Self::load) say so.
    #[must_use]
    pub fn with<C: Capability<B>>(mut self) -> Self {
        if let Some(shared) = &mut self.home {
            shared.table.add(C::INTERFACE);
        }
        self
    }

    /// Marks plugins that run in memory that survives a reset, and lays `reset`, the one that the device starts from, to the one
    /// that was marked. [`load`](Self::load) then refuses what brought the device down three times. One host has a quarantine; call
    /// this once, before plugins are loaded.
    #[must_use]
    pub fn with_quarantine(mut self, quarantine: &'static Quarantine, reset: Reset) -> Self {
        quarantine.boot(reset);
        self.quarantine = Some(quarantine);
        self
    }

    /// Whether all interfaces that were offered are.
    ///
    /// # Errors
    /// The first one that found no room.
    pub fn check(&self) -> Result<(), TableError> {
        self.home
            .as_ref()
            .map_or(Ok(()), |shared| shared.table.check())
    }

    /// Stops a plugin and forgets it. One that exports `lifecycle` is told first, by a call with all the fuel of one; whatever it
    /// answers, it goes. One that is in the middle of a call, or is not started, goes without a word.
    ///
    /// That call blocks, and a plugin that means no good uses all its fuel. A main loop that waits for no more than a slice
    /// [removes](Self::remove) the plugin instead.
    pub fn unload(&mut self, slot: SlotId) {
        if let Ok(plugin) = occupant(&mut self.slots, slot)
            && plugin.starting.is_none()
            && let Ok(export) = plugin.last_call(Fuel::ALL)
        {
            let _ = plugin.call(&mut self.home, export, &|_| Ok(()), |_| Ok(()));
        }
        self.remove(slot);
    }

    /// As [`unload`](Self::unload), but without a word, whatever the plugin is in the middle of: none of its code runs.
    pub fn remove(&mut self, slot: SlotId) {
        let Some(place) = self.slots.get_mut(usize::from(slot.0)) else {
            return;
        };
        *place = Vec::new();
        for other in self.slots.iter_mut().flatten() {
            other.starting.as_mut().map(Starting::heap_changed);
        }
    }

    /// Calls a function of a plugin.
    ///
    /// The request is encoded straight into the plugin's memory, and what the response borrows lies there.
    ///
    /// # Errors
    /// [`CallError`]. If the plugin is to blame, it has a new instance when this returns, or waits for one
    /// ([`Starting`](SlotState::Starting)), or is [`Faulted`](SlotState::Faulted).
    pub fn call<C: Call>(
        &mut self,
        slot: SlotId,
        call: &C,
    ) -> Result<ResponseOf<'_, C>, CallError> {
        let plugin = occupant(&mut self.slots, slot)?;
        let export = plugin.exports.find::<C::Function>()?;
        let answer = plugin.call(
            &mut self.home,
            export,
            &|writer| call.encode(writer),
            check::<<C::Function as Function>::Response>,
        )?;
        decode::<<C::Function as Function>::Response>(plugin.response(answer))
            .map_err(CallError::Malformed)
    }

    /// Calls an export of a plugin with an encoded request, and returns the encoded response as it is: for tools, which know the
    /// contract at run time only.
    ///
    /// # Errors
    /// As [`call`](Self::call); but the response is not checked against any type. [`CallError::Init`] for `init`, which would take
    /// a configuration that nobody signed.
    pub fn call_encoded(
        &mut self,
        slot: SlotId,
        export: NameKey,
        request: &[u8],
    ) -> Result<&[u8], CallError> {
        if export == NameKey::of_export(INIT_EXPORT) {
            return Err(CallError::Init);
        }
        let plugin = occupant(&mut self.slots, slot)?;
        let answer = plugin.call(
            &mut self.home,
            export,
            &|writer| writer.bytes(request),
            |_| Ok(()),
        )?;
        Ok(plugin.response(answer))
    }

    /// The board. None only if a driver panicked inside a call and the panic was caught, which a desktop can do and
    /// a microcontroller cannot.
    pub fn board(&self) -> Option<&B> {
        self.home.as_ref().map(|shared| &shared.board)
    }

    /// As [`board`](Self::board), to change it.
    pub fn board_mut(&mut self) -> Option<&mut B> {
        self.home.as_mut().map(|shared| &mut shared.board)
    }

    /// What a slot is doing. One that does not exist is empty.
    pub fn state(&self, slot: SlotId) -> SlotState {
        match self.plugin(slot) {
            None => SlotState::Empty,
            Some(plugin) => match (plugin.fault(), plugin.starting) {
                (Some(fault), _) => SlotState::Faulted(fault),
                (None, Some(Starting { at, blame, .. })) => SlotState::Starting { at, blame },
                (None, None) => SlotState::Running,
            },
        }
    }

    /// The name of the plugin in a slot.
    pub fn name(&self, slot: SlotId) -> Option<PluginName> {
        self.plugin(slot).map(|plugin| plugin.name)
    }

    /// What the plugin in a slot did since it was loaded; zeros for an empty slot.
    pub fn metrics(&self, slot: SlotId) -> Metrics {
        self.plugin(slot)
            .map_or_else(Metrics::default, |plugin| plugin.metrics)
    }

    /// The size of the plugin's linear memory in bytes; 0 if none runs.
    pub fn memory_bytes(&self, slot: SlotId) -> usize {
        match self.plugin(slot).map(|plugin| &plugin.life) {
            Some(Life::Running(machine)) => machine.memory_bytes(),
            _ => 0,
        }
    }

    /// What plugins were denied lately, the oldest first.
    pub fn audit(&self) -> impl Iterator<Item = &AuditEntry> {
        self.home.iter().flat_map(|shared| shared.table.audit())
    }

    pub(crate) fn plugin(&self, slot: SlotId) -> Option<&Plugin<B>> {
        self.slots.get(usize::from(slot.0))?.first()
    }
}

/// The plugin in a slot. Not a method: what else the host has is lent to the plugin meanwhile.
pub(crate) fn occupant<B: 'static>(
    slots: &mut [Vec<Plugin<B>>],
    slot: SlotId,
) -> Result<&mut Plugin<B>, CallError> {
    let place = slots.get_mut(usize::from(slot.0));
    let plugins = place.ok_or(CallError::NoSuchSlot(slot))?;
    plugins.first_mut().ok_or(CallError::Empty(slot))
}

// A host goes wherever its board may go: into a task, or a resource that interrupts share.
const _: () = {
    const fn assert_send<T: Send>() {}
    assert_send::<Host<(), 2>>();
};
