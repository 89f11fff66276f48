//! The emulated boards: QEMU's mps2-an386, its log decoded, its thermometer in our hand; and its ast1030-evb, with a SPI flash.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use corelet_mps2_an386::FLASH_BYTES;
use defmt_decoder::{DecodeError, Table};
use serde_json::{Value, json};

use crate::Failure;

/// How long QEMU may take to start and to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the machine may log nothing while something waits for its end.
const SILENCE: Duration = Duration::from_secs(60);

/// How a machine is started.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The emulator, as [`ensure_qemu`](crate::toolchain::ensure_qemu) found it.
    pub qemu: &'a Path,
    /// What it is a machine of.
    pub model: Model,
    /// The firmware's ELF file.
    pub firmware: &'a Path,
    /// What is in the flash: the file of a [`FlashFile`](crate::FlashFile), or as many bytes as the board's chip has.
    pub flash: &'a Path,
    /// What its clock follows.
    pub pace: Pace,
    /// What its UART is connected to.
    pub serial: Serial,
    /// Whether it starts again when the firmware or the watchdog resets it. If not, that ends it.
    pub reboots: bool,
}

/// What the machine's UART is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serial {
    /// Nothing.
    Nothing,
    /// A pseudo-terminal, for clients that know serial ports only.
    Terminal,
    /// A socket of this machine, to which one client at a time connects.
    Socket,
}

/// What is emulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// A Cortex-M4F with a thermometer, and with a flash in its PSRAM.
    Mps2An386,
    /// A Cortex-M4F with a W25Q32, which is modelled by its commands.
    Ast1030Evb,
}

/// What the machine's clock follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The clock on the wall.
    Real,
    /// Its own instructions, of which each takes [`INSTRUCTION`]; waiting takes no time at all. Every run is the same.
    Instructions,
}

/// The time of one instruction at [`Pace::Instructions`].
pub const INSTRUCTION: Duration = Duration::from_nanos(1 << INSTRUCTION_SHIFT);
const INSTRUCTION_SHIFT: u32 = 5;

/// One line that the firmware logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `TRACE` to `ERROR`.
    pub level: &'static str,
    /// Since the start of the machine, in its own time.
    pub time: Duration,
    /// What it says.
    pub message: String,
}

/// A machine that runs. Dropping it kills it, as pulling the plug would.
#[derive(Debug)]
pub struct Machine {
    process: Child,
    monitor: Monitor,
    lines: Receiver<Line>,
}

