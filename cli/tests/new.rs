//! `corelet new`.

mod common;

use common::Sandbox;

#[test]
fn a_crate_is_made_with_its_contract() {
    let sandbox = Sandbox::new();
    let outcome = sandbox
        .corelet(&["new", "room-sensor", "--world", "device"])
        .well();
    assert_eq!(
        outcome.stdout,
        "made room-sensor, a plugin crate\nnext: cd room-sensor && cargo test && corelet build\n"
    );
    for file in [
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "corelet.toml",
        "src/lib.rs",
        "wit/world.wit",
        "wit/deps/corelet-host/sensor.wit",
        "wit/deps/corelet-plugin/worlds.wit",
    ] {
        assert!(sandbox.path("room-sensor").join(file).is_file(), "{file}");
    }
    let well = sandbox.corelet(&["wit", "check", "room-sensor/wit"]).well();
    assert_eq!(
        well.stdout,
        "local:room-sensor@0.1.0 is well: 1 world, 0 interfaces, 0 functions\n"
    );
}

#[test]
fn what_is_there_is_not_overwritten() {
    let sandbox = Sandbox::new();
    sandbox.write("fan/notes.txt", "mine");
    let text = sandbox.corelet(&["new", "fan"]).refused(2);
    assert_eq!(
        text,
        "error: fan exists already\nhelp: name another plugin\n"
    );
    assert!(!sandbox.path("fan/Cargo.toml").exists());
}

#[test]
fn a_name_that_is_none_is_refused() {
    let text = Sandbox::new().corelet(&["new", "Fan"]).refused(2);
    assert_eq!(
        text,
        "error: `Fan` is no name for a plugin\n  = found: Fan   allowed: kebab case, a letter first in each word, at most 32 letters, no keyword\n\
         help: for instance room-thermostat\n"
    );
    assert_eq!(
        Sandbox::new()
            .corelet(&["new", "fan", "--world", "huge"])
            .code,
        2
    );
}

#[test]
fn a_checkout_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/README.md", "");
    let text = sandbox
        .corelet(&["new", "fan", "--sdk", "empty"])
        .refused(2);
    assert_eq!(
        text,
        "error: empty is no checkout of Corelet\n  \
         = found: no guest-sdk/Cargo.toml   allowed: the folder that has it\nhelp: corelet new NAME --sdk PATH\n"
    );
    assert!(!sandbox.path("fan").exists());
}
