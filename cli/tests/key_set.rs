//! `corelet sign --keys`.

mod common;

use common::Sandbox;
use corelet_image::{DEVELOPMENT_KEY, KeySet, PublicKey};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};

/// A sandbox with the keys `a`, `b` and `root`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for key in ["a", "b", "root"] {
        sandbox.corelet(&["keygen", key]).well();
    }
    sandbox
}

fn pair(sandbox: &Sandbox, name: &str) -> SigningKey {
    let pem = std::fs::read_to_string(sandbox.path(name)).unwrap();
    SigningKey::from_pkcs8_pem(&pem).unwrap()
}

fn public(sandbox: &Sandbox, name: &str) -> PublicKey {
    pair(sandbox, name).verifying_key().to_bytes()
}

#[test]
fn a_key_set_is_signed_by_the_root_key() {
    let sandbox = sandbox();
    let said = sandbox
        .corelet(&[
            "sign", "--keys", "a.pub", "b.pub", "--epoch", "3", "--key", "root", "-o", "s.keys",
        ])
        .well()
        .stdout;
    assert!(said.starts_with("s.keys  epoch 3, 2 keys: "), "{said}");
    let bytes = std::fs::read(sandbox.path("s.keys")).unwrap();
    let set = KeySet::parse(&bytes).unwrap();
    let verified = set.verify(&public(&sandbox, "root")).unwrap();
    assert_eq!(verified.epoch(), 3);
    let keys = [public(&sandbox, "a"), public(&sandbox, "b")];
    assert_eq!(verified.keys(), keys);
    assert!(set.verify(&keys[0]).is_err());
}

#[test]
fn on_a_desk_the_development_key_is_the_root_key() {
    let sandbox = sandbox();
    let set = ["sign", "--keys", "a.pub", "--epoch", "1", "-o", "s.keys"];
    sandbox
        .corelet(&[&set[..], &["--development"]].concat())
        .well();
    let bytes = std::fs::read(sandbox.path("s.keys")).unwrap();
    let set = KeySet::parse(&bytes).unwrap();
    assert!(set.verify(&DEVELOPMENT_KEY).is_ok());
    let both = ["sign", "s.keys", "--development", "--key", "root"];
    sandbox.corelet(&both).refused(2);
}

#[test]
fn a_root_key_that_is_elsewhere_signs_the_same() {
    let sandbox = sandbox();
    let with = |rest: &[&str]| {
        let set = ["sign", "--keys", "a.pub", "--epoch", "1"];
        sandbox.corelet(&[&set, rest].concat())
    };
    with(&["--key", "root", "-o", "here.keys"]).well();
    let digest = with(&["--key", "root.pub", "--digest"]).well().stdout;
    let digest: Vec<u8> = digest
        .trim()
        .as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
        .collect();
    let signature = pair(&sandbox, "root").sign(&digest).to_bytes();
    sandbox.write("signature", signature);
    with(&[
        "--key",
        "root.pub",
        "--attach",
        "signature",
        "-o",
        "there.keys",
    ])
    .well();
    let read = |name: &str| std::fs::read(sandbox.path(name)).unwrap();
    assert_eq!(read("here.keys"), read("there.keys"));
    let text = with(&[
        "--key",
        "b.pub",
        "--attach",
        "signature",
        "-o",
        "other.keys",
    ])
    .refused(1);
    assert!(text.contains("not the root key's"), "{text}");
    assert!(!sandbox.path("other.keys").exists());
}

#[test]
fn what_is_no_key_set_is_refused_with_help() {
    let sandbox = sandbox();
    let refused = |arguments: &[&str], code| {
        let all = [&["sign", "--key", "root"], arguments].concat();
        sandbox.corelet(&all).refused(code)
    };
    let text = refused(&["--keys", "a.pub", "--epoch", "0", "-o", "s.keys"], 1);
    assert!(text.contains("begin with epoch 1"), "{text}");
    let five = [
        "--keys", "a.pub", "a.pub", "a.pub", "a.pub", "a.pub", "--epoch", "1", "-o", "s",
    ];
    let text = refused(&five, 1);
    assert!(text.contains("5 keys, 1 to 4 are allowed"), "{text}");
    let text = refused(&["--keys", "a.pub", "--epoch", "1"], 2);
    assert!(text.contains("--output"), "{text}");
    refused(&["--keys", "a.pub"], 2);
    refused(&["t.corelet", "--keys", "a.pub", "--epoch", "1"], 2);
    refused(&[], 2);
}
