//! Real plugins, from `corelet new` to `corelet run`. They are compiled for wasm32, so the tests are ignored unless they
//! are asked for; `cargo xtask test` asks.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::{Outcome, Sandbox, run};
use corelet_wit::Contract;

const READINGS: &str = r#"[[{"value": 20, "scale": 0, "unit": "celsius", "timestamp": 1},
                           {"value": 210, "scale": 1, "unit": "celsius", "timestamp": 2}]]"#;

/// A folder for what the plugins are compiled to, so that their dependencies are compiled once.
const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/plugins");

/// Makes a plugin of `world`, and builds it.
fn plugin(world: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox
        .corelet(&["new", "a-plugin", "--world", world])
        .well();
    corelet(&sandbox, &["build"]).well();
    sandbox
}

fn corelet(sandbox: &Sandbox, args: &[&str]) -> Outcome {
    run(Command::new(env!("CARGO_BIN_EXE_corelet"))
        .args(args)
        .env("CARGO_TARGET_DIR", TARGET)
        .current_dir(sandbox.path("a-plugin")))
}

#[test]
#[ignore = "compiles for wasm32"]
fn the_tests_of_every_kind_of_plugin_pass() {
    for world in ["minimal", "processing", "event-handling", "device"] {
        let sandbox = plugin(world);
        run(Command::new("cargo")
            .args(["test", "--quiet"])
            .env("CARGO_TARGET_DIR", TARGET)
            .current_dir(sandbox.path("a-plugin")))
        .well();
    }
}

#[test]
#[ignore = "compiles for wasm32"]
fn build_prints_what_the_plugin_takes() {
    let sandbox = plugin("minimal");
    let lines = corelet(&sandbox, &["build"]).well().stdout;
    let (line, check) = lines.split_once('\n').unwrap();
    let words: Vec<_> = line.split("  ").collect();
    assert_eq!(words[..2], ["", "a-plugin 0.1.0"], "{line}");
    assert!(words[2].ends_with(" B wasm"), "{line}");
    assert!(words[3].ends_with(" memory"), "{line}");
    assert_eq!(words[4], "signed: development key");
    assert!(
        check.starts_with("  check mps2-an386  admitted: "),
        "{check}"
    );
    assert!(check.contains(" of 20,000\n  fuel  init  "), "{check}");
}

