//! `smpmgr`, of PyPI.

use std::path::PathBuf;
use std::process::{Child, Command, Output};
use std::thread;
use std::time::Duration;

use corelet_image::Version;
use corelet_smp_tests::{Port, image, smpmgr, unsigned_image};
use tempfile::TempDir;

use crate::{NEW, OLD, everything, new, old, port, upload_only};

/// The command, at a port.
struct Smpmgr<'a> {
    port: &'a Port,
    folder: TempDir,
}

impl<'a> Smpmgr<'a> {
    fn new(port: &'a Port) -> Self {
        let folder = tempfile::tempdir().expect("a folder for images");
        Self { port, folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = smpmgr(env!("CARGO_TARGET_TMPDIR"), self.port.path(), 5);
        command.args(arguments);
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let run = self.command(arguments).output();
        run.expect("smpmgr was installed")
    }

    /// What it prints, if it succeeds.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let (out, err) = text(&output);
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        out
    }

    fn file(&self, image: &[u8]) -> PathBuf {
        let path = self.folder.path().join("plugin.corelet");
        std::fs::write(&path, image).expect("the folder is there");
        path
    }

    /// The arguments to upload an image to slot 1.
    fn upload(&self, image: &[u8]) -> [String; 6] {
        let path = self.file(image).display().to_string();
        ["image", "upload", &path, "--slot=1", "--format", "any"].map(str::to_owned)
    }

    fn start_upload(&self, image: &[u8]) -> Child {
        let arguments = self.upload(image);
        let arguments = arguments.each_ref().map(|argument| &argument[..]);
        self.command(&arguments)
            .spawn()
            .expect("smpmgr was installed")
    }
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// The lines that say what images there are.
fn states(smpmgr: &Smpmgr<'_>) -> Vec<State> {
    let printed = smpmgr.run(&["image", "state-read"]);
    let lines = printed
        .lines()
        .filter_map(|line| line.strip_prefix("ImageState(")?.strip_suffix(')'));
    lines.map(State::read).collect()
}

#[derive(Debug)]
struct State {
    image: String,
    slot: String,
    version: String,
    hash: String,
    /// What is true of it.
    flags: Vec<String>,
}

impl State {
    fn read(line: &str) -> Self {
        let fields: Vec<_> = line
            .split(", ")
            .map(|field| field.split_once('=').expect("a name and a value"))
            .collect();
        let value = |name| {
            let field = fields.iter().find(|(found, _)| *found == name);
            field.expect("it is printed").1
        };
        let quoted = |name| {
            value(name)
                .split('\'')
                .nth(1)
                .expect("it is quoted")
                .to_owned()
        };
        Self {
            image: value("image").to_owned(),
            slot: value("slot").to_owned(),
            version: quoted("version"),
            hash: quoted("hash"),
            flags: fields
                .iter()
                .filter(|(_, value)| *value == "True")
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        }
    }

