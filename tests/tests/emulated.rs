//! The same list on the emulated board: the same answers, the same errors, the same fuel; and the verdicts that its offer gives.

use corelet_cli::{check, firmware, toolchain};
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
    // What the build wrote of this firmware, and what the firmware itself does.
    let offer = firmware.with_file_name("mps2-an386.offer");
    let mut wrong = Vec::new();
    for case in misbehaviour::cases() {
        let found = board
            .run(&case)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let verdict = check(&case.name, &case.image, Some(&offer)).unwrap();
        // A module alone is judged too, and no device takes it. What `init` answers no offer knows.
        let taken = verdict["verdict"] == "admitted" && !verdict["signer"].is_null();
        let refused = found.refused.as_ref();
        if taken == refused.is_some_and(|error| !error.starts_with("Init")) {
            wrong.push(format!("{}: {found:?}, by the offer {verdict}", case.name));
        } else if let Err(error) = case.check(&found) {
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
