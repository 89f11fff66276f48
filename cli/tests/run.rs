//! `corelet run` on the desktop board, with plugins in WebAssembly text.

mod common;

use common::Sandbox;
use common::plugin::{importing, manifest, module};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Unsigned};

fn put(sandbox: &Sandbox, name: &str, tick: &str) {
    let image = Unsigned::build(&manifest(name), &module(tick), &DEVELOPMENT_KEY).unwrap();
    sandbox.write(
        &format!("{name}.corelet"),
        image.sign(&DEVELOPMENT_SEED).unwrap(),
    );
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    put(&sandbox, "good", "(i64.const 1)");
    sandbox
}

#[test]
fn ticks_pass_at_once_and_are_counted() {
    let sandbox = sandbox();
    let outcome = sandbox
        .corelet(&["run", "good.corelet", "--ticks", "3600"])
        .well();
    assert_eq!(outcome.stdout, "");
    let line = outcome.stderr.lines().last().unwrap();
    assert!(
        line.starts_with("slot 0  good 0.0.0  3,601 calls  fuel "),
        "{line}"
    );
    assert!(line.ends_with(" in all  4 KiB memory"), "{line}");
}

#[test]
fn a_call_prints_its_answer_as_json() {
    let sandbox = sandbox();
    let reading = r#"[[{"value": 1, "scale": 0, "unit": "celsius", "timestamp": 0}]]"#;
    let call = [
        "run",
        "good.corelet",
        "--ticks",
        "0",
        "--call",
        "processor.process",
        "--args",
        reading,
    ];
    let outcome = sandbox.corelet(&call).well();
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let expected = serde_json::json!({ "ok": { "value": 215, "scale": 1, "unit": "celsius", "timestamp": 7 } });
    assert_eq!(answer, expected);
}

#[test]
fn every_image_has_a_slot_of_its_own() {
    let sandbox = sandbox();
    put(&sandbox, "other", "(i64.const 1)");
    let outcome = sandbox
        .corelet(&[
            "run",
            "good.corelet",
            "other.corelet",
            "--ticks",
            "2",
            "--call",
            "1:ticker.tick",
        ])
        .well();
    assert_eq!(outcome.stdout, "{\"ok\":null}\n");
    assert!(
        outcome.stderr.contains("slot 0  good 0.0.0  3 calls  "),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("slot 1  other 0.0.0  4 calls  "),
        "{}",
        outcome.stderr
    );
}

#[test]
fn an_event_reaches_the_plugins_that_want_it() {
    let sandbox = sandbox();
    let args = ["run", "good.corelet", "--ticks", "0", "--event", "button=2"];
    let outcome = sandbox.corelet(&args).well();
    assert!(outcome.stderr.contains("  2 calls  "), "{}", outcome.stderr);
    let long = format!("button={}", "x".repeat(33));
    let text = sandbox
        .corelet(&["run", "good.corelet", "--ticks", "0", "--event", &long])
        .refused(2);
    assert!(
        text.starts_with("error: this event cannot happen: "),
        "{text}"
    );
}

#[test]
fn a_plugin_that_misbehaves_is_named_and_the_other_one_served() {
    let sandbox = sandbox();
    put(&sandbox, "loops", "(loop (br 0)) (i64.const 1)");
    let text = sandbox
        .corelet(&["run", "loops.corelet", "good.corelet", "--ticks", "2"])
        .refused(1);
    assert!(
        text.contains("slot 0 loops: tick: the plugin used up its fuel"),
        "{text}"
    );
    assert!(text.contains("slot 1  good 0.0.0  3 calls  "), "{text}");
    assert!(
        text.ends_with("error: 2 calls failed: see above\n"),
        "{text}"
    );
}

#[test]
fn an_error_that_a_plugin_got_has_its_name_and_its_help_once() {
    let sandbox = Sandbox::new();
    // The error that lies at 3000, with 23 bytes.
    let answer = "(i64.or (i64.shl (i64.const 3000) (i64.const 32)) (i64.const 23))";
    put(&sandbox, "warm", answer);
    let text = sandbox
        .corelet(&["run", "warm.corelet", "--ticks", "2"])
        .refused(1);
    let line = "slot 0 warm: tick: the plugin got `no-such-channel` from corelet:host/sensor: \
                The board has no channel of this number\n";
    let help = "help: --sensor 0=19.0; no channel is set\n";
    assert!(
        text.starts_with(&format!("{line}{help}{line}slot 0 ")),
        "{text}"
    );
}

