use super::{Verdict, compare};
use crate::Contract;

const OLD: &str = "
package vendor:pump@1.0.0;
interface motor {
    record grant { max-rpm: u16 }
    record status { rpm: u16, amps: u16 }
    /// @open
    enum fault { hot, stuck }
    /// @max(result.err: 16)
    read-status: func() -> result<status, string>;
    last-fault: func() -> option<fault>;
    set-speed: func(rpm: u16);
    stop: func();
}
interface alarms {
    raise: func(number: u8);
}
world pump {
    import motor;
    export alarms;
    record config { rpm: u16 }
}
";

/// What `compare` prints when `change` replaces `what` in the contract; what is unchanged is left out.
#[track_caller]
fn changes(what: &str, change: &str) -> String {
    assert!(OLD.contains(what));
    let old = Contract::parse(&[("old.wit", OLD)]).unwrap();
    let new = Contract::parse(&[("new.wit", &OLD.replace(what, change))]).unwrap();
    let changes = compare(&old, &new).into_iter();
    let changes = changes.filter(|change| change.verdict != Verdict::Unchanged);
    changes
        .map(|change| change.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_contract_is_compatible_with_itself_function_by_function() {
    let contract = Contract::parse(&[("old.wit", OLD)]).unwrap();
    let changes = compare(&contract, &contract);
    assert!(
        changes
            .iter()
            .all(|change| change.verdict == Verdict::Unchanged),
        "{changes:?}"
    );
    let subjects: Vec<_> = changes
        .iter()
        .map(|change| change.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [
            "vendor:pump/motor@1.0.0 `read-status`",
            "vendor:pump/motor@1.0.0 `last-fault`",
            "vendor:pump/motor@1.0.0 `set-speed`",
            "vendor:pump/motor@1.0.0 `stop`",
            "vendor:pump/motor@1.0.0 grant",
            "vendor:pump/alarms@1.0.0 `raise`",
            "world pump `init`",
        ],
    );
}

#[test]
fn the_smallest_part_that_differs_is_named() {
    assert_eq!(
        changes("amps: u16 }", "milliamps: u32 }"),
        "breaking    vendor:pump/motor@1.0.0 `read-status`: changed
  result.ok
    old  record { rpm: u16, amps: u16 }
    new  record { rpm: u16, milliamps: u32 }",
    );
    assert_eq!(
        changes("result.err: 16", "result.err: 24"),
        "breaking    vendor:pump/motor@1.0.0 `read-status`: changed
  result.err
    old  string<max 16>
    new  string<max 24>",
    );
    assert_eq!(
        changes(
            "set-speed: func(rpm: u16)",
            "set-speed: func(rpm: u16, ramp: bool)"
        ),
        "breaking    vendor:pump/motor@1.0.0 `set-speed`: changed
  parameters
    old  (rpm: u16)
    new  (rpm: u16, ramp: bool)",
    );
    assert_eq!(
        changes("stop: func()", "stop: func() -> bool"),
        "breaking    vendor:pump/motor@1.0.0 `stop`: changed
  result
    old  nothing
    new  bool",
    );
}

#[test]
fn an_open_enum_may_grow_at_its_end_only() {
    assert_eq!(
        changes("hot, stuck", "hot, stuck, wet"),
        "compatible  vendor:pump/motor@1.0.0 `last-fault`: changed
  result.some
    old  open enum { hot, stuck }
    new  open enum { hot, stuck, wet }",
    );
    assert!(
        changes("hot, stuck", "stuck, hot")
            .starts_with("breaking    vendor:pump/motor@1.0.0 `last-fault`")
    );
    assert!(
        changes("hot, stuck", "hot")
            .starts_with("breaking    vendor:pump/motor@1.0.0 `last-fault`")
    );
}

#[test]
fn what_is_added_to_an_import_is_compatible_and_to_an_export_is_not() {
    assert_eq!(
        changes("stop: func();", "stop: func();\n    coast: func();"),
        "compatible  vendor:pump/motor@1.0.0 `coast`: added",
    );
    assert_eq!(
        changes("stop: func();", ""),
        "breaking    vendor:pump/motor@1.0.0 `stop`: removed"
    );
    assert_eq!(
        changes(
            "raise: func(number: u8);",
            "raise: func(number: u8);\n    clear: func();"
        ),
        "breaking    vendor:pump/alarms@1.0.0 `clear`: added; plugins built before do not answer it",
    );
    assert_eq!(
        changes("raise: func(number: u8);", ""),
        "compatible  vendor:pump/alarms@1.0.0 `raise`: removed; it is not called any more",
    );
}

#[test]
fn grants_config_and_the_lists_of_a_world_are_compared() {
    assert!(
        changes("max-rpm: u16", "max-rpm: u32")
            .starts_with("breaking    vendor:pump/motor@1.0.0 grant: changed\n  grant.max-rpm\n")
    );
    assert!(
        changes("record config { rpm: u16 }", "").starts_with(
            "breaking    world pump `init`: changed\n  parameters\n    old  (config: "
        )
    );
    assert_eq!(
        changes(
            "import motor;",
            "import motor;\n    import corelet:host/logging@0.1.0;"
        ),
        "compatible  corelet:host/logging@0.1.0 `log`: added
compatible  world pump import corelet:host/logging@0.1.0: added",
    );
    assert_eq!(
        changes("    import motor;\n", ""),
        "breaking    world pump import vendor:pump/motor@1.0.0: removed",
    );
    assert_eq!(
        changes("world pump {", "world pumps {"),
        "compatible  world pumps: added\nbreaking    world pump: removed",
    );
}

#[test]
fn a_compatible_version_is_the_same_interface_and_another_one_is_not() {
    assert_eq!(changes("pump@1.0.0", "pump@1.2.0"), "");
    let other = changes("pump@1.0.0", "pump@2.0.0");
    assert!(
        other.contains("compatible  vendor:pump/motor@2.0.0 `stop`: added"),
        "{other}"
    );
    assert!(
        other.contains("breaking    vendor:pump/motor@1.0.0 `stop`: removed"),
        "{other}"
    );
    assert!(
        other.contains("breaking    world pump import vendor:pump/motor@1.0.0: removed"),
        "{other}"
    );
}
