//! A plugin's manifest with something in every field, and images of it.
#![allow(dead_code, unreachable_pub)]

use corelet_image::{
    Budgets, Confirm, DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Keys, Manifest, Unsigned, Version,
};

pub const MODULE: &[u8] = b"\0asm\x01\0\0\0";
pub const HOST: Version = Version::new(1, 2, 3);

pub fn keys() -> Keys<'static> {
    Keys::NONE.accept_development()
}

pub fn manifest() -> Manifest<'static> {
    let grants = [
        Grant {
            interface: "corelet:host/sensor@0.1.0",
            parameters: &[1, 0, 60],
        },
        Grant {
            interface: "acme:hvac/relay@1.0.0",
            parameters: &[],
        },
    ];
    Manifest {
        name: "thermostat",
        version: Version::new(1, 20, 300),
        security_version: 7,
        world: "acme:thermostat/thermostat@1.0.0",
        min_host: HOST,
        grants: grants.into_iter().collect(),
        budgets: Budgets {
            fuel_per_call: 20_000,
            memory: 2_048,
            stack: 4_096,
            heap: 16_384,
        },
        tick_ms: Some(1_000),
        confirm: Confirm {
            good_calls: 3,
            seconds: 60,
            health: true,
        },
        config: &[0x90, 0xc8, 0x02, 0xd0, 0x0f],
        topics: ["overcurrent", "door"].into_iter().collect(),
        ..Manifest::default()
    }
}

pub fn unsigned(manifest: &Manifest<'_>) -> Unsigned {
    Unsigned::build(manifest, MODULE, &DEVELOPMENT_KEY).unwrap()
}

pub fn signed() -> Vec<u8> {
    unsigned(&manifest()).sign(&DEVELOPMENT_SEED).unwrap()
}

/// The same image with another manifest, of whatever bytes, signed by the development key all the same.
pub fn resigned(manifest: &[u8], module: &[u8]) -> Vec<u8> {
    use ed25519_dalek::{Signer, SigningKey};
    use sha2::{Digest, Sha256};
    let mut bytes = b"CRLT\x01\0\0\0".to_vec();
    bytes.extend((manifest.len() as u32).to_le_bytes());
    bytes.extend((module.len() as u32).to_le_bytes());
    bytes.extend(manifest);
    let digest = Sha256::new()
        .chain_update("corelet image signature 1")
        .chain_update(&bytes)
        .finalize();
    bytes.extend(
        SigningKey::from_bytes(&DEVELOPMENT_SEED)
            .sign(&digest)
            .to_bytes(),
    );
    bytes.extend(module);
    bytes
}

/// The manifest's bytes in an image.
pub fn manifest_bytes(image: &[u8]) -> &[u8] {
    let length = u32::from_le_bytes(image[8..12].try_into().unwrap());
    &image[16..16 + length as usize]
}
