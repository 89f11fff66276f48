use alloc::vec::Vec;
use core::fmt;

use corelet_abi::{Shape, Status};
use corelet_admission::{ImportRefusal, Offer};

use super::{Caller, Capability, HostFunction, Interface};
use crate::audit::{Audit, AuditEntry};
use crate::interface_name::{InterfaceName, are_compatible};
use crate::quota::Windows;
use crate::session::Session;
use crate::{Blame, Denial, Version};

/// How many interfaces a table holds.
pub const MAX_INTERFACES: usize = 16;

/// The interfaces that a firmware offers, and what calls of them share: the scratch buffer, the quotas and the audit.
///
/// A host has one. Tools that simulate a plugin use it on its own, with a [`Session`] in place of a slot; grants,
/// quotas and audit are the same code then.
///
/// An interface may stand here in several versions, and in several shapes of one version: an import is served by
/// the first whose function has its shape.
pub struct Table<B: 'static> {
    interfaces: heapless::Vec<&'static Interface<B>, MAX_INTERFACES>,
    scratch: Vec<u8>,
    windows: Windows,
    pub(crate) audit: Audit,
    error: Option<TableError>,
}

impl<B: 'static> Table<B> {
    /// No interfaces, for one plugin at a time.
    pub const fn new() -> Self {
        Self::for_slots(1)
    }

    pub(crate) const fn for_slots(slots: usize) -> Self {
        Self {
            interfaces: heapless::Vec::new(),
            scratch: Vec::new(),
            windows: Windows::for_slots(slots),
            audit: Audit::new(),
            error: None,
        }
    }

    /// Adds an interface. If that fails, [`check`](Self::check) says so.
    #[must_use]
    pub fn with<C: Capability<B>>(mut self) -> Self {
        self.add(C::INTERFACE);
        self
    }

    /// As [`with`](Self::with), for an interface that no `bindgen!` made: a tool reads it from an offer.
    pub fn add(&mut self, interface: &'static Interface<B>) {
        if let Err(error) = self.try_add(interface) {
            self.error.get_or_insert(error);
        }
    }

    fn try_add(&mut self, interface: &'static Interface<B>) -> Result<(), TableError> {
        // An entry's lower byte is the function's index.
        if interface.functions.len() > 256 {
            return Err(TableError::TooManyFunctions(interface.name));
        }
        let largest = interface.functions.iter().map(|f| f.response_max).max();
        let more = largest.unwrap_or(0).saturating_sub(self.scratch.len());
        let room = self.scratch.try_reserve_exact(more);
        room.and_then(|()| self.windows.reserve())
            .map_err(|_| TableError::OutOfMemory(interface.name))?;
        self.scratch
            .resize(self.scratch.len().saturating_add(more), 0);
        self.interfaces
            .push(interface)
            .map_err(|_| TableError::TooManyInterfaces(interface.name))
    }

    /// Whether all that was added is here.
    ///
    /// # Errors
    /// The first thing that failed to be added.
    pub const fn check(&self) -> Result<(), TableError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// What was denied lately, the oldest first.
    pub fn audit(&self) -> impl Iterator<Item = &AuditEntry> {
        self.audit.iter()
    }

    /// The interfaces, in the order in which they were added.
    pub fn interfaces(&self) -> impl Iterator<Item = &'static Interface<B>> {
        self.interfaces.iter().copied()
    }

    /// The function of entry `entry`.
    pub fn function(&self, entry: u16) -> Option<&'static HostFunction<B>> {
        self.entry(entry).map(|(_, function)| function)
    }

    /// The entry that serves `function` of `interface`, for instance `read` of `corelet:host/sensor@0.1.0`, whoever asks.
    ///
    /// # Errors
    /// [`ImportRefusal::Unknown`] if there is none of that name in a compatible version, [`ImportRefusal::WrongShape`] if its
    /// signature is another.
    pub fn find(
        &self,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal> {
        self.find_where(|_| true, interface, function, shape)
    }

    /// As [`find`](Self::find), among those interfaces whose index is `granted`.
    pub(crate) fn find_where(
        &self,
        granted: impl Fn(u8) -> bool,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal> {
        let mut wanted = InterfaceName::parse(interface).ok_or(ImportRefusal::Unknown)?;
        // An import without a version is of a package without one, which bindings give version 0.0.0.
        wanted.version.get_or_insert(Version::new(0, 0, 0));
        let mut refusal = ImportRefusal::Unknown;
        for (index, offered) in self.named(wanted) {
            let mut functions = offered.functions.iter().zip(0_u8..=u8::MAX);
            let Some((found, place)) = functions.find(|(offered, _)| offered.name == function)
            else {
                continue;
            };
            if shape != Some(found.shape) {
                // A grant for another shape would not help, so this says more than what it may replace.
                if refusal == ImportRefusal::Unknown {
                    refusal = ImportRefusal::WrongShape {
                        offered: found.shape,
                    };
                }
            } else if granted(index) {
                return Ok(u16::from_be_bytes([index, place]));
            } else {
                refusal = ImportRefusal::NotGranted;
            }
        }
        Err(refusal)
    }

    /// Calls the function of `entry` for the plugin of `session`. `response` should hold its largest response.
    ///
    /// # Errors
    /// [`Status::DENIED`] if the interface is not granted, and what the function refuses with.
    pub fn call(
        &mut self,
        entry: u16,
        board: &mut B,
        session: &mut Session,
        request: &[u8],
        response: &mut [u8],
    ) -> Result<usize, Status> {
        let [index, _] = entry.to_be_bytes();
        let (interface, function) = self.entry(entry).ok_or(Status::LOGIC_BUG)?;
        let grant = session.grants.get(index);
        let mut caller = Caller {
            slot: session.slot,
            plugin: &session.plugin,
            id: session.id,
            interface: interface.name,
            function: function.name,
            grant: grant.unwrap_or(&[]),
            windows: &mut self.windows,
            scratch: &mut self.scratch,
            audit: &mut self.audit,
            debt: &mut session.debt,
            board_errors: &session.board_errors,
            now: session.now,
            refusal: None,
            audited: false,
        };
        if grant.is_none() {
            caller.record(Denial::NotGranted);
            return Err(Status::DENIED);
        }
        let result = (function.call)(board, &mut caller, request, response);
        match result {
            Err(Status::DENIED) => caller.record(Denial::Grant),
            Err(Status::QUOTA) => caller.record(Denial::Quota),
            _ => {}
        }
        result
    }

    /// The interfaces of this name in a compatible version, or in any if `wanted` names none, with their indices.
    pub(crate) fn named(
        &self,
        wanted: InterfaceName<'_>,
    ) -> impl Iterator<Item = (u8, &'static Interface<B>)> {
        let all = (0_u8..).zip(self.interfaces.iter().copied());
        all.filter(move |(_, offered)| {
            let version = wanted.version.unwrap_or(offered.version);
            offered.name == wanted.name && are_compatible(offered.version, version)
        })
    }

    fn entry(&self, entry: u16) -> Option<(&'static Interface<B>, &'static HostFunction<B>)> {
        let [index, place] = entry.to_be_bytes();
        let interface = self.interfaces.get(usize::from(index))?;
        Some((interface, interface.functions.get(usize::from(place))?))
    }
}

impl<B: 'static> Default for Table<B> {
    fn default() -> Self {
        Self::new()
    }
}

