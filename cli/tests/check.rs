//! `corelet check`: verdicts, and the exit codes that go with them.

mod common;

use common::plugin::{importing, manifest, module};
use common::{Outcome, Sandbox};
use corelet_image::{DEVELOPMENT_KEY, DEVELOPMENT_SEED, Manifest, Unsigned};
use serde_json::Value;

/// A folder with a good module, a malformed one and other things.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("good.wasm", wat::parse_str("(module (func))").unwrap());
    let start = "(module (memory 1) (func $start (drop (i32.load (i32.const 0)))) (start $start))";
    sandbox.write("start.wasm", wat::parse_str(start).unwrap());
    sandbox.write("claims.wasm", b"\0asm\x01\0\0\0\x02\x03\xc0\x84\x3d");
    sandbox.write("empty.wasm", "");
    sandbox.write("text.wasm", "(module)\n");
    sandbox.write("zeros.wasm", vec![0; 10 << 20]);
    sandbox.write("folder/a", "");
    sandbox
}

#[test]
fn one_line_for_each_module_whatever_came_before() {
    let outcome = sandbox().corelet(&[
        "check",
        "--wasm-only",
        "empty.wasm",
        "zeros.wasm",
        "good.wasm",
        "folder",
        "text.wasm",
        "nowhere.wasm",
        "claims.wasm",
        "start.wasm",
    ]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let lines: Vec<_> = outcome.stdout.lines().collect();
    let no_module = "refused at byte 0: this is no WebAssembly core module of version 1";
    assert_eq!(lines.len(), 8, "{outcome:?}");
    assert_eq!(lines[0], format!("empty.wasm: {no_module}"));
    assert_eq!(
        lines[1],
        "zeros.wasm: refused at byte 0: 10485760 bytes of module, 4194304 are allowed: make the module smaller, or raise `module_bytes`"
    );
    assert_eq!(lines[2], "good.wasm: admitted");
    assert!(lines[3].starts_with("folder: not read: "), "{}", lines[3]);
    assert_eq!(lines[4], format!("text.wasm: {no_module}"));
    assert!(
        lines[5].starts_with("nowhere.wasm: not read: "),
        "{}",
        lines[5]
    );
    assert!(
        lines[6].starts_with("claims.wasm: refused at byte 10: 1000000 imports, 1024 are allowed"),
        "{}",
        lines[6]
    );
    assert_eq!(lines[7], "start.wasm: admitted");
    assert_eq!(outcome.stderr, "error: 4 of 8 refused, 2 not read\n");
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    let sandbox = sandbox();
    let code = |files: &[&str]| {
        let args = [&["check", "--wasm-only"], files].concat();
        sandbox.corelet(&args).code
    };
    assert_eq!(code(&["good.wasm", "start.wasm"]), 0);
    assert_eq!(code(&["good.wasm", "text.wasm", "good.wasm"]), 1);
    assert_eq!(code(&["nowhere.wasm", "text.wasm", "good.wasm"]), 2);
    assert_eq!(code(&[]), 2, "a file is wanted");
}

#[test]
fn json_has_one_object_for_each_module() {
    let args = ["good.wasm", "claims.wasm", "folder"];
    let args = [&["check", "--wasm-only", "--json"], &args[..]].concat();
    let outcome = sandbox().corelet(&args);
    let objects = outcome.stdout.lines().map(serde_json::from_str);
    let objects: Vec<Value> = objects.collect::<Result<_, _>>().unwrap();
    assert_eq!(objects.len(), 3);
    assert_eq!(objects[0]["file"], "good.wasm");
    assert_eq!(objects[0]["verdict"], "admitted");
    let refusal = &objects[1]["refusal"];
    assert_eq!(objects[1]["verdict"], "refused");
    assert_eq!(
        (&refusal["offset"], &refusal["reason"]),
        (&10.into(), &"Over".into())
    );
    let sentence = refusal["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("1000000 imports, 1024 "), "{sentence}");
    assert_eq!(objects[2]["verdict"], "not read");
    assert!(objects[2]["error"].is_string());
}

#[test]
fn names_in_a_module_reach_no_terminal_raw() {
    let sandbox = Sandbox::new();
    let twice =
        wat::parse_str("(module (func (export \"\\1b[2J\")) (func (export \"\\1b[2K\")))").unwrap();
    let at = twice
        .windows(4)
        .rposition(|bytes| bytes == b"\x1b[2K")
        .unwrap();
    let mut twice = twice;
    twice[at + 3] = b'J';
    sandbox.write("twice.wasm", twice);
    let outcome = sandbox.corelet(&["check", "--wasm-only", "twice.wasm"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stdout.contains("`\\u{1b}[2J`"), "{outcome:?}");
}

/// A folder with a good image, its module, a refused one, and the offer of the board.
fn plugins() -> Sandbox {
    let sandbox = Sandbox::new();
    let module = module("(i64.const 1)");
    let mut manifest = manifest("good");
    manifest.topics.clear();
    sandbox.write("good.corelet", image(&manifest, &module));
    sandbox.write("good.wasm", &module);
    manifest.tick_ms = Some(1);
    sandbox.write("hasty.corelet", image(&manifest, &module));
    manifest.tick_ms = None;
    let relay = importing(Some(("acme:hvac/relay@1.0.0", "set")), "(i64.const 1)");
    sandbox.write("relay.corelet", image(&manifest, &relay));
    sandbox.write("relay.wasm", relay);
    sandbox.write("board.offer", corelet_cli::offer(&[]));
    sandbox
}

fn image(manifest: &Manifest<'_>, module: &[u8]) -> Vec<u8> {
    let image = Unsigned::build(manifest, module, &DEVELOPMENT_KEY).unwrap();
    image.sign(&DEVELOPMENT_SEED).unwrap()
}

fn objects(outcome: &Outcome) -> Vec<Value> {
    let objects = outcome.stdout.lines().map(serde_json::from_str);
    objects.collect::<Result<_, _>>().unwrap()
}

#[test]
fn an_admitted_plugin_is_shown_with_its_figures() {
    let outcome = plugins().corelet(&["check", "good.corelet"]).well();
    let lines: Vec<_> = outcome.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "good.corelet: good 0.0.0: admitted by mps2-an386, slot 0"
    );
    for line in [
        "  signed     development key",
        "  memory     4,096 of 4,096 B",
        "  stack      4,096 of 4,096 B  values of the interpreter",
        "  fuel       10,000 of 1,000,000",
        "  functions  4 of 256",
        "  calls      32 of 32  may be open, one inside another; fewer where functions prepay much",
        "  export     corelet:plugin/ticker@0.1.0#tick: request 0 B, response 40 B",
    ] {
        assert!(lines.contains(&line), "{line}\n{}", outcome.stdout);
    }
    let title = |line: &&str| line.split_whitespace().next() == Some("prepaid");
    let prepaid = lines.iter().position(title).unwrap();
    assert!(
        lines[prepaid + 1].starts_with("  calls "),
        "what follows from it"
    );
    let largest = lines
        .iter()
        .find(|line| line.starts_with("  largest "))
        .unwrap();
    assert!(
        largest.contains("`corelet:plugin/processor@0.1.0#process`, costs "),
        "{largest}"
    );
}

#[test]
fn a_module_alone_is_taken_to_ask_for_what_it_imports() {
    let sandbox = Sandbox::new();
    let sensor = importing(Some(("corelet:host/sensor@0.1.0", "read")), "(i64.const 1)");
    sandbox.write("sensor.wasm", sensor);
    let outcome = sandbox.corelet(&["check", "sensor.wasm"]).well();
    for line in [
        "sensor.wasm: sensor: admitted by mps2-an386, slot 0",
        "  signed     not: a module alone, taken to ask for all of what it imports",
        "  import     corelet:host/sensor@0.1.0 `read`: request 1 B, response 22 B, granted",
    ] {
        assert!(
            outcome.stdout.contains(&format!("{line}\n")),
            "{line}\n{}",
            outcome.stdout
        );
    }
}

#[test]
fn refusals_are_those_of_the_device_in_full() {
    let sandbox = plugins();
    let outcome = sandbox.corelet(&[
        "check",
        "relay.corelet",
        "good.corelet",
        "hasty.corelet",
        "nowhere",
    ]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(
        outcome
            .stdout
            .starts_with("relay.corelet: good 0.0.0: refused by mps2-an386, slot 0\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains(
            "error: slot 0 refuses good 0.0.0: import not offered\n  import   acme:hvac/relay@1.0.0 `set`\n  asked    no: "
        ),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains("asks for a tick every 1 ms, and the slot allows one every 10 ms"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("error: cannot read nowhere: "),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .ends_with("error: 2 of 4 refused, 1 not read\n"),
        "{outcome:?}"
    );
    let code = |args: &[&str]| sandbox.corelet(&[&["check"], args].concat()).code;
    assert_eq!(code(&["--board", "desktop", "good.corelet"]), 0);
    assert_eq!(code(&["--board", "desktop", "relay.corelet"]), 1);
    assert_eq!(code(&["--board", "moon", "good.corelet"]), 2);
    assert_eq!(
        code(&["--board", "desktop", "--for", "board.offer", "good.corelet"]),
        2
    );
}

#[test]
fn a_signature_is_verified_and_its_key_named() {
    let sandbox = plugins();
    sandbox.corelet(&["keygen", "release"]).well();
    sandbox
        .corelet(&["sign", "good.corelet", "--key", "release"])
        .well();
    let outcome = sandbox.corelet(&["check", "good.corelet"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("error: signed by a key that this device does not trust\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("trusts the development key\n"),
        "{outcome:?}"
    );
    let outcome = sandbox
        .corelet(&["check", "good.corelet", "--key", "release.pub"])
        .well();
    assert!(outcome.stdout.contains("  signed     key "), "{outcome:?}");
    let mut damaged = std::fs::read(sandbox.path("good.corelet")).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    sandbox.write("damaged.corelet", damaged);
    let outcome = sandbox.corelet(&["check", "damaged.corelet", "--json", "--key", "release.pub"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert_eq!(objects(&outcome)[0]["refusal"]["reason"], "ModuleDigest");
}

#[test]
fn what_is_no_plugin_has_a_verdict_too() {
    let sandbox = sandbox();
    sandbox.write("cut.corelet", b"CRLT\x01\0");
    for file in [
        "empty.wasm",
        "text.wasm",
        "zeros.wasm",
        "claims.wasm",
        "start.wasm",
        "cut.corelet",
    ] {
        let outcome = sandbox.corelet(&["check", file, "--json"]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let object = &objects(&outcome)[0];
        assert_eq!(object["verdict"], "refused", "{object}");
        assert!(object["refusal"]["sentence"].is_string(), "{object}");
    }
    assert_eq!(sandbox.corelet(&["check", "folder"]).code, 2);
    assert_eq!(sandbox.corelet(&["check"]).code, 2);
}

#[test]
fn json_has_every_figure_with_its_limit() {
    let outcome = plugins().corelet(&["check", "--json", "good.corelet", "relay.wasm", "nowhere"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    let objects = objects(&outcome);
    let good = &objects[0];
    assert_eq!(good["verdict"], "admitted");
    assert_eq!(
        (&good["plugin"], &good["slot"]),
        (&"good 0.0.0".into(), &0.into())
    );
    assert_eq!(good["device"]["board"], "mps2-an386");
    for (name, figure) in good["figures"].as_object().unwrap() {
        let [found, limit] = ["found", "limit"].map(|key| figure[key].as_u64().unwrap());
        assert!(found <= limit, "{name}: {figure}");
    }
    assert_eq!(good["figures"]["exchange_bytes"]["limit"], 2048);
    assert_eq!(good["figures"]["heap_bytes"]["limit"], 16_384);
    let phases = ["translate", "instantiate", "call", "total", "largest_block"];
    assert!(
        phases
            .iter()
            .all(|phase| good["heap"][phase].as_u64().unwrap() > 0),
        "{good}"
    );
    assert_eq!(good["heap"]["memory"], 4096);
    assert!(
        good["figures"]["block_fuel"]["found"].as_u64().unwrap() > 0,
        "{good}"
    );
    // A step may need as much for the whole memory of 4,096 bytes, so 1,000 is the most; and nothing of it is prepaid.
    assert_eq!(good["figures"]["prepaid_fuel"]["found"], 0, "{good}");
    assert_eq!(
        good["slice"],
        serde_json::json!({ "fuel": 1_000, "used": 1_000, "instructions": 160_000 })
    );
    let sizes: Vec<_> = good["exports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|export| &export["response"])
        .collect();
    assert!(sizes.iter().all(|size| size.is_u64()), "{good}");
    let refusal = &objects[1]["refusal"];
    assert_eq!(refusal["reason"], "Import");
    assert!(refusal["offset"].as_u64().unwrap() > 8, "{refusal}");
    assert_eq!(objects[2]["verdict"], "not read");
}

#[test]
fn an_offer_judges_as_its_board_does() {
    let sandbox = plugins();
    let files = [
        "good.corelet",
        "good.wasm",
        "hasty.corelet",
        "relay.corelet",
        "relay.wasm",
    ];
    let judge = |device: &[&str]| {
        let outcome = sandbox.corelet(&[&["check", "--json"], device, &files].concat());
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let mut objects = objects(&outcome);
        for object in &mut objects {
            object.as_object_mut().unwrap().remove("device").unwrap();
        }
        objects
    };
    assert_eq!(
        judge(&["--for", "board.offer"]),
        judge(&["--board", "mps2-an386"])
    );
}

#[test]
fn an_offer_is_text_that_two_versions_of_can_be_compared() {
    let offer = corelet_cli::offer(&[]);
    for part in [
        "offer = 1\n\n[firmware]\nname = \"corelet-mps2-an386\"\n",
        "release = false\n",
        "topics = [\"second\"]\n\n[slot.limits]\nmodule_bytes = 65536\n",
        "interface = \"corelet:host/storage\"\nlimit = { bytes = 480, writes-per-day = 10000 }\n",
        "[[interface]]\nname = \"corelet:host/sensor\"\nversion = \"0.1.0\"\ngrant = true\nfunctions = [\n  { name = \"",
    ] {
        assert!(offer.contains(part), "{part}\n{offer}");
    }
    // The same firmware with another policy.
    let hostile = offer
        .replace("\nmemory = 32768\n", "\nmemory = 65536\n")
        .replace("\nheap = 32768\n", &format!("\nheap = {}\n", u32::MAX));
    assert_eq!(corelet_cli::offer(&["hostile"]), hostile);
}

#[test]
fn a_broken_offer_is_not_read_and_says_where() {
    let sandbox = plugins();
    let offer = corelet_cli::offer(&[]);
    let shape = offer.find("shape = \"").unwrap();
    let broken = [
        ("offer = 1", "offer = 2", "allowed: 1, the format"),
        ("release = false", "release = 0", "allowed: true or false"),
        (
            "recursion = 32",
            "recursion = -1",
            "allowed: a whole number from 0",
        ),
        (
            "recursion = 32",
            "recursoin = 32",
            "did you mean `recursion`?",
        ),
        (
            "board = \"mps2-an386\"\n",
            "",
            "`board` is missing in [firmware]",
        ),
        (
            "limit = { bytes",
            "limit = { bites",
            "did you mean `bytes`?",
        ),
        (
            "limit = { bytes = 480, writes-per-day = 10000 }",
            "limit = \"malformed\"",
            "hexadecimal digits",
        ),
        (
            "response-max = 6",
            "response-max = 4000000000",
            "a whole number from 0 to 65536",
        ),
        (
            &offer[shape..shape + 12],
            "shape = \"x",
            "16 hexadecimal digits",
        ),
        ("id = \"", "id = \"0", "which is the id of this key"),
        ("[[slot]]", "[[[slot]]]", "is not TOML"),
        ("[[interface]]", "[interface]", "is not TOML"),
    ];
    for (good, bad, words) in broken {
        assert!(offer.contains(good), "{good}");
        sandbox.write("broken.offer", offer.replacen(good, bad, 1));
        let outcome = sandbox.corelet(&["check", "--for", "broken.offer", "good.corelet"]);
        assert_eq!(outcome.code, 2, "{bad}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{bad}");
        assert!(outcome.stderr.contains(words), "{bad}: {}", outcome.stderr);
    }
    sandbox.write("empty.offer", "");
    sandbox.write("zeros.offer", vec![0; 10 << 20]);
    sandbox.write("bytes.offer", [0xff; 64]);
    sandbox.write("deep.offer", "a = ".to_owned() + &"[".repeat(100_000));
    sandbox.write("many.offer", offer.clone() + &"\n[[interface]]\nname = \"a:b/c\"\nversion = \"1.0.0\"\ngrant = false\nfunctions = []\n".repeat(20));
    let contract = |text: &str| {
        format!("{offer}\n[[contract]]\n[[contract.file]]\npath = \"a.wit\"\ntext = '{text}'\n")
    };
    sandbox.write("no-wit.offer", contract("package"));
    let text = sandbox
        .corelet(&["check", "--for", "no-wit.offer", "good.corelet"])
        .refused(2);
    assert!(
        text.starts_with("error: a [[contract]] of the offer is not a valid contract\n"),
        "{text}"
    );
    assert!(text.contains("\nhelp: write the offer anew"), "{text}");
    sandbox.write("no-files.offer", format!("{offer}\n[[contract]]\n"));
    let deep = "list<".repeat(50_000);
    sandbox.write(
        "deep-wit.offer",
        contract(&format!("package a:b; interface i {{ type t = {deep}")),
    );
    sandbox.write("folder/a", "");
    for offer in [
        "no-files.offer",
        "no-wit.offer",
        "deep-wit.offer",
        "empty.offer",
        "zeros.offer",
        "bytes.offer",
        "deep.offer",
        "many.offer",
        "folder",
        "nowhere",
    ] {
        let outcome = sandbox.corelet(&["check", "--for", offer, "good.corelet"]);
        assert_eq!(outcome.code, 2, "{offer}: {outcome:?}");
        assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
        assert!(
            outcome.stderr.len() < 2_000,
            "{offer}: {} bytes",
            outcome.stderr.len()
        );
    }
}

#[test]
fn an_offer_without_slots_or_keys_refuses() {
    let sandbox = plugins();
    let offer = corelet_cli::offer(&[]);
    let (start, rest) = offer.split_at(offer.find("[[key]]").unwrap());
    let interfaces = &rest[rest.find("[[interface]]").unwrap()..];
    sandbox.write("bare.offer", format!("{start}{interfaces}"));
    let outcome = sandbox.corelet(&["check", "--for", "bare.offer", "good.corelet"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("this firmware has no slots"),
        "{outcome:?}"
    );
    let slots = &rest[rest.find("[[slot]]").unwrap()..];
    let release = start.replace("release = false", "release = true");
    sandbox.write("release.offer", release + slots);
    let outcome = sandbox.corelet(&["check", "--for", "release.offer", "good.corelet"]);
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("signed by a key that this device does not trust"),
        "{outcome:?}"
    );
}
