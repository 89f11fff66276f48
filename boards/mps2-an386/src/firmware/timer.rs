use super::peripherals::Registers;

const CONTROL: u8 = 0;
const VALUE: u8 = 1;
const RELOAD: u8 = 2;
const INTERRUPT: u8 = 3;

const ENABLE: u32 = 1 << 0;
const INTERRUPT_ENABLE: u32 = 1 << 3;

/// A CMSDK APB timer: counts down, interrupts at zero, and starts again.
pub(super) struct Timer {
    registers: Registers,
}

impl Timer {
    /// Steps per second.
    pub(super) const FREQUENCY: u32 = 25_000_000;

    /// Starts at `reload`; a round takes one step more.
    pub(super) fn start(mut registers: Registers, reload: u32) -> Self {
        registers.write(CONTROL, 0);
        registers.write(RELOAD, reload);
        registers.write(VALUE, reload);
        registers.write(CONTROL, ENABLE | INTERRUPT_ENABLE);
        Self { registers }
    }

    /// Steps until zero.
    pub(super) fn left(&self) -> u32 {
        self.registers.read(VALUE)
    }

    /// Whether zero was reached and not acknowledged.
    pub(super) fn is_pending(&self) -> bool {
        self.registers.read(INTERRUPT) & 1 != 0
    }

    /// Ends the interrupt.
    pub(super) fn acknowledge(&mut self) {
        self.registers.write(INTERRUPT, 1);
    }
}
