//! A blocking flash behind the asynchronous traits of sequential-storage.

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_storage::nor_flash as blocking;
use embedded_storage::nor_flash::ErrorType;
use embedded_storage_async::nor_flash as asynchronous;

/// The smallest word in which records are written.
///
/// The header of a record takes 8 bytes. With words of 8 it lies in one, so that a search that meets a half-written
/// header goes on behind all of it. With smaller words it goes on within, and can take the rest together with the
/// record that was written next for a header: that record would be lost although its write succeeded
/// (sequential-storage, issue 136).
const WORD: usize = 8;

pub(crate) struct Blocking<F> {
    pub(crate) flash: F,
    /// Whether a read failed. The walk over all records passes over a sector whose first or last word cannot be read,
    /// and does not say so.
    pub(crate) read_failed: bool,
}

impl<F> Blocking<F> {
    pub(crate) const fn new(flash: F) -> Self {
        Self {
            flash,
            read_failed: false,
        }
    }
}

impl<F: ErrorType> ErrorType for Blocking<F> {
    type Error = F::Error;
}

impl<F: blocking::ReadNorFlash> asynchronous::ReadNorFlash for Blocking<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        let result = self.flash.read(offset, bytes);
        self.read_failed |= result.is_err();
        result
    }

    fn capacity(&self) -> usize {
        self.flash.capacity()
    }
}

impl<F: blocking::NorFlash> asynchronous::NorFlash for Blocking<F> {
    const WRITE_SIZE: usize = {
        let (small, large) = if F::WRITE_SIZE < WORD {
            (F::WRITE_SIZE, WORD)
        } else {
            (WORD, F::WRITE_SIZE)
        };
        assert!(
            large.is_multiple_of(small),
            "the flash's word is neither a part nor a multiple of 8 bytes"
        );
        large
    };
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.flash.erase(from, to)
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.flash.write(offset, bytes)
    }
}

impl<F: blocking::MultiwriteNorFlash> asynchronous::MultiwriteNorFlash for Blocking<F> {}

/// What `future` comes to, which waits for nothing but a [`Blocking`] flash: one poll finishes it.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
