//! Our own group: slots, logs, audit, and what the group of images has no words for.

use crate::authority::{Action, Authority};
use crate::group::{Exchange, Stop};
use crate::page::Page;
use crate::{Code, GROUP as OURS, Managed, TOGETHER_MAX};

/// The commands of [Corelet's own group](OURS), as a client names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Command {
    /// Read: what is in every slot and its banks.
    Slots = 0,
    /// Read: what plugins logged.
    Logs = 1,
    /// Read: what plugins were denied.
    Audit = 2,
    /// Write: a slot goes back to what was confirmed before.
    Rollback = 3,
    /// Write: a rejected image may be tried again.
    Forgive = 4,
    /// Write: what was received for several slots starts as one trial.
    TestTogether = 5,
    /// Write: the keys of a key set take the place of those that are trusted.
    Keys = 6,
}

pub(crate) const GROUP: u16 = OURS;
pub(crate) const SLOTS: u8 = Command::Slots as u8;
pub(crate) const LOGS: u8 = Command::Logs as u8;
pub(crate) const AUDIT: u8 = Command::Audit as u8;
pub(crate) const ROLLBACK: u8 = Command::Rollback as u8;
pub(crate) const FORGIVE: u8 = Command::Forgive as u8;
pub(crate) const TEST: u8 = Command::TestTogether as u8;
pub(crate) const KEYS: u8 = Command::Keys as u8;

fn from<M, A>(exchange: &Exchange<'_, '_, M, A>) -> Result<u32, Code> {
    let from = exchange.request.uint("from")?.unwrap_or(0);
    u32::try_from(from).map_err(|_| Code::INVALID)
}

pub(crate) fn slots<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let from = from(exchange)?;
    if let Some(epoch) = exchange.device.key_epoch() {
        exchange.reply.uint("epoch", epoch.into());
    }
    let mut page = Page::begin(exchange.reply, "slots", from);
    let mut number = 0_u32;
    exchange.device.slots(&mut |slot| {
        page.item(number, &|reply, most| {
            reply.uint("slot", slot.slot.into());
            reply.text("state", slot.state.word());
            if !slot.plugin.is_empty() {
                reply.cut("plugin", slot.plugin, most);
            }
            if !slot.version.is_empty() {
                reply.cut("version", slot.version, most);
            }
            if let Some(hash) = slot.hash {
                reply.bytes("hash", hash);
            }
            if let Some((offset, length)) = slot.received {
                reply.uint("off", offset.into());
                reply.uint("len", length.into());
            }
            if let Some(reason) = slot.reason {
                reply.display("reason", reason, most);
            }
        });
        number = number.saturating_add(1);
    });
    page.end(None);
    Ok(())
}

pub(crate) fn logs<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let from = from(exchange)?;
    let mut after = from;
    // Which lines there are says the device.
    let mut page = Page::begin(exchange.reply, "lines", 0);
    exchange.device.logs(from, &mut |line| {
        let fits = page.item(line.number, &|reply, most| {
            reply.uint("n", line.number.into());
            reply.uint("time", line.time);
            reply.cut("plugin", line.plugin, most);
            reply.uint("level", line.level.into());
            reply.cut("text", line.text, most);
        });
        if fits {
            after = line.number.saturating_add(1);
        }
        fits
    });
    page.end(Some(after));
    Ok(())
}

pub(crate) fn audit<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let from = from(exchange)?;
    let mut page = Page::begin(exchange.reply, "denials", from);
    let mut number = 0_u32;
    exchange.device.audit(&mut |denied| {
        page.item(number, &|reply, most| {
            reply.uint("slot", denied.slot.into());
            reply.cut("plugin", denied.plugin, most);
            reply.cut("interface", denied.interface, most);
            reply.cut("function", denied.function, most);
            reply.display("reason", denied.reason, most);
            reply.uint("time", denied.time);
            reply.uint("count", denied.count.into());
        });
        number = number.saturating_add(1);
    });
    page.end(None);
    Ok(())
}

pub(crate) fn rollback<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let slot = exchange.request.slot()?;
    exchange.allow(Action::Rollback { slot })?;
    let answer = exchange.device.rollback(slot);
    exchange.heed(answer)
}

pub(crate) fn forgive<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let hash = exchange.request.bytes("hash")?.unwrap_or_default();
    let hash = hash.try_into().map_err(|_| Code::INVALID_HASH)?;
    exchange.allow(Action::Forgive)?;
    let answer = exchange.device.forgive(hash);
    exchange.heed(answer)
}

pub(crate) fn test_together<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let mut place = [0; TOGETHER_MAX];
    let slots = exchange.request.slots(&mut place)?;
    for &slot in slots {
        exchange.allow(Action::Test { slot })?;
    }
    let answer = exchange.device.test_together(slots);
    exchange.heed(answer)
}

pub(crate) fn set_keys<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let set = exchange.request.bytes("set")?.ok_or(Code::INVALID)?;
    exchange.allow(Action::Keys)?;
    let answer = exchange.device.set_keys(set);
    exchange.heed(answer)
}
