//! `corelet keygen`.

mod common;

use common::Sandbox;

#[test]
fn a_pair_is_made_and_never_overwritten() {
    let sandbox = Sandbox::new();
    let made = sandbox.corelet(&["keygen", "release"]).well();
    let lines: Vec<_> = made.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "secret key  release  keep it where no device and no repository is"
    );
    let hex = lines[1].strip_prefix("public key  release.pub  ").unwrap();
    assert_eq!(hex.len(), 64);
    let before = std::fs::read(sandbox.path("release")).unwrap();
    let text = sandbox.corelet(&["keygen", "release"]).refused(2);
    assert_eq!(
        text,
        "error: release.pub exists already\nhelp: name another file; a lost key cannot be made again\n"
    );
    assert_eq!(std::fs::read(sandbox.path("release")).unwrap(), before);
}

#[test]
fn two_pairs_differ() {
    let sandbox = Sandbox::new();
    sandbox.corelet(&["keygen", "a"]).well();
    sandbox.corelet(&["keygen", "b"]).well();
    let read = |path| std::fs::read(sandbox.path(path)).unwrap();
    assert_ne!(read("a"), read("b"));
    assert_ne!(read("a.pub"), read("b.pub"));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let text = Sandbox::new()
        .corelet(&["keygen", "nowhere/key"])
        .refused(2);
    assert!(
        text.starts_with("error: cannot write nowhere/key: "),
        "{text}"
    );
}
