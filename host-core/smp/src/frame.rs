//! The lines in which messages travel over a serial port: base64 between two bytes of start and a newline.

use base64ct::{Base64, Encoding};
use crc::{CRC_16_XMODEM, Crc, NoTable};

/// Begins the first line of a frame.
const START: [u8; 2] = [0x06, 0x09];
/// Begins every further line.
const CONTINUATION: [u8; 2] = [0x04, 0x14];

/// The most bytes of a line that is sent, its newline included.
pub(crate) const LINE_MAX: usize = 127;
/// What a line of that length carries.
const CARRIED: usize = (LINE_MAX - 3) / 4 * 3;

/// Bytes of the length before a message.
pub(crate) const LENGTH_BYTES: usize = 2;
/// Bytes of the check after it.
pub(crate) const CHECK_BYTES: usize = 2;

fn check(message: &[u8]) -> u16 {
    Crc::<u16, NoTable>::new(&CRC_16_XMODEM).checksum(message)
}

/// Takes a stream of bytes apart into packets of at most `N` bytes with their length and check.
pub(crate) struct Receiver<const N: usize> {
    /// Length, message and check, as far as they are here.
    buffer: [u8; N],
    filled: usize,
    /// Four characters are three bytes.
    group: [u8; 4],
    grouped: usize,
    /// The line has ended but for its newline: what follows padding is garbage.
    padded: bool,
    /// A frame has begun and nothing was wrong with it so far.
    open: bool,
    /// Between the start of one of its lines and the newline.
    in_line: bool,
    last: u8,
}

impl<const N: usize> Receiver<N> {
    pub(crate) const fn new() -> Self {
        Self {
            buffer: [0; N],
            filled: 0,
            group: [0; 4],
            grouped: 0,
            padded: false,
            open: false,
            in_line: false,
            last: 0,
        }
    }

    /// Takes one byte. True if a packet is complete: [`packet`](Self::packet) is then what it carried, until the next byte.
    ///
    /// No byte of the two starts is a base64 character, so a start is one wherever it stands: what was before it is lost
    /// and nothing else.
    pub(crate) fn push(&mut self, byte: u8) -> bool {
        let pair = [self.last, byte];
        self.last = byte;
        if pair == START {
            self.filled = 0;
            self.open = true;
            self.begin_line();
        } else if pair == CONTINUATION {
            // If none is open, the line leads to nothing.
            self.begin_line();
        } else if self.in_line {
            match byte {
                b'\n' => {
                    self.in_line = false;
                    if self.grouped != 0 {
                        self.open = false;
                    }
                    return self.complete();
                }
                // A terminal in between may have added it.
                b'\r' => {}
                _ => self.character(byte),
            }
        }
        false
    }

    /// The message, or several, of the frame that is complete.
    pub(crate) fn packet(&self) -> &[u8] {
        let end = self.filled.saturating_sub(CHECK_BYTES);
        self.buffer.get(LENGTH_BYTES..end).unwrap_or_default()
    }

    fn begin_line(&mut self) {
        self.in_line = true;
        self.grouped = 0;
        self.padded = false;
    }

    fn character(&mut self, byte: u8) {
        if let Some(place) = self.group.get_mut(self.grouped) {
            *place = byte;
            self.grouped = self.grouped.saturating_add(1);
        }
        if self.grouped < self.group.len() {
            // What can be no character ends the line at once, so that the start after it is seen.
            if byte < b' ' {
                self.drop_frame();
            }
            return;
        }
        self.grouped = 0;
        let mut bytes = [0; 3];
        match Base64::decode(self.group, &mut bytes) {
            Ok(bytes) if !self.padded => {
                let end = self.filled.saturating_add(bytes.len());
                match self.buffer.get_mut(self.filled..end) {
                    Some(place) => place.copy_from_slice(bytes),
                    // A frame that is longer than what was announced.
                    None => return self.drop_frame(),
                }
                self.padded = bytes.len() < 3;
                self.filled = end;
            }
            _ => self.drop_frame(),
        }
    }

    fn drop_frame(&mut self) {
        self.open = false;
        self.in_line = false;
    }

    /// Whether a line that has ended was the last one of a whole frame.
    fn complete(&mut self) -> bool {
        if !self.open {
            return false;
        }
        let Some((length, rest)) = self
            .buffer
            .get(..self.filled)
            .and_then(|filled| filled.split_first_chunk())
        else {
            self.open = false;
            return false;
        };
        let length = usize::from(u16::from_be_bytes(*length));
        if rest.len() < length {
            return false;
        }
        self.open = false;
        rest.len() == length
            && rest
                .split_last_chunk()
                .is_some_and(|(message, sent)| check(message) == u16::from_be_bytes(*sent))
    }
}

/// Sends a frame line by line.
pub(crate) struct Sender {
    line: [u8; LINE_MAX],
    /// How much of the frame went.
    sent: usize,
    /// Bytes of the frame, length and check included.
    length: usize,
}

impl Sender {
    pub(crate) const fn new() -> Self {
        Self {
            line: [0; LINE_MAX],
            sent: 0,
            length: 0,
        }
    }

    /// Writes length and check around the `message` bytes in `frame`, and begins to send.
    pub(crate) fn begin(&mut self, frame: &mut [u8], message: usize) {
        let Some((length, rest)) = frame.split_first_chunk_mut() else {
            return;
        };
        let Some((message, after)) = rest.split_at_mut_checked(message) else {
            return;
        };
        let Some(sum) = after.first_chunk_mut() else {
            return;
        };
        *sum = check(message).to_be_bytes();
        // `Smp` takes care that a frame is not longer than a length can say.
        let checked = message.len().saturating_add(CHECK_BYTES);
        *length = (checked as u16).to_be_bytes();
        self.sent = 0;
        self.length = checked.saturating_add(LENGTH_BYTES);
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.sent >= self.length
    }

    /// The next line of `frame`.
    pub(crate) fn line(&mut self, frame: &[u8]) -> &[u8] {
        let start = if self.sent == 0 { START } else { CONTINUATION };
        let end = self.length.min(self.sent.saturating_add(CARRIED));
        let carried = frame.get(self.sent..end).unwrap_or_default();
        self.sent = end;
        self.write(start, carried).unwrap_or_default()
    }

    fn write(&mut self, start: [u8; 2], carried: &[u8]) -> Option<&[u8]> {
        let (place, rest) = self.line.split_first_chunk_mut()?;
        *place = start;
        let characters = Base64::encode(carried, rest).ok()?.len();
        *rest.get_mut(characters)? = b'\n';
        self.line
            .get(..start.len().checked_add(characters)?.checked_add(1)?)
    }
}
