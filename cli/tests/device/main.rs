//! The verbs that manage a device, against one that is served as a firmware serves it: behind a serial port, and behind sockets.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod interrupted;
mod refusals;
mod trials;
mod updater;
mod verbs;

use common::{Outcome, Sandbox};
use corelet_image::Version;
use corelet_smp::Action;
use corelet_smp_tests::{Device, Port, Refused, Trial, image};

/// What runs at first.
const OLD: Version = Version::new(1, 4, 0);
/// What is sent.
const NEW: Version = Version::new(1, 5, 0);

/// The most that an owner's port allows.
fn everything(_: Action) -> bool {
    true
}

/// As `corelet_smp::UploadOnly`.
fn upload_only(action: Action) -> bool {
    matches!(action, Action::Upload { .. })
}

fn old() -> Vec<u8> {
    image(OLD, 900)
}

fn new() -> Vec<u8> {
    image(NEW, 9_000)
}

/// With the old version in slot 1.
fn device() -> Device {
    Device::default().with(1, &old())
}

/// With trials that end so.
fn trying(verdict: Result<(), Refused>) -> Device {
    let mut device = device();
    device.trial = Some(Trial { looks: 2, verdict });
    device
}

/// With trials that pass.
fn passing() -> Device {
    trying(Ok(()))
}

/// A device, and the image of its new version in a file.
struct Bench {
    sandbox: Sandbox,
    port: Port,
    /// What `--port` takes.
    name: String,
}

impl Bench {
    fn new(device: Device, allow: fn(Action) -> bool) -> Self {
        let port = Port::serve::<512>(device, allow).expect("a pseudo-terminal");
        let name = port.path().display().to_string();
        Self::of(port, name)
    }

    fn of(port: Port, name: String) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("new.corelet", new());
        Self {
            sandbox,
            port,
            name,
        }
    }

    /// Runs the command with `args`, and the port after them.
    fn corelet(&self, args: &[&str]) -> Outcome {
        let port = ["--port", &self.name];
        self.sandbox.corelet(&[args, &port].concat())
    }

    /// What is refused, with the port's name as `PORT`.
    #[track_caller]
    fn refused(&self, args: &[&str], code: i32) -> String {
        self.corelet(args).refused(code).replace(&self.name, "PORT")
    }
}

/// The part of `text` from its first `error:` on.
fn error(text: &str) -> &str {
    text.find("error:").map_or(text, |at| &text[at..])
}
