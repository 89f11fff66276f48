//! What an answer carries, written into the room that there is.

use core::fmt::{self, Write};

use minicbor::Encoder;
use minicbor::encode::write::Cursor;

use crate::Code;
use crate::header::Version;

type Encoded<'e, 'b> = &'e mut Encoder<Cursor<&'b mut [u8]>>;
type Error = minicbor::encode::Error<minicbor::encode::write::EndOfSlice>;

/// To how many bytes texts are cut, one after the other, if the first thing of an answer does not fit.
pub(crate) const CUTS: [usize; 4] = [usize::MAX, 160, 48, 0];

/// Follows what is left of a text.
const CUT: &str = "…";

/// Bytes that are kept for the ends of maps and lists, and for where a list goes on.
const KEPT: usize = 16;

/// One CBOR map. What does not fit is left out, and [`is_full`](Self::is_full) tells.
pub(crate) struct Reply<'b> {
    encoder: Encoder<Cursor<&'b mut [u8]>>,
    /// How far it may be written.
    limit: usize,
    full: bool,
}

impl<'b> Reply<'b> {
    /// An open map.
    pub(crate) fn new(room: &'b mut [u8]) -> Self {
        let mut reply = Self {
            limit: room.len().saturating_sub(KEPT),
            encoder: Encoder::new(Cursor::new(room)),
            full: false,
        };
        reply.begin_map();
        reply
    }

    /// Begins anew.
    fn clear(&mut self) {
        self.back_to(0);
        self.begin_map();
    }

    /// From here on, the ends: they have the room that was kept for them.
    pub(crate) fn close(&mut self) {
        self.limit = usize::MAX;
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.full
    }

    /// How many bytes are written.
    pub(crate) fn position(&self) -> usize {
        self.encoder.writer().position()
    }

    /// Forgets what was written after `position`, and that it did not fit.
    pub(crate) fn back_to(&mut self, position: usize) {
        self.encoder.writer_mut().set_position(position);
        self.full = false;
    }

    fn put(&mut self, write: impl FnOnce(Encoded<'_, 'b>) -> Result<(), Error>) {
        if !self.full {
            self.full = write(&mut self.encoder).is_err() || self.position() > self.limit;
        }
    }

    pub(crate) fn begin_map(&mut self) {
        self.put(|e| e.begin_map()?.ok());
    }

    pub(crate) fn begin_array(&mut self) {
        self.put(|e| e.begin_array()?.ok());
    }

    /// Ends the map or the array that began last.
    pub(crate) fn end(&mut self) {
        self.put(|e| e.end()?.ok());
    }

    /// A text without a key, or a key.
    pub(crate) fn word(&mut self, word: &str) {
        self.put(|e| e.str(word)?.ok());
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.word(key);
        self.word(value);
    }

    /// A text, of which at most `most` bytes are sent, and then `…`.
    pub(crate) fn cut(&mut self, key: &str, value: &str, most: usize) {
        if value.len() <= most {
            self.text(key, value);
        } else {
            self.display(key, &value, most);
        }
    }

    pub(crate) fn uint(&mut self, key: &str, value: u64) {
        self.word(key);
        self.put(|e| e.u64(value)?.ok());
    }

    pub(crate) fn bytes(&mut self, key: &str, value: &[u8]) {
        self.word(key);
        self.put(|e| e.bytes(value)?.ok());
    }

    /// Nothing if it is false, which is what clients take for false.
    pub(crate) fn truth(&mut self, key: &str, value: bool) {
        if value {
            self.word(key);
            self.put(|e| e.bool(true)?.ok());
        }
    }

    /// The text of `value`, of which at most `most` bytes are sent, and then `…`, in the pieces in which it is made.
    pub(crate) fn display(&mut self, key: &str, value: &dyn fmt::Display, most: usize) {
        self.word(key);
        self.put(|e| e.begin_str()?.ok());
        let mut pieces = Pieces {
            reply: self,
            left: Some(most).filter(|most| *most > 0),
        };
        // Neither has an error of its own.
        let _ = write!(pieces, "{value}");
        self.end();
    }

    /// What stands in place of an answer.
    pub(crate) fn refuse(&mut self, version: Version, code: Code) {
        self.clear();
        match (code.group(), version) {
            (Some((group, rc)), Version::Two) => {
                self.word("err");
                self.begin_map();
                self.uint("group", group.into());
                self.uint("rc", rc.into());
                self.end();
            }
            _ => self.uint("rc", code.rc().into()),
        }
    }

    /// What stands in place of an answer, with why: as much of it as fits.
    pub(crate) fn refuse_with(&mut self, code: Code, reason: &dyn fmt::Display) {
        for most in CUTS {
            self.clear();
            self.uint("rc", code.rc().into());
            self.display("rsn", reason, most);
            if !self.full {
                return;
            }
        }
    }
}

struct Pieces<'r, 'b> {
    reply: &'r mut Reply<'b>,
    /// Bytes that may yet be sent; none when it was cut.
    left: Option<usize>,
}

impl Write for Pieces<'_, '_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let Some(left) = self.left else {
            return Ok(());
        };
        let end = piece.floor_char_boundary(left);
        let fits = piece.get(..end).unwrap_or_default();
        if !fits.is_empty() {
            self.reply.word(fits);
        }
        self.left = match end == piece.len() {
            true => Some(left.saturating_sub(end)),
            false => None,
        };
        if self.left.is_none() {
            self.reply.word(CUT);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (most, text) in [
            (0, &b"\x7f\xff"[..]),
            (1, b"\x7f\x63\xe2\x80\xa6\xff"),
            (3, b"\x7f\x62\xc2\xb0\x63\xe2\x80\xa6\xff"),
            (4, b"\x7f\x64\xc2\xb0\xc2\xb0\x63\xe2\x80\xa6\xff"),
            (5, b"\x7f\x64\xc2\xb0\xc2\xb0\x61C\xff"),
            (9, b"\x7f\x64\xc2\xb0\xc2\xb0\x61C\xff"),
        ] {
            let mut room = [0; 64];
            let mut reply = Reply::new(&mut room);
            reply.display("t", &format_args!("{}{}", "\u{b0}\u{b0}", 'C'), most);
            let length = reply.position();
            assert_eq!(room[3..length], *text, "{most}");
        }
    }
}
