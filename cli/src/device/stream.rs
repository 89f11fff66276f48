//! An open port, on which one answer may take so long and no longer, whatever else comes over it.

use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use mcumgr_toolkit::transport::serial::ConfigurableTimeout;
use serialport::SerialPort;

/// What a port is read from and written to.
pub(super) trait Wire: Read + Write + Send {
    /// How long one read, or one write, may wait. Not zero.
    fn wait(&mut self, time: Duration) -> io::Result<()>;
}

impl Wire for Box<dyn SerialPort> {
    fn wait(&mut self, time: Duration) -> io::Result<()> {
        Ok(SerialPort::set_timeout(&mut **self, time)?)
    }
}

impl Wire for TcpStream {
    fn wait(&mut self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))?;
        self.set_write_timeout(Some(time))
    }
}

#[cfg(unix)]
impl Wire for std::os::unix::net::UnixStream {
    fn wait(&mut self, time: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(time))?;
        self.set_write_timeout(Some(time))
    }
}

/// An open port.
///
/// The client that reads from it looks for an answer among whatever the device prints, and would look for ever where an answer was
/// lost and the device goes on printing. So time counts from the last write, not from the last byte.
pub(super) struct Stream {
    wire: Box<dyn Wire>,
    timeout: Duration,
    deadline: Instant,
}

impl Stream {
    pub(super) fn new(wire: impl Wire + 'static) -> Self {
        Self {
            wire: Box::new(wire),
            timeout: Duration::ZERO,
            deadline: Instant::now(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            self.wire.wait(left)?;
            match self.wire.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // What a socket says when its time is over.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Err(ErrorKind::TimedOut.into());
                }
                result => return result,
            }
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wire.wait(self.timeout)?;
        self.deadline = Instant::now() + self.timeout;
        self.wire.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.wire.flush()
    }
}

impl ConfigurableTimeout for Stream {
    fn set_timeout(&mut self, timeout: Duration) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.timeout = timeout;
        Ok(())
    }
}
