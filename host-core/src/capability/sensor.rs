//! `corelet:host/sensor`: measured values, by channel.

use corelet_abi::{Codec, Function, List, Reader, Seq, Writer};

pub use crate::generated::sensor::*;

use super::{MINUTE, SECOND};
use crate::Caller;

/// A board that measures.
pub trait Sensors {
    /// Its channels. A plugin gets to see those that its grant names, and the first eight of them at most.
    fn channels(&self) -> &[Channel<'static>];

    /// Measures `channel` now. Plugins reach only channels that their grant names.
    ///
    /// # Errors
    /// [`Error::NoSuchChannel`], [`Error::NotReady`] or [`Error::DeviceFailed`].
    fn read(&mut self, channel: u8) -> Result<Reading, Error>;
}

impl<B: Sensors + ?Sized> Sensors for &mut B {
    fn channels(&self) -> &[Channel<'static>] {
        (**self).channels()
    }

    fn read(&mut self, channel: u8) -> Result<Reading, Error> {
        (**self).read(channel)
    }
}

/// Fuel of `channels`.
pub const CHANNELS_FUEL: u64 = 20;

/// Fuel of `read`: a conversation with a chip on a bus.
pub const READ_FUEL: u64 = 100;

/// The contract's bound of the list of channels.
const CHANNELS_MAX: usize = 8;
const _: () = assert!(
    Seq::<Channel<'static>, CHANNELS_MAX>::MAX == <functions::Channels as Function>::RESPONSE_MAX
);

/// Without a grant record a plugin reads no channel.
impl<B: Sensors> Host for B {
    fn channels<'a>(&'a mut self, cx: &'a mut Caller<'_>) -> List<'a, Channel<'static>> {
        cx.charge(CHANNELS_FUEL);
        let grant = cx.grant::<Grant<'static>>();
        let granted = |channel: &&Channel<'static>| {
            grant.is_some_and(|grant| grant.channels.contains(&channel.number))
        };
        let channels = || {
            Sensors::channels(self)
                .iter()
                .filter(granted)
                .take(CHANNELS_MAX)
        };
        // The list that is wanted stands nowhere in one piece, so it is written down as its own message.
        let mut writer = Writer::new(cx.scratch());
        let written = writer
            .length_of(channels().count(), CHANNELS_MAX)
            .and_then(|()| channels().try_for_each(|one| Channel::encode(one, &mut writer)));
        let length = writer.length();
        let message = cx.scratch().get(..length).unwrap_or(&[]);
        written
            .and_then(|()| Seq::<Channel<'static>, CHANNELS_MAX>::decode(&mut Reader::new(message)))
            .unwrap_or(List::EMPTY)
    }

    fn read(&mut self, cx: &mut Caller<'_>, channel: u8) -> Result<Reading, Error> {
        cx.charge(READ_FUEL);
        let grant = cx.grant::<Grant<'static>>();
        let Some(grant) = grant.filter(|grant| grant.channels.contains(&channel)) else {
            cx.deny();
            return Err(Error::AccessDenied);
        };
        if let Err(status) = cx.spend_each(
            1,
            &[
                (grant.reads_per_second, SECOND),
                (grant.reads_per_minute, MINUTE),
            ],
        ) {
            // The contract has no case for it; the status takes the place of the result.
            cx.refuse(status);
            return Err(Error::AccessDenied);
        }
        let reading = Sensors::read(self, channel);
        if reading == Err(Error::DeviceFailed) {
            cx.board_error();
        }
        reading
    }
}
