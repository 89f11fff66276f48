//! The whole hostile set on the emulated board with a heap of 96 KiB: the same refusals, errors and fuel as on the desktop, but
//! where the heap has no room.

use corelet_cli::{firmware, toolchain};
use corelet_hostile::{Bench, Kind, Table, cases, check, emulate};
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
    let mut desktop = Bench::new();
    let mut table = Table::default();
    let (mut said, mut wrong) = (0, Vec::new());
    let ran = emulate(&board, &cases, |case, outcome| {
        said += 1;
        match outcome {
            Ok(outcome) => {
                table.count(case, &outcome);
                wrong.extend(check(case, &outcome).err());
                wrong.extend(outcome.differs(case, &desktop.run(&case.image)));
            }
            Err(last) => wrong.push(format!("{}: the board died: {last}", case.name())),
        }
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    println!("{table}");
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(said, cases.len());
    assert!(table.total(|_| true) >= 1_000);
    assert!(table.total(|kind| *kind == Kind::Answered) >= 200);
}
