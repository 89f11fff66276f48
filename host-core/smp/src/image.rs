//! The group of images: their states, upload, erasing.

use crate::authority::{Action, Authority};
use crate::group::{Exchange, Stop};
use crate::managed::{Image, Position, Target, Upload};
use crate::reply::Reply;
use crate::{Code, Managed};

pub(crate) const GROUP: u16 = 1;
pub(crate) const STATE: u8 = 0;
pub(crate) const UPLOAD: u8 = 1;
pub(crate) const ERASE: u8 = 5;

/// The upload that goes on: only its first chunk says which it is.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    slot: u8,
    length: u32,
    wanted: u32,
    /// The client said what the digest is, and hears that it fits.
    digest: bool,
}

pub(crate) fn show<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let Exchange { reply, device, .. } = exchange;
    reply.word("images");
    reply.begin_array();
    device.images(&mut |image| write_image(reply, image));
    reply.end();
    Ok(())
}

fn write_image(reply: &mut Reply<'_>, image: &Image<'_>) {
    reply.begin_map();
    reply.uint("image", image.slot.into());
    reply.uint("slot", image.position.number().into());
    reply.text("version", image.version);
    reply.bytes("hash", image.hash);
    reply.truth("bootable", image.bootable);
    reply.truth("pending", image.pending);
    reply.truth("confirmed", image.confirmed);
    reply.truth("active", image.active);
    reply.truth("permanent", image.permanent);
    reply.end();
}

/// Test and confirmation are one command.
pub(crate) fn set_state<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let confirm = exchange.request.truth("confirm")?;
    let hash = exchange.request.bytes("hash")?.unwrap_or_default();
    if hash.is_empty() && confirm {
        confirm_running(exchange)?;
    } else {
        let hash = hash.try_into().map_err(|_| Code::INVALID_HASH)?;
        let target = find(exchange.device, confirm, hash).ok_or(Code::HASH_NOT_FOUND)?;
        if confirm {
            confirm_one(exchange, &target)?;
        } else {
            test(exchange, &target)?;
        }
    }
    show(exchange)
}

/// The image with this digest. The same one may stand in several slots: the first where there is something to do.
fn find<M: Managed>(device: &mut M, confirm: bool, hash: &[u8; 32]) -> Option<Target> {
    let mut found: Option<Target> = None;
    device.images(&mut |image| {
        let done = |found: Target| {
            if confirm {
                found.confirmed
            } else {
                found.active
            }
        };
        if image.hash == hash && found.is_none_or(done) {
            found = Some(target(image));
        }
    });
    found
}

fn target(image: &Image<'_>) -> Target {
    Target {
        slot: image.slot,
        position: image.position,
        hash: *image.hash,
        active: image.active,
        confirmed: image.confirmed,
    }
}

fn test<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
    target: &Target,
) -> Result<(), Stop> {
    exchange.allow(Action::Test { slot: target.slot })?;
    if target.active {
        return Err(Code::TEST_OF_ACTIVE.into());
    }
    let answer = exchange.device.test(target);
    exchange.heed(answer)
}

fn confirm_one<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
    target: &Target,
) -> Result<(), Stop> {
    exchange.allow(Action::Confirm {
        slot: target.slot,
        active: target.active,
    })?;
    if target.confirmed {
        return Ok(());
    }
    let answer = exchange.device.confirm(target);
    exchange.heed(answer)
}

/// Confirms what runs in each slot, one after the other.
fn confirm_running<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let mut from = Some(0);
    let mut any = false;
    while let Some(slot) = from {
        let mut next: Option<Target> = None;
        exchange.device.images(&mut |image| {
            if image.active && image.slot >= slot && next.is_none() {
                next = Some(target(image));
            }
        });
        let Some(next) = next else { break };
        confirm_one(exchange, &next)?;
        any = true;
        from = next.slot.checked_add(1);
    }
    if any {
        Ok(())
    } else {
        Err(Code::NO_IMAGE.into())
    }
}

pub(crate) fn upload<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let offset = exchange.request.uint("off")?.ok_or(Code::INVALID_OFFSET)?;
    let data = exchange.request.bytes("data")?.unwrap_or_default();
    let session = match u32::try_from(offset) {
        Ok(0) => Some(open(exchange, data)?),
        Ok(offset) => go_on(exchange, offset, data)?,
        Err(_) => *exchange.session,
    };
    // Without a session the client begins again.
    let wanted = session.map_or(0, |session| session.wanted);
    exchange.reply.uint("off", wanted.into());
    // The session stays when all is there, so that a client whose answer was lost hears it again.
    if let Some(session) = session
        && session.wanted == session.length
    {
        exchange.reply.truth("match", session.digest);
    }
    Ok(())
}

fn open<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
    data: &[u8],
) -> Result<Session, Stop> {
    *exchange.session = None;
    let Exchange { request, .. } = exchange;
    let slot = request.uint("image")?.unwrap_or(0);
    let slot = u8::try_from(slot).map_err(|_| Code::INVALID_SLOT)?;
    let length = request.uint("len")?.ok_or(Code::INVALID_LENGTH)?;
    let length = u32::try_from(length).map_err(|_| Code::TOO_LARGE)?;
    let sha = request.bytes("sha")?.filter(|sha| !sha.is_empty());
    if sha.is_some_and(|sha| sha.len() > 32) {
        return Err(Code::INVALID_HASH.into());
    }
    let upgrade_only = request.truth("upgrade")?;
    exchange.allow(Action::Upload { slot })?;
    let answer = exchange.device.open(&Upload {
        slot,
        length,
        sha,
        upgrade_only,
        data,
    });
    let session = Session {
        slot,
        length,
        wanted: exchange.heed(answer)?,
        digest: sha.is_some_and(|sha| sha.len() == 32),
    };
    if session.wanted == 0 {
        return write(exchange, session, data);
    }
    *exchange.session = Some(session);
    Ok(session)
}

/// A further chunk. One that is not wanted, since it came already or another is missing, is answered with what is.
fn go_on<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
    offset: u32,
    data: &[u8],
) -> Result<Option<Session>, Stop> {
    let Some(session) = *exchange.session else {
        return Ok(None);
    };
    if offset != session.wanted || offset == session.length {
        return Ok(Some(session));
    }
    exchange.allow(Action::Upload { slot: session.slot })?;
    write(exchange, session, data).map(Some)
}

fn write<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
    session: Session,
    data: &[u8],
) -> Result<Session, Stop> {
    *exchange.session = None;
    let left = session.length.saturating_sub(session.wanted);
    if !u32::try_from(data.len()).is_ok_and(|length| length <= left) {
        return Err(Code::OVERRUN.into());
    }
    let answer = exchange.device.write(session.slot, session.wanted, data);
    let session = Session {
        wanted: exchange.heed(answer)?,
        ..session
    };
    *exchange.session = Some(session);
    Ok(session)
}

pub(crate) fn erase<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    // Two for each slot, and the second of the first if it is not said.
    let number = exchange.request.uint("slot")?.unwrap_or(1);
    let slot = u8::try_from(number / 2).map_err(|_| Code::INVALID_SLOT)?;
    let position = if number % 2 == 0 {
        Position::Primary
    } else {
        Position::Secondary
    };
    exchange.allow(Action::Erase { slot })?;
    *exchange.session = None;
    let answer = exchange.device.erase(slot, position);
    exchange.heed(answer)
}
