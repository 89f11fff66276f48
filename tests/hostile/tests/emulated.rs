//! The whole hostile set on the emulated board with a heap of 96 KiB: the same refusals, errors and fuel as on the desktop, but
//! where the heap has no room.

use corelet_cli::{firmware, toolchain};
use corelet_hostile::{Findings, Kind, cases, emulate};
use corelet_tests::Emulated;

#[test]
fn the_emulated_board_outlives_them_too() {
    let qemu = toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}"));
    let firmware = firmware::build(&["hostile"]).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let board = Emulated {
        qemu: &qemu,
        firmware: &firmware,
        flash: &folder.path().join("flash"),
    };
    let cases = cases();
    let Findings { table, wrong } =
        emulate(&board, &cases).unwrap_or_else(|error| panic!("{error}"));
    println!("{table}");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(table.total(|_| true), cases.len());
    assert!(cases.len() >= 1_000);
    assert!(table.total(|kind| *kind == Kind::Answered) >= 200);
    assert!(table.interrupted_min() >= 200);
}
