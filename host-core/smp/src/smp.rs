use crate::authority::{Authority, UploadOnly};
use crate::frame::{CHECK_BYTES, LENGTH_BYTES, Receiver, Sender};
use crate::group::{Exchange, Stop, answer};
use crate::header::{HEADER_BYTES, Header, Op, Version};
use crate::image::Session;
use crate::reply::Reply;
use crate::request::Request;
use crate::{Code, Managed};

/// The server of one port, with two buffers of `N` bytes: the longest message either way is `N` − 4 bytes, header included.
/// `N` is 256 to 32,768; 512 is what most devices have.
pub struct Smp<const N: usize, A = UploadOnly> {
    receiver: Receiver<N>,
    /// How much of the received packet is answered.
    answered: usize,
    /// A packet is there, and not all of it is answered.
    pending: bool,
    /// Length, message and check of the answer.
    frame: [u8; N],
    sender: Sender,
    session: Option<Session>,
    authority: A,
}

impl<const N: usize> Smp<N> {
    /// A server over which images can be uploaded, and everything read.
    pub const fn new() -> Self {
        Self::with_authority(UploadOnly)
    }
}

impl<const N: usize> Default for Smp<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize, A> Smp<N, A> {
    /// A server over which may be done what `authority` allows.
    pub const fn with_authority(authority: A) -> Self {
        const {
            assert!(N >= 256, "an item of a list must fit into an answer");
            assert!(N <= 32_768, "lengths are 16 bits, and signed for some");
        }
        Self {
            receiver: Receiver::new(),
            answered: 0,
            pending: false,
            frame: [0; N],
            sender: Sender::new(),
            session: None,
            authority,
        }
    }
}

impl<const N: usize, A: Authority> Smp<N, A> {
    /// Takes bytes that the port received, and answers what was asked: with one line of an answer, which is to be sent
    /// before the next call, or with none if `received` is used up. So it is called until it answers with none.
    ///
    /// What is no frame, or a damaged one, is passed over: other text may go over the same port.
    pub fn feed<M: Managed>(&mut self, received: &mut &[u8], device: &mut M) -> Option<&[u8]> {
        loop {
            if !self.sender.is_done() {
                return Some(self.sender.line(&self.frame));
            }
            if self.pending {
                self.answer_next(device);
                continue;
            }
            let (byte, rest) = received.split_first()?;
            *received = rest;
            if self.receiver.push(*byte) {
                self.answered = 0;
                self.pending = true;
            }
        }
    }

    /// Answers one message of the packet.
    fn answer_next<M: Managed>(&mut self, device: &mut M) {
        let left = self.receiver.packet().get(self.answered..);
        let Some((header, after)) = left.and_then(|left| left.split_first_chunk()) else {
            self.pending = false;
            return;
        };
        let header = Header::read(header);
        let body = after.get(..header.length);
        self.answered = self
            .answered
            .saturating_add(HEADER_BYTES)
            .saturating_add(body.map_or(after.len(), <[u8]>::len));
        // To answer an answer would never end with a device that does so too.
        if header.op == Op::Other {
            return;
        }
        let room = N.saturating_sub(CHECK_BYTES);
        let Some((place, room)) = self
            .frame
            .get_mut(LENGTH_BYTES..room)
            .and_then(|frame| frame.split_first_chunk_mut())
        else {
            return;
        };
        let mut reply = Reply::new(room);
        let request = match body {
            _ if header.version == Version::Newer => Err(Code::TOO_NEW),
            Some(body) => Request::new(body),
            None => Err(Code::CORRUPT),
        };
        let answered = match request {
            Ok(request) => {
                let mut exchange = Exchange {
                    header,
                    request,
                    reply: &mut reply,
                    device,
                    authority: &mut self.authority,
                    session: &mut self.session,
                    buffer: N,
                };
                answer(&mut exchange)
            }
            Err(code) => Err(Stop::Code(code)),
        };
        match answered {
            Ok(()) if !reply.is_full() => {}
            Ok(()) => reply.refuse(header.version, Code::TOO_LONG),
            Err(Stop::Code(code)) => reply.refuse(header.version, code),
            Err(Stop::Said) => {}
        }
        reply.close();
        reply.end();
        let length = reply.position();
        // At most `N`, which is at most 32,768.
        *place = header.answer(length as u16);
        self.sender
            .begin(&mut self.frame, HEADER_BYTES.saturating_add(length));
    }
}
