//! Images that are right, and each way in which one is wrong.

mod common;

use common::*;
use corelet_image::*;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

fn refused(image: &[u8]) -> ImageError {
    match Image::parse(image) {
        Ok(image) => image.verify(&keys(), HOST).map(|_| ()).unwrap_err(),
        Err(error) => error,
    }
}

#[test]
fn a_signed_image_is_verified_and_gives_manifest_and_module_back() {
    let bytes = signed();
    let image = Image::parse(&bytes).unwrap();
    let verified = image.verify(&keys(), HOST).unwrap();
    let expected = Manifest {
        key_id: KeyId::of(&DEVELOPMENT_KEY),
        module_bytes: 8,
        module_digest: verified.manifest().module_digest,
        ..manifest()
    };
    assert_eq!(*verified.manifest(), expected);
    assert_eq!(verified.module(), MODULE);
    assert_eq!(*verified.digest(), image.digest());
    assert!(verified.is_development());
}

#[test]
fn the_development_key_is_the_seeds_and_refused_unless_accepted() {
    let pair = SigningKey::from_bytes(&DEVELOPMENT_SEED);
    assert_eq!(pair.verifying_key().to_bytes(), DEVELOPMENT_KEY);
    let bytes = signed();
    let image = Image::parse(&bytes).unwrap();
    let release = Keys::new(&[[7; 32]]);
    assert!(!release.accepts_development());
    let error = image.verify(&release, HOST).map(|_| ()).unwrap_err();
    assert_eq!(error, ImageError::DevelopmentKey);
}

#[test]
fn a_devices_own_keys_are_trusted_and_others_are_not() {
    let seed = [9; 32];
    let key = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let bytes = Unsigned::build(&manifest(), MODULE, &key)
        .unwrap()
        .sign(&seed)
        .unwrap();
    let image = Image::parse(&bytes).unwrap();
    let trusted = [[1; 32], key];
    let verified = image.verify(&Keys::new(&trusted), HOST).unwrap();
    assert!(!verified.is_development());
    assert_eq!(
        refused(&bytes),
        ImageError::UnknownKey {
            found: KeyId::of(&key)
        }
    );
}

#[test]
fn a_trusted_key_that_is_none_is_the_hosts_fault() {
    let no_key = (0..=u8::MAX)
        .map(|byte| [byte; 32])
        .find(|key| VerifyingKey::from_bytes(key).is_err())
        .unwrap();
    let mut bytes = signed();
    bytes[16..24].copy_from_slice(&KeyId::of(&no_key).0);
    let image = Image::parse(&bytes).unwrap();
    let error = image.verify(&Keys::new(&[no_key]), HOST).map(|_| ());
    assert_eq!(error, Err(ImageError::BadKey));
}

#[test]
fn a_key_for_which_one_signature_signs_everything_signs_nothing() {
    // The neutral point of the curve, as key and in the signature.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut bytes = signed();
    bytes[16..24].copy_from_slice(&KeyId::of(&neutral).0);
    let signature = 16 + manifest_bytes(&bytes).len();
    bytes[signature..signature + 64].fill(0);
    bytes[signature] = 1;
    let image = Image::parse(&bytes).unwrap();
    let error = image.verify(&Keys::new(&[neutral]), HOST).map(|_| ());
    assert_eq!(error, Err(ImageError::BadSignature));
}

#[test]
fn an_image_without_signature_says_so() {
    let unsigned = unsigned(&manifest());
    assert_eq!(refused(unsigned.as_bytes()), ImageError::Unsigned);
    let image = Image::parse(unsigned.as_bytes()).unwrap();
    assert!(!image.is_signed());
    assert_eq!(image.digest(), unsigned.digest());
    assert_eq!(image.unverified_manifest().unwrap().name, "thermostat");
    assert_eq!(image.unverified_module(), MODULE);
}

#[test]
fn every_flipped_bit_is_found() {
    let bytes = signed();
    let manifest_end = 16 + manifest_bytes(&bytes).len();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let error = refused(&flipped);
            let expected = match at {
                0..4 => matches!(error, ImageError::NotAnImage),
                4..6 => matches!(error, ImageError::Format { allowed: 1, .. }),
                6..8 => matches!(error, ImageError::Reserved { .. }),
                8..16 => matches!(
                    error,
                    ImageError::Length { .. } | ImageError::ManifestLength { .. }
                ),
                16..24 => matches!(error, ImageError::UnknownKey { .. }),
                _ if at < manifest_end + 64 => error == ImageError::BadSignature,
                _ => error == ImageError::ModuleDigest,
            };
            assert!(expected, "byte {at} bit {bit}: {error:?}");
        }
    }
}

