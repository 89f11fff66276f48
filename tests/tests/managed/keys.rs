//! Keys that are replaced over the board's UART, and a flash that is put back.

use std::fs;

use corelet_cli::Failure;
use corelet_image::{Confirm, DEVELOPMENT_SEED, PublicKey, UnsignedKeySet};
use corelet_mps2_an386::COUNTER;
use ed25519_dalek::SigningKey;

use crate::board::{Board, wait_for};
use crate::command::{corelet, place, running};
use crate::plugin::{image, signed_by};

/// Has the board take a set of these keys, which the root key signed.
fn give(board: &Board, port: &str, epoch: u32, keys: &[PublicKey]) -> Result<(), Failure> {
    let unsigned = UnsignedKeySet::build(epoch, keys).unwrap();
    let set = board.named("keys", &unsigned.sign(&DEVELOPMENT_SEED).unwrap());
    corelet(port, &["keys", set.to_str().unwrap()])
}

fn install(board: &Board, port: &str, minor: u32, key: &SigningKey) -> Result<(), Failure> {
    let image = signed_by(&image(minor, 0, Confirm::default()), key);
    let file = board.named("image", &image);
    corelet(port, &["install", "--slot", &place(0, &file)])
}

#[track_caller]
fn done(result: Result<(), Failure>) {
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn a_revoked_key_signs_nothing_more_and_a_flash_that_is_put_back_runs_nothing() {
    let [alice, bob] = [[1; 32], [2; 32]].map(|seed| SigningKey::from_bytes(&seed));
    let [of_alice, of_bob] = [&alice, &bob].map(|key| key.verifying_key().to_bytes());
    let (board, mut machine, port) = Board::started(&image(1, 0, Confirm::default()));
    let unknown = install(&board, &port, 2, &alice).unwrap_err().to_string();
    assert!(
        unknown.contains("which this device does not trust"),
        "{unknown}"
    );
    done(give(&board, &port, 1, &[of_alice, of_bob]));
    done(install(&board, &port, 2, &alice));
    assert_eq!(running(&port), [(0, "0.2.0".to_owned())]);
    machine.kill();
    drop(machine);
    let before = fs::read(board.flash()).unwrap();

    // Alice's key is lost.
    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    done(give(&board, &port, 2, &[of_bob]));
    wait_for(&mut machine, "slot 0: image refused: UnknownKey");
    assert_eq!(running(&port), []);
    let revoked = install(&board, &port, 3, &alice).unwrap_err().to_string();
    assert!(
        revoked.contains("which this device does not trust"),
        "{revoked}"
    );
    done(install(&board, &port, 4, &bob));
    assert_eq!(running(&port), [(0, "0.4.0".to_owned())]);
    machine.kill();
    drop(machine);

    // Whoever has her key puts back the flash that trusted it, but not what was programmed once and for all.
    let after = fs::read(board.flash()).unwrap();
    let mut old = before;
    let counter = COUNTER.offset() as usize..COUNTER.end() as usize;
    old[counter.clone()].copy_from_slice(&after[counter]);
    fs::write(board.flash(), old).unwrap();
    let (mut machine, port) = board.start();
    wait_for(
        &mut machine,
        "Unguarded { error: OldFlash { found: 1, allowed: 2 } }",
    );
    assert_eq!(running(&port), []);
    let refused = give(&board, &port, 1, &[of_alice]).unwrap_err().to_string();
    assert!(refused.contains("older"), "{refused}");
    machine.kill();
    drop(machine);

    fs::write(board.flash(), after).unwrap();
    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.4.0");
    assert_eq!(running(&port), [(0, "0.4.0".to_owned())]);
}
