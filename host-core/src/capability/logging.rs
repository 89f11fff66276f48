//! `corelet:host/logging`: lines of text for a person.

use corelet_abi::Function;

pub use crate::generated::logging::*;

use super::{MINUTE, SECOND};
use crate::{Caller, InlineStr};

/// The most bytes of a context, as the contract has it.
pub const CONTEXT_MAX: usize = 16;

/// The most bytes of a message, as the contract has it.
pub const MESSAGE_MAX: usize = 120;

// The level, and before each text its length.
const _: () = assert!(functions::Log::REQUEST_MAX == 1 + 1 + CONTEXT_MAX + 1 + MESSAGE_MAX);

/// A board that shows or keeps what plugins log.
pub trait Log {
    /// Takes one line. `plugin` is the plugin's name, `context` the part of it that speaks and may be empty. Both strings
    /// of the plugin are bounded, to [`CONTEXT_MAX`] and [`MESSAGE_MAX`] bytes, and without control characters but the tab:
    /// a plugin can neither begin a line of its own nor steer a terminal.
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str);
}

impl<B: Log + ?Sized> Log for &mut B {
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
        (**self).log(plugin, level, context, message);
    }
}

/// Fuel of a line; each of its bytes costs one more.
pub const LINE_FUEL: u64 = 50;

/// What a line takes of the quota besides its texts and the plugin's name, in bytes: so none is free.
pub const LINE_BYTES: u32 = 8;

/// Without a grant record, and with none in its fields, a plugin may log as much as it likes.
impl<B: Log> Host for B {
    fn log(&mut self, cx: &mut Caller<'_>, level: Level, context: &str, message: &str) {
        // Both are bounded by the contract far below 2³².
        let bytes = context.len().saturating_add(message.len()) as u32;
        cx.charge(LINE_FUEL.saturating_add(u64::from(bytes)));
        let plugin = cx.plugin();
        let line = LINE_BYTES
            .saturating_add(bytes)
            .saturating_add(plugin.len() as u32);
        if let Some(grant) = cx.grant::<Grant>()
            && let Err(status) = cx.spend_each(
                line,
                &[
                    (grant.bytes_per_second, SECOND),
                    (grant.bytes_per_minute, MINUTE),
                ],
            )
        {
            cx.refuse(status);
            return;
        }
        let context = InlineStr::<CONTEXT_MAX>::printable(context);
        let message = InlineStr::<MESSAGE_MAX>::printable(message);
        Log::log(self, plugin, level, context.as_str(), message.as_str());
    }
}
