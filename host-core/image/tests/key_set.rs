//! Key sets that are right, and each way in which one is wrong.

mod common;

use common::*;
use corelet_image::*;
use ed25519_dalek::{SigningKey, VerifyingKey};

const ROOT: Seed = [3; 32];

fn public(seed: u8) -> PublicKey {
    SigningKey::from_bytes(&[seed; 32])
        .verifying_key()
        .to_bytes()
}

fn set(epoch: u32, keys: &[PublicKey]) -> Vec<u8> {
    let unsigned = UnsignedKeySet::build(epoch, keys).unwrap();
    unsigned.sign(&ROOT).unwrap()
}

fn refused(bytes: &[u8]) -> KeySetError {
    let verified = KeySet::parse(bytes).and_then(|set| set.verify(&public(3)).map(|_| ()));
    verified.unwrap_err()
}

#[test]
fn a_signed_set_gives_its_epoch_and_keys_back() {
    for count in 1..=4 {
        let keys: Vec<_> = (10..10 + count).map(public).collect();
        let bytes = set(7, &keys);
        assert!(bytes.len() <= KEY_SET_MAX);
        let parsed = KeySet::parse(&bytes).unwrap();
        assert_eq!(
            (parsed.unverified_epoch(), parsed.unverified_keys()),
            (7, &keys[..])
        );
        let verified = parsed.verify(&public(3)).unwrap();
        assert_eq!((verified.epoch(), verified.keys()), (7, &keys[..]));
    }
}

#[test]
fn a_set_takes_the_place_of_the_firmwares_keys() {
    let sign = |seed: u8| {
        let unsigned = Unsigned::build(&manifest(), MODULE, &public(seed)).unwrap();
        unsigned.sign(&[seed; 32]).unwrap()
    };
    let (old, new) = (sign(10), sign(11));
    let firmware = [public(10)];
    let firmware = Keys::new(&firmware);
    let bytes = set(1, &[public(11)]);
    let replaced = KeySet::parse(&bytes).unwrap().verify(&public(3)).unwrap();
    let replaced = firmware.replaced_by(replaced.keys());
    let verify =
        |image: &[u8], keys: &Keys<'_>| Image::parse(image).unwrap().verify(keys, HOST).map(|_| ());
    assert_eq!(verify(&old, &firmware), Ok(()));
    assert_eq!(verify(&new, &replaced), Ok(()));
    let revoked = ImageError::UnknownKey {
        found: KeyId::of(&public(10)),
    };
    assert_eq!(verify(&old, &replaced), Err(revoked));
    assert!(!replaced.accepts_development());
    let desk = firmware.accept_development().replaced_by(&[]);
    assert_eq!(verify(&signed(), &desk), Ok(()));
}

#[test]
fn the_development_key_is_trusted_by_no_mistake() {
    let mistaken = [DEVELOPMENT_KEY];
    let bytes = signed();
    let image = Image::parse(&bytes).unwrap();
    let verified = image.verify(&Keys::new(&mistaken), HOST).map(|_| ());
    assert_eq!(verified, Err(ImageError::DevelopmentKey));
    let built = UnsignedKeySet::build(1, &[public(1), DEVELOPMENT_KEY]).map(|_| ());
    assert_eq!(built, Err(KeySetError::DevelopmentKey));
}

#[test]
fn every_flipped_bit_and_every_other_length_is_found() {
    let bytes = set(7, &[public(10), public(11)]);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let error = refused(&flipped);
        let expected = match bit / 8 {
            0..4 | 7 => error == KeySetError::NotAKeySet,
            4..6 => matches!(error, KeySetError::Format { allowed: 1, .. }),
            6 => matches!(
                error,
                KeySetError::Count { .. } | KeySetError::Length { .. }
            ),
            _ => error == KeySetError::BadSignature,
        };
        assert!(expected, "bit {bit}: {error:?}");
    }
    for length in 0..bytes.len() {
        let error = refused(&bytes[..length]);
        assert!(!error.to_string().is_empty());
        let expected = match length {
            0..12 => KeySetError::NotAKeySet,
            _ => KeySetError::Length {
                found: length as u64,
                allowed: bytes.len() as u64,
            },
        };
        assert_eq!(error, expected);
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(refused(&longer), KeySetError::Length { .. }));
}

#[test]
fn only_the_root_key_signs_and_only_keys_are_in_it() {
    let keys = [public(10)];
    let unsigned = || UnsignedKeySet::build(1, &keys).unwrap();
    let other = unsigned().sign(&[4; 32]).unwrap();
    assert_eq!(refused(&other), KeySetError::BadSignature);
    let no_key = (0..=u8::MAX)
        .map(|byte| [byte; 32])
        .find(|key| VerifyingKey::from_bytes(key).is_err())
        .unwrap();
    let built = |epoch, keys: &[PublicKey]| UnsignedKeySet::build(epoch, keys).map(|_| ());
    let bad = KeySetError::BadKey { index: 1 };
    assert_eq!(built(1, &[public(1), no_key]), Err(bad));
    assert_eq!(built(0, &keys), Err(KeySetError::Epoch));
    assert!(matches!(
        built(1, &[]),
        Err(KeySetError::Count { found: 0, .. })
    ));
    let five: Vec<_> = (0..5).map(public).collect();
    assert!(matches!(
        built(1, &five),
        Err(KeySetError::Count { found: 5, .. })
    ));
    let set = unsigned().sign(&ROOT).unwrap();
    let parsed = KeySet::parse(&set).unwrap();
    assert_eq!(parsed.digest(), unsigned().digest());
    assert_eq!(
        parsed.verify(&no_key).map(|_| ()),
        Err(KeySetError::BadRoot)
    );
}

/// An image's signature is not taken for a set's, whatever the keys.
#[test]
fn a_signature_without_the_domain_does_not_fit() {
    use ed25519_dalek::Signer;
    use sha2::{Digest, Sha256};
    let unsigned = UnsignedKeySet::build(1, &[public(10)]).unwrap();
    let bytes = unsigned.clone().sign(&ROOT).unwrap();
    let before = &bytes[..bytes.len() - 64];
    let pair = SigningKey::from_bytes(&ROOT);
    for domain in ["", "corelet image signature 1"] {
        let digest = Sha256::new()
            .chain_update(domain)
            .chain_update(before)
            .finalize();
        let signature = pair.sign(&digest).to_bytes();
        let attached = unsigned.clone().attach(&public(3), &signature);
        assert_eq!(attached, Err(KeySetError::BadSignature));
    }
}
