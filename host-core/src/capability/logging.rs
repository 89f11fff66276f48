//! `corelet:host/logging`: lines of text for a person.

use core::time::Duration;

use corelet_abi::Status;

pub use crate::generated::logging::*;

use crate::Caller;

/// A board that shows or keeps what plugins log.
pub trait Log {
    /// Takes one line. `plugin` is the plugin's name, `context` the part of it that speaks and may be empty. Both strings
    /// of the plugin are bounded by the contract: 16 and 120 bytes.
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str);
}

impl<B: Log + ?Sized> Log for &mut B {
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
        (**self).log(plugin, level, context, message);
    }
}

/// Fuel of a line; each of its bytes costs one more.
pub const LINE_FUEL: u64 = 50;

const MINUTE: Duration = Duration::from_secs(60);

/// Without a grant record, and with none in its field, a plugin may log as much as it likes.
impl<B: Log> Host for B {
    fn log(&mut self, cx: &mut Caller<'_>, level: Level, context: &str, message: &str) {
        // Both are bounded by the contract far below 2³².
        let bytes = context.len().saturating_add(message.len()) as u32;
        cx.charge(LINE_FUEL.saturating_add(u64::from(bytes)));
        let limit = cx.grant::<Grant>().and_then(|grant| grant.bytes_per_minute);
        if let Some(limit) = limit
            && cx.spend(bytes, limit, MINUTE).is_err()
        {
            cx.refuse(Status::QUOTA);
            return;
        }
        Log::log(self, cx.plugin(), level, context, message);
    }
}
