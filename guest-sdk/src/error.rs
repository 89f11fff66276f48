//! What goes wrong in a plugin, and how `?` carries it to the host.

use core::fmt;

use crate::abi::{Codec, Status, Text};
use crate::types::Origin;

/// What a plugin answers when it could not do what it was called for: the `error` of `corelet:plugin/types`.
///
/// `?` makes one of a [`CallError`] and of a [`Status`].
pub type Error = crate::types::Error<'static>;

/// The bound of `message` in an [`Error`], in bytes.
const MESSAGE_MAX: usize = 32;
const _: () =
    assert!(<Error as Codec>::MAX == Origin::MAX + <i32 as Codec>::MAX + Text::<MESSAGE_MAX>::MAX);

impl Error {
    /// An error of the plugin's own with a number and words for a person, which are cut to 32 bytes.
    ///
    /// ```
    /// use corelet_guest::Error;
    /// let error = Error::new(7, "the valve is stuck");
    /// assert_eq!((error.code, error.message), (7, "the valve is stuck"));
    /// ```
    #[inline]
    pub const fn new(code: i32, message: &'static str) -> Self {
        Self {
            origin: Origin::Plugin,
            code,
            message: cut(message),
        }
    }

    /// An error of the plugin's own in words for a person, which are cut to 32 bytes. Its code is 0.
    #[inline]
    pub const fn message(message: &'static str) -> Self {
        Self::new(0, message)
    }
}

/// The longest start of `text` that fits a message.
const fn cut(text: &'static str) -> &'static str {
    let mut length = MESSAGE_MAX;
    loop {
        match text.split_at_checked(length) {
            Some((start, _)) => return start,
            // Inside a char; 0 is always at the start of one.
            None if text.len() > length => length -= 1,
            None => return text,
        }
    }
}

impl fmt::Display for crate::types::Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            origin,
            code,
            message,
        } = self;
        match origin {
            Origin::Plugin if message.is_empty() => write!(f, "the plugin failed with code {code}"),
            Origin::Plugin => write!(f, "{message} (code {code})"),
            Origin::Imported => write!(f, "{message} failed with code {code}"),
            Origin::Refused => {
                if !message.is_empty() {
                    write!(f, "{message} refused a call: ")?;
                }
                match Status::from_code(*code) {
                    Some(status) => status.fmt(f),
                    None => write!(f, "a call was refused with code {code}"),
                }
            }
        }
    }
}

/// What [`Display`](fmt::Display) says, since `unwrap` in a test shows this.
impl fmt::Debug for crate::types::Error<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for crate::types::Error<'_> {}

/// Why an imported function gave no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError<E> {
    /// The function's own error.
    Failed(E),
    /// The call was refused: it is not granted, over a quota, not possible now, or an argument is over its bound.
    Refused(Status),
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "the function failed: {error:?}"),
            Self::Refused(status) => status.fmt(f),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for CallError<E> {}

/// The error of an imported function as an [`Error`] carries it. `bindgen!` implements it.
pub trait Cause {
    /// The interface without its version, for instance `vendor:pump/motor`; empty if it is not known.
    const INTERFACE: &'static str;

    /// The number of the case; 0 if the error has none.
    fn code(&self) -> i32;
}

impl Cause for () {
    const INTERFACE: &'static str = "";

    fn code(&self) -> i32 {
        0
    }
}

impl Cause for &str {
    const INTERFACE: &'static str = "";

    fn code(&self) -> i32 {
        0
    }
}

macro_rules! cause {
    ($($type:ty)*) => {$(
        impl Cause for $type {
            const INTERFACE: &'static str = "";

            fn code(&self) -> i32 {
                i32::from(*self)
            }
        }
    )*};
}

cause!(bool u8 u16 i8 i16 i32);

impl<E: Cause> From<CallError<E>> for Error {
    fn from(error: CallError<E>) -> Self {
        match error {
            CallError::Failed(cause) => Self {
                origin: Origin::Imported,
                code: cause.code(),
                message: const { cut(E::INTERFACE) },
            },
            CallError::Refused(status) => Self {
                message: const { cut(E::INTERFACE) },
                ..status.into()
            },
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self {
            origin: Origin::Refused,
            code: status.code(),
            message: "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{sensor, storage};

    #[test]
    fn a_message_is_cut_before_the_char_that_does_not_fit() {
        let error = Error::message("0123456789012345678901234567890°C");
        assert_eq!(error.message, "0123456789012345678901234567890");
    }

    #[test]
    fn a_question_mark_keeps_interface_and_case() {
        fn read() -> Result<(), Error> {
            Err(CallError::Failed(sensor::Error::NotReady))?
        }
        let error = read().unwrap_err();
        assert_eq!(error.origin, Origin::Imported);
        assert_eq!((error.code, error.message), (2, "corelet:host/sensor"));
    }

    #[test]
    fn a_question_mark_keeps_the_status_of_a_refusal() {
        let refused: CallError<storage::Error> = CallError::Refused(Status::QUOTA);
        let error = Error::from(refused);
        assert_eq!(error.origin, Origin::Refused);
        assert_eq!(error.code, Status::QUOTA.code());
        assert_eq!(error.message, "corelet:host/storage");
    }

    #[test]
    fn what_unwrap_shows_is_a_sentence() {
        let failed = Error::from(CallError::Failed(sensor::Error::NoSuchChannel));
        assert_eq!(
            std::format!("{failed:?}"),
            "corelet:host/sensor failed with code 0"
        );
        let refused: CallError<sensor::Error> = CallError::Refused(Status::DENIED);
        assert_eq!(
            std::format!("{:?}", Error::from(refused)),
            "corelet:host/sensor refused a call: the grant does not cover this request (status -6)"
        );
    }
}
