//! The same list on the emulated board: the same answers, the same errors, the same fuel.

use corelet_cli::{firmware, toolchain};
use corelet_tests::{Emulated, misbehaviour, run_on_desktop};

#[test]
fn every_misbehaviour_ends_on_the_emulated_board_as_on_the_desktop() {
    let qemu = toolchain::ensure_qemu().unwrap_or_else(|error| panic!("{error}"));
    let firmware = firmware::build(&[]).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let board = Emulated {
        qemu: &qemu,
        firmware: &firmware,
        flash: &folder.path().join("flash"),
    };
    let mut wrong = Vec::new();
    for case in misbehaviour::cases() {
        let found = board
            .run(&case)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        if let Err(error) = case.check(&found) {
            wrong.push(format!("{}: {error}", case.name));
        } else if found != run_on_desktop(&case) {
            let desktop = run_on_desktop(&case);
            wrong.push(format!(
                "{}: {found:?}, on the desktop {desktop:?}",
                case.name
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