#[test]
fn every_length_but_the_right_one_is_found() {
    let bytes = signed();
    for length in 0..bytes.len() {
        let error = refused(&bytes[..length]);
        let expected = match length {
            0..16 => ImageError::NotAnImage,
            _ => ImageError::Length {
                found: length as u64,
                allowed: bytes.len() as u64,
            },
        };
        assert_eq!(error, expected);
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(refused(&longer), ImageError::Length { .. }));
}

#[test]
fn claimed_lengths_do_not_wrap() {
    for (manifest, module) in [
        (u32::MAX, u32::MAX),
        (4_097, 0),
        (7, 0),
        (0, 0),
        (8, u32::MAX),
        (4_096, u32::MAX),
    ] {
        let mut bytes = signed();
        bytes[8..12].copy_from_slice(&manifest.to_le_bytes());
        bytes[12..16].copy_from_slice(&module.to_le_bytes());
        let error = refused(&bytes);
        let expected = match manifest {
            8..=4_096 => matches!(error, ImageError::Length { .. }),
            found => {
                error
                    == ImageError::ManifestLength {
                        found,
                        allowed: MANIFEST_MAX,
                    }
            }
        };
        assert!(expected, "{error:?}");
    }
}

#[test]
fn parts_of_two_signed_images_do_not_mix() {
    let one = signed();
    let other = Manifest {
        name: "thermostax",
        ..manifest()
    };
    let other = unsigned(&other).sign(&DEVELOPMENT_SEED).unwrap();
    let end = 16 + manifest_bytes(&one).len();
    let mixed = [&one[..end], &other[end..]].concat();
    assert_eq!(refused(&mixed), ImageError::BadSignature);
    let longer = Unsigned::build(&manifest(), b"\0asm\x01\0\0\0 ", &DEVELOPMENT_KEY).unwrap();
    let longer = longer.sign(&DEVELOPMENT_SEED).unwrap();
    let mut mixed = one.clone();
    mixed[end + 64..].copy_from_slice(&longer[longer.len() - 8..]);
    assert_eq!(refused(&mixed), ImageError::ModuleDigest);
}

#[test]
fn a_signature_over_the_digest_without_its_domain_does_not_fit() {
    use sha2::{Digest, Sha256};
    let unsigned = unsigned(&manifest());
    let bytes = unsigned.as_bytes();
    let end = 16 + manifest_bytes(bytes).len();
    let pair = SigningKey::from_bytes(&DEVELOPMENT_SEED);
    let bare: [u8; 32] = Sha256::digest(&bytes[..end]).into();
    for message in [&bare[..], &bytes[..end], b""] {
        let signature = pair.sign(message).to_bytes();
        let error = unsigned.clone().attach(&signature).unwrap_err();
        assert_eq!(error, BuildError::Image(ImageError::BadSignature));
    }
}

#[test]
fn a_second_form_of_a_good_signature_is_refused() {
    // Adding the group's order to the second half gives a signature that lenient verifiers accept.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut bytes = signed();
    let start = 16 + manifest_bytes(&bytes).len() + 32;
    let mut carry = 0_u16;
    for (byte, order) in bytes[start..start + 32].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(refused(&bytes), ImageError::BadSignature);
}

#[test]
fn an_older_host_is_told() {
    let bytes = signed();
    let image = Image::parse(&bytes).unwrap();
    for older in [
        Version::new(1, 2, 2),
        Version::new(1, 1, 9),
        Version::new(0, 9, 9),
    ] {
        let error = image.verify(&keys(), older).map(|_| ()).unwrap_err();
        assert_eq!(
            error,
            ImageError::NewerHost {
                found: older,
                allowed: HOST
            }
        );
    }
    for newer in [
        HOST,
        Version::new(1, 2, 4),
        Version::new(1, 3, 0),
        Version::new(2, 0, 0),
    ] {
        assert!(image.verify(&keys(), newer).is_ok());
    }
}

#[test]
fn a_signed_manifest_that_does_not_decode_is_refused_after_its_signature() {
    let bytes = signed();
    let good = manifest_bytes(&bytes).to_vec();
    assert!(
        Image::parse(&resigned(&good, MODULE))
            .unwrap()
            .verify(&keys(), HOST)
            .is_ok()
    );
    let longer = [&good[..], &[0]].concat();
    assert_eq!(
        refused(&resigned(&longer, MODULE)),
        ImageError::ManifestMalformed
    );
    for length in 8..good.len() {
        assert_eq!(
            refused(&resigned(&good[..length], MODULE)),
            ImageError::ManifestMalformed
        );
    }
    // Another module length than the manifest says, in an image whose header agrees with its bytes.
    let error = refused(&resigned(&good, b"\0asm\x01\0\0\0\0"));
    assert_eq!(
        error,
        ImageError::ModuleLength {
            found: 9,
            allowed: 8
        }
    );
}

