//! The verbs that manage a device, against one that is served as a firmware serves it: behind a serial port, and behind sockets.
#![cfg(unix)]

#[path = "../common/mod.rs"]
mod common;
mod interrupted;
mod keys;
mod refusals;
mod together;
mod trials;
mod updater;
mod verbs;

use common::{Outcome, Sandbox};
use corelet_smp::Action;
use corelet_smp_tests::{Device, NEW, Port, Refused, Trial, everything, new, old, upload_only};

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
