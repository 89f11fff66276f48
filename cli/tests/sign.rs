//! `corelet sign`, `corelet verify` and `corelet inspect` of images.

mod common;

use common::Sandbox;
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Grant, Image, Manifest, Unsigned, Version};
use ed25519_dalek::pkcs8::DecodePrivateKey;
use ed25519_dalek::{Signer, SigningKey};

const MODULE: &str = r#"(module
    (import "corelet:host/sensor@0.1.0" "read" (func (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 640 (pagesize 1))
    (func (export "init") (param i32 i32) (result i64) i64.const 0))"#;

/// A sandbox with a signed `t.corelet`, and the keys `a` and `b`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let mut manifest = Manifest {
        name: "thermostat",
        version: Version::new(1, 2, 3),
        world: "acme:thermostat/thermostat@1.0.0",
        tick_ms: Some(1000),
        ..Manifest::default()
    };
    let grant = Grant {
        interface: "corelet:host/sensor@0.1.0",
        parameters: &[1, 0, 0, 0],
    };
    manifest.grants.push(grant).unwrap();
    let module = wat::parse_str(MODULE).unwrap();
    let image = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).unwrap();
    sandbox.write("t.corelet", image.sign(&DEVELOPMENT_SEED).unwrap());
    sandbox.corelet(&["keygen", "a"]).well();
    sandbox.corelet(&["keygen", "b"]).well();
    sandbox
}

fn key_id(sandbox: &Sandbox, image: &str) -> String {
    let bytes = std::fs::read(sandbox.path(image)).unwrap();
    Image::parse(&bytes).unwrap().key_id().to_string()
}

#[test]
fn a_signed_image_is_verified_with_its_key_alone() {
    let sandbox = sandbox();
    let signed = sandbox
        .corelet(&["sign", "t.corelet", "--key", "a"])
        .well()
        .stdout;
    let id = key_id(&sandbox, "t.corelet");
    assert_eq!(signed, format!("t.corelet  signed: key {id}\n"));
    let verified = sandbox
        .corelet(&["verify", "t.corelet", "--key", "a.pub"])
        .well()
        .stdout;
    assert!(verified.starts_with("thermostat 1.2.3  "), "{verified}");
    assert!(
        verified.ends_with(&format!(" B wasm  signed: key {id}\n")),
        "{verified}"
    );
    sandbox
        .corelet(&["verify", "t.corelet", "--key", "b.pub", "--key", "a.pub"])
        .well();
    let text = sandbox
        .corelet(&["verify", "t.corelet", "--key", "b.pub"])
        .refused(1);
    sandbox
        .corelet(&["sign", "t.corelet", "--key", "b", "-o", "b.corelet"])
        .well();
    let other = key_id(&sandbox, "b.corelet");
    assert_eq!(
        text,
        format!(
            "error: signed by a key that this device does not trust\n  image    key {id}\n  device   trusts key {other}\n\
             help: corelet sign t.corelet --key FILE\n"
        )
    );
}

#[test]
fn the_development_key_is_trusted_only_if_asked() {
    let sandbox = sandbox();
    let verified = sandbox
        .corelet(&["verify", "t.corelet", "--development"])
        .well()
        .stdout;
    assert!(
        verified.ends_with("signed: development key\n"),
        "{verified}"
    );
    let text = sandbox
        .corelet(&["verify", "t.corelet", "--key", "a.pub"])
        .refused(1);
    assert!(text.contains("  image    the development key\n"), "{text}");
    sandbox.corelet(&["verify", "t.corelet"]).refused(2);
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let sandbox = sandbox();
    let image = std::fs::read(sandbox.path("t.corelet")).unwrap();
    for at in [0, 20, 60, image.len() - 1] {
        let mut changed = image.clone();
        changed[at] ^= 1;
        sandbox.write("changed.corelet", &changed);
        sandbox
            .corelet(&["verify", "changed.corelet", "--development"])
            .refused(1);
    }
    sandbox.write("short.corelet", &image[..image.len() - 1]);
    let text = sandbox
        .corelet(&["verify", "short.corelet", "--development"])
        .refused(1);
    assert!(text.contains("was the image cut"), "{text}");
}

