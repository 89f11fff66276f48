//! A CMSDK APB UART: what comes is kept until the main loop has time for it.

use core::cell::RefCell;

use critical_section::Mutex;
use heapless::Deque;

use super::peripherals::Registers;

const DATA: u8 = 0;
const STATE: u8 = 1;
const CONTROL: u8 = 2;
const INTERRUPT: u8 = 3;
const DIVIDER: u8 = 4;

const SEND_FULL: u32 = 1 << 0;
const RECEIVE_FULL: u32 = 1 << 1;
const RECEIVE_INTERRUPT: u32 = 1 << 1;
/// To send, to receive, and to interrupt when something came.
const ENABLE: u32 = 1 << 0 | 1 << 1 | 1 << 3;

/// Of the clock of 25 MHz: the fastest that there is.
const FASTEST: u32 = 16;

/// Bytes that wait for the main loop. What finds no room is lost, and the client asks again.
const WAITING: usize = 512;

static PORT: Mutex<RefCell<Port>> = Mutex::new(RefCell::new(Port {
    registers: None,
    received: Deque::new(),
}));

struct Port {
    /// None before the start.
    registers: Option<Registers>,
    received: Deque<u8, WAITING>,
}

/// Starts to receive.
pub(super) fn start(mut registers: Registers) {
    registers.write(DIVIDER, FASTEST);
    registers.write(CONTROL, ENABLE);
    critical_section::with(|cs| PORT.borrow_ref_mut(cs).registers = Some(registers));
}

pub(super) fn on_interrupt() {
    with(|registers, received| {
        // First, so that what comes meanwhile interrupts again.
        registers.write(INTERRUPT, RECEIVE_INTERRUPT);
        while registers.read(STATE) & RECEIVE_FULL != 0 {
            let _ = received.push_back(registers.read(DATA) as u8);
        }
    });
}

/// Whether nothing waits.
pub(super) fn is_empty() -> bool {
    with(|_, received| received.is_empty()).unwrap_or(true)
}

/// Takes what came, as far as there is room, and returns how many bytes that is.
pub(super) fn read(buffer: &mut [u8]) -> usize {
    let read = with(|_, received| {
        // In this order: a byte for which there is no place stays.
        let taken = core::iter::from_fn(|| received.pop_front());
        let places = buffer.iter_mut().zip(taken);
        places.map(|(place, byte)| *place = byte).count()
    });
    read.unwrap_or(0)
}

/// Sends `bytes`, and waits until they are on their way.
pub(super) fn write(bytes: &[u8]) {
    for byte in bytes {
        while with(|registers, _| registers.read(STATE) & SEND_FULL != 0) == Some(true) {}
        with(|registers, _| registers.write(DATA, u32::from(*byte)));
    }
}

fn with<T>(act: impl FnOnce(&mut Registers, &mut Deque<u8, WAITING>) -> T) -> Option<T> {
    critical_section::with(|cs| {
        let port = &mut *PORT.borrow_ref_mut(cs);
        let registers = port.registers.as_mut()?;
        Some(act(registers, &mut port.received))
    })
}