#[test]
fn the_emulated_board_refuses_in_the_same_words_before_it_starts() {
    let sandbox = Sandbox::new();
    let module = importing(Some(("corelet:host/sensor@0.1.0", "read")), "(i64.const 1)");
    let mut manifest = manifest("good");
    manifest.topics.clear();
    let image = Unsigned::build(&manifest, &module, &DEVELOPMENT_KEY).unwrap();
    sandbox.write("good.corelet", image.sign(&DEVELOPMENT_SEED).unwrap());
    let text = sandbox
        .corelet(&["run", "good.corelet", "--board", "mps2-an386"])
        .refused(1);
    assert!(
        text.starts_with("error: slot 0 refuses good 0.0.0: import not granted\n"),
        "{text}"
    );
}

/// What is said of a plugin that imports `function` of `interface`, and asks for nothing.
fn refused_import(interface: &str, function: &str) -> String {
    let sandbox = Sandbox::new();
    let module = importing(Some((interface, function)), "(i64.const 1)");
    let image = Unsigned::build(&manifest("good"), &module, &DEVELOPMENT_KEY).unwrap();
    sandbox.write("good.corelet", image.sign(&DEVELOPMENT_SEED).unwrap());
    sandbox
        .corelet(&["run", "good.corelet", "--ticks", "1"])
        .refused(1)
}

#[test]
fn an_import_that_is_not_granted_is_named_with_who_did_not() {
    assert_eq!(
        refused_import("corelet:host/sensor@0.1.0", "read"),
        "error: slot 0 refuses good 0.0.0: import not granted\n  \
           import   corelet:host/sensor@0.1.0 `read`\n  \
           asked    no: corelet.toml [grants]\n  \
           policy   yes: the slot offers corelet:host/logging, corelet:host/monotonic-clock, \
         corelet:host/wall-clock, corelet:host/sensor, corelet:host/storage\n\
         help: name it in corelet.toml:\n      \
               [grants]\n      \
               \"corelet:host/sensor\" = {}\n"
    );
}

#[test]
fn an_import_that_the_board_does_not_have_is_named() {
    let text = refused_import("acme:hvac/relay@1.0.0", "set");
    assert!(
        text.starts_with(
            "error: slot 0 refuses good 0.0.0: import not offered\n  import   acme:hvac/relay@1.0.0 `set`\n"
        ),
        "{text}"
    );
    assert!(text.contains("policy   no: "), "{text}");
}

#[test]
fn less_fuel_than_the_manifest_asks_for_is_given() {
    let sandbox = sandbox();
    let text = sandbox
        .corelet(&["run", "good.corelet", "--ticks", "1", "--fuel", "1"])
        .refused(1);
    assert!(
        text.starts_with("error: slot 0 refuses good 0.0.0\n  reason   "),
        "{text}"
    );
}

#[test]
fn a_call_that_cannot_be_made_is_refused_before_anything_runs() {
    let sandbox = sandbox();
    let call = |function: &str, args: &str| {
        sandbox
            .corelet(&["run", "good.corelet", "--call", function, "--args", args])
            .refused(1)
    };
    assert_eq!(
        call("procesor.process", "[[]]"),
        "error: no plugin exports `procesor.process`\n  \
         = found: procesor.process   allowed: processor.process, event-handler.handle, ticker.tick\n\
         help: did you mean processor.process?\n"
    );
    let text = call("processor.process", r#"{ "reading": [] }"#);
    assert!(
        text.starts_with("error: the arguments of `process` are not as the contract has them\n"),
        "{text}"
    );
    let text = sandbox
        .corelet(&[
            "run",
            "good.corelet",
            "--call",
            "ticker.tick",
            "--args",
            "[",
        ])
        .refused(2);
    assert!(text.contains("this is no JSON"), "{text}");
}

#[test]
fn the_contract_of_another_plugin_does_not_type_its_calls() {
    let sandbox = sandbox();
    let world = "package local:w@0.1.0;\nworld w {\n  export corelet:plugin/processor@0.1.0;\n}\n";
    sandbox.write("wit/w.wit", world);
    let standard = common::checkout().join("wit-lite/wit/plugin");
    for file in std::fs::read_dir(standard).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path)
            .unwrap()
            .replace("@max(readings: 32)", "@max(readings: 31)");
        let name = path.file_name().unwrap().to_str().unwrap();
        sandbox.write(&format!("wit/deps/plugin/{name}"), text);
    }
    let call = [
        "run",
        "good.corelet",
        "--wit",
        "wit",
        "--call",
        "processor.process",
    ];
    let text = sandbox.corelet(&call).refused(1);
    assert!(
        text.contains("the plugin was built for another contract"),
        "{text}"
    );
}

