//! A serial port on this machine: a pseudo-terminal, with a device at its other end.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::{fs, io};

use corelet_smp::{Action, Smp};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::Device;

/// The device, and what befalls it.
#[derive(Debug, Default)]
pub struct PortDevice {
    /// The device.
    pub device: Device,
    /// Its power goes when so many bytes were written into banks, after the answer that says so left the port.
    pub cut_after: Option<usize>,
    /// Its power goes before that answer leaves.
    pub cut_before: Option<usize>,
}

/// A device behind a serial port.
#[derive(Debug)]
pub struct Port {
    path: PathBuf,
    device: Arc<Mutex<PortDevice>>,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<io::Result<()>>>,
    /// Held open, since the port would hang up with its last client.
    _client: fs::File,
}

impl Port {
    /// Serves `device`, with buffers of `N` bytes, and lets clients do what `allow` says.
    ///
    /// # Errors
    /// If this machine has no pseudo-terminal.
    pub fn serve<const N: usize>(device: Device, allow: fn(Action) -> bool) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let path = PathBuf::from(OsStr::from_bytes(name.as_bytes()));
        let client = fs::OpenOptions::new().read(true).write(true).open(&path)?;
        // As a cable is: nothing is echoed, or changed.
        let mut settings = tcgetattr(&client)?;
        settings.make_raw();
        tcsetattr(&client, OptionalActions::Now, &settings)?;

        let device = Arc::new(Mutex::new(PortDevice {
            device,
            ..PortDevice::default()
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let server = thread::spawn({
            let (device, stop) = (device.clone(), stop.clone());
            move || run::<N>(&master, &device, allow, &stop)
        });
        Ok(Self {
            path,
            device,
            stop,
            server: Some(server),
            _client: client,
        })
    }

    /// What clients open.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The device, which does nothing meanwhile.
    pub fn device(&self) -> MutexGuard<'_, PortDevice> {
        self.device.lock().expect("the device did not panic")
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(server) = self.server.take()
            && !thread::panicking()
        {
            let ended = server.join().expect("the device did not panic");
            ended.expect("the port stayed open");
        }
    }
}

/// The main loop of a firmware.
fn run<const N: usize>(
    master: &OwnedFd,
    shared: &Mutex<PortDevice>,
    allow: fn(Action) -> bool,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut smp = Smp::<N, _>::with_authority(allow);
    let mut buffer = [0; 64];
    while !stop.load(Ordering::Relaxed) {
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: 20_000_000,
        };
        if poll(&mut [PollFd::new(master, PollFlags::IN)], Some(&wait))? == 0 {
            continue;
        }
        let count = rustix::io::read(master, &mut buffer)?;
        let mut received = &buffer[..count];
        let mut shared = shared.lock().expect("the test did not panic");
        let PortDevice {
            device,
            cut_after,
            cut_before,
        } = &mut *shared;
        let mut sent = Vec::new();
        while let Some(line) = smp.feed(&mut received, device) {
            sent.extend(line);
        }
        let written = device.written;
        let cut = |at: &mut Option<usize>| at.take_if(|at| written >= *at).is_some();
        let lost = cut(cut_before);
        if !lost {
            write_all(master, &sent)?;
        }
        if lost || cut(cut_after) || device.wants_reset() {
            device.restart();
            smp = Smp::with_authority(allow);
            write_all(master, b"*** Booting \x06 Corelet ***\r\n")?;
        }
    }
    Ok(())
}

fn write_all(port: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = rustix::io::write(port, bytes)?;
        bytes = &bytes[count..];
    }
    Ok(())
}
