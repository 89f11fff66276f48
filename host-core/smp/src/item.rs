//! How long an item of CBOR is, whatever it is.
//!
//! `minicbor` has the same (`Decoder::skip`), but without an allocator it refuses lists of indefinite length within others,
//! which clients send, and takes 2 KB of flash.

/// The deepest nesting of what is passed over.
const DEPTH: usize = 8;

/// What is left of a list or map that did not say how many items it has.
const UNTIL_BREAK: u64 = u64::MAX;

/// Bytes of the first item in `bytes`. None if they end within it, it is malformed, or nested too deep.
pub(crate) fn length(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    // Items that are left in each list or map that is open.
    let mut open = [0; DEPTH];
    let mut depth = 0_usize;
    loop {
        let (head, after) = rest.split_first()?;
        rest = after;
        let (kind, short) = (head >> 5, head & 31);
        let number = match short {
            0..24 => u64::from(short),
            24..28 => {
                let (number, after) = rest.split_at_checked(1 << (short - 24))?;
                rest = after;
                number
                    .iter()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            31 => UNTIL_BREAK,
            _ => return None,
        };
        let items = match kind {
            // Strings of indefinite length are lists of their pieces.
            2 | 3 if short == 31 => UNTIL_BREAK,
            2 | 3 => {
                rest = rest.get(usize::try_from(number).ok()?..)?;
                0
            }
            4 => number,
            5 if short == 31 => UNTIL_BREAK,
            5 => number.checked_mul(2)?,
            // A tag is no item yet.
            6 if short != 31 => continue,
            7 if short == 31 => {
                let last = depth.checked_sub(1)?;
                if open.get(last) != Some(&UNTIL_BREAK) {
                    return None;
                }
                depth = last;
                0
            }
            _ if short == 31 => return None,
            _ => 0,
        };
        if items > 0 {
            *open.get_mut(depth)? = items;
            depth = depth.checked_add(1)?;
            continue;
        }
        // One item is whole, and with it perhaps those that it is the last of.
        while let Some(last) = depth.checked_sub(1) {
            let left = open.get_mut(last)?;
            if *left != UNTIL_BREAK {
                *left = left.checked_sub(1)?;
            }
            if *left > 0 {
                break;
            }
            depth = last;
        }
        if depth == 0 {
            return bytes.len().checked_sub(rest.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn whole_items_are_as_long_as_they_are() {
        for item in [
            &b"\x00"[..],
            b"\x17",
            b"\x18\x18",
            b"\x1b\0\0\0\0\0\0\0\0",
            b"\x3a\0\0\0\0",
            b"\x40",
            b"\x43abc",
            b"\x78\x01a",
            b"\x5f\x41a\x42bc\xff",
            b"\x80",
            b"\x82\x01\x02",
            b"\x9f\xff",
            b"\x9f\x01\x9f\xff\xff",
            b"\x82\x9f\x01\xff\xbf\x61a\x80\xff",
            b"\xa1\x61a\xa1\x61b\x81\xf6",
            b"\xc1\x1a\0\0\0\0",
            b"\xd8\x20\x61a",
            b"\xf5",
            b"\xf8\xff",
            b"\xfb\0\0\0\0\0\0\0\0",
            b"\x81\x81\x81\x81\x81\x81\x81\x81\x00",
        ] {
            let mut bytes = item.to_vec();
            bytes.extend(b"\x00\xff");
            assert_eq!(length(&bytes), Some(item.len()), "{item:?}");
            for end in 0..item.len() {
                assert_eq!(length(&item[..end]), None, "{item:?}, {end} bytes");
            }
        }
    }

    #[test]
    fn malformed_items_have_no_length() {
        for item in [
            &b"\xff"[..],
            b"\x1c",
            b"\x1f",
            b"\x3f",
            b"\xdf\x00",
            b"\x81\xff",
            b"\xa1\x00\xff",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\x81\x81\x81\x81\x81\x81\x81\x81\x81\x00",
        ] {
            assert_eq!(length(item), None, "{item:?}");
        }
    }
}