/// What a table offers to one plugin.
pub(crate) struct SlotOffer<'a, B: 'static> {
    pub(crate) table: &'a Table<B>,
    /// Bit *n* for the interface of index *n*: a copy, since the session moves into the machine while this is in use.
    pub(crate) granted: u16,
}

impl<B: 'static> Offer for SlotOffer<'_, B> {
    fn import(
        &self,
        interface: &str,
        function: &str,
        shape: Option<Shape>,
    ) -> Result<u16, ImportRefusal> {
        let granted = |index: u8| self.granted & (1 << (index & 15)) != 0;
        self.table.find_where(granted, interface, function, shape)
    }
}

const _: () = assert!(MAX_INTERFACES <= u16::BITS as usize);

/// Why an interface is not in the table: a fault of the firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TableError {
    /// The table holds [`MAX_INTERFACES`] and this is one more.
    TooManyInterfaces(&'static str),
    /// It has more than 256 functions.
    TooManyFunctions(&'static str),
    /// The heap has no room for its largest response, or for what the table keeps of quotas.
    OutOfMemory(&'static str),
}

impl TableError {
    /// Who is at fault: the firmware.
    pub const fn blame(&self) -> Blame {
        Blame::Host
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyInterfaces(name) => write!(
                f,
                "{name} does not fit the capability table, which holds {MAX_INTERFACES} interfaces; register fewer"
            ),
            Self::TooManyFunctions(name) => {
                write!(f, "{name} has more than 256 functions; split the interface")
            }
            Self::OutOfMemory(name) => write!(
                f,
                "the heap has no room for quotas and the largest response of {name}; give the firmware more heap"
            ),
        }
    }
}

impl core::error::Error for TableError {}
