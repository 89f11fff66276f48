//! `smpmgr`, of PyPI, unmodified.

use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use corelet_smp_tests::smpmgr;

use crate::board::{Board, wait_for};
use crate::plugin::{BY_COMMAND, image};
use crate::toolkit;

fn command(port: &str, arguments: &[&str]) -> Command {
    let mut command = smpmgr(env!("CARGO_TARGET_TMPDIR"), port, 20);
    command.args(arguments);
    command
}

fn text(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn run(port: &str, arguments: &[&str]) -> String {
    let output = command(port, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", text(&output));
    text(&output)
}

fn upload(path: &str) -> [&str; 5] {
    ["image", "upload", path, "--format", "any"]
}

/// What it says of the image of this version: its digest, and all of its line.
fn state(port: &str, version: &str) -> Option<(String, String)> {
    let printed = run(port, &["image", "state-read"]);
    let mut lines = printed
        .lines()
        .filter(|line| line.starts_with("ImageState("));
    let line = lines.find(|line| line.contains(&format!("version='{version}'")))?;
    let hash = line.split("hash=").nth(1)?.split('\'').nth(1)?;
    Some((hash.to_owned(), line.to_owned()))
}

fn is(line: &str, flags: &[&str]) -> bool {
    let all = ["bootable", "pending", "confirmed", "active", "permanent"];
    all.iter()
        .all(|flag| line.contains(&format!("{flag}=True")) == flags.contains(flag))
}

#[test]
fn a_new_version_is_uploaded_tried_confirmed_and_erased() {
    let (board, mut machine, port) = Board::started(&image(1, 0, BY_COMMAND));
    let echo = run(&port, &["os", "echo", "21 °C"]);
    assert!(echo.contains("r='21 °C'"), "{echo}");

    let path = board.file(&image(2, 5_000, BY_COMMAND));
    let path = path.to_str().unwrap();
    run(&port, &upload(path));
    let (hash, line) = state(&port, "0.2.0").unwrap();
    assert!(is(&line, &["bootable"]), "{line}");
    let (_, line) = state(&port, "0.1.0").unwrap();
    assert!(is(&line, &["bootable", "confirmed", "active"]), "{line}");

    run(&port, &["image", "state-write", &hash]);
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    let (_, line) = state(&port, "0.2.0").unwrap();
    assert!(is(&line, &["bootable", "active"]), "{line}");
    let (_, line) = state(&port, "0.1.0").unwrap();
    assert!(is(&line, &["bootable", "confirmed"]), "{line}");

    // A trial outlives a reset that somebody asked for.
    run(&port, &["os", "reset"]);
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");
    run(&port, &["image", "state-write", "--confirm"]);
    wait_for(&mut machine, "slot 0: confirmed");
    let (_, line) = state(&port, "0.2.0").unwrap();
    assert!(is(&line, &["bootable", "confirmed", "active"]), "{line}");
    assert_eq!(state(&port, "0.1.0"), None);

    let path = board.file(&image(3, 0, BY_COMMAND));
    run(&port, &upload(path.to_str().unwrap()));
    assert!(state(&port, "0.3.0").is_some());
    run(&port, &["image", "erase", "1"]);
    assert_eq!(state(&port, "0.3.0"), None);

    let statistics = run(&port, &["statistics", "fetch-all"]);
    assert!(statistics.contains("name='slot0'"), "{statistics}");
    assert!(statistics.contains("'swap-gap-us'"), "{statistics}");
}

#[test]
fn an_upload_that_was_killed_goes_on_where_it_was() {
    let (board, mut machine, port) = Board::started(&image(1, 0, BY_COMMAND));
    let new = image(2, 15_000, BY_COMMAND);
    let path = board.file(&new);
    let mut client = command(&port, &upload(path.to_str().unwrap()));
    let mut client = client.spawn().unwrap();
    while !board.has_second_sector() {
        assert!(client.try_wait().unwrap().is_none(), "it was too quick");
        thread::sleep(Duration::from_millis(1));
    }
    client.kill().unwrap();
    client.wait().unwrap();
    let part = toolkit::received(&port);
    assert!(part >= 4_096 && part < new.len() as u64, "{part}");

    // The board too.
    run(&port, &["os", "reset"]);
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");
    // smpmgr does not say where it begins: what the device asks for first, another client is told.
    let (first, _) = toolkit::upload(&toolkit::client(&port), &new, 0);
    assert!(first.is_some_and(|first| first >= 4_096), "{first:?}");
    run(&port, &upload(path.to_str().unwrap()));
    let (_, line) = state(&port, "0.2.0").unwrap();
    assert!(is(&line, &["bootable"]), "{line}");
}
