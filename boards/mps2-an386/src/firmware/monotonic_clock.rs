//! Time since start, from a timer that counts down through all of its 32 bits, and an interrupt that counts its rounds.

use core::cell::RefCell;

use corelet_host::capability::monotonic_clock::MonotonicClock;
use critical_section::Mutex;

use super::board::Board;
use super::peripherals::Registers;
use super::timer::Timer;

/// Nanoseconds of one step.
const RESOLUTION: u64 = 1_000_000_000 / Timer::FREQUENCY as u64;

static CLOCK: Mutex<RefCell<Option<Clock>>> = Mutex::new(RefCell::new(None));

struct Clock {
    timer: Timer,
    /// How often the timer went through zero.
    rounds: u32,
}

/// Starts the clock at 0.
pub(super) fn start(registers: Registers) {
    let clock = Clock {
        timer: Timer::start(registers, u32::MAX),
        rounds: 0,
    };
    critical_section::with(|cs| CLOCK.replace(cs, Some(clock)));
}

/// Nanoseconds since [`start`]; 0 before.
pub(super) fn now() -> u64 {
    let steps = critical_section::with(|cs| {
        CLOCK.borrow_ref(cs).as_ref().map_or(0, |clock| {
            let left = clock.timer.left();
            // A round that ended after interrupts were masked is pending, not counted. Reading what is left again
            // gives the time in the new round.
            if clock.timer.is_pending() {
                steps(clock.rounds.wrapping_add(1), clock.timer.left())
            } else {
                steps(clock.rounds, left)
            }
        })
    });
    steps.wrapping_mul(RESOLUTION)
}

fn steps(rounds: u32, left: u32) -> u64 {
    (u64::from(rounds) << 32) | u64::from(u32::MAX.wrapping_sub(left))
}

pub(super) fn on_interrupt() {
    critical_section::with(|cs| {
        if let Some(clock) = CLOCK.borrow_ref_mut(cs).as_mut() {
            clock.timer.acknowledge();
            clock.rounds = clock.rounds.wrapping_add(1);
        }
    });
}

impl MonotonicClock for Board {
    fn now(&mut self) -> u64 {
        now()
    }

    fn resolution(&mut self) -> u64 {
        RESOLUTION
    }
}
