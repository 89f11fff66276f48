use core::fmt;

use heapless::Vec;

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

/// The latest denials. The same one again counts on and moves to the back; a new one takes the place of the oldest of that
/// slot which has most. So a plugin that insists, on one thing or on many, does not push out the others'.
pub(crate) struct Audit {
    /// The oldest first.
    entries: Vec<AuditEntry, AUDIT_ENTRIES>,
}

impl Audit {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    pub(crate) fn record(&mut self, mut new: AuditEntry) {
        self.entries.retain(|old| {
            let same = old.slot == new.slot
                && old.plugin == new.plugin
                && old.interface == new.interface
                && old.function == new.function
                && old.denial == new.denial;
            if same {
                new.count = new.count.saturating_add(old.count);
            }
            !same
        });
        if self.entries.is_full() {
            let full = self.fullest_slot();
            let mut found = false;
            self.entries.retain(|old| {
                let leaves = Some(old.slot) == full && !found;
                found |= leaves;
                !leaves
            });
        }
        // There is room: an entry has just left if there was none.
        let _ = self.entries.push(new);
    }

    /// The slot that has most entries; of several the one with the oldest entry.
    fn fullest_slot(&self) -> Option<SlotId> {
        let slots = self.entries.iter().map(|entry| entry.slot);
        // From the back, since of equals the last is the largest.
        slots
            .clone()
            .rev()
            .max_by_key(|slot| slots.clone().filter(|other| other == slot).count())
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

    fn of_slot(slot: u8, function: &'static str, time: u64) -> AuditEntry {
        AuditEntry {
            slot: SlotId(slot),
            ..entry(function, time)
        }
    }

    #[test]
    fn the_oldest_leaves_when_it_is_full() {
        let mut audit = Audit::new();
        for slot in 0..=AUDIT_ENTRIES as u8 {
            audit.record(of_slot(slot, "stop", 0));
        }
        assert_eq!(audit.iter().count(), AUDIT_ENTRIES);
        assert_eq!(audit.iter().next().map(|e| e.slot), Some(SlotId(1)));
    }

    #[test]
    fn what_was_denied_again_lately_stays() {
        let mut audit = Audit::new();
        for slot in 0..AUDIT_ENTRIES as u8 {
            audit.record(of_slot(slot, "stop", 0));
        }
        audit.record(of_slot(0, "stop", 100));
        audit.record(of_slot(AUDIT_ENTRIES as u8, "stop", 200));
        let slots: std::vec::Vec<_> = audit.iter().map(|e| (e.slot.0, e.count)).collect();
        assert_eq!(slots[..2], [(2, 1), (3, 1)]);
        assert_eq!(slots[AUDIT_ENTRIES - 2..], [(0, 2), (16, 1)]);
    }

    #[test]
    fn a_slot_pushes_out_its_own() {
        let mut audit = Audit::new();
        audit.record(of_slot(1, "stop", 0));
        audit.record(of_slot(2, "stop", 0));
        for length in 1..=2 * AUDIT_ENTRIES {
            let names = "a-function-of-a-long-name-of-which-all-beginnings-are-names";
            audit.record(of_slot(0, &names[..length], 0));
        }
        let slots: std::vec::Vec<_> = audit.iter().map(|e| e.slot.0).collect();
        assert_eq!(slots[..3], [1, 2, 0]);
        assert_eq!(audit.iter().last().map(|e| e.function.len()), Some(32));
    }
}