#[test]
fn fields_outside_their_bounds_are_neither_built_nor_verified() {
    let long = "x".repeat(300);
    let field = |field, found, allowed| ImageError::Field {
        field,
        found,
        allowed,
    };
    let grant = |interface, parameters| Manifest {
        grants: [Grant {
            interface,
            parameters,
        }]
        .into_iter()
        .collect(),
        ..manifest()
    };
    let topic = |topic| Manifest {
        topics: [topic].into_iter().collect(),
        ..manifest()
    };
    for (manifest, error) in [
        (
            Manifest {
                name: "",
                ..manifest()
            },
            field(Field::Name, 0, 32),
        ),
        (
            Manifest {
                name: &long[..33],
                ..manifest()
            },
            field(Field::Name, 33, 32),
        ),
        (
            Manifest {
                name: "Not-Kebab",
                ..manifest()
            },
            ImageError::NotKebab,
        ),
        (
            Manifest {
                world: &long[..65],
                ..manifest()
            },
            field(Field::World, 65, 64),
        ),
        (
            Manifest {
                config: &long.as_bytes()[..257],
                ..manifest()
            },
            field(Field::Config, 257, 256),
        ),
        (
            Manifest {
                tick_ms: Some(0),
                ..manifest()
            },
            field(Field::Tick, 0, u32::MAX),
        ),
        (grant("", &[]), field(Field::Interface, 0, 64)),
        (grant(&long[..65], &[]), field(Field::Interface, 65, 64)),
        (
            grant("a:b/c@1.0.0", &long.as_bytes()[..65]),
            field(Field::Parameters, 65, 64),
        ),
        (topic(""), field(Field::Topic, 0, 24)),
        (topic(&long[..25]), field(Field::Topic, 25, 24)),
    ] {
        let built = Unsigned::build(&manifest, MODULE, &DEVELOPMENT_KEY).map(|_| ());
        assert_eq!(built, Err(BuildError::Image(error)));
        let mut encoded = [0; 1024];
        let complete = Manifest {
            key_id: KeyId::of(&DEVELOPMENT_KEY),
            ..manifest
        };
        let encoded = postcard::to_slice(&complete, &mut encoded).unwrap();
        assert_eq!(refused(&resigned(encoded, MODULE)), error);
    }
}

#[test]
fn a_manifest_with_every_field_at_its_bound_fits() {
    let long = "x".repeat(300);
    let full = Manifest {
        name: &long[..32],
        world: &long[..64],
        grants: (0..16)
            .map(|_| Grant {
                interface: &long[..64],
                parameters: &long.as_bytes()[..64],
            })
            .collect(),
        budgets: Budgets {
            fuel_per_call: u64::MAX,
            memory: u32::MAX,
            stack: u32::MAX,
            heap: u32::MAX,
        },
        tick_ms: Some(u32::MAX),
        config: &long.as_bytes()[..256],
        topics: (0..8).map(|_| &long[..24]).collect(),
        ..manifest()
    };
    let bytes = unsigned(&full).sign(&DEVELOPMENT_SEED).unwrap();
    assert!(manifest_bytes(&bytes).len() < MANIFEST_MAX as usize);
    assert!(Image::parse(&bytes).unwrap().verify(&keys(), HOST).is_ok());
}

#[test]
fn an_image_is_signed_again_by_another_key() {
    let seed = [5; 32];
    let key = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let unsigned = Unsigned::from_image(&signed(), &key).unwrap();
    let wrong = unsigned.clone().sign(&DEVELOPMENT_SEED).unwrap_err();
    let expected = BuildError::OtherKey {
        found: KeyId::of(&DEVELOPMENT_KEY),
        allowed: KeyId::of(&key),
    };
    assert_eq!(wrong, expected);
    let bytes = unsigned.sign(&seed).unwrap();
    let keys = [key];
    let image = Image::parse(&bytes).unwrap();
    assert!(image.verify(&Keys::new(&keys), HOST).is_ok());
    assert_eq!(
        image.unverified_manifest().unwrap().grants,
        manifest().grants
    );
    assert!(Unsigned::from_image(b"\0asm\x01\0\0\0", &key).is_err());
}

#[test]
fn refusals_read_as_sentences() {
    let bytes = signed();
    let image = Image::parse(&bytes).unwrap();
    let error = image.verify(&Keys::new(&[]), HOST).map(|_| ()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("signed by the development key, which this device does not accept")
    );
    assert_eq!(
        refused(&bytes[..100]).to_string(),
        format!(
            "100 bytes where the header announces {}: was the image cut or added to on its way?",
            bytes.len()
        )
    );
    let error = ImageError::Field {
        field: Field::Topic,
        found: 25,
        allowed: 24,
    };
    assert_eq!(
        error.to_string(),
        "an event topic has 25 bytes, 1 to 24 are allowed"
    );
}
