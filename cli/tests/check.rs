//! `corelet check`: verdicts, and the exit codes that go with them.

mod common;

use common::Sandbox;
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
