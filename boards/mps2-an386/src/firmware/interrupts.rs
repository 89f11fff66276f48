use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

use super::{alarm, monotonic_clock, uart};

/// The interrupts in use, by their number on this board.
#[derive(Clone, Copy)]
#[repr(u16)]
enum Interrupt {
    Uart0Receive = 0,
    Timer0 = 8,
    Timer1 = 9,
}

// SAFETY: the numbers are distinct, and below 32, the lines that the board has.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// Lets them interrupt. Call it once their state is in place.
pub(super) fn enable() {
    // SAFETY: no code relies on these interrupts being masked; what handlers share is in critical sections.
    unsafe {
        NVIC::unmask(Interrupt::Uart0Receive);
        NVIC::unmask(Interrupt::Timer0);
        NVIC::unmask(Interrupt::Timer1);
    }
}

unsafe extern "C" {
    safe fn DefaultHandler();
}

extern "C" fn uart0_receive() {
    uart::on_interrupt();
}

extern "C" fn timer0() {
    monotonic_clock::on_interrupt();
}

extern "C" fn timer1() {
    alarm::on_interrupt();
}

/// The part of the vector table behind the processor's own exceptions: cortex-m-rt's linker script places it by name.
// SAFETY: the name and the section are the ones that cortex-m-rt's feature `device` asks for, and each entry is the
// address of a handler.
#[unsafe(no_mangle)]
#[unsafe(link_section = ".vector_table.interrupts")]
static __INTERRUPTS: [extern "C" fn(); 32] = {
    let mut handlers: [extern "C" fn(); 32] = [unexpected; 32];
    handlers[Interrupt::Uart0Receive as usize] = uart0_receive;
    handlers[Interrupt::Timer0 as usize] = timer0;
    handlers[Interrupt::Timer1 as usize] = timer1;
    handlers
};

extern "C" fn unexpected() {
    DefaultHandler();
}
