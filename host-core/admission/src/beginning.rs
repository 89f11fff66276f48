//! The beginning of a module: what can be checked of one that is on its way.

use corelet_abi::SHAPES_SECTION;

use crate::cursor::Cursor;
use crate::declared::{Declared, declare};
use crate::heap::Heap;
use crate::layout::{HEADER, Layout, Section};
use crate::source::{Refused, Source};
use crate::validate::Scope;
use crate::workspace::lists;
use crate::{Limits, Offer, Reason, Refusal};

const CUSTOM: u8 = 0;
const EXPORTS: u8 = Section::Exports as u8;

/// How much of a module is its beginning: everything up to and with its exports, if `corelet:shapes` is its first section, as
/// `corelet build` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Beginning<'m> {
    /// These bytes, for [`admit_beginning`].
    Whole(&'m [u8]),
    /// So many bytes of the module are needed to tell, or more: at most [`Beginning::BYTES_MAX`].
    Needs(u32),
    /// Its shapes stand elsewhere, or it is longer, or it is none. Only all of the module tells.
    Unknown,
}

impl<'m> Beginning<'m> {
    /// The most bytes of a beginning. Those of the example plugins have 200 to 430.
    pub const BYTES_MAX: u32 = 2_048;

    /// That of the module whose first bytes are `prefix`.
    ///
    /// ```
    /// use corelet_admission::Beginning;
    /// assert_eq!(Beginning::of(b"\0asm\x01\0\0\0\0"), Beginning::Needs(10));
    /// assert_eq!(Beginning::of(b"\0asm\x01\0\0\0\0\x2f"), Beginning::Needs(57));
    /// assert_eq!(Beginning::of(b"\0asm\x01\0\0\0\x01\x03"), Beginning::Unknown);
    /// ```
    pub fn of(prefix: &'m [u8]) -> Self {
        let source = Source::new(prefix);
        let mut needed = prefix.len().saturating_add(1) as u32;
        let found = match end(source.cursor(), &mut needed) {
            Ok(Some(end)) => prefix.get(..end as usize).map(Self::Whole),
            Ok(None) => None,
            Err(refused) => match source.refusal(refused).reason {
                Reason::Truncated => Some(Self::Needs(needed)),
                _ => None,
            },
        };
        match found {
            Some(Self::Needs(needed)) if needed > Self::BYTES_MAX => Self::Unknown,
            found => found.unwrap_or(Self::Unknown),
        }
    }
}

/// Where the beginning ends; none if there is none. If the bytes end before, `needed` is raised to how many there are at least.
fn end(mut rest: Cursor<'_>, needed: &mut u32) -> Result<Option<u32>, Refused> {
    rest.take(HEADER.len() as u32)?;
    let mut is_first = true;
    loop {
        let before = rest.offset();
        let id = rest.byte()?;
        if is_first && id != CUSTOM {
            return Ok(None);
        }
        if id > EXPORTS {
            return Ok(Some(before));
        }
        let length = rest.u32()?;
        *needed = rest.offset().saturating_add(length).max(*needed);
        let mut contents = rest.take(length)?;
        if is_first && contents.name(&Limits::DEVICE)?.0 != SHAPES_SECTION {
            return Ok(None);
        }
        if id == EXPORTS {
            return Ok(Some(rest.offset()));
        }
        is_first = false;
    }
}

/// Checks the beginning of a module: its imports, exports, shapes and memory, as [`admit`](crate::admit) does with all of it. What is
/// refused here `admit` refuses, too, and for the same reason, unless sections that come later are not in order.
/// What passes is not admitted.
///
/// Takes 2 KiB of stack, and no heap. Never panics.
///
/// # Errors
/// The first thing that is wrong.
#[inline(never)]
pub fn admit_beginning<'m>(
    beginning: &'m [u8],
    limits: &Limits,
    offer: &impl Offer,
) -> Result<Declared<'m>, Refusal> {
    let limits = limits.within(&Limits::DEVICE);
    let source = Source::new(beginning);
    let (space, mut heap) = (lists!(Limits::DEVICE), Heap::new());
    // It is a module of its own, whose functions have no code.
    Layout::find(source.cursor(), Scope::Plugin, &limits)
        .and_then(|layout| declare(beginning, &layout, &limits, offer, space, &mut heap))
        .map(|(_, declared)| declared)
        .map_err(|refused| source.refusal(refused))
}