#[test]
#[ignore = "compiles for wasm32"]
fn build_measures_what_the_simulator_can_run_and_fails_with_the_device() {
    let sandbox = plugin("device");
    let check = |args: &[&str]| corelet(&sandbox, &[&["build"], args].concat());
    let lines = check(&[]).well().stdout;
    assert!(
        fuel(&lines)["tick"].contains("  failed: the plugin got `no-such-channel`"),
        "{lines}"
    );
    let lines = check(&["--sensor", "0=19.0"]).well().stdout;
    assert!(!fuel(&lines)["tick"].contains("failed"), "{lines}");

    let offer = sandbox.path("a-plugin/board.offer");
    let small = corelet_cli::offer(&[]).replace("module_bytes = 65536", "module_bytes = 100");
    std::fs::write(&offer, small).unwrap();
    let outcome = check(&["--for", "board.offer"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("error: slot 0 refuses a-plugin 0.1.0\n"),
        "{outcome:?}"
    );

    let sandbox = plugin("event-handling");
    let lines = corelet(&sandbox, &["build"]).well().stdout;
    assert!(
        lines.contains("  check mps2-an386  not for this board: "),
        "{lines}"
    );
    let outcome = corelet(&sandbox, &["build", "--board", "mps2-an386"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    let lines = corelet(&sandbox, &["build", "--board", "desktop"])
        .well()
        .stdout;
    assert!(lines.contains("  check desktop  admitted: "), "{lines}");
}

/// What `corelet build` measured, by what was called, and with what if that is there.
fn fuel(lines: &str) -> BTreeMap<String, String> {
    let lines = lines
        .lines()
        .filter_map(|line| line.strip_prefix("  fuel  "));
    let parts = lines.map(|line| {
        let mut parts = line.split("  ").filter(|part| !part.is_empty());
        let name = parts.next().unwrap();
        let rest = parts.collect::<Vec<_>>().join("  ");
        match rest.split("  ").nth(1) {
            Some(request) if request.contains("request") => {
                let request = request.split(',').next().unwrap();
                (format!("{name}, {request}"), rest)
            }
            _ => (name.to_owned(), rest),
        }
    });
    parts.collect()
}

#[test]
#[ignore = "compiles for wasm32"]
fn build_says_of_every_export_what_it_took_or_why_that_is_not_known() {
    let examples = common::checkout().join("guest-sdk/examples");
    let sandbox = Sandbox::new();
    sandbox.write("a-plugin/pump.offer", pump_offer(&examples));
    let build = |example: &str, args: &[&str]| {
        let example = examples.join(example);
        let build = [&["build", example.to_str().unwrap()], args].concat();
        corelet(&sandbox, &build).well().stdout
    };

    let lines = build("thermostat", &["--sensor", "0=19.0"]);
    let measured = fuel(&lines);
    assert!(measured.keys().eq(["init", "tick"]), "{lines}");
    assert!(!lines.contains("failed"), "{lines}");
    assert!(!lines.contains("  help  "), "{lines}");

    // Without a sensor its tick fails, and what helps is said.
    let lines = build("thermostat", &[]);
    let tick = &fuel(&lines)["tick"];
    let failed = "  failed: the plugin got `no-such-channel` from corelet:host/sensor: ";
    assert!(tick.contains(failed), "{lines}");
    assert!(
        lines.ends_with("\n  help  --sensor 0=19.0; no channel is set\n"),
        "{lines}"
    );

    // 32 readings go through the plugin within its budget, and none is an error of it.
    let lines = build("moving-average", &[]);
    let measured = fuel(&lines);
    let requests = ["init", "process, largest request", "process, least request"];
    assert!(measured.keys().eq(requests), "{lines}");
    let [_, largest, least] = requests.map(|request| measured[request].as_str());
    assert!(largest.ends_with("  largest request, 673 B"), "{lines}");
    assert!(
        least.ends_with("  failed: the plugin answered with its error 0: no readings"),
        "{lines}"
    );
    let most = largest.split("  ").next().unwrap();
    assert!(
        lines.contains(&format!(" fuel {most} of 150,000\n")),
        "{lines}"
    );

    let lines = build("event-counter", &["--board", "desktop"]);
    let measured = fuel(&lines);
    let requests = [
        "handle `button`, largest request",
        "handle `door`, largest request",
        "init",
    ];
    assert!(measured.keys().eq(requests), "{lines}");
    assert!(!lines.contains("failed"), "{lines}");

    let lines = build("motor-guard", &["--for", "pump.offer"]);
    assert!(
        lines.contains(
            ", fuel not measured: the simulator has no vendor:pump/motor@1.0.0 `set-speed`\n"
        ),
        "{lines}"
    );
    assert!(fuel(&lines).is_empty(), "{lines}");
    let note = "  note  the grant of vendor:pump/motor is known to the firmware alone, and was not compared: put its contract in the offer \
                (`FirmwareOffer::contracts`)\n";
    assert!(lines.contains(note), "{lines}");
}

/// The offer of the emulated board, if it had the motor of the examples in place of the time of day.
fn pump_offer(examples: &Path) -> String {
    let contract = Contract::load(&examples.join("motor-guard/wit")).unwrap();
    let motor = contract
        .interfaces
        .iter()
        .find(|motor| motor.name == "motor");
    let motor = motor.unwrap();
    let functions = motor.functions.iter().map(|function| {
        let (name, shape) = (&function.name, contract.shape(motor, function));
        let (request, response) = (contract.request_max(function), contract.response_max(function));
        format!(
            "  {{ name = \"{name}\", shape = \"{shape:016x}\", request-max = {request}, response-max = {response} }},\n"
        )
    });
    let functions: String = functions.collect();
    let offer = corelet_cli::offer(&[]);
    let (slots, interfaces) = offer.split_at(offer.find("[[interface]]").unwrap());
    let slots = slots.replace("\"corelet:host/wall-clock\"", "\"vendor:pump/motor\"");
    format!(
        "{slots}{interfaces}\n[[interface]]\nname = \"vendor:pump/motor\"\nversion = \"1.0.0\"\ngrant = true\nfunctions = [\n{functions}]\n"
    )
}

#[test]
#[ignore = "compiles for wasm32"]
fn a_module_holds_nothing_that_a_device_has_no_use_for() {
    let sandbox = plugin("device");
    let image = format!("{TARGET}/corelet/a-plugin.corelet");
    let json = corelet(&sandbox, &["inspect", "--json", &image])
        .well()
        .stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let sections = json["module"]["sections"].as_array().unwrap();
    let custom: Vec<_> = sections
        .iter()
        .filter_map(|section| section["name"].as_str())
        .filter(|name| name.contains([':', '_', '.']) || ["name", "producers"].contains(name))
        .collect();
    assert_eq!(custom, ["corelet:shapes"]);
    let functions = json["module"]["imports"].as_array().unwrap().len() + 2;
    let shapes = sections
        .iter()
        .find(|section| section["name"] == "corelet:shapes")
        .unwrap();
    assert_eq!(
        shapes["bytes"],
        16 * functions,
        "imports, init and tick, and no others"
    );
    assert!(json["module"]["memory"]["bytes"].as_u64().unwrap() < 2048);
}

#[test]
#[ignore = "compiles for wasm32"]
fn what_a_plugin_stores_is_there_in_the_next_run() {
    let sandbox = plugin("device");
    let run = || {
        let args = [
            "run",
            "--sensor",
            "0=31.0",
            "--ticks",
            "3",
            "--storage",
            "flash",
        ];
        corelet(&sandbox, &args).well().stderr
    };
    assert!(run().contains("alarm 1: 31000"));
    assert!(run().contains("alarm 2: 31000"));
}

#[test]
#[ignore = "compiles for wasm32"]
fn a_recorded_temperature_is_replayed() {
    let sandbox = plugin("device");
    sandbox.write("a-plugin/room.csv", "time_s,value\n0,20\n2.5,31\n4.5,20\n");
    let log = corelet(
        &sandbox,
        &["run", "--sensor", "0=csv:room.csv", "--ticks", "6"],
    )
    .well()
    .stderr;
    assert!(log.contains("alarm 1: 31000"), "{log}");
    assert!(log.contains("well again: 20000"), "{log}");
}

#[test]
#[ignore = "compiles for wasm32"]
fn a_processor_is_called_and_an_event_handled() {
    let sandbox = plugin("processing");
    let call = ["run", "--call", "processor.process", "--args", READINGS];
    let answer = corelet(&sandbox, &call).well().stdout;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["ok"]["value"], 20_500);
    assert_eq!(answer["ok"]["timestamp"], 2);

    let sandbox = plugin("event-handling");
    let log = corelet(&sandbox, &["run", "--event", "button", "--event", "button"])
        .well()
        .stderr;
    assert!(log.contains("button: event no. 2"), "{log}");
}

#[test]
#[ignore = "compiles for wasm32"]
fn what_the_plugin_calls_has_to_be_granted_and_what_it_needs_allowed() {
    let sandbox = plugin("device");
    let manifest = std::fs::read_to_string(sandbox.path("a-plugin/corelet.toml")).unwrap();
    let without = manifest
        .lines()
        .filter(|line| !line.starts_with("storage = "))
        .collect::<Vec<_>>()
        .join("\n");
    sandbox.write("a-plugin/corelet.toml", without);
    let text = corelet(&sandbox, &["build"]).refused(1);
    assert!(
        text.contains("error: corelet.toml asks for no grant of what the plugin calls\n"),
        "{text}"
    );
    assert!(
        text.ends_with("help: [grants]\n      storage = { bytes = …, writes-per-day = … }\n"),
        "{text}"
    );

    sandbox.write(
        "a-plugin/corelet.toml",
        manifest.replace("[budget]\n", "[budget]\nmemory = 100\n"),
    );
    let text = corelet(&sandbox, &["build"]).refused(1);
    assert!(
        text.contains("error: the plugin needs more memory than [budget] allows\n"),
        "{text}"
    );
}

#[test]
#[ignore = "compiles for wasm32"]
fn code_that_does_not_compile_is_exit_code_3() {
    let sandbox = plugin("minimal");
    sandbox.write("a-plugin/src/lib.rs", "fn main(");
    let text = corelet(&sandbox, &["build"]).refused(3);
    assert!(
        text.ends_with(
            "does not compile for wasm32-unknown-unknown\nhelp: the compiler says why, above\n"
        ),
        "{text}"
    );
}

#[test]
#[ignore = "compiles for wasm32 and thumbv7em, and starts QEMU"]
fn the_emulated_board_measures_decides_and_answers() {
    let sandbox = plugin("device");
    let run = corelet(
        &sandbox,
        &[
            "run",
            "--board",
            "mps2-an386",
            "--sensor",
            "0=31.0",
            "--ticks",
            "2",
        ],
    )
    .well();
    assert!(
        run.stderr.contains("[a-plugin] alarm 1: 31000\n"),
        "{}",
        run.stderr
    );

    let sandbox = plugin("processing");
    let call = [
        "run",
        "--board",
        "mps2-an386",
        "--call",
        "processor.process",
        "--args",
        READINGS,
    ];
    let answer = corelet(&sandbox, &call).well().stdout;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["ok"]["value"], 20_500);
}
