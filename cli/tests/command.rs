//! What holds for every verb: help, exit codes, no colours in a pipe.

mod common;

use common::Sandbox;

const VERBS: [&str; 20] = [
    "new", "build", "check", "keygen", "sign", "verify", "inspect", "run", "install", "upload",
    "slots", "confirm", "rollback", "erase", "forgive", "logs", "audit", "stats", "reset", "wit",
];

#[test]
fn help_names_every_verb_and_every_exit_code() {
    let help = Sandbox::new().corelet(&["--help"]).well().stdout;
    for verb in VERBS {
        assert!(help.contains(&format!("\n  {verb} ")), "{verb}: {help}");
    }
    let codes = "Exit codes:\n  0  well\n  1  what was checked is refused, a plugin failed, or a device refused\n  \
                 2  the command line is wrong, or a file or port cannot be opened, read or written\n  \
                 3  a tool failed or is missing: Cargo, the compiler, QEMU; or a device does not answer\n";
    assert!(help.contains(codes), "{help}");
}

#[test]
fn every_verb_has_help_of_its_own() {
    for verb in VERBS {
        let help = Sandbox::new().corelet(&[verb, "--help"]).well().stdout;
        assert!(help.contains("Usage: corelet"), "{help}");
    }
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    for args in [
        &["fly"][..],
        &["new"],
        &["run", "--ticks", "many", "a"],
        &[],
    ] {
        let outcome = Sandbox::new().corelet(args);
        assert_eq!(outcome.code, 2, "{args:?}: {outcome:?}");
    }
}

#[test]
fn a_pipe_gets_no_colours() {
    let outcome = Sandbox::new().corelet(&["wit", "check", "nowhere"]);
    assert!(!outcome.stderr.contains('\x1b'), "{outcome:?}");
}
