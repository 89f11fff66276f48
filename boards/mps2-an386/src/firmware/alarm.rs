//! A timer that wakes the processor, and says so once a second.

use core::cell::RefCell;

use critical_section::Mutex;

use super::peripherals::Registers;
use super::timer::Timer;

/// How often the processor wakes at least.
const WAKES_PER_SECOND: u32 = 100;

static ALARM: Mutex<RefCell<Option<Alarm>>> = Mutex::new(RefCell::new(None));

struct Alarm {
    timer: Timer,
    wakes: u32,
}

pub(super) fn start(registers: Registers) {
    let alarm = Alarm {
        timer: Timer::start(registers, Timer::FREQUENCY / WAKES_PER_SECOND - 1),
        wakes: 0,
    };
    critical_section::with(|cs| ALARM.replace(cs, Some(alarm)));
}

pub(super) fn wakes() -> u32 {
    critical_section::with(|cs| ALARM.borrow_ref(cs).as_ref().map_or(0, |a| a.wakes))
}

pub(super) fn on_interrupt() {
    critical_section::with(|cs| {
        if let Some(alarm) = ALARM.borrow_ref_mut(cs).as_mut() {
            alarm.timer.acknowledge();
            alarm.wakes = alarm.wakes.wrapping_add(1);
        }
    });
}
