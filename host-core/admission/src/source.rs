//! The module as a whole, and what it is refused for.

use core::cell::Cell;

use crate::cursor::Cursor;
use crate::{Reason, Refusal};

/// A module while it is checked.
#[derive(Debug)]
pub(crate) struct Source<'m> {
    module: &'m [u8],
    /// Kept here, so that what each function returns is small.
    refusal: Cell<Refusal>,
}

/// The module is refused; [`Source::refusal`] says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused(());

impl<'m> Source<'m> {
    /// The module's length fits `u32`.
    pub(crate) const fn new(module: &'m [u8]) -> Self {
        Self {
            module,
            refusal: Cell::new(Refusal {
                offset: 0,
                reason: Reason::NotAModule,
            }),
        }
    }

    /// The whole module.
    pub(crate) const fn cursor(&'m self) -> Cursor<'m> {
        Cursor::new(self, self.module)
    }

    /// Refuses the module for what begins where `rest`, a part of it, does.
    #[inline(never)]
    pub(crate) fn refuse(&self, rest: &[u8], reason: Reason) -> Refused {
        self.refusal.set(Refusal {
            offset: self.offset(rest),
            reason,
        });
        Refused(())
    }

    /// Where `rest`, a part of the module, begins in it.
    pub(crate) fn offset(&self, rest: &[u8]) -> u32 {
        let start = self.module.as_ptr().addr();
        rest.as_ptr().addr().wrapping_sub(start) as u32
    }

    /// Why the module was refused last.
    pub(crate) fn refusal(&self, _: Refused) -> Refusal {
        self.refusal.get()
    }
}
