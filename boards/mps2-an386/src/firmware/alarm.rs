//! A timer that wakes the processor, and once a second tells the plugins that want to know.

use core::cell::RefCell;

use corelet_host::EventQueue;
use corelet_mps2_an386::SECOND;
use critical_section::Mutex;

use super::monotonic_clock;
use super::peripherals::Registers;
use super::timer::Timer;

/// What interrupts tell plugins.
pub(super) static EVENTS: EventQueue<4> = EventQueue::new();

/// How often the processor wakes at least.
const WAKES_PER_SECOND: u32 = 100;

static ALARM: Mutex<RefCell<Option<Alarm>>> = Mutex::new(RefCell::new(None));

struct Alarm {
    timer: Timer,
    wakes: u32,
}

/// Starts to wake the processor.
pub(super) fn start(registers: Registers) {
    let alarm = Alarm {
        timer: Timer::start(registers, Timer::FREQUENCY / WAKES_PER_SECOND - 1),
        wakes: 0,
    };
    critical_section::with(|cs| ALARM.replace(cs, Some(alarm)));
}

pub(super) fn on_interrupt() {
    let wakes = critical_section::with(|cs| {
        let mut alarm = ALARM.borrow_ref_mut(cs);
        alarm.as_mut().map_or(0, |alarm| {
            alarm.timer.acknowledge();
            alarm.wakes = alarm.wakes.wrapping_add(1);
            alarm.wakes
        })
    });
    if wakes % WAKES_PER_SECOND == 0 {
        let seconds = wakes / WAKES_PER_SECOND;
        // An event that finds no room is counted, and the host reports the count.
        let _ = EVENTS.push_value::<u32>(SECOND, &seconds, monotonic_clock::now());
    }
}
