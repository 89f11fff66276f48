//! What a device refused, and what helps.

use std::fmt;

use corelet_image::ImageError;
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
    /// The device's own words, if it had any.
    reason: Option<String>,
    /// The number in words.
    meaning: String,
}

impl Refusal {
    pub(super) fn new(error: DeviceError) -> Self {
        let meaning = error.to_string();
        let (code, reason) = match error {
            DeviceError::V1 { rc, rsn } => (Some(rc), rsn),
            DeviceError::V2 { .. } => (None, None),
        };
        Self {
            code,
            reason: reason.map(|reason| shown(&reason)),
            meaning,
        }
    }

    fn is(&self, code: Code) -> bool {
        self.code == Some(code.rc().into())
    }

    /// The port may not be used for that, whatever the device would say.
    pub(crate) fn is_not_allowed(&self) -> bool {
        self.reason.as_deref() == Some(NOT_ALLOWED)
    }

    /// The device said this of the image.
    pub(crate) fn is_of_image(&self, error: ImageError) -> bool {
        self.reason.as_deref() == Some(&error.to_string())
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
        } else if self.is(Code::UNSUPPORTED) && self.reason.is_none() {
            failure
                .help("it speaks SMP, but its firmware is not of Corelet, or of an earlier release")
        } else {
            failure
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason.as_ref().unwrap_or(&self.meaning))
    }
}
