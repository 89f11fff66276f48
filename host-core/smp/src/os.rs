//! The group of the operating system: echo, reset, parameters.

use crate::authority::{Action, Authority};
use crate::group::{Exchange, Stop};
use crate::{Code, Managed};

pub(crate) const GROUP: u16 = 0;
pub(crate) const ECHO: u8 = 0;
pub(crate) const RESET: u8 = 5;
pub(crate) const PARAMETERS: u8 = 6;
pub(crate) const BOOTLOADER: u8 = 8;

/// The loader has no answer to what was asked.
const NO_ANSWER: Code = Code::of_group(8, GROUP as u8, 3);

pub(crate) fn echo<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let text = exchange.request.text("d")?.ok_or(Code::INVALID)?;
    exchange.reply.text("r", text);
    Ok(())
}

pub(crate) fn reset<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    // Zephyr says that it is a number, and some clients send a truth.
    let force = match exchange.request.uint("force") {
        Ok(number) => number.is_some_and(|number| number != 0),
        Err(_) => exchange.request.truth("force")?,
    };
    exchange.allow(Action::Reset)?;
    let answer = exchange.device.reset(force);
    exchange.heed(answer)
}

pub(crate) fn parameters<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    exchange.reply.uint("buf_size", exchange.buffer as u64);
    exchange.reply.uint("buf_count", 1);
    Ok(())
}

pub(crate) fn bootloader<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    if exchange.request.text("query")?.is_some() {
        return Err(NO_ANSWER.into());
    }
    exchange.reply.text("bootloader", "Corelet");
    Ok(())
}
