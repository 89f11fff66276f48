use core::sync::atomic::{AtomicBool, Ordering};

/// The devices of the board. There is one of each.
pub(super) struct Peripherals {
    /// CMSDK APB timer, 25 MHz.
    pub(super) timer0: Registers,
    /// CMSDK APB timer, 25 MHz.
    pub(super) timer1: Registers,
    /// CMSDK APB UART, 25 MHz.
    pub(super) uart0: Registers,
    /// CMSDK APB watchdog, 25 MHz.
    pub(super) watchdog: Registers,
    /// SBCon: two wires by hand, with the thermometer on them.
    pub(super) i2c: Registers,
    /// 16 MiB of PSRAM, which stand for a flash.
    pub(super) psram: Psram,
}

impl Peripherals {
    /// The devices, on the first call.
    pub(super) fn take() -> Option<Self> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        if TAKEN.swap(true, Ordering::AcqRel) {
            return None;
        }
        Some(Self {
            timer0: Registers::at(0x4000_0000),
            timer1: Registers::at(0x4000_1000),
            uart0: Registers::at(0x4000_4000),
            watchdog: Registers::at(0x4000_8000),
            i2c: Registers::at(0x4002_a000),
            psram: Psram(()),
        })
    }
}

/// The 32-bit registers of one device, by number.
pub(super) struct Registers {
    base: *mut u32,
}

// SAFETY: a device is the same from any context, and `Peripherals::take` hands out each once.
unsafe impl Send for Registers {}

impl Registers {
    const fn at(base: usize) -> Self {
        Self {
            base: base as *mut u32,
        }
    }

    pub(super) fn read(&self, register: u8) -> u32 {
        // SAFETY: `base` is one of the addresses in `take`, each the start of 4 KiB of device registers, of which a
        // `u8` reaches the first KiB. None of them has side effects on memory.
        unsafe { self.base.add(register.into()).read_volatile() }
    }

    pub(super) fn write(&mut self, register: u8, value: u32) {
        // SAFETY: as for `read`.
        unsafe { self.base.add(register.into()).write_volatile(value) }
    }
}

/// The right to use the PSRAM, of which there is one.
pub(super) struct Psram(());

impl Psram {
    /// Its first byte; nothing else lies there.
    pub(super) const BASE: usize = 0x2100_0000;
    /// Bytes.
    pub(super) const SIZE: usize = 16 << 20;
}
