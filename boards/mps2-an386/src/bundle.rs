use core::iter;

use corelet_store::Region;

/// Images one behind the other, for firmware with the feature `hostile`: more than there are banks.
///
/// Each stands behind its length, a `u32`, and ends at a multiple of four bytes. Erased flash ends the bundle.
pub struct Bundle;

/// A length and its image are whole words.
const WORD: usize = size_of::<u32>();

impl Bundle {
    /// Where it stands in the flash, between the banks and the data.
    pub const REGION: Region = Region::new(0x9_0000, 0x7_0000);

    /// Puts images into `buffer` until one finds no room, and returns how many there are, and their bytes.
    pub fn encode<'i>(
        images: impl IntoIterator<Item = &'i [u8]>,
        buffer: &mut [u8],
    ) -> (usize, usize) {
        let (mut count, mut end) = (0, 0);
        for image in images {
            let padded = image.len().next_multiple_of(WORD);
            let room = buffer.get_mut(end..).unwrap_or_default();
            let Some((length, room)) = room.split_first_chunk_mut::<WORD>() else {
                break;
            };
            let (Some(place), Ok(found)) = (room.get_mut(..padded), u32::try_from(image.len()))
            else {
                break;
            };
            *length = found.to_le_bytes();
            for (place, byte) in place
                .iter_mut()
                .zip(image.iter().chain(iter::repeat(&0xff)))
            {
                *place = *byte;
            }
            count += 1;
            end += WORD + padded;
        }
        (count, end)
    }

    /// The images in `region`.
    pub fn decode(region: &[u8]) -> impl Iterator<Item = &[u8]> {
        let mut rest = region;
        iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<WORD>()?;
            let length = u32::from_le_bytes(*length) as usize;
            let image = behind.get(..length)?;
            rest = behind.get(length.checked_next_multiple_of(WORD)?..)?;
            Some(image)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_come_back_in_their_order_until_there_is_no_room() {
        let images: [&[u8]; 4] = [b"one", b"", b"three", b"the fourth"];
        let mut region = [0xff; 32];
        assert_eq!(Bundle::encode(images, &mut region), (3, 24));
        assert!(Bundle::decode(&region).eq(images[..3].iter().copied()));
        assert_eq!(Bundle::decode(&[0xff; 32]).count(), 0);
    }
}
