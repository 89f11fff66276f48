//! What a host does by itself: `init` of new instances, events and ticks, and calls that were started; a slice at a time.

use crate::capability::monotonic_clock::MonotonicClock;
use crate::job::Work;
use crate::slot::{Plugin, now};
use crate::{EventQueue, Host, Report};

/// How much one slice may take.
///
/// Fuel is not time: one unit is at most [`WORST_INSTRUCTIONS`](crate::WORST_INSTRUCTIONS) of a Cortex-M4F.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fuel(pub u64);

impl Fuel {
    /// As much as a call has: nothing is suspended.
    pub const ALL: Self = Self(u64::MAX);
}

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Moves what interrupts pushed into the host's inbox, as far as that has room; the rest stays in the queue for the
    /// next time. An event whose topic no plugin names is left out.
    ///
    /// A plugin that is in the middle of a call keeps no event from the others: if only such are still to be told of the oldest
    /// event, it makes room for a new one, and they count it as [missed](crate::Metrics::events_missed).
    pub fn deliver<const N: usize>(&mut self, queue: &EventQueue<N>) {
        self.events_dropped = self.events_dropped.saturating_add(queue.take_dropped());
        while !queue.is_empty()
            && self.has_room()
            && let Some(event) = queue.pop()
        {
            if self.plugins().any(|plugin| plugin.wants(event.topic)) {
                self.inbox.push(event);
            }
        }
    }

    /// Gives the next slot that has work one slice: a call that was started, `init` of a new instance, an event or a tick. Call
    /// it in the main loop.
    ///
    /// It takes as long as `slice` fuel, or as the next step of that plugin requires, if that is more; and as what is paid for already,
    /// see the crate's documentation. Slots take turns, so that a plugin waits for one slice of each other one at most, however
    /// long their calls are; each call has the fuel that the
    /// slot's policy and its manifest give it, in as many slices as that takes. A new instance after a fault is made in the slice
    /// of the fault, which takes as long as its memory and segments are large; its `init` has slices of its own. If the heap has no
    /// room for that, the slot stays [`Starting`](crate::SlotState::Starting), with the board to blame: it is tried again every tenth
    /// of a second for as long as that lasts, and at once when another plugin is unloaded. [`Report::WaitsForHeap`] tells it once.
    ///
    /// News of lost events and faults go first, but at every other call at most: where more happens than can be handled,
    /// what can be goes on. A plugin is told of events in the order in which they happened, and a tick that is due waits for one
    /// of them at most. Ticks that were missed are counted and left out.
    pub fn run(&mut self, slice: Fuel) -> Report {
        let report = if core::mem::take(&mut self.work_goes_first) {
            self.work(slice).or_else(|| self.take_notice())
        } else {
            self.take_notice().or_else(|| self.work(slice))
        };
        report.unwrap_or_else(|| Report::Idle {
            next: self.next_due(),
        })
    }

    /// Does one thing that is due, to its end. As [`run`](Self::run) with [`Fuel::ALL`].
    ///
    /// It takes as long as one call, and where that ends with a fault as long as two: a new instance is made, and `init`
    /// has all the fuel of a call too.
    pub fn poll(&mut self) -> Report {
        self.run(Fuel::ALL)
    }

    /// What must not be lost in silence.
    fn take_notice(&mut self) -> Option<Report> {
        let report = match core::mem::take(&mut self.events_dropped) {
            0 => self.take_fault(),
            count => Some(Report::EventsDropped { count }),
        };
        self.work_goes_first = report.is_some();
        report
    }

    fn take_fault(&mut self) -> Option<Report> {
        let mut plugins = self.slots.iter_mut().flatten();
        plugins.find_map(|plugin| {
            let fault = plugin.fault().filter(|_| !plugin.fault_reported)?;
            plugin.fault_reported = true;
            Some(Report::Faulted {
                slot: plugin.slot,
                fault,
            })
        })
    }

    fn work(&mut self, slice: Fuel) -> Option<Report> {
        let now = now(&mut self.home);
        for _ in 0..SLOTS {
            let index = self.next_slot;
            self.next_slot = index.saturating_add(1);
            if self.next_slot >= SLOTS {
                self.next_slot = 0;
            }
            let report = self.work_of(index, now, slice);
            if report.is_some() {
                return report;
            }
        }
        None
    }

    /// Gives one slot its slice, if it has work.
    fn work_of(&mut self, index: usize, now: u64, slice: Fuel) -> Option<Report> {
        let plugin = self.slots.get_mut(index)?.first_mut()?;
        if plugin.is_free().is_ok()
            && let Err((work, error)) = plugin.begin_next(&self.inbox, now)
        {
            return Some(plugin.report(work, Err(error)));
        }
        if !plugin.is_in_flight() {
            return None;
        }
        let Some((work, result)) = plugin.slice(&mut self.home, slice.0) else {
            return Some(Report::Suspended { slot: plugin.slot });
        };
        if matches!(work, Work::Init)
            && let Some(starting) = &mut plugin.starting
            && core::mem::replace(&mut starting.reported, true)
        {
            // It still waits for heap, and nothing was done.
            return None;
        }
        let report = plugin.report(work, result);
        if slice == Fuel::ALL && result.is_err() {
            // It goes on at once, if it may.
            let _ = plugin.ready(&mut self.home);
        }
        Some(report)
    }

    /// Whether the inbox takes another event: what all have been told of makes room, and what only busy plugins have not.
    fn has_room(&mut self) -> bool {
        while !self.inbox.is_empty() && !self.plugins().any(|plugin| plugin.is_late(&self.inbox)) {
            self.inbox.drop_first();
        }
        if !self.inbox.is_full() {
            return true;
        }
        let late_can = |plugin: &Plugin<B>| plugin.is_late(&self.inbox) && plugin.can_begin();
        let other_can = |plugin: &Plugin<B>| !plugin.topics.is_empty() && plugin.can_begin();
        let held_up = !self.plugins().any(late_can) && self.plugins().any(other_can);
        if held_up {
            for plugin in self.slots.iter_mut().flatten() {
                if plugin.is_late(&self.inbox) {
                    plugin.next_event = self.inbox.first().wrapping_add(1);
                    let missed = &mut plugin.metrics.events_missed;
                    *missed = missed.saturating_add(1);
                }
            }
            self.inbox.drop_first();
        }
        held_up
    }

    fn plugins(&self) -> impl Iterator<Item = &Plugin<B>> {
        self.slots.iter().flatten()
    }

    fn next_due(&self) -> Option<u64> {
        self.plugins().filter_map(Plugin::next_due).min()
    }
}
