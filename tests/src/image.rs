use corelet_host::abi::{Codec, encode};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Manifest, Unsigned};

/// A manifest that asks for no grants, and for as much of everything else as the policy has, except fuel: 20,000 a call.
pub fn manifest(name: &str) -> Manifest<'_> {
    let mut manifest = Manifest {
        name,
        ..Manifest::default()
    };
    manifest.budgets.fuel_per_call = 20_000;
    manifest.budgets.memory = u32::MAX;
    manifest.budgets.stack = u32::MAX;
    manifest
}

/// The same manifest with one grant more: an interface, for instance `corelet:host/storage@0.1.0`, and its encoded record.
///
/// # Panics
/// If it has all the grants that a manifest can have.
#[must_use]
pub fn with_grant<'a>(
    mut manifest: Manifest<'a>,
    interface: &'a str,
    parameters: &'a [u8],
) -> Manifest<'a> {
    let grant = Grant {
        interface,
        parameters,
    };
    manifest
        .grants
        .push(grant)
        .expect("a manifest has room for it");
    manifest
}

/// The image of a module, signed with the development key.
///
/// # Panics
/// If the manifest is not as it must be.
pub fn signed(manifest: &Manifest<'_>, module: &[u8]) -> Vec<u8> {
    Unsigned::build(manifest, module, &DEVELOPMENT_KEY)
        .and_then(|image| image.sign(&DEVELOPMENT_SEED))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The bytes of a message.
///
/// # Panics
/// If the value is over a bound.
pub fn message<C: Codec>(value: &C::Value<'_>) -> Vec<u8> {
    let mut bytes = vec![0; C::MAX];
    let length = encode::<C>(value, &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    bytes.truncate(length);
    bytes
}
