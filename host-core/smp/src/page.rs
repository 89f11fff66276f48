//! Lists that may be longer than one answer.

use crate::reply::{CUTS, Reply};

/// As many items of a list as fit, beginning with number `from`.
pub(crate) struct Page<'r, 'b> {
    reply: &'r mut Reply<'b>,
    from: u32,
    written: bool,
    /// The first item that did not fit.
    next: Option<u32>,
}

impl<'r, 'b> Page<'r, 'b> {
    pub(crate) fn begin(reply: &'r mut Reply<'b>, key: &str, from: u32) -> Self {
        reply.word(key);
        reply.begin_array();
        Self {
            reply,
            from,
            written: false,
            next: None,
        }
    }

    /// Writes item `number`, unless an earlier answer has it or the next one will. The item is written with its texts cut
    /// to so many bytes; they are cut only if the item would fit into no answer otherwise.
    ///
    /// False if no further items fit.
    pub(crate) fn item(&mut self, number: u32, write: &dyn Fn(&mut Reply<'b>, usize)) -> bool {
        if number < self.from {
            return true;
        }
        if self.next.is_some() {
            return false;
        }
        let begun = self.reply.position();
        for most in CUTS {
            self.reply.begin_map();
            write(self.reply, most);
            self.reply.end();
            if !self.reply.is_full() {
                self.written = true;
                return true;
            }
            if !self.written && most == 0 {
                // It stays full, and the answer is refused.
                break;
            }
            self.reply.back_to(begun);
            if self.written {
                break;
            }
        }
        self.next = Some(number);
        false
    }

    /// Ends the list, and says where it goes on: at the item that did not fit, or at `after`.
    pub(crate) fn end(self, after: Option<u32>) {
        self.reply.close();
        self.reply.end();
        if let Some(next) = self.next.or(after) {
            self.reply.uint("next", next.into());
        }
    }
}