    fn is(&self, image: &str, slot: &str, version: Version, flags: &[&str]) -> bool {
        (&self.image[..], &self.slot[..], &self.version) == (image, slot, &version.to_string())
            && self.flags == flags
    }
}

#[test]
fn a_new_version_is_uploaded_tried_and_confirmed() {
    let port = port(everything);
    let smpmgr = Smpmgr::new(&port);
    let echo = smpmgr.run(&["os", "echo", "21 °C"]);
    assert!(echo.contains("r='21 °C'"), "{echo}");

    let upload = smpmgr.upload(&new());
    smpmgr.run(&upload.each_ref().map(|argument| &argument[..]));
    assert_eq!(port.device().device.staged(1), Some(&new()[..]));
    let found = states(&smpmgr);
    let [running, staged] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(
        running.is("1", "0", OLD, &["bootable", "confirmed", "active"]),
        "{running:?}"
    );
    assert!(staged.is("1", "1", NEW, &["bootable"]), "{staged:?}");

    smpmgr.run(&["image", "state-write", &staged.hash]);
    let found = states(&smpmgr);
    assert!(
        found[1].is("1", "1", NEW, &["bootable", "pending"]),
        "{found:?}"
    );

    smpmgr.run(&["os", "reset"]);
    let found = states(&smpmgr);
    assert!(
        found[0].is("1", "0", NEW, &["bootable", "active"]),
        "{found:?}"
    );
    assert!(
        found[1].is("1", "1", OLD, &["bootable", "confirmed"]),
        "{found:?}"
    );

    smpmgr.run(&["image", "state-write", "--confirm"]);
    let found = states(&smpmgr);
    assert!(
        found[0].is("1", "0", NEW, &["bootable", "confirmed", "active"]),
        "{found:?}"
    );

    smpmgr.run(&["image", "erase", "3"]);
    assert_eq!(states(&smpmgr).len(), 1);
    let device = &port.device().device;
    assert_eq!(
        (device.running(1), device.staged(1)),
        (Some(&new()[..]), None)
    );
}

#[test]
fn a_trial_that_nobody_confirms_ends_with_the_next_reset() {
    let port = port(everything);
    let smpmgr = Smpmgr::new(&port);
    // All in one: upload, test, reset.
    let path = smpmgr.file(&new()).display().to_string();
    smpmgr.run(&["upgrade", &path, "--slot", "1", "--format", "any"]);
    assert_eq!(port.device().device.running(1), Some(&new()[..]));
    smpmgr.run(&["os", "reset"]);
    assert_eq!(port.device().device.running(1), Some(&old()[..]));
    assert_eq!(port.device().device.resets, 2);
}

/// Waits until part of the image is there.
fn wait_for_part(port: &Port) -> usize {
    loop {
        let received = port.device().device.received(1);
        if received > 2_000 {
            return received;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn an_upload_that_was_killed_goes_on_where_it_was() {
    let port = port(everything);
    let smpmgr = Smpmgr::new(&port);
    let image = image(NEW, 60_000);
    let mut killed = smpmgr.start_upload(&image);
    wait_for_part(&port);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let there = port.device().device.received(1);
    assert!(there < image.len());

    let upload = smpmgr.upload(&image);
    smpmgr.run(&upload.each_ref().map(|argument| &argument[..]));
    let device = &port.device().device;
    assert_eq!(device.staged(1), Some(&image[..]));
    assert_eq!(device.written, image.len());
    assert_eq!(device.opened.len(), 2);
    assert!(device.opened[1] as usize >= there);
}

#[test]
fn an_upload_goes_on_by_itself_when_the_device_was_away() {
    let port = port(everything);
    let smpmgr = Smpmgr::new(&port);
    port.device().cut_after = Some(3_000);
    let upload = smpmgr.upload(&new());
    smpmgr.run(&upload.each_ref().map(|argument| &argument[..]));
    let device = &port.device().device;
    assert_eq!((device.resets, device.opened.len()), (1, 2));
    assert_eq!(device.staged(1), Some(&new()[..]));
    assert_eq!(device.written, new().len());
}

#[test]
fn an_upload_whose_answer_was_lost_goes_on_with_the_next_one() {
    let port = port(everything);
    let smpmgr = Smpmgr::new(&port);
    port.device().cut_before = Some(3_000);
    let upload = smpmgr.upload(&new());
    let arguments = upload.each_ref().map(|argument| &argument[..]);
    let failed = smpmgr.output(&arguments);
    assert!(!failed.status.success(), "{}", text(&failed).0);
    smpmgr.run(&arguments);
    let device = &port.device().device;
    assert_eq!(device.staged(1), Some(&new()[..]));
    assert_eq!(device.written, new().len());
}

#[test]
fn longer_lines_carry_an_upload_too() {
    let port = port(upload_only);
    let smpmgr = Smpmgr::new(&port);
    let upload = smpmgr.upload(&new());
    let mut arguments = vec!["--line-length", "600", "--line-buffers", "1"];
    arguments.extend(upload.iter().map(|argument| &argument[..]));
    smpmgr.run(&arguments);
    assert_eq!(port.device().device.staged(1), Some(&new()[..]));
}

#[test]
fn a_refusal_says_why() {
    let port = port(upload_only);
    let smpmgr = Smpmgr::new(&port);
    let upload = smpmgr.upload(&unsigned_image(NEW, 2_000));
    let refused = smpmgr.output(&upload.each_ref().map(|argument| &argument[..]));
    assert!(!refused.status.success());
    let (out, err) = text(&refused);
    assert!(
        (out + &err).contains("rsn='the image is not signed: sign it with `corelet sign`'"),
        "{err}"
    );

    let hash = states(&smpmgr).remove(0).hash;
    for command in [
        &["image", "state-write", "--confirm"][..],
        &["image", "state-write", &hash],
        &["image", "erase", "3"],
        &["os", "reset"],
    ] {
        let printed = smpmgr.run(command);
        assert!(
            printed.contains("rc=<MGMT_ERR.EACCESSDENIED: 11>, rsn='not allowed over this port'"),
            "{printed}"
        );
    }
    assert_eq!(port.device().device.resets, 0);
}

#[test]
fn statistics_are_fetched() {
    let port = port(upload_only);
    let smpmgr = Smpmgr::new(&port);
    let printed = smpmgr.run(&["statistics", "fetch-all"]);
    for group in [
        "name='slot0', fields={'images': 0, 'largest': 18446744073709551615}",
        "name='slot1', fields={'images': 1, 'largest': 18446744073709551615}",
    ] {
        assert!(printed.contains(group), "{printed}");
    }
}