#[test]
fn a_key_that_is_elsewhere_signs_the_digest() {
    let sandbox = sandbox();
    let digest = sandbox
        .corelet(&["sign", "t.corelet", "--key", "a.pub", "--digest"])
        .well()
        .stdout;
    let digest: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let pem = std::fs::read_to_string(sandbox.path("a")).unwrap();
    let signature = SigningKey::from_pkcs8_pem(&pem)
        .unwrap()
        .sign(&digest)
        .to_bytes();
    sandbox.write("signature", signature);
    let attach = [
        "sign",
        "t.corelet",
        "--key",
        "a.pub",
        "--attach",
        "signature",
    ];
    sandbox.corelet(&attach).well();
    sandbox
        .corelet(&["verify", "t.corelet", "--key", "a.pub"])
        .well();

    let before = std::fs::read(sandbox.path("t.corelet")).unwrap();
    sandbox.write("signature", [1; 64]);
    let text = sandbox.corelet(&attach).refused(1);
    assert_eq!(
        text,
        "error: the signature is not this key's over t.corelet\n\
         help: sign what corelet sign --digest prints for this image and this key\n"
    );
    assert_eq!(std::fs::read(sandbox.path("t.corelet")).unwrap(), before);
    sandbox.write("signature", [1; 63]);
    let text = sandbox.corelet(&attach).refused(2);
    assert!(
        text.contains("= found: 63 bytes   allowed: 64 bytes, or 128 hexadecimal digits"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_no_key_or_no_image_is_named() {
    let sandbox = sandbox();
    let text = sandbox
        .corelet(&["sign", "t.corelet", "--key", "a.pub"])
        .refused(2);
    assert!(
        text.starts_with("error: a.pub holds no Ed25519 secret key\n"),
        "{text}"
    );
    let text = sandbox.corelet(&["sign", "a", "--key", "a"]).refused(1);
    assert!(
        text.starts_with("error: a: this is no Corelet image"),
        "{text}"
    );
    let text = sandbox
        .corelet(&["sign", "nowhere", "--key", "a"])
        .refused(2);
    assert!(text.starts_with("error: cannot read nowhere: "), "{text}");
}

#[test]
fn an_image_is_inspected_as_text_and_as_json() {
    let sandbox = sandbox();
    let text = sandbox.corelet(&["inspect", "t.corelet"]).well().stdout;
    for line in [
        "plugin    thermostat 1.2.3\n",
        "world     acme:thermostat/thermostat@1.0.0\n",
        ", the development key\n",
        "signed    verified, which proves nothing: everybody has this key\n",
        "tick      every 1,000 ms\n",
        "grants    corelet:host/sensor@0.1.0  {\"channels\":[0],\"reads-per-minute\":null,\"reads-per-second\":null}\n",
        "memory    640 B in pages of 1 B, no limit of its own\n",
        "imports   corelet:host/sensor@0.1.0 `read`\n",
        "exports   `memory`\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    let json = sandbox
        .corelet(&["inspect", "--json", "t.corelet"])
        .well()
        .stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["manifest"]["name"], "thermostat");
    assert_eq!(json["manifest"]["version"], "1.2.3");
    assert_eq!(json["module"]["memory"]["bytes"], 640);
    assert_eq!(json["module"]["imports"][0]["function"], "read");
    assert_eq!(json["signed"], true);
    assert_eq!(json["verified"], true);
}

#[test]
fn an_image_that_nobody_vouched_for_is_shown_as_such() {
    let sandbox = sandbox();
    let inspect = |arguments: &[&str]| {
        let arguments = [&["inspect", "t.corelet"], arguments].concat();
        sandbox.corelet(&arguments).well().stdout
    };
    sandbox.corelet(&["sign", "t.corelet", "--key", "a"]).well();
    let unknown = "signed    not verified: name its key with --key FILE\n";
    assert!(inspect(&[]).contains(unknown), "{}", inspect(&[]));
    assert!(inspect(&["--key", "b.pub"]).contains(unknown));
    assert!(inspect(&["--key", "a.pub"]).contains("signed    verified\n"));

    let mut bytes = std::fs::read(sandbox.path("t.corelet")).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    sandbox.write("t.corelet", bytes);
    let text = inspect(&["--key", "a.pub"]);
    assert!(text.contains("signed    not verified: "), "{text}");
    let json: serde_json::Value = serde_json::from_str(&inspect(&["--json"])).unwrap();
    assert_eq!(json["verified"], false);
}

#[test]
fn what_an_image_says_of_itself_does_not_steer_a_terminal() {
    let sandbox = sandbox();
    let mut manifest = Manifest {
        name: "evil",
        world: "a\u{1b}[2K\nkey       verified\u{9b}2K",
        ..Manifest::default()
    };
    manifest.topics.push("t\r\u{202e}").unwrap();
    let module = MODULE.replace("\"memory\"", "\"m\\1b[31m\\c2\\9b\"");
    let module = wat::parse_str(module).unwrap();
    let image = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).unwrap();
    sandbox.write("evil.corelet", image.sign(&DEVELOPMENT_SEED).unwrap());
    for arguments in [
        &["inspect", "evil.corelet"][..],
        &["inspect", "--json", "evil.corelet"],
    ] {
        let text = sandbox.corelet(arguments).well().stdout;
        let control = text.chars().find(|char| char.is_control() && *char != '\n');
        assert_eq!(control, None, "{text:?}");
        assert!(!text.contains("\nkey       verified"), "{text}");
    }
}

#[test]
fn a_module_is_inspected_and_nonsense_is_refused() {
    let sandbox = sandbox();
    sandbox.write("t.wasm", wat::parse_str(MODULE).unwrap());
    let text = sandbox.corelet(&["inspect", "t.wasm"]).well().stdout;
    assert!(text.starts_with("module    "), "{text}");
    sandbox.write("t.txt", "hello");
    let text = sandbox.corelet(&["inspect", "t.txt"]).refused(1);
    assert!(
        text.ends_with(": neither a Corelet image nor a WebAssembly module\n"),
        "{text}"
    );
}
