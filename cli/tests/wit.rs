//! `corelet wit`.

mod common;

use common::Sandbox;

const PUMP: &str = "package vendor:pump@1.0.0;

interface motor {
  /// @max(result.err: 32)
  set-speed: func(rpm: u16) -> result<_, string>;
}

world pump {
  import motor;
}
";

#[test]
fn a_contract_that_holds_is_counted() {
    let sandbox = Sandbox::new();
    sandbox.write("wit/pump.wit", PUMP);
    let outcome = sandbox.corelet(&["wit", "check", "wit"]).well();
    assert!(
        outcome.stdout.starts_with("wit: well: "),
        "{}",
        outcome.stdout
    );
}

#[test]
fn a_contract_that_does_not_hold_is_shown_with_its_line() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "wit/pump.wit",
        PUMP.replace("  /// @max(result.err: 32)\n", ""),
    );
    let text = sandbox.corelet(&["wit", "check", "wit"]).refused(1);
    assert!(text.starts_with("error: "), "{text}");
    assert!(text.contains("--> wit/pump.wit:4:"), "{text}");
    assert!(
        text.contains("set-speed: func(rpm: u16) -> result<_, string>;"),
        "{text}"
    );
    assert!(text.contains("\nhelp: "), "{text}");
}

#[test]
fn a_folder_that_is_not_there_is_exit_code_2() {
    let text = Sandbox::new()
        .corelet(&["wit", "check", "nowhere"])
        .refused(2);
    assert!(text.starts_with("error: cannot read nowhere: "), "{text}");
}
