//! The group of statistics.

use crate::authority::Authority;
use crate::group::{Exchange, Stop};
use crate::{Code, Managed};

pub(crate) const GROUP: u16 = 2;
pub(crate) const SHOW: u8 = 0;
pub(crate) const LIST: u8 = 1;

/// There is no group of this name.
const NO_GROUP: Code = Code::of_group(5, GROUP as u8, 2);

pub(crate) fn list<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let Exchange { reply, device, .. } = exchange;
    reply.word("stat_list");
    reply.begin_array();
    device.statistics(&mut |name| reply.word(name));
    reply.end();
    Ok(())
}

pub(crate) fn show<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let name = exchange.request.text("name")?.ok_or(Code::INVALID)?;
    let Exchange { reply, device, .. } = exchange;
    reply.text("name", name);
    reply.word("fields");
    reply.begin_map();
    let known = device.counters(name, &mut |field, value| reply.uint(field, value));
    reply.end();
    if known { Ok(()) } else { Err(NO_GROUP.into()) }
}
