//! Frames as a client makes and reads them, not by the code that is tested.

use base64ct::{Base64, Encoding};
use crc::{CRC_16_XMODEM, Crc};

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// To be told something.
    Read = 0,
    /// To have something done.
    Write = 2,
}

/// A request's header.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// 1 or 2.
    pub version: u8,
    /// Read or write.
    pub op: Op,
    /// The group.
    pub group: u16,
    /// The command.
    pub command: u8,
    /// The sequence number.
    pub sequence: u8,
}

impl Request {
    /// The header, and `map` after it.
    pub fn message(&self, map: &[u8]) -> Vec<u8> {
        let mut message = vec![(self.version - 1) << 3 | self.op as u8, 0];
        message.extend((map.len() as u16).to_be_bytes());
        message.extend(self.group.to_be_bytes());
        message.extend([self.sequence, self.command]);
        message.extend(map);
        message
    }
}

/// The lines in which `message` travels, of at most `line` bytes.
pub fn frame(message: &[u8], line: usize) -> Vec<u8> {
    let mut bytes = ((message.len() + 2) as u16).to_be_bytes().to_vec();
    bytes.extend(message);
    bytes.extend(
        Crc::<u16>::new(&CRC_16_XMODEM)
            .checksum(message)
            .to_be_bytes(),
    );
    let text = Base64::encode_string(&bytes);
    let mut lines = Vec::new();
    for (number, piece) in text.as_bytes().chunks((line - 3) / 4 * 4).enumerate() {
        lines.extend(if number == 0 { [6, 9] } else { [4, 20] });
        lines.extend(piece);
        lines.push(b'\n');
    }
    lines
}

/// The messages in what a server sent, which must be nothing but frames.
pub fn answers(sent: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    let mut text = String::new();
    let mut lines = sent.split_inclusive(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        assert!(line.len() <= 127, "a line of {} bytes", line.len());
        let first = text.is_empty();
        assert_eq!(line[..2], if first { [6, 9] } else { [4, 20] });
        text += std::str::from_utf8(&line[2..])
            .unwrap()
            .strip_suffix('\n')
            .unwrap();
        if lines.peek().is_some_and(|next| next[..2] == [4, 20]) {
            continue;
        }
        let bytes = Base64::decode_vec(&text).unwrap();
        text.clear();
        let (length, rest) = bytes.split_first_chunk().unwrap();
        assert_eq!(usize::from(u16::from_be_bytes(*length)), rest.len());
        let (message, check) = rest.split_last_chunk().unwrap();
        let computed = Crc::<u16>::new(&CRC_16_XMODEM).checksum(message);
        assert_eq!(u16::from_be_bytes(*check), computed);
        messages.push(message.to_vec());
    }
    messages
}
