//! What happens on the board, and how plugins get to know.

use core::cell::RefCell;
use core::fmt;

use corelet_abi::{Bytes, Codec, CodecError, Text, Writer};
use critical_section::Mutex;
use heapless::Deque;

use crate::Blame;
use crate::plugin::event_handler;

/// The most bytes of a topic, as the contract has it.
pub const TOPIC_MAX: usize = corelet_image::TOPIC_MAX;

/// The most bytes of an event's payload, as the contract has it.
pub const PAYLOAD_MAX: usize = 32;

const _: () = {
    type Event = (Text<TOPIC_MAX>, u64, Bytes<PAYLOAD_MAX>);
    assert!(Event::MAX == event_handler::Event::MAX);
};

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) topic: &'static str,
    pub(crate) timestamp: u64,
    payload: [u8; PAYLOAD_MAX],
    length: u8,
}

impl Event {
    pub(crate) fn payload(&self) -> &[u8] {
        self.payload.get(..usize::from(self.length)).unwrap_or(&[])
    }
}

/// Up to `N` events that wait for the host: a static that interrupts push to and the main loop hands to
/// [`Host::deliver`](crate::Host::deliver).
///
/// What does not fit is counted, and [`Host::poll`](crate::Host::poll) reports the count.
///
/// ```
/// use corelet_host::EventQueue;
///
/// static BUTTONS: EventQueue<4> = EventQueue::new();
///
/// // In an interrupt: which button, and when.
/// BUTTONS.push_value::<u8>("button", &2, 1_500_000)?;
/// assert_eq!(BUTTONS.len(), 1);
/// # Ok::<(), corelet_host::EventError>(())
/// ```
pub struct EventQueue<const N: usize> {
    state: Mutex<RefCell<State<N>>>,
}

struct State<const N: usize> {
    events: Deque<Event, N>,
    dropped: u32,
}

impl<const N: usize> EventQueue<N> {
    /// No events.
    pub const fn new() -> Self {
        Self {
            state: Mutex::new(RefCell::new(State {
                events: Deque::new(),
                dropped: 0,
            })),
        }
    }

    /// Pushes an event with bytes as its payload. `timestamp` is when it happened, in nanoseconds on the board's monotonic clock.
    ///
    /// # Errors
    /// [`EventError`]. An event that found no room is counted as dropped too.
    pub fn push(
        &self,
        topic: &'static str,
        payload: &[u8],
        timestamp: u64,
    ) -> Result<(), EventError> {
        self.push_with(topic, timestamp, |writer| writer.bytes(payload))
    }

    /// Pushes an event whose payload is `value`, encoded. `timestamp` is when it happened, in nanoseconds on the board's monotonic clock.
    ///
    /// # Errors
    /// [`EventError`]. An event that found no room is counted as dropped too.
    pub fn push_value<C: Codec>(
        &self,
        topic: &'static str,
        value: &C::Value<'_>,
        timestamp: u64,
    ) -> Result<(), EventError> {
        self.push_with(topic, timestamp, |writer| C::encode(value, writer))
    }

    fn push_with(
        &self,
        topic: &'static str,
        timestamp: u64,
        payload: impl FnOnce(&mut Writer<'_>) -> Result<(), CodecError>,
    ) -> Result<(), EventError> {
        if topic.len() > TOPIC_MAX {
            return Err(EventError::Topic { bytes: topic.len() });
        }
        let mut event = Event {
            topic,
            timestamp,
            payload: [0; PAYLOAD_MAX],
            length: 0,
        };
        let mut writer = Writer::new(&mut event.payload);
        payload(&mut writer).map_err(EventError::Payload)?;
        // At most `PAYLOAD_MAX`.
        event.length = writer.length() as u8;
        self.with(|state| {
            state.events.push_back(event).map_err(|_| {
                state.dropped = state.dropped.saturating_add(1);
                EventError::Full
            })
        })
        .unwrap_or(Err(EventError::Full))
    }

    /// How many events wait.
    pub fn len(&self) -> usize {
        self.with(|state| state.events.len()).unwrap_or(0)
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn pop(&self) -> Option<Event> {
        self.with(|state| state.events.pop_front()).flatten()
    }

    pub(crate) fn take_dropped(&self) -> u32 {
        self.with(|state| core::mem::take(&mut state.dropped))
            .unwrap_or(0)
    }

    /// None is unreachable: nothing in here calls out while it holds the state, and the critical section keeps others out.
    fn with<R>(&self, act: impl FnOnce(&mut State<N>) -> R) -> Option<R> {
        critical_section::with(|cs| {
            let mut state = self.state.borrow(cs).try_borrow_mut().ok()?;
            Some(act(&mut state))
        })
    }
}

impl<const N: usize> Default for EventQueue<N> {
    fn default() -> Self {
        Self::new()
    }
}

/// Why an event was not pushed: the firmware's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EventError {
    /// The queue has no room. The event is counted as dropped.
    Full,
    /// The topic is longer than [`TOPIC_MAX`].
    Topic {
        /// How long it is.
        bytes: usize,
    },
    /// The payload takes more than [`PAYLOAD_MAX`] bytes, or does not encode.
    Payload(CodecError),
}

impl EventError {
    /// Who is at fault: the firmware.
    pub const fn blame(&self) -> Blame {
        Blame::Host
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str(
                "the event queue is full; make it larger, or deliver and poll more often",
            ),
            Self::Topic { bytes } => write!(
                f,
                "the topic has {bytes} bytes, and at most {TOPIC_MAX} are allowed"
            ),
            Self::Payload(error) => write!(
                f,
                "the payload does not fit {PAYLOAD_MAX} bytes or does not encode: {error}"
            ),
        }
    }
}

impl core::error::Error for EventError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_once() {
        let queue = EventQueue::<2>::new();
        for _ in 0..2 {
            queue.push("button", &[1], 0).unwrap();
        }
        assert_eq!(queue.push("button", &[1], 0), Err(EventError::Full));
        assert_eq!(queue.push("button", &[1], 0), Err(EventError::Full));
        assert_eq!(queue.take_dropped(), 2);
        assert_eq!(queue.take_dropped(), 0);
        assert_eq!(queue.len(), 2);
    }

    #[test]
    fn events_leave_in_the_order_in_which_they_came() {
        let queue = EventQueue::<2>::new();
        queue.push("button", &[7], 10).unwrap();
        queue.push_value::<u16>("alarm", &300, 20).unwrap();
        let first = queue.pop().unwrap();
        assert_eq!((first.topic, first.timestamp), ("button", 10));
        assert_eq!(first.payload(), [7]);
        assert_eq!(queue.pop().unwrap().payload(), [0xac, 0x02]);
        assert!(queue.pop().is_none());
    }

    #[test]
    fn what_is_too_long_is_refused_and_not_counted() {
        let queue = EventQueue::<2>::new();
        let long = "a-topic-of-twenty-five-ch";
        assert_eq!(
            queue.push(long, &[], 0),
            Err(EventError::Topic { bytes: 25 })
        );
        assert_eq!(
            queue.push("alarm", &[0; 33], 0),
            Err(EventError::Payload(CodecError::Full))
        );
        assert_eq!((queue.len(), queue.take_dropped()), (0, 0));
    }
}