#[test]
fn an_image_of_an_untrusted_key_is_not_run() {
    let sandbox = sandbox();
    sandbox.corelet(&["keygen", "release"]).well();
    sandbox
        .corelet(&["sign", "good.corelet", "--key", "release"])
        .well();
    let text = sandbox
        .corelet(&["run", "good.corelet", "--ticks", "1"])
        .refused(1);
    assert!(
        text.starts_with("error: signed by a key that this device does not trust\n  image    key "),
        "{text}"
    );
    assert!(
        text.contains("\n  device   trusts the development key\nhelp: "),
        "{text}"
    );
    sandbox
        .corelet(&[
            "run",
            "good.corelet",
            "--ticks",
            "1",
            "--key",
            "release.pub",
        ])
        .well();
}

#[test]
fn a_wrong_sensor_or_file_is_exit_code_2() {
    let sandbox = sandbox();
    let refused = |option: &str, values: &[&str]| {
        let mut args = vec!["run", "good.corelet", "--ticks", "0"];
        for value in values {
            args.extend([option, value]);
        }
        sandbox.corelet(&args).refused(2)
    };
    let text = refused("--sensor", &["0=19", "0=20"]);
    assert!(text.starts_with("error: sensor 0 is set twice\n"), "{text}");
    let text = refused("--sensor", &["0=abc"]);
    assert!(
        text.starts_with("error: sensor 0: `abc` is neither a number nor a file"),
        "{text}"
    );
    let text = refused("--event", &["buton"]);
    assert!(
        text.starts_with("error: no plugin takes this event\n  = found: buton   allowed: button\n"),
        "{text}"
    );
    let text = sandbox
        .corelet(&["run", "good.corelet", "--sensor", "warm"])
        .refused(2);
    assert!(
        text.starts_with("error: this is no sensor\n  = found: warm   allowed: CHANNEL=VALUE, "),
        "{text}"
    );
    let text = sandbox.corelet(&["run", "nowhere.corelet"]).refused(2);
    assert!(text.contains("help: corelet build "), "{text}");
    sandbox
        .corelet(&[
            "run",
            "good.corelet",
            "--ticks",
            "0",
            "--storage",
            "no/where",
        ])
        .refused(2);
    let text = sandbox.corelet(&["run"]).refused(2);
    assert!(text.starts_with("error: no Cargo.toml in "), "{text}");
}

#[test]
fn what_the_emulated_board_has_not_is_refused_before_it_starts() {
    let sandbox = sandbox();
    let refused = |args: &[&str]| {
        let mut all = vec!["run", "--board", "mps2-an386"];
        all.extend(args);
        sandbox.corelet(&all).refused(2)
    };
    let good = "good.corelet";
    let text = refused(&[good, good, good]);
    assert_eq!(
        text,
        "error: more images than slots\n  = found: 3   allowed: 2\n"
    );
    let text = refused(&[good, "--sensor", "1=20"]);
    assert!(
        text.starts_with("error: the emulated board has one thermometer, channel 0, "),
        "{text}"
    );
    refused(&[good, "--sensor", "0=sine:20,5,60"]);
    refused(&[good, "--sensor", "0=20", "--sensor", "0=21"]);
    refused(&[good, "--event", "button"]);
    refused(&[good, "--fuel", "1"]);
    let text = refused(&[good, "--sensor", "0=200"]);
    assert!(text.contains("allowed: -128 to 127.999 °C"), "{text}");
    let text = refused(&[good, "--key", "release.pub"]);
    assert!(
        text.starts_with("error: the emulated board trusts the development key and no other\n"),
        "{text}"
    );
}
