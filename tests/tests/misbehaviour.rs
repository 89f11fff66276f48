//! Whatever a plugin or its image does, the host lives and the other slot is served: on the desktop board.

use corelet_tests::{misbehaviour, run_on_desktop};

#[test]
fn every_misbehaviour_ends_as_it_shall_on_the_desktop() {
    let cases = misbehaviour::cases();
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            let error = case.check(&run_on_desktop(case)).err()?;
            Some(format!("{}: {error}", case.name))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_case_ends_the_same_way_again() {
    for case in misbehaviour::cases() {
        assert_eq!(
            run_on_desktop(&case),
            run_on_desktop(&case),
            "{}",
            case.name
        );
    }
}
