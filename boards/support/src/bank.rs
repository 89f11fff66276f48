use corelet_image::{HEADER_BYTES, Image, ImageError};

/// The image at the start of a bank, whatever follows it; none if the bank is erased.
///
/// # Errors
/// Those of [`Image::parse`]. An image that was cut off is not found here, where erased bytes take the place of what is
/// missing, but when it is verified.
///
/// ```
/// use corelet_board_support::image_in;
/// use corelet_image::ImageError;
/// assert_eq!(image_in(&[0xff; 64]).map(|image| image.is_some()), Ok(false));
/// assert_eq!(image_in(&[0x00; 64]).map(drop), Err(ImageError::NotAnImage));
/// ```
pub fn image_in(bank: &[u8]) -> Result<Option<Image<'_>>, ImageError> {
    if bank.iter().take(HEADER_BYTES).all(|byte| *byte == 0xff) {
        return Ok(None);
    }
    let image = match Image::parse(bank) {
        Err(ImageError::Length { found, allowed }) if allowed < found => {
            // Less than the bank has, so it fits.
            Image::parse(bank.get(..allowed as usize).unwrap_or(bank))
        }
        image => image,
    };
    image.map(Some)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Keys, Manifest, Unsigned, Version};

    use super::*;

    fn image() -> Vec<u8> {
        let manifest = Manifest {
            name: "thermostat",
            ..Manifest::default()
        };
        let unsigned = Unsigned::build(&manifest, b"\0asm\x01\0\0\0", &DEVELOPMENT_KEY);
        unsigned.unwrap().sign(&DEVELOPMENT_SEED).unwrap()
    }

    fn verify(bank: &[u8]) -> Result<(), ImageError> {
        let keys = Keys::NONE.accept_development();
        let image = image_in(bank)?.unwrap();
        image.verify(&keys, Version::default()).map(drop)
    }

    #[test]
    fn what_follows_an_image_is_not_part_of_it() {
        let mut bank = image();
        assert_eq!(verify(&bank), Ok(()));
        bank.extend([0xff; 100]);
        assert_eq!(verify(&bank), Ok(()));
    }

    #[test]
    fn an_image_that_was_cut_off_is_refused() {
        let whole = image();
        for length in 0..whole.len() {
            let mut bank = whole[..length].to_vec();
            bank.resize(whole.len() + 100, 0xff);
            let refused = length == 0 && image_in(&bank).unwrap().is_none();
            assert!(refused || verify(&bank).is_err(), "{length}");
        }
    }

    #[test]
    fn an_image_larger_than_its_bank_is_refused() {
        let whole = image();
        let bank = &whole[..whole.len() - 1];
        assert!(matches!(verify(bank), Err(ImageError::Length { .. })));
    }
}
