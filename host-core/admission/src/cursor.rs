//! Reading a module's bytes: nothing is believed before the bytes are there.

use crate::source::{Refused, Source};
use crate::{Limits, Name, Quantity, Reason};

/// A place in the module. Every read checks, and a refusal carries the offset at which what was read begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'m> {
    source: &'m Source<'m>,
    /// A part of the module.
    rest: &'m [u8],
}

impl<'m> Cursor<'m> {
    /// Reads `bytes`, a part of the module.
    pub(crate) const fn new(source: &'m Source<'m>, bytes: &'m [u8]) -> Self {
        Self {
            source,
            rest: bytes,
        }
    }

    /// Where the next byte is.
    pub(crate) fn offset(&self) -> u32 {
        self.source.offset(self.rest)
    }

    /// How many bytes are left.
    pub(crate) const fn left(&self) -> u32 {
        self.rest.len() as u32
    }

    pub(crate) fn refuse<T>(&self, reason: Reason) -> Result<T, Refused> {
        Err(self.source.refuse(self.rest, reason))
    }

    /// There are `found` of something, and so many are too many.
    #[inline(never)]
    pub(crate) fn over<T>(&self, what: Quantity, found: u32, allowed: u32) -> Result<T, Refused> {
        self.refuse(Reason::Over {
            what,
            found: found.into(),
            allowed,
        })
    }

