use core::cell::Cell;
use core::time::Duration;

use corelet_abi::{Codec, Status, decode};

use crate::audit::{Audit, AuditEntry};
use crate::quota::{Quota, Windows};
use crate::{Denial, PluginId, PluginName, SlotId};

/// Who calls a host function, and what belongs to the call.
///
/// ```
/// use core::time::Duration;
/// use corelet_host::Caller;
/// # corelet_host::bindgen!({ path: "tests/wit", world: "pump" });
///
/// struct Board { rpm: u16 }
///
/// impl motor::Host for Board {
///     fn set_speed(&mut self, cx: &mut Caller<'_>, rpm: u16) -> Result<(), motor::Error> {
///         const HOUR: Duration = Duration::from_secs(3600);
///         let grant = cx.grant::<motor::Grant>();
///         let Some(grant) = grant.filter(|grant| rpm <= grant.max_rpm) else {
///             cx.deny();
///             return Err(motor::Error::OutOfRange);
///         };
///         cx.spend(1, grant.starts_per_hour, HOUR).map_err(|_| motor::Error::TooOften)?;
///         self.rpm = rpm;
///         Ok(())
///     }
/// }
/// # fn main() {}
/// ```
pub struct Caller<'c> {
    pub(super) slot: SlotId,
    pub(super) plugin: &'c PluginName,
    pub(super) id: PluginId,
    pub(super) interface: &'static str,
    pub(super) function: &'static str,
    pub(super) grant: &'c [u8],
    pub(super) windows: &'c mut Windows,
    pub(super) scratch: &'c mut [u8],
    pub(super) audit: &'c mut Audit,
    pub(super) debt: &'c mut u64,
    pub(super) board_errors: &'c Cell<u32>,
    pub(super) now: u64,
    pub(super) refusal: Option<Status>,
    pub(super) audited: bool,
}

impl<'c> Caller<'c> {
    /// Where the plugin runs.
    pub const fn slot(&self) -> SlotId {
        self.slot
    }

    /// The plugin's name.
    pub fn plugin(&self) -> &'c str {
        self.plugin.as_str()
    }

    /// Which plugin it is, under the key that signed it: whose the data is that a driver keeps for it.
    pub const fn plugin_id(&self) -> PluginId {
        self.id
    }

    /// When the host entered the plugin: nanoseconds on the board's monotonic clock. Read once per call into the plugin.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// What the plugin was granted of the interface that is called: the common part of what its manifest asks and what the
    /// firmware's policy allows.
    ///
    /// None if neither gives parameters; what that means is the interface's own affair. None too if `G` is not
    /// the `grant` record of this interface.
    pub fn grant<G: Codec>(&self) -> Option<G::Value<'c>> {
        if self.grant.is_empty() {
            return None;
        }
        decode::<G>(self.grant).ok()
    }

    /// A buffer for results that borrow: as large as the largest response of all interfaces that are registered.
    pub const fn scratch(&mut self) -> &mut [u8] {
        self.scratch
    }

    /// Adds `fuel` to what the plugin pays for this call, for instance because the driver takes long.
    pub const fn charge(&mut self, fuel: u64) {
        *self.debt = self.debt.saturating_add(fuel);
    }

    /// Counts an error that is the board's own, for instance of a driver, in the slot's [`Metrics`](crate::Metrics).
    pub fn board_error(&self) {
        count(self.board_errors);
    }

    /// Uses `amount` of a quota of `limit` in every `period`.
    ///
    /// A plugin has one quota of each interface and `period`. Windows begin at multiples of `period` on the monotonic clock, so up to
    /// twice the limit may be used around such a moment. They stand in RAM: a count outlives the plugin's instance, and goes on when
    /// the plugin is loaded again or in another version, but a reset clears it.
    ///
    /// # Errors
    /// [`Status::QUOTA`] if less than `amount` is left: nothing is used then, and the audit keeps it. So it is if more quotas
    /// run than the host has room for, six for each slot and eight more, and none of them is of a shorter period.
    pub fn spend(&mut self, amount: u32, limit: u32, period: Duration) -> Result<(), Status> {
        self.spend_each(amount, &[(Some(limit), period)])
    }

    /// Uses `amount` of several quotas, each a limit and its period: of all or of none. Where the limit is none, any
    /// amount is allowed.
    ///
    /// Each is of another period. Two of the same are one quota, of which the amount would be used twice, or once and refused then.
    ///
    /// # Errors
    /// As [`spend`](Self::spend), if one of them has less left.
    pub fn spend_each(
        &mut self,
        amount: u32,
        quotas: &[(Option<u32>, Duration)],
    ) -> Result<(), Status> {
        // All are asked before one is used.
        for spend in [false, true] {
            for &(limit, period) in quotas {
                let Some(limit) = limit else { continue };
                let quota = Quota::new(self.id, self.interface, period);
                let Some(room) = self.windows.room(self.now, quota, limit, amount) else {
                    self.record(Denial::Quota);
                    return Err(Status::QUOTA);
                };
                if spend {
                    room.spend();
                }
            }
        }
        Ok(())
    }

    /// Puts on record that the grant does not cover this call. What the plugin gets to know is up to the function.
    pub fn deny(&mut self) {
        self.record(Denial::Grant);
    }

    /// Puts on record that a quota is used up that the function itself keeps.
    pub fn exhausted(&mut self) {
        self.record(Denial::Quota);
    }

    /// Answers the call with `status` whatever the function returns: for functions whose result has no error, and for
    /// refusals that the result's error does not name.
    pub const fn refuse(&mut self, status: Status) {
        self.refusal = Some(status);
    }

    /// What [`refuse`](Self::refuse) set since the call began. For generated code.
    pub const fn take_refusal(&mut self) -> Option<Status> {
        self.refusal.take()
    }

    /// Once per call is enough, whoever notices first.
    pub(super) fn record(&mut self, denial: Denial) {
        if self.audited {
            return;
        }
        self.audited = true;
        self.audit.record(AuditEntry {
            slot: self.slot,
            plugin: *self.plugin,
            interface: self.interface,
            function: self.function,
            denial,
            time: self.now,
            count: 1,
        });
    }
}

pub(super) fn count(errors: &Cell<u32>) {
    errors.set(errors.get().saturating_add(1));
}
