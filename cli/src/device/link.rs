//! The link to a device, which may go away and come back.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use mcumgr_toolkit::MCUmgrClient;
use mcumgr_toolkit::client::MCUmgrClientError;
use mcumgr_toolkit::connection::ExecuteError;

use super::PortArgs;
use super::port::Port;
use super::refusal::Refusal;
use crate::error::Failure;
use crate::output;
use crate::units::time;

/// How long an answer to a question may take at least and at most; in between a third of what the device may stay away.
const ASK: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(3));
/// How often a question is repeated before the port is opened again.
const REPEATS: u8 = 2;
/// How long a device may take to do what it was told: to check, translate and start a plugin.
const TELL: Duration = Duration::from_secs(15);
/// Between attempts to open the port again.
const REOPEN: Duration = Duration::from_millis(200);

/// What the client answers.
pub(super) type Answer<T> = Result<T, MCUmgrClientError>;

/// Why a device did not do or say what it should.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It refused.
    Refused(Refusal),
    /// It was told, and its answer did not come.
    Unsure(Failure),
    /// It cannot be reached, or is not what it was taken for.
    Failed(Failure),
}

impl Trouble {
    /// As a failure, with `refused` for a refusal.
    pub(crate) fn or(self, refused: impl FnOnce(Refusal) -> Failure) -> Failure {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::Unsure(failure) | Self::Failed(failure) => failure,
        }
    }
}

/// When something was last got on with, and whether it was said since that the device is waited for.
#[derive(Clone, Debug)]
pub(super) struct Advance(Rc<Cell<(Instant, bool)>>);

impl Advance {
    pub(super) fn now(&self) {
        self.0.set((Instant::now(), false));
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.get().0.elapsed()
    }
}

/// A device that answers over SMP.
pub(crate) struct Device {
    args: PortArgs,
    client: Option<MCUmgrClient>,
    advance: Advance,
}

impl Device {
    /// Opens the port. Whether a device is there shows with the first question.
    ///
    /// # Errors
    /// If it cannot be opened; there is no waiting for a port that was never there.
    pub(crate) fn open(args: &PortArgs) -> Result<Self, Failure> {
        let stream = args.port.open(args.baud);
        let stream = stream.map_err(|error| args.port.unopened(&error))?;
        Ok(Self {
            args: args.clone(),
            client: Some(MCUmgrClient::new_from_serial(stream)),
            advance: Advance(Rc::new(Cell::new((Instant::now(), false)))),
        })
    }

    /// Where it is.
    pub(crate) fn port(&self) -> &Port {
        &self.args.port
    }

    /// How long it may stay away.
    pub(super) fn patience(&self) -> Duration {
        self.args.give_up
    }

    /// The clock by which it is given up, for a question that takes long.
    pub(super) fn advance(&self) -> Advance {
        self.advance.clone()
    }

    /// Asks what may be asked again, and does so, over a port that is opened again, until the device answers.
    ///
    /// # Errors
    /// What the device refused, or that it was away for so long.
    pub(super) fn ask<T>(
        &mut self,
        mut question: impl FnMut(&MCUmgrClient) -> Answer<T>,
    ) -> Result<T, Trouble> {
        self.advance.now();
        loop {
            let cause = match self.client() {
                Ok(client) => match question(client) {
                    Ok(answer) => return Ok(answer),
                    Err(error) if is_lost(&error) => root(&error),
                    Err(error) => return Err(self.trouble(error)),
                },
                Err(error) => error.to_string(),
            };
            self.client = None;
            self.wait(&cause)?;
        }
    }

    /// Tells the device to do what must not be done twice.
    ///
    /// # Errors
    /// What the device refused, or that its answer did not come.
    pub(super) fn tell<T>(
        &mut self,
        order: impl FnOnce(&MCUmgrClient) -> Answer<T>,
    ) -> Result<T, Trouble> {
        let port = self.args.port.clone();
        let client = self
            .client()
            .map_err(|error| Trouble::Failed(port.unopened(&error)))?;
        client.set_retries(0);
        let answer = client.set_timeout(TELL).and_then(|()| order(client));
        match answer {
            Ok(answer) => Ok(answer),
            Err(error) if is_lost(&error) => {
                self.client = None;
                let failure = Failure::tool(format_args!(
                    "the device at {port} was told, and its answer was lost: {}",
                    root(&error)
                ));
                let help = format_args!("corelet slots --port {port} says whether it was done");
                Err(Trouble::Unsure(failure.help(help)))
            }
            Err(error) => Err(self.trouble(error)),
        }
    }

    /// The client, over the port that is open or is opened now.
    fn client(&mut self) -> std::io::Result<&MCUmgrClient> {
        let client = match self.client.take() {
            Some(client) => client,
            None => MCUmgrClient::new_from_serial(self.args.port.open(self.args.baud)?),
        };
        let timeout = self.args.give_up / (u32::from(REPEATS) + 1);
        let (least, most) = ASK;
        client.set_retries(REPEATS);
        client
            .set_timeout(timeout.clamp(least, most))
            .map_err(std::io::Error::other)?;
        Ok(self.client.insert(client))
    }

    /// Waits before the next attempt, or gives up.
    fn wait(&mut self, cause: &str) -> Result<(), Trouble> {
        let patience = self.args.give_up;
        let (since, is_said) = self.advance.0.get();
        if since.elapsed() >= patience {
            return Err(Trouble::Failed(
                Failure::tool(format_args!(
                    "no answer from a device at {} for {}: {cause}",
                    self.args.port,
                    time(patience)
                ))
                .help(
                    "is it on, and does its firmware serve SMP on this port? \
                     --give-up TIME waits longer;\nan upload goes on where it was when the command is given again",
                ),
            ));
        }
        if !is_said {
            self.advance.0.set((since, true));
            output::note(format_args!(
                "no answer from {}, waiting up to {}: {cause}",
                self.args.port,
                time(patience)
            ));
        }
        thread::sleep(REOPEN);
        Ok(())
    }

    fn trouble(&self, error: MCUmgrClientError) -> Trouble {
        match error {
            MCUmgrClientError::ExecuteError(ExecuteError::ErrorResponse(error)) => {
                Trouble::Refused(Refusal::new(error))
            }
            error => Trouble::Failed(Failure::tool(format_args!(
                "the device at {} answered what is no answer: {}",
                self.args.port,
                root(&error)
            ))),
        }
    }
}

/// Whether the answer did not come, and may come another time.
fn is_lost(error: &MCUmgrClientError) -> bool {
    matches!(
        error,
        MCUmgrClientError::ExecuteError(
            ExecuteError::SendFailed(_) | ExecuteError::ReceiveFailed(_)
        )
    )
}

/// What began it.
fn root(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
