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
    let words = "vendor:pump@1.0.0 is well: 1 world, 1 interface, 1 function\n";
    assert_eq!(outcome.stdout, words);
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

#[test]
fn a_contract_is_shown_with_sizes_and_shapes() {
    let sandbox = Sandbox::new();
    sandbox.write("wit/pump.wit", PUMP);
    let text = sandbox.corelet(&["wit", "show", "wit"]).well().stdout;
    assert!(
        text.starts_with("package vendor:pump@1.0.0\n\nworld pump\n"),
        "{text}"
    );
    let function = "interface vendor:pump/motor@1.0.0\n  set-speed(rpm: u16) -> result<_, string<max 32>>\n    \
                    request 1 to 3 B   response 1 to 34 B   shape ";
    assert!(text.contains(function), "{text}");
    let json = sandbox
        .corelet(&["wit", "show", "wit", "--json"])
        .well()
        .stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let function = &json["interfaces"][0]["functions"][0];
    assert_eq!(function["request_max"], 3);
    assert!(text.contains(function["shape"].as_str().unwrap()), "{json}");
}

#[test]
fn a_compatible_and_a_breaking_change_are_told_apart() {
    let sandbox = Sandbox::new();
    sandbox.write("old/pump.wit", PUMP);
    let same = sandbox
        .corelet(&["wit", "diff", "old", "old"])
        .well()
        .stdout;
    assert_eq!(same, "nothing changed\n");

    sandbox.write(
        "more/pump.wit",
        PUMP.replace("}\n\nworld", "  stop: func();\n}\n\nworld"),
    );
    let more = sandbox
        .corelet(&["wit", "diff", "old", "more"])
        .well()
        .stdout;
    assert!(
        more.contains("compatible  vendor:pump/motor@1.0.0 `stop`: added"),
        "{more}"
    );
    assert!(
        more.ends_with("compatible: plugins built for old run with more\n"),
        "{more}"
    );

    sandbox.write("other/pump.wit", PUMP.replace("u16", "u32"));
    let other = sandbox.corelet(&["wit", "diff", "old", "other"]);
    assert_eq!(other.code, 1);
    assert!(
        other
            .stdout
            .contains("breaking    vendor:pump/motor@1.0.0 `set-speed`: changed"),
        "{}",
        other.stdout
    );
    assert!(
        other
            .stderr
            .starts_with("error: other breaks plugins that were built for old\n"),
        "{}",
        other.stderr
    );
}
