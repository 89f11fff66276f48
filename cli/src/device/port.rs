//! What `--port` names.

use std::fmt;
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::Duration;

use super::stream::Stream;
use crate::error::Failure;

/// How long a host may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a device is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// A serial port, by the name that the system gives it.
    Serial(String),
    /// Host and port.
    Tcp(String),
    /// The path of a socket on this computer.
    Unix(String),
}

impl FromStr for Port {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(address) = text.strip_prefix("tcp:") {
            let (host, port) = address.rsplit_once(':').unwrap_or_default();
            return match port.parse::<u16>() {
                Ok(1..) if !host.is_empty() => Ok(Self::Tcp(address.to_owned())),
                _ => Err("tcp:HOST:PORT, for instance tcp:192.168.1.20:1337".to_owned()),
            };
        }
        let (path, port) = match text.strip_prefix("unix:") {
            Some(path) => (path, Self::Unix(path.to_owned())),
            None => (text, Self::Serial(text.to_owned())),
        };
        if path.is_empty() {
            return Err(
                "a serial port such as /dev/ttyACM0 or COM3, tcp:HOST:PORT, or unix:PATH"
                    .to_owned(),
            );
        }
        Ok(port)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial(name) => f.write_str(name),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

impl Port {
    /// Opens it. `baud` is for serial ports.
    pub(super) fn open(&self, baud: u32) -> io::Result<Stream> {
        match self {
            Self::Serial(name) => {
                let port = serialport::new(name, baud).open()?;
                Ok(Stream::new(port))
            }
            Self::Tcp(address) => {
                let mut refused = io::Error::from(io::ErrorKind::AddrNotAvailable);
                for address in address.to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, CONNECT) {
                        Ok(socket) => {
                            socket.set_nodelay(true)?;
                            return Ok(Stream::new(socket));
                        }
                        Err(error) => refused = error,
                    }
                }
                Err(refused)
            }
            #[cfg(unix)]
            Self::Unix(path) => Ok(Stream::new(std::os::unix::net::UnixStream::connect(path)?)),
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The failure to open it.
    pub(super) fn unopened(&self, error: &io::Error) -> Failure {
        let failure = Failure::usage(format_args!("cannot open {self}: {error}"));
        let Self::Serial(_) = self else {
            return failure.help("is the device on, and is this its address?");
        };
        let ports = serialport::available_ports().unwrap_or_default();
        let mut names: Vec<_> = ports.into_iter().map(|port| port.port_name).collect();
        names.sort();
        match &names[..] {
            [] => failure.help("this computer has no serial port: is the cable in?"),
            names => failure.help(format_args!("serial ports here: {}", names.join(", "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_told_apart() {
        for (text, port) in [
            ("/dev/ttyACM0", Port::Serial("/dev/ttyACM0".to_owned())),
            ("COM3", Port::Serial("COM3".to_owned())),
            ("tcp:board:1337", Port::Tcp("board:1337".to_owned())),
            ("tcp:[::1]:1337", Port::Tcp("[::1]:1337".to_owned())),
            ("unix:/run/board", Port::Unix("/run/board".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(port.clone()));
            assert_eq!(port.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in [
            "",
            "tcp:",
            "tcp:board",
            "tcp::1",
            "tcp:board:0",
            "tcp:board:65536",
            "unix:",
        ] {
            assert!(text.parse::<Port>().is_err(), "{text}");
        }
    }
}
