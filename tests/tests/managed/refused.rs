//! What the firmware does not offer is refused before the flash changes.

use std::fs;

use corelet_host::abi::Shape;
use corelet_image::Confirm;
use corelet_mps2_an386::{BANKS, FLASH_MAP};
use corelet_store::BankId;
use corelet_tests::{Plugin, manifest, signed};

use crate::board::Board;
use crate::plugin::{NAME, image};
use crate::toolkit;

/// What is in the banks.
fn banks(board: &Board) -> Vec<Vec<u8>> {
    let flash = fs::read(board.flash()).unwrap();
    let banks = (0..BANKS as u8).map(|bank| FLASH_MAP.bank(BankId(bank)).unwrap());
    let bytes = |offset: u32, size: u32| flash[offset as usize..][..size as usize].to_vec();
    banks
        .map(|bank| bytes(bank.offset(), bank.size()))
        .collect()
}

#[test]
fn an_import_that_is_not_offered_is_refused_with_the_first_bytes() {
    let (board, _machine, port) = Board::started(&image(1, 0, Confirm::default()));
    let before = banks(&board);
    let module = Plugin::new()
        .import("corelet:host/valve@0.1.0", "open", Shape(1))
        .items(&format!(r#"(@custom "padding" "{}")"#, "p".repeat(9_000)))
        .build();
    let client = toolkit::client(&port);
    client.use_auto_frame_size().unwrap();
    let mut furthest = 0;
    let mut progress = |offset: u64, _| {
        furthest = offset.max(furthest);
        true
    };
    let refused = client.image_upload(
        signed(&manifest(NAME), &module),
        Some(0),
        None,
        false,
        Some(&mut progress),
    );
    let refused = format!("{:?}", refused.unwrap_err());
    assert!(
        refused.contains("corelet:host/valve@0.1.0 `open`: the host has no such function"),
        "{refused}"
    );
    assert!(furthest < 1_000, "{furthest}");
    assert_eq!(banks(&board), before);
    let states = client.image_get_state().unwrap();
    assert_eq!(states.len(), 1, "{states:?}");
    assert!(states[0].active, "{states:?}");
}
