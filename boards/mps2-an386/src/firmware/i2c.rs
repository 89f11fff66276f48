use embedded_hal::i2c::{ErrorKind, ErrorType, I2c, NoAcknowledgeSource, Operation};

use super::peripherals::Registers;

// Reading the first register gives the lines; writing it sets those of the mask, writing the second clears them.
const SET: u8 = 0;
const CLEAR: u8 = 1;
const SCL: u32 = 1;
const SDA: u32 = 2;

/// An I²C bus whose two wires are driven by software.
///
/// The devices of the emulator take no time, so neither the clock's rate nor clock stretching is cared for.
pub(super) struct BitBang {
    lines: Registers,
}

impl BitBang {
    /// The bus, idle.
    pub(super) fn new(lines: Registers) -> Self {
        let mut bus = Self { lines };
        bus.stop();
        bus
    }

    fn set(&mut self, line: u32, high: bool) {
        self.lines.write(if high { SET } else { CLEAR }, line);
    }

    /// Also a repeated start: both lines are raised first.
    fn start(&mut self) {
        self.set(SDA, true);
        self.set(SCL, true);
        self.set(SDA, false);
        self.set(SCL, false);
    }

    fn stop(&mut self) {
        self.set(SDA, false);
        self.set(SCL, true);
        self.set(SDA, true);
    }

    fn send_bit(&mut self, bit: bool) {
        self.set(SDA, bit);
        self.set(SCL, true);
        self.set(SCL, false);
    }

    fn receive_bit(&mut self) -> bool {
        self.set(SDA, true);
        self.set(SCL, true);
        let bit = self.lines.read(SET) & SDA != 0;
        self.set(SCL, false);
        bit
    }

    fn send(&mut self, byte: u8, source: NoAcknowledgeSource) -> Result<(), ErrorKind> {
        for bit in (0..8).rev() {
            self.send_bit((byte >> bit) & 1 != 0);
        }
        if self.receive_bit() {
            Err(ErrorKind::NoAcknowledge(source))
        } else {
            Ok(())
        }
    }

    fn receive(&mut self, acknowledge: bool) -> u8 {
        let byte = (0..8).fold(0, |byte, _| (byte << 1) | u8::from(self.receive_bit()));
        self.send_bit(!acknowledge);
        byte
    }

    fn operations(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), ErrorKind> {
        let mut last_was_read = None;
        let mut operations = operations.iter_mut().peekable();
        while let Some(operation) = operations.next() {
            let is_read = matches!(operation, Operation::Read(_));
            if last_was_read != Some(is_read) {
                self.start();
                let address = (address << 1) | u8::from(is_read);
                self.send(address, NoAcknowledgeSource::Address)?;
                last_was_read = Some(is_read);
            }
            match operation {
                Operation::Write(bytes) => {
                    for byte in *bytes {
                        self.send(*byte, NoAcknowledgeSource::Data)?;
                    }
                }
                Operation::Read(bytes) => {
                    // The last byte before the bus turns is not acknowledged: the device then lets go of SDA.
                    let more_reads = matches!(operations.peek(), Some(Operation::Read(_)));
                    let mut bytes = bytes.iter_mut().peekable();
                    while let Some(byte) = bytes.next() {
                        *byte = self.receive(more_reads || bytes.peek().is_some());
                    }
                }
            }
        }
        Ok(())
    }
}

impl ErrorType for BitBang {
    type Error = ErrorKind;
}

impl I2c for BitBang {
    fn transaction(
        &mut self,
        address: u8,
        operations: &mut [Operation<'_>],
    ) -> Result<(), ErrorKind> {
        let result = self.operations(address, operations);
        self.stop();
        result
    }
}
