//! What `corelet build` refuses before it starts the compiler.

mod common;

use common::Sandbox;

const MANIFEST: &str = "[config]\nlimit = 3\n\n[budget]\ntick = \"1s\"\n";
const WORLD: &str = "package local:fan@0.1.0;\nworld fan {\n  include corelet:plugin/device@0.1.0;\n  \
                     record config { limit: u8 }\n}\n";

/// A crate whose code does not compile: what is refused is refused before.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "Cargo.toml",
        "[package]\nname = \"fan\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n",
    );
    sandbox.write(
        "src/lib.rs",
        "compile_error!(\"the compiler was started\");",
    );
    sandbox.write("wit/world.wit", WORLD);
    sandbox.write("corelet.toml", MANIFEST);
    sandbox
}

/// The refusal of a crate with this manifest.
fn refusal(manifest: &str) -> String {
    let sandbox = sandbox();
    sandbox.write("corelet.toml", manifest);
    sandbox.corelet(&["build"]).refused(1)
}

#[test]
fn a_folder_without_a_crate_or_a_manifest_is_exit_code_2() {
    let text = Sandbox::new().corelet(&["build"]).refused(2);
    assert!(text.starts_with("error: no Cargo.toml in "), "{text}");
    assert!(
        text.ends_with("\nhelp: corelet new NAME makes a plugin crate\n"),
        "{text}"
    );
    let sandbox = sandbox();
    std::fs::remove_file(sandbox.path("corelet.toml")).unwrap();
    let text = sandbox.corelet(&["build"]).refused(2);
    assert!(text.contains("corelet.toml is not there\n"), "{text}");
    sandbox.write("corelet.toml", MANIFEST);
    let text = sandbox.corelet(&["build", "--key", "nowhere"]).refused(2);
    assert!(text.starts_with("error: cannot read nowhere: "), "{text}");
}

#[test]
fn a_mistyped_key_is_shown_with_the_one_that_was_meant() {
    assert_eq!(
        refusal(&MANIFEST.replace("tick", "tikc")),
        "error: unknown key `tikc`\n --> corelet.toml:5:1\n5 | tikc = \"1s\"\n  | ^^^^ not a key of [budget]\n  \
         = found: tikc   allowed: fuel-per-call, memory, stack, value-stack, heap, tick\nhelp: did you mean `tick`?\n"
    );
}

#[test]
fn a_value_that_the_contract_does_not_allow_is_shown_with_its_place() {
    assert_eq!(
        refusal(&MANIFEST.replace('3', "300")),
        "error: `config` is not as the contract has it\n --> corelet.toml:2:9\n2 | limit = 300\n  |         \
         ^^^ `config.limit`: found 300, allowed a whole number from 0 to 255\n"
    );
}

#[test]
fn a_grant_of_what_the_world_does_not_import_is_refused() {
    let text = refusal(&format!(
        "{MANIFEST}[grants]\nsensr = {{ channels = [0] }}\n"
    ));
    assert_eq!(
        text,
        "error: world fan does not import `sensr`\n --> corelet.toml:7:1\n7 | sensr = { channels = [0] }\n  | ^^^^^ nothing to grant\n  \
         = found: sensr   allowed: monotonic-clock, wall-clock, sensor, storage, logging\nhelp: did you mean `sensor`?\n"
    );
}

#[test]
fn a_contract_outside_the_profile_is_shown_with_its_line() {
    let sandbox = sandbox();
    sandbox.write("wit/world.wit", WORLD.replace("limit: u8", "limit: string"));
    let text = sandbox.corelet(&["build"]).refused(1);
    assert!(text.contains("wit/world.wit:4:"), "{text}");
}

#[test]
fn ticks_and_events_go_with_the_world() {
    assert_eq!(
        refusal("[config]\nlimit = 3\n"),
        "error: world fan exports ticker, and corelet.toml names no period\nhelp: [budget]\n      tick = \"1s\"\n"
    );
    let text = refusal(&format!("events = [\"button\"]\n{MANIFEST}"));
    assert!(
        text.starts_with(
            "error: world fan does not export event-handler, and corelet.toml names events\n"
        ),
        "{text}"
    );
}

#[test]
fn a_version_or_a_name_that_no_manifest_has_is_refused() {
    let text = refusal(&format!("{MANIFEST}[plugin]\nname = \"Fan\"\n"));
    assert!(
        text.starts_with(
            "error: no image can be made of this: the plugin's name is not in kebab case"
        ),
        "{text}"
    );
    let sandbox = sandbox();
    let cargo = std::fs::read_to_string(sandbox.path("Cargo.toml")).unwrap();
    sandbox.write("Cargo.toml", cargo.replace("0.1.0", "0.1.0-rc.1"));
    let text = sandbox.corelet(&["build"]).refused(1);
    assert_eq!(
        text,
        "error: 0.1.0-rc.1 cannot be the version of a plugin\n  \
         = found: 0.1.0-rc.1   allowed: three numbers, such as 1.2.3\nhelp: [plugin]\n      version = \"1.2.3\"\n"
    );
}
