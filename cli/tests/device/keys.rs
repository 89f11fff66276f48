//! Keys that are replaced, by a set that the root key signed.

use std::fs;

use corelet_image::{DEVELOPMENT_SEED, KeyId, PublicKey, Unsigned, UnsignedKeySet};
use ed25519_dalek::SigningKey;

use crate::updater::{Bench, GOOD};

impl Bench {
    /// Writes `name`.keys, which the root key signed.
    fn key_set(&self, name: &str, epoch: u32, keys: &[PublicKey]) {
        let unsigned = UnsignedKeySet::build(epoch, keys).unwrap();
        let set = unsigned.sign(&DEVELOPMENT_SEED).unwrap();
        self.sandbox.write(&format!("{name}.keys"), set);
    }

    /// Signs `image`.corelet with another key.
    fn sign(&self, image: &str, key: &SigningKey) {
        let path = self.sandbox.path(&format!("{image}.corelet"));
        let public = key.verifying_key().to_bytes();
        let unsigned = Unsigned::from_image(&fs::read(&path).unwrap(), &public).unwrap();
        fs::write(path, unsigned.sign(key.as_bytes()).unwrap()).unwrap();
    }
}

#[test]
fn keys_are_replaced_and_what_a_revoked_one_signed_is_parked_until_it_is_trusted_again() {
    let bench = Bench::new();
    let [alice, bob] = [[1; 32], [2; 32]].map(|seed| SigningKey::from_bytes(&seed));
    let [of_alice, of_bob] = [&alice, &bob].map(|key| key.verifying_key().to_bytes());
    let keys = |name: &str| bench.corelet(&["keys", &format!("{name}.keys")]);
    bench.key_set("alice", 1, &[of_alice]);
    bench.image("first", 1, 0, GOOD);
    bench.sign("first", &alice);
    assert!(
        bench
            .refused(bench.install("first"))
            .starts_with("error: slot 0 refuses thermostat 0.1.0: ")
    );
    assert_eq!(
        keys("alice").well().stdout,
        format!("epoch 0  →  1: {}\n", KeyId::of(&of_alice))
    );
    bench.install("first").well();

    bench.key_set("bob", 3, &[of_bob]);
    assert!(keys("bob").well().stdout.starts_with("epoch 1  →  3: "));
    let slots = || bench.corelet(&["slots"]).well().stdout;
    let parked = slots();
    assert!(
        parked.starts_with("slot 0  parked     thermostat 0.1.0  ")
            && parked.contains(&KeyId::of(&of_alice).to_string())
            && parked.ends_with("\nkeys    epoch 3\n"),
        "{parked}"
    );

    bench.key_set("older", 2, &[of_alice]);
    assert_eq!(
        bench.refused(keys("older")),
        "error: the device refuses to take the keys of older.keys: a key set of epoch 2, this device takes epoch 4 or later: \
         sign a newer one\n  port     PORT\n  set      epoch 2\nthe keys of epoch 3 are in force\n"
    );
    bench.key_set("both", 4, &[of_alice, of_bob]);
    assert!(keys("both").well().stdout.starts_with("epoch 3  →  4: "));
    // Once the main loop has come round.
    let back = slots();
    assert!(
        back.starts_with("slot 0  confirmed  thermostat 0.1.0  "),
        "{back}"
    );

    bench.sandbox.write("text.keys", "no keys");
    let text = bench.refused(keys("text"));
    assert!(
        text.starts_with("error: text.keys: this is no Corelet key set: "),
        "{text}"
    );
}