impl Machine {
    /// Starts a machine, and waits until its monitor answers.
    ///
    /// # Errors
    /// If the firmware cannot be read or has no log format in it, or QEMU does not start.
    pub fn start(start: &Start<'_>) -> Result<Self, Failure> {
        let table = log_table(start.firmware)?;
        let listener = TcpListener::bind("127.0.0.1:0").map_err(not_started)?;
        let port = listener.local_addr().map_err(not_started)?.port();
        let mut process = command(start, port)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let stdout = process.stdout.take();
        let monitor = accept(&listener, &mut process).and_then(Monitor::new);
        match (monitor, stdout) {
            (Ok(monitor), Some(stdout)) => Ok(Self {
                process,
                monitor,
                lines: decode(table, stdout),
            }),
            (monitor, _) => {
                // It may have ended by itself; either way it must not stay.
                let _ = process.kill();
                let _ = process.wait();
                Err(not_started(
                    monitor
                        .err()
                        .unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()),
                ))
            }
        }
    }

    /// The next line of the log, waiting for it up to `patience`.
    pub fn line(&mut self, patience: Duration) -> Next {
        match self.lines.recv_timeout(patience) {
            Ok(line) => Next::Line(line),
            Err(RecvTimeoutError::Timeout) => Next::Nothing,
            Err(RecvTimeoutError::Disconnected) => Next::End,
        }
    }

    /// Hands every line of the log to `read` until the machine ends by itself.
    ///
    /// # Errors
    /// If it is silent for a minute, which a busy computer does not explain.
    pub fn read_to_end(&mut self, mut read: impl FnMut(Line)) -> Result<(), Failure> {
        loop {
            match self.line(SILENCE) {
                Next::Line(line) => read(line),
                Next::End => return Ok(()),
                Next::Nothing => return Err(Failure::tool("the emulated board is silent")),
            }
        }
    }

    /// Sets the temperature that the thermometer measures, in thousandths of a degree Celsius.
    ///
    /// # Errors
    /// If the machine has ended, or has none, or the thermometer cannot be that warm or cold.
    pub fn set_temperature(&mut self, milli_celsius: i32) -> io::Result<()> {
        let arguments = json!({
            "path": THERMOMETER, "property": "temperature", "value": milli_celsius,
        });
        self.monitor.execute("qom-set", &arguments)
    }

    /// Where the machine's UART is to be found: a file, or HOST:PORT.
    ///
    /// # Errors
    /// If it is connected to nothing, or the machine has ended.
    pub fn serial_port(&mut self) -> io::Result<String> {
        let devices = self.monitor.ask("query-chardev", &json!({}))?;
        let devices = devices.as_array().map_or(&[][..], Vec::as_slice);
        let serial = devices.iter().find(|device| device["label"] == "serial0");
        let name = serial.and_then(|serial| serial["filename"].as_str());
        // `pty:FILE`, or `disconnected:tcp:HOST:PORT,server=on`.
        let address = name.and_then(|name| match name.strip_prefix("pty:") {
            Some(file) => Some(file),
            None => name.split_once("tcp:")?.1.split(',').next(),
        });
        address
            .map(str::to_owned)
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Waits for the machine to end by itself.
    ///
    /// # Errors
    /// If it does not within `patience`.
    pub fn wait(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the machine at once. What it was about to write is not written. The lines that it logged before can still be read.
    pub fn kill(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Ends the machine between two instructions, as a cut of its power does. The lines that it logged before can still be read.
    ///
    /// QEMU writes to the file of a flash chip behind the processor's back, and without order. A chip does not say that it is done before it
    /// is, so the processor stops first, and what was written until then is waited for.
    ///
    /// # Errors
    /// If the machine has ended by itself.
    pub fn cut_power(&mut self) -> io::Result<()> {
        self.monitor.execute("stop", &json!({}))?;
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What [`Machine::line`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A line.
    Line(Line),
    /// No line so far.
    Nothing,
    /// No line any more: the machine has ended.
    End,
}

/// The name of the thermometer in the machine.
const THERMOMETER: &str = "thermometer";

fn command(start: &Start<'_>, monitor_port: u16) -> Command {
    let mut qemu = Command::new(start.qemu);
    let flash = start.flash.display();
    match start.model {
        Model::Mps2An386 => qemu
            .args(["-M", "mps2-an386,memory-backend=psram", "-object"])
            .arg(format!(
                "memory-backend-file,id=psram,size={},share=on,mem-path={flash}",
                FLASH_BYTES,
            ))
            .arg("-device")
            .arg(format!("tmp105,id={THERMOMETER},bus=i2c,address=0x48")),
        // The flash is the third of the board, behind the two that it may start from.
        Model::Ast1030Evb => qemu
            .args(["-M", "ast1030-evb,spi-model=w25q32", "-drive"])
            .arg(format!("if=mtd,index=2,format=raw,file={flash}")),
    };
    let serial = match start.serial {
        Serial::Nothing => "none",
        Serial::Terminal => "pty",
        Serial::Socket => "tcp:127.0.0.1:0,server=on,wait=off",
    };
    qemu.args(["-display", "none", "-serial", serial, "-monitor", "none"])
        .args(["-semihosting-config", "enable=on,target=native"])
        .arg("-qmp")
        .arg(format!("tcp:127.0.0.1:{monitor_port}"))
        .arg("-kernel")
        .arg(start.firmware);
    if !start.reboots {
        qemu.arg("-no-reboot");
    }
    if start.pace == Pace::Instructions {
        qemu.arg("-icount")
            .arg(format!("shift={INSTRUCTION_SHIFT},align=off,sleep=off"));
    }
    qemu
}

/// The connection that QEMU makes to us, unless it ends first.
fn accept(listener: &TcpListener, process: &mut Child) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if let Some(status) = process.try_wait()? {
            return Err(io::Error::other(format!("it ended with {status}")));
        }
        if Instant::now() > until {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// QEMU's monitor: one JSON object a line, both ways.
#[derive(Debug)]
struct Monitor {
    stream: BufReader<TcpStream>,
}

impl Monitor {
    fn new(stream: TcpStream) -> io::Result<Self> {
        let mut monitor = Self {
            stream: BufReader::new(stream),
        };
        monitor.read()?;
        monitor.execute("qmp_capabilities", &json!({}))?;
        Ok(monitor)
    }

    fn execute(&mut self, command: &str, arguments: &Value) -> io::Result<()> {
        self.ask(command, arguments).map(drop)
    }

    fn ask(&mut self, command: &str, arguments: &Value) -> io::Result<Value> {
        let message = json!({ "execute": command, "arguments": arguments });
        writeln!(self.stream.get_mut(), "{message}")?;
        loop {
            let answer = self.read()?;
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
            if let Some(error) = answer.get("error") {
                return Err(io::Error::other(error.to_string()));
            }
            // Anything else is an event.
        }
    }

    fn read(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&line)?)
    }
}

fn log_table(firmware: &Path) -> Result<Table, Failure> {
    let elf = std::fs::read(firmware).map_err(|error| Failure::reading(firmware, &error))?;
    let no_table = |why: String| {
        Failure::usage(format_args!(
            "{} is no firmware that logs with defmt: {why}",
            firmware.display()
        ))
    };
    Table::parse(&elf)
        .map_err(|error| no_table(error.to_string()))?
        .ok_or_else(|| no_table("it has no section .defmt".to_owned()))
}

/// Decodes what the firmware logs, for as long as it does.
fn decode(table: Table, mut stdout: ChildStdout) -> Receiver<Line> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut decoder = table.new_stream_decoder();
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = stdout.read(&mut buffer) {
            decoder.received(&buffer[..length]);
            loop {
                match decoder.decode() {
                    Ok(frame) => {
                        let line = Line {
                            level: frame.level().map_or("PRINT", |level| level.as_str()),
                            time: frame
                                .display_timestamp()
                                .and_then(|time| parse_seconds(&time.to_string()))
                                .unwrap_or_default(),
                            message: frame.display_message().to_string(),
                        };
                        if sender.send(line).is_err() {
                            return;
                        }
                    }
                    Err(DecodeError::UnexpectedEof) => break,
                    // The decoder goes on behind the frame that it could not read.
                    Err(DecodeError::Malformed) => {}
                }
            }
        }
    });
    lines
}

/// Seconds with a decimal point, as the log's timestamps are shown.
fn parse_seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

fn not_started(error: io::Error) -> Failure {
    Failure::tool(format_args!("QEMU did not start: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_seconds() {
        assert_eq!(parse_seconds("1.500000"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_seconds("-1"), None);
        assert_eq!(parse_seconds("soon"), None);
    }
}
