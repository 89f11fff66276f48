//! A device behind a socket, one client after the other.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use corelet_smp::Action;

use crate::server::{Firmware, PortDevice};

/// How long the end of the test is not looked for.
const WAIT: Duration = Duration::from_millis(20);

/// A connection.
pub(crate) trait Stream: Read + Write {
    fn wait_for(&self, time: Duration) -> io::Result<()>;
}

impl Stream for std::net::TcpStream {
    fn wait_for(&self, time: Duration) -> io::Result<()> {
        self.set_nonblocking(false)?;
        self.set_nodelay(true)?;
        self.set_read_timeout(Some(time))
    }
}

impl Stream for UnixStream {
    fn wait_for(&self, time: Duration) -> io::Result<()> {
        self.set_nonblocking(false)?;
        self.set_read_timeout(Some(time))
    }
}

/// The main loop of a firmware.
pub(crate) fn run<const N: usize, S: Stream>(
    accept: impl Fn() -> io::Result<S>,
    shared: &Mutex<PortDevice>,
    allow: fn(Action) -> bool,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut firmware = Firmware::<N>::new(allow);
    while !stop.load(Ordering::Relaxed) {
        match accept() {
            Ok(mut stream) => {
                stream.wait_for(WAIT)?;
                serve(&mut stream, &mut firmware, shared, stop)?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(WAIT),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Serves one client, until it goes or is cut off.
fn serve<const N: usize>(
    stream: &mut impl Stream,
    firmware: &mut Firmware<N>,
    shared: &Mutex<PortDevice>,
    stop: &AtomicBool,
) -> io::Result<()> {
    let mut buffer = [0; 64];
    while !stop.load(Ordering::Relaxed) {
        let count = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut => continue,
                // The client went without having read everything.
                ErrorKind::ConnectionReset => break,
                _ => return Err(error),
            },
        };
        let outcome = firmware.take(shared, &buffer[..count]);
        if outcome.unplugged || stream.write_all(&outcome.sent).is_err() {
            break;
        }
    }
    Ok(())
}
