//! Which command of which group a request is for.

use crate::authority::{Action, Authority};
use crate::header::{Header, Op};
use crate::image::Session;
use crate::reply::Reply;
use crate::request::Request;
use crate::{Code, Managed, Refusal, corelet, image, os, statistics};

/// The reason of a refusal by the port's [`Authority`](crate::Authority), whatever the device would have said.
pub const NOT_ALLOWED: &str = "not allowed over this port";

/// One request, and all that answers it.
pub(crate) struct Exchange<'e, 'b, M, A> {
    pub(crate) header: Header,
    pub(crate) request: Request<'e>,
    pub(crate) reply: &'e mut Reply<'b>,
    pub(crate) device: &'e mut M,
    pub(crate) authority: &'e mut A,
    pub(crate) session: &'e mut Option<Session>,
    /// Bytes of the buffer for requests.
    pub(crate) buffer: usize,
}

/// An answer that is none.
pub(crate) enum Stop {
    /// The number is the answer.
    Code(Code),
    /// The answer says why already.
    Said,
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Code(code)
    }
}

impl<M: Managed, A: Authority> Exchange<'_, '_, M, A> {
    pub(crate) fn allow(&mut self, action: Action) -> Result<(), Stop> {
        if self.authority.allows(action) {
            return Ok(());
        }
        self.reply.refuse_with(Code::DENIED, &NOT_ALLOWED);
        Err(Stop::Said)
    }

    /// What the device answered, or the refusal with its reason.
    pub(crate) fn heed<T>(&mut self, answer: Result<T, M::Error>) -> Result<T, Stop> {
        answer.map_err(|error| {
            self.reply.refuse_with(error.code(), &error);
            Stop::Said
        })
    }
}

pub(crate) fn answer<M: Managed, A: Authority>(
    exchange: &mut Exchange<'_, '_, M, A>,
) -> Result<(), Stop> {
    let Header {
        op, group, command, ..
    } = exchange.header;
    match (group, command, op) {
        (os::GROUP, os::ECHO, _) => os::echo(exchange),
        (os::GROUP, os::RESET, Op::Write) => os::reset(exchange),
        (os::GROUP, os::PARAMETERS, Op::Read) => os::parameters(exchange),
        (os::GROUP, os::BOOTLOADER, Op::Read) => os::bootloader(exchange),
        (image::GROUP, image::STATE, Op::Read) => image::show(exchange),
        (image::GROUP, image::STATE, Op::Write) => image::set_state(exchange),
        (image::GROUP, image::UPLOAD, Op::Write) => image::upload(exchange),
        (image::GROUP, image::ERASE, Op::Write) => image::erase(exchange),
        (statistics::GROUP, statistics::SHOW, Op::Read) => statistics::show(exchange),
        (statistics::GROUP, statistics::LIST, Op::Read) => statistics::list(exchange),
        (corelet::GROUP, corelet::SLOTS, Op::Read) => corelet::slots(exchange),
        (corelet::GROUP, corelet::LOGS, Op::Read) => corelet::logs(exchange),
        (corelet::GROUP, corelet::AUDIT, Op::Read) => corelet::audit(exchange),
        (corelet::GROUP, corelet::ROLLBACK, Op::Write) => corelet::rollback(exchange),
        (corelet::GROUP, corelet::FORGIVE, Op::Write) => corelet::forgive(exchange),
        (corelet::GROUP, corelet::TEST, Op::Write) => corelet::test_together(exchange),
        (corelet::GROUP, corelet::KEYS, Op::Write) => corelet::set_keys(exchange),
        _ => Err(Code::UNSUPPORTED.into()),
    }
}
