use core::fmt;

use heapless::Deque;

use crate::{PluginName, SlotId};

/// How many denials are kept.
pub const AUDIT_ENTRIES: usize = 16;

/// One thing that a plugin was denied, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AuditEntry {
    /// Where the plugin ran.
    pub slot: SlotId,
    /// Which it was.
    pub plugin: PluginName,
    /// What it called, for instance `corelet:host/sensor`.
    pub interface: &'static str,
    /// What it called there, for instance `read`.
    pub function: &'static str,
    /// Why not.
    pub denial: Denial,
    /// When it last happened: nanoseconds on the board's monotonic clock.
    pub time: u64,
    /// How often it happened.
    pub count: u32,
}

/// Why a plugin was denied something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Denial {
    /// The interface is not granted.
    NotGranted,
    /// The interface is granted, but not for these arguments.
    Grant,
    /// What is granted is used up for now.
    Quota,
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGranted => "the interface is not granted",
            Self::Grant => "the grant does not cover it",
            Self::Quota => "the quota is used up",
        })
    }
}

impl fmt::Display for AuditEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            slot,
            plugin,
            interface,
            function,
            denial,
            count,
            ..
        } = self;
        write!(
            f,
            "slot {slot}, {plugin}: {interface} `{function}` denied {count} times: {denial}"
        )
    }
}

/// The latest denials. The same one again counts where it stands, so that a plugin which insists cannot push out
/// the others.
pub(crate) struct Audit {
    entries: Deque<AuditEntry, AUDIT_ENTRIES>,
}

impl Audit {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Deque::new(),
        }
    }

    pub(crate) fn record(&mut self, new: AuditEntry) {
        let same = |old: &&mut AuditEntry| {
            old.slot == new.slot
                && old.plugin == new.plugin
                && old.interface == new.interface
                && old.function == new.function
                && old.denial == new.denial
        };
        if let Some(old) = self.entries.iter_mut().find(same) {
            old.count = old.count.saturating_add(new.count);
            old.time = new.time;
            return;
        }
        if self.entries.is_full() {
            self.entries.pop_front();
        }
        // There is room: an entry has just left if there was none.
        let _ = self.entries.push_back(new);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &AuditEntry> {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(function: &'static str, time: u64) -> AuditEntry {
        AuditEntry {
            slot: SlotId(0),
            plugin: PluginName::cut("pump"),
            interface: "vendor:pump/motor",
            function,
            denial: Denial::Quota,
            time,
            count: 1,
        }
    }

    #[test]
    fn repeated_denials_fold_into_one_entry() {
        let mut audit = Audit::new();
        for time in 0..100 {
            audit.record(entry("set-speed", time));
            audit.record(entry("stop", time));
        }
        let found: std::vec::Vec<_> = audit
            .iter()
            .map(|e| (e.function, e.count, e.time))
            .collect();
        assert_eq!(found, [("set-speed", 100, 99), ("stop", 100, 99)]);
    }

    #[test]
    fn the_oldest_leaves_when_it_is_full() {
        let mut audit = Audit::new();
        for slot in 0..=AUDIT_ENTRIES as u8 {
            audit.record(AuditEntry {
                slot: SlotId(slot),
                ..entry("stop", 0)
            });
        }
        assert_eq!(audit.iter().count(), AUDIT_ENTRIES);
        assert_eq!(audit.iter().next().map(|e| e.slot), Some(SlotId(1)));
    }
}
