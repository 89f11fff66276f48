//! A serial port on this machine: a pseudo-terminal, with a device at its other end.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::{fs, io};

use corelet_smp::Action;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::server::{Firmware, PortDevice};
use crate::{Device, socket};

/// A device behind a serial port, or a socket.
#[derive(Debug)]
pub struct Port {
    path: PathBuf,
    device: Arc<Mutex<PortDevice>>,
    stop: Arc<AtomicBool>,
    server: Option<JoinHandle<io::Result<()>>>,
    /// Where the port has its name.
    _folder: tempfile::TempDir,
}

impl Port {
    /// Serves `device`, with buffers of `N` bytes, and lets clients do what `allow` says.
    ///
    /// # Errors
    /// If this machine has no pseudo-terminal.
    pub fn serve<const N: usize>(device: Device, allow: fn(Action) -> bool) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("ttyACM0");
        let name = path.clone();
        let terminal = Terminal::open(&name)?;
        Ok(Self::start(device, folder, path, move |shared, stop| {
            run::<N>(terminal, &name, shared, allow, stop)
        }))
    }

    /// The same behind a socket of this machine, to which [`address`](Self::address) leads.
    ///
    /// # Errors
    /// If there is no port for it.
    pub fn listen<const N: usize>(device: Device, allow: fn(Action) -> bool) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let path = PathBuf::from(listener.local_addr()?.to_string());
        let folder = tempfile::tempdir()?;
        let accept = move || listener.accept().map(|(stream, _)| stream);
        Ok(Self::start(device, folder, path, move |shared, stop| {
            socket::run::<N, _>(accept, shared, allow, stop)
        }))
    }

    /// The same behind a socket that has a path.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn listen_at_path<const N: usize>(
        device: Device,
        allow: fn(Action) -> bool,
    ) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("socket");
        let listener = std::os::unix::net::UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        let accept = move || listener.accept().map(|(stream, _)| stream);
        Ok(Self::start(device, folder, path, move |shared, stop| {
            socket::run::<N, _>(accept, shared, allow, stop)
        }))
    }

    fn start(
        device: Device,
        folder: tempfile::TempDir,
        path: PathBuf,
        run: impl FnOnce(&Mutex<PortDevice>, &AtomicBool) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let device = Arc::new(Mutex::new(PortDevice {
            device,
            ..PortDevice::default()
        }));
        let stop = Arc::new(AtomicBool::new(false));
        let server = thread::spawn({
            let (device, stop) = (device.clone(), stop.clone());
            move || run(&device, &stop)
        });
        Self {
            path,
            device,
            stop,
            server: Some(server),
            _folder: folder,
        }
    }

    /// What clients open.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Host and port of a socket.
    pub fn address(&self) -> String {
        self.path.display().to_string()
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

/// A pseudo-terminal.
struct Terminal {
    master: OwnedFd,
    /// Held open, since the port would hang up with its last client.
    _client: fs::File,
}

impl Terminal {
    /// Opens one, to which `name` leads from now on.
    fn open(name: &Path) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        // A client that is started meanwhile must not hold this end too.
        fcntl_setfd(&master, FdFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = ptsname(&master, Vec::new())?;
        let path = OsStr::from_bytes(path.as_bytes());
        let client = fs::OpenOptions::new().read(true).write(true).open(path)?;
        // As a cable is: nothing is echoed, or changed.
        let mut settings = tcgetattr(&client)?;
        settings.make_raw();
        tcsetattr(&client, OptionalActions::Now, &settings)?;
        let new = name.with_extension("new");
        symlink(path, &new)?;
        fs::rename(new, name)?;
        Ok(Self {
            master,
            _client: client,
        })
    }
}

/// The main loop of a firmware.
fn run<const N: usize>(
    mut terminal: Terminal,
    name: &Path,
    shared: &Mutex<PortDevice>,
    allow: fn(Action) -> bool,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut firmware = Firmware::<N>::new(allow);
    let mut buffer = [0; 64];
    while !stop.load(Ordering::Relaxed) {
        let wait = Timespec {
            tv_sec: 0,
            tv_nsec: 20_000_000,
        };
        let readable = PollFd::new(&terminal.master, PollFlags::IN);
        if poll(&mut [readable], Some(&wait))? == 0 {
            continue;
        }
        let count = rustix::io::read(&terminal.master, &mut buffer)?;
        let outcome = firmware.take(shared, &buffer[..count]);
        if outcome.unplugged {
            drop(terminal);
            terminal = Terminal::open(name)?;
        } else {
            write_all(&terminal.master, &outcome.sent)?;
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
