//! Arbitrary bytes where the head of an image is expected, or a key set: as they are, and as if a trusted key had signed them, since
//! what is behind a signature is read as well.

#![no_main]

use corelet_image::{
    DEVELOPMENT_KEY, DEVELOPMENT_SEED, Head, Image, ImageError, KeyId, KeySet, Keys, Manifest,
    Unsigned, UnsignedKeySet, Version,
};
use ed25519_dalek::{Signer, SigningKey};
use libfuzzer_sys::fuzz_target;

const HOST: Version = Version::new(0, 1, 0);
const SIGNATURE_BYTES: usize = 64;

fuzz_target!(|data: &[u8]| {
    unsigned_image(data);
    signed_image(data);
    key_set(data);
});

fn keys() -> Keys<'static> {
    Keys::NONE.accept_development()
}

/// Signs what stands before the last 64 bytes.
fn sign(bytes: &mut [u8], digest: [u8; 32]) {
    let signature = SigningKey::from_bytes(&DEVELOPMENT_SEED).sign(&digest);
    let (_, place) = bytes.split_last_chunk_mut().expect("it has a signature");
    *place = signature.to_bytes();
}

/// Nobody signed it, so it is refused.
fn unsigned_image(data: &[u8]) {
    if let Ok(image) = Image::parse(data) {
        let _ = image.unverified_manifest();
        assert!(image.verify(&keys(), HOST).is_err());
    }
    if let Ok(head) = Head::parse(data) {
        assert!(head.verify(&keys(), HOST).is_err());
    }
}

/// A manifest that was signed: it is accepted exactly if it can be read and asks for no newer host, and what was read says all of it.
fn signed_image(data: &[u8]) {
    let Some((module_bytes, manifest)) = data.split_first_chunk::<4>() else {
        return;
    };
    let mut bytes = b"CRLT\x01\0\0\0".to_vec();
    bytes.extend((manifest.len() as u32 + 8).to_le_bytes());
    bytes.extend(module_bytes);
    bytes.extend(KeyId::of(&DEVELOPMENT_KEY).0);
    bytes.extend(manifest);
    bytes.extend([0; SIGNATURE_BYTES]);
    let Some((digest, is_good)) = judge(&bytes) else {
        return;
    };
    sign(&mut bytes, digest);
    let verified = Head::parse(&bytes).map(|head| head.verify(&keys(), HOST).is_ok());
    assert_eq!(verified, Ok(is_good));
}

/// What is signed of an image that nobody signed, and whether it is accepted when it is.
fn judge(bytes: &[u8]) -> Option<([u8; 32], bool)> {
    let head = Head::parse(bytes).ok()?;
    assert!(matches!(
        head.verify(&keys(), HOST),
        Err(ImageError::Unsigned)
    ));
    let manifest = head.unverified_manifest().ok()?;
    same_when_built(&manifest);
    let whole = head.image_bytes() == bytes.len() as u64 + u64::from(manifest.module_bytes);
    Some((head.digest(), whole && manifest.min_host <= HOST))
}

/// What was read of a manifest is read again when an image is built of it.
fn same_when_built(manifest: &Manifest<'_>) {
    let module = b"\0asm\x01\0\0\0";
    let image = Unsigned::build(manifest, module, &DEVELOPMENT_KEY)
        .expect("every field is within its bounds");
    let image = image.sign(&DEVELOPMENT_SEED).expect("it is that key's");
    let image = Image::parse(&image).expect("it was built");
    let built = image.unverified_manifest().expect("it was built");
    let expected = Manifest {
        module_digest: built.module_digest,
        module_bytes: module.len() as u32,
        ..manifest.clone()
    };
    assert_eq!(built, expected);
}

/// A key set is accepted exactly if the root key signed it, and one can be built of its keys.
fn key_set(data: &[u8]) {
    let mut bytes = data.to_vec();
    let (digest, built) = match KeySet::parse(data) {
        Ok(set) => {
            assert!(set.verify(&DEVELOPMENT_KEY).is_err());
            let built = UnsignedKeySet::build(set.unverified_epoch(), set.unverified_keys());
            (set.digest(), built)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    sign(&mut bytes, digest);
    let set = KeySet::parse(&bytes).expect("but for the signature it is the same");
    match (set.verify(&DEVELOPMENT_KEY), built) {
        (Ok(_), Ok(built)) => assert_eq!(built.sign(&DEVELOPMENT_SEED), Ok(bytes)),
        (Err(verified), Err(built)) => assert_eq!(verified, built),
        (verified, built) => panic!("{verified:?}, {built:?}"),
    }
}