    /// The next byte, if there is one.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Refused> {
        match self.next() {
            Some(byte) => Ok(byte),
            None => self.refuse(Reason::Truncated),
        }
    }

    /// The next `length` bytes, as a cursor of their own.
    pub(crate) fn take(&mut self, length: u32) -> Result<Cursor<'m>, Refused> {
        let Some((taken, rest)) = self.rest.split_at_checked(length as usize) else {
            return self.refuse(Reason::Truncated);
        };
        self.rest = rest;
        Ok(Cursor::new(self.source, taken))
    }

    /// All that is left.
    pub(crate) const fn bytes(&self) -> &'m [u8] {
        self.rest
    }

    /// An unsigned LEB128 integer: at most five bytes, no bit above the 32nd. Linkers pad to five bytes, so the form
    /// need not be the shortest.
    pub(crate) fn u32(&mut self) -> Result<u32, Refused> {
        // Most have one byte.
        match self.rest {
            [byte @ ..0x80, rest @ ..] => {
                self.rest = rest;
                Ok(u32::from(*byte))
            }
            _ => self.long_u32(),
        }
    }

    #[inline(never)]
    fn long_u32(&mut self) -> Result<u32, Refused> {
        let start = *self;
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            if shift == 28 && byte > 0x0f {
                return start.refuse(Reason::Integer);
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        start.refuse(Reason::Integer)
    }

    /// A signed LEB128 integer of 32 or 64 bits; bits above the last are copies of the sign.
    pub(crate) fn signed(&mut self, bits: u32) -> Result<i64, Refused> {
        match self.rest {
            [byte @ ..0x80, rest @ ..] => {
                self.rest = rest;
                // The sign is the highest of seven bits.
                Ok(i64::from((byte << 1).cast_signed() >> 1))
            }
            _ => self.long_signed(bits),
        }
    }

    #[inline(never)]
    fn long_signed(&mut self, bits: u32) -> Result<i64, Refused> {
        let start = *self;
        let mut value = 0_i64;
        let mut shift = 0_u32;
        while shift < bits {
            let byte = self.byte()?;
            let low = i64::from(byte & 0x7f);
            let left = bits.saturating_sub(shift);
            if left < 7 {
                // Sign and unused bits: all zeros, or all ones.
                let top = low >> left.saturating_sub(1);
                let ones = 0x7f >> left.saturating_sub(1);
                if byte >= 0x80 || (top != 0 && top != ones) {
                    return start.refuse(Reason::Integer);
                }
            }
            value |= low.wrapping_shl(shift);
            shift = shift.saturating_add(7);
            if byte < 0x80 {
                if low & 0x40 != 0 && shift < 64 {
                    value |= (-1_i64).wrapping_shl(shift);
                }
                return Ok(value);
            }
        }
        start.refuse(Reason::Integer)
    }

    /// A quantity that the module states, held against its limit.
    pub(crate) fn bounded(&mut self, limits: &Limits, what: Quantity) -> Result<u32, Refused> {
        let start = *self;
        let found = self.u32()?;
        let allowed = limits.of(what);
        if found > allowed {
            return start.over(what, found, allowed);
        }
        Ok(found)
    }

    /// A count of items that follow, held against its limit and then against the bytes that are there: an item takes
    /// at least one.
    pub(crate) fn count(&mut self, limits: &Limits, what: Quantity) -> Result<u32, Refused> {
        let start = *self;
        let count = self.bounded(limits, what)?;
        if count > self.left() {
            return start.refuse(Reason::Truncated);
        }
        Ok(count)
    }

    /// An index into `count` items.
    pub(crate) fn index(&mut self, what: Quantity, count: u32) -> Result<u32, Refused> {
        match self.rest {
            [byte @ ..0x80, rest @ ..] if u32::from(*byte) < count => {
                self.rest = rest;
                Ok(u32::from(*byte))
            }
            _ => self.long_index(what, count),
        }
    }

    #[inline(never)]
    fn long_index(&mut self, what: Quantity, count: u32) -> Result<u32, Refused> {
        let start = *self;
        let found = self.u32()?;
        if found >= count {
            return start.refuse(Reason::Index {
                what,
                found,
                allowed: count,
            });
        }
        Ok(found)
    }

    /// Index 0 where the module need not write it.
    pub(crate) fn implied(&self, what: Quantity, count: u32) -> Result<u32, Refused> {
        if count == 0 {
            return self.refuse(Reason::Index {
                what,
                found: 0,
                allowed: 0,
            });
        }
        Ok(0)
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), Refused> {
        match self.left() {
            0 => Ok(()),
            found => self.refuse(Reason::Trailing { found }),
        }
    }

    /// A name, and where it stands.
    pub(crate) fn name(&mut self, limits: &Limits) -> Result<(&'m str, Name), Refused> {
        let start = *self;
        let length = self.bounded(limits, Quantity::NameBytes)?;
        let text = self.take(length)?;
        match core::str::from_utf8(text.bytes()) {
            Ok(name) => Ok((
                name,
                Name {
                    offset: text.offset(),
                    length,
                },
            )),
            Err(_) => start.refuse(Reason::Utf8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn u32_of(bytes: &[u8]) -> Result<u32, Reason> {
        let source = Source::new(bytes);
        let refused = |refused| source.refusal(refused).reason;
        source.cursor().u32().map_err(refused)
    }

    fn signed_of(bytes: &[u8], bits: u32) -> Result<i64, Reason> {
        let source = Source::new(bytes);
        let refused = |refused| source.refusal(refused).reason;
        source.cursor().signed(bits).map_err(refused)
    }

    #[test]
    fn unsigned_integers_may_be_padded_to_five_bytes_and_no_further() {
        assert_eq!(u32_of(&[0x05]), Ok(5));
        assert_eq!(u32_of(&[0x85, 0x80, 0x80, 0x80, 0x00]), Ok(5));
        assert_eq!(u32_of(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Ok(u32::MAX));
        assert_eq!(
            u32_of(&[0xff, 0xff, 0xff, 0xff, 0x1f]),
            Err(Reason::Integer)
        );
        assert_eq!(
            u32_of(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]),
            Err(Reason::Integer)
        );
        assert_eq!(u32_of(&[0x80, 0x80]), Err(Reason::Truncated));
    }

    #[test]
    fn signed_integers_keep_their_sign_in_every_form() {
        assert_eq!(signed_of(&[0x7f], 32), Ok(-1));
        assert_eq!(signed_of(&[0xff, 0x7f], 32), Ok(-1));
        assert_eq!(signed_of(&[0xff, 0xff, 0xff, 0xff, 0x7f], 32), Ok(-1));
        assert_eq!(
            signed_of(&[0x80, 0x80, 0x80, 0x80, 0x78], 32),
            Ok(i64::from(i32::MIN))
        );
        assert_eq!(
            signed_of(&[0xff, 0xff, 0xff, 0xff, 0x07], 32),
            Ok(i64::from(i32::MAX))
        );
        for bad in [0x08, 0x70, 0x4f, 0x80] {
            assert_eq!(
                signed_of(&[0xff, 0xff, 0xff, 0xff, bad], 32),
                Err(Reason::Integer)
            );
        }
        let lowest = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(signed_of(&lowest, 64), Ok(i64::MIN));
        let highest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
        assert_eq!(signed_of(&highest, 64), Ok(i64::MAX));
        let bad = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(signed_of(&bad, 64), Err(Reason::Integer));
        assert_eq!(signed_of(&[0xc0, 0x00], 32), Ok(64));
    }

    #[test]
    fn a_count_is_held_against_the_bytes_that_are_there() {
        let source = Source::new(&[0, 0, 0, 0, 0, 0, 0, 3, 0, 0]);
        let mut cursor = source.cursor();
        cursor.take(7).unwrap();
        let refused = cursor.count(&Limits::DEVICE, Quantity::Types).unwrap_err();
        let refusal = source.refusal(refused);
        assert_eq!((refusal.offset, refusal.reason), (7, Reason::Truncated));
    }
}
