//! A CMSDK APB watchdog: counts down, interrupts at zero, counts down once more, and resets the machine.

use corelet_mps2_an386::WATCHDOG_SECONDS;

use super::peripherals::Registers;

const LOAD: u8 = 0;
const CONTROL: u8 = 2;
const CLEAR: u8 = 3;

const INTERRUPT_ENABLE: u32 = 1 << 0;
const RESET_ENABLE: u32 = 1 << 1;

/// Steps per second.
const FREQUENCY: u32 = 25_000_000;

/// Fed while the loop goes round.
pub(super) struct Watchdog {
    registers: Registers,
}

impl Watchdog {
    /// Starts it. Nothing stops it any more.
    pub(super) fn start(mut registers: Registers) -> Self {
        registers.write(LOAD, WATCHDOG_SECONDS * FREQUENCY);
        registers.write(CONTROL, INTERRUPT_ENABLE | RESET_ENABLE);
        Self { registers }
    }

    /// Begins the period anew.
    pub(super) fn feed(&mut self) {
        self.registers.write(CLEAR, 1);
    }
}
