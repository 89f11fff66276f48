//! The events that wait in the host.

use heapless::Deque;

use crate::event::Event;

/// How many events wait in the host for the plugins that want them. More wait in their queues.
pub const INBOX: usize = 8;

/// Events under consecutive numbers, so that each plugin keeps its own place among them: none waits for another.
pub(crate) struct Inbox {
    events: Deque<Event, INBOX>,
    /// The number of the first. Numbers wrap.
    first: u32,
}

impl Inbox {
    pub(crate) const fn new() -> Self {
        Self {
            events: Deque::new(),
            first: 0,
        }
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.events.len() >= INBOX
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The number of the first event, or of the next one if there is none.
    pub(crate) const fn first(&self) -> u32 {
        self.first
    }

    /// The number that the next event will have.
    pub(crate) const fn end(&self) -> u32 {
        self.first.wrapping_add(self.events.len() as u32)
    }

    /// The event of this number, or the first, if that has gone; with its number.
    pub(crate) fn from(&self, number: u32) -> Option<(u32, Event)> {
        let index = number.wrapping_sub(self.first);
        // What has gone is far behind, and so a large number.
        let index = if index > INBOX as u32 { 0 } else { index };
        let event = self.events.iter().nth(index as usize)?;
        Some((self.first.wrapping_add(index), *event))
    }

    /// The caller saw that there is room.
    pub(crate) fn push(&mut self, event: Event) {
        let _ = self.events.push_back(event);
    }

    pub(crate) fn drop_first(&mut self) {
        if self.events.pop_front().is_some() {
            self.first = self.first.wrapping_add(1);
        }
    }
}
