//! What a host does by itself: events and ticks, one at a time.

use corelet_abi::Call;

use crate::capability::monotonic_clock::MonotonicClock;
use crate::plugin::{event_handler, ticker};
use crate::{EventQueue, Host, Report, SlotId};

impl<B: MonotonicClock + 'static, const SLOTS: usize> Host<B, SLOTS> {
    /// Moves what interrupts pushed into the host's inbox, as far as that has room; the rest stays in the queue for the
    /// next time. An event whose topic no plugin names is left out.
    pub fn deliver<const N: usize>(&mut self, queue: &EventQueue<N>) {
        self.events_dropped = self.events_dropped.saturating_add(queue.take_dropped());
        while !self.inbox.is_full()
            && let Some(event) = queue.pop()
        {
            let mut plugins = self.slots.iter().flatten();
            if plugins.any(|plugin| plugin.wants(event.topic)) {
                // There is room: this is the loop's condition.
                let _ = self.inbox.push_back(event);
            }
        }
    }

    /// Does one thing that is due: hands one event to one plugin, or ticks one. Call it in the main loop.
    ///
    /// It takes as long as one call, and where that ends with a fault as long as two: a new instance is made, and `init`
    /// has all the fuel of a call too.
    ///
    /// News of lost events and faults go first, but at every other call at most: where more happens than can be handled,
    /// what can be goes on.
    ///
    /// Events go first, in the order in which they happened, but a tick that is due waits for one event at most. Plugins
    /// are ticked in turn, so none with a short period keeps others from theirs. Ticks that were missed are counted and left out.
    pub fn poll(&mut self) -> Report {
        let report = if core::mem::take(&mut self.work_goes_first) {
            self.work().or_else(|| self.take_notice())
        } else {
            self.take_notice().or_else(|| self.work())
        };
        report.unwrap_or_else(|| Report::Idle {
            next: self.next_tick(),
        })
    }

    fn work(&mut self) -> Option<Report> {
        let now = self.home.as_mut().map_or(0, |shared| shared.now());
        if core::mem::take(&mut self.tick_goes_first) {
            self.tick(now).or_else(|| self.handle())
        } else {
            self.handle().or_else(|| self.tick(now))
        }
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
        (0_u8..).zip(&mut self.slots).find_map(|(slot, plugin)| {
            let plugin = plugin.first_mut().filter(|plugin| !plugin.fault_reported)?;
            let fault = plugin.fault()?;
            plugin.fault_reported = true;
            Some(Report::Faulted {
                slot: SlotId(slot),
                fault,
            })
        })
    }

    /// Hands the first event of the inbox to the next plugin that wants it.
    fn handle(&mut self) -> Option<Report> {
        while let Some(event) = self.inbox.front().copied() {
            while let Some(place) = self.slots.get_mut(self.event_slot) {
                let slot = slot_id(self.event_slot);
                self.event_slot = self.event_slot.saturating_add(1);
                let Some(plugin) = place.first_mut().filter(|plugin| plugin.wants(event.topic))
                else {
                    continue;
                };
                let call = event_handler::Handle {
                    event: event_handler::Event {
                        topic: event.topic,
                        timestamp: event.timestamp,
                        payload: event.payload(),
                    },
                };
                let result = plugin
                    .run::<event_handler::functions::Handle>(&mut self.home, &|writer| {
                        call.encode(writer)
                    });
                self.tick_goes_first = true;
                return Some(Report::Handled {
                    slot,
                    topic: event.topic,
                    result,
                });
            }
            self.inbox.pop_front();
            self.event_slot = 0;
        }
        None
    }

    /// Ticks the next plugin whose tick is due, beginning behind the one that was ticked last.
    fn tick(&mut self, now: u64) -> Option<Report> {
        for _ in 0..SLOTS {
            let index = self.tick_slot;
            self.tick_slot = index.saturating_add(1);
            if self.tick_slot >= SLOTS {
                self.tick_slot = 0;
            }
            let plugin = self
                .slots
                .get_mut(index)
                .and_then(|place| place.first_mut());
            let Some(plugin) = plugin.filter(|plugin| plugin.fault().is_none()) else {
                continue;
            };
            let Some(missed) = plugin.ticks.as_mut().and_then(|ticks| ticks.take(now)) else {
                continue;
            };
            let metrics = &mut plugin.metrics;
            metrics.ticks_missed = metrics.ticks_missed.saturating_add(missed);
            let result = plugin.run::<ticker::functions::Tick>(&mut self.home, &|_| Ok(()));
            return Some(Report::Ticked {
                slot: slot_id(index),
                result,
            });
        }
        None
    }

    fn next_tick(&self) -> Option<u64> {
        let running = self
            .slots
            .iter()
            .flatten()
            .filter(|plugin| plugin.fault().is_none());
        running.filter_map(|plugin| Some(plugin.ticks?.due())).min()
    }
}

/// There are at most 256 slots.
const fn slot_id(index: usize) -> SlotId {
    SlotId(index as u8)
}
