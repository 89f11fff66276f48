//! What a device refused, and what helps.

use std::fmt;

use corelet_smp::{Code, NOT_ALLOWED};
use mcumgr_toolkit::smp_errors::DeviceError;

use super::Port;
use crate::error::Failure;
use crate::output::shown;

/// What helps where the port may not do it.
pub(super) const NOT_ALLOWED_HELP: &str = "the firmware decides what may be done over which port: use one that may do it, \
    or let this one (`Smp::with_authority`)";

/// Why the device refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The number that every client knows; none of an error that only its group has.
    code: Option<i32>,
    reason: String,
}

impl Refusal {
    pub(super) fn new(error: DeviceError) -> Self {
        match error {
            DeviceError::V1 {
                rc,
                rsn: Some(reason),
            } => Self {
                code: Some(rc),
                reason: shown(&reason),
            },
            DeviceError::V1 { rc, .. } => Self {
                code: Some(rc),
                reason: error.to_string(),
            },
            DeviceError::V2 { .. } => Self {
                code: None,
                reason: error.to_string(),
            },
        }
    }

    fn is(&self, code: Code) -> bool {
        self.code == Some(code.rc().into())
    }

    /// The port may not be used for that, whatever the device would say.
    pub(crate) fn is_not_allowed(&self) -> bool {
        self.is(Code::DENIED) && self.reason == NOT_ALLOWED
    }

    /// Whoever signed the image is not trusted.
    pub(crate) fn is_distrust(&self) -> bool {
        self.is(Code::DENIED) && !self.is_not_allowed()
    }

    /// It was done, and what should be said of it was too long to be said.
    pub(crate) fn is_too_long(&self) -> bool {
        self.is(Code::TOO_LONG)
    }

    /// The device at `port` refuses to do `what`.
    pub(crate) fn failure(&self, port: &Port, what: impl fmt::Display) -> Failure {
        let failure = Failure::refused(format_args!("the device refuses to {what}: {self}"))
            .fact("port", port);
        if self.is_not_allowed() {
            failure.help(NOT_ALLOWED_HELP)
        } else if self.is(Code::UNSUPPORTED) {
            failure
                .help("it speaks SMP, but its firmware is not of Corelet, or of an earlier release")
        } else {
            failure
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
