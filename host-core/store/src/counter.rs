//! The defence against a flash that was replaced by an older copy of itself.

use embedded_storage::nor_flash::NorFlash;

use crate::record::{Change, Counts};
use crate::{Error, Store};

/// A number in hardware that never falls, such as bits of OTP or a counter in a secure element.
///
/// Floors and key epochs never fall in the journal, but whoever can write the flash can put back an older copy of all of it. The journal
/// counts how often one of them rose, and [`Store::guard`] holds that count against this number.
///
/// ```
/// use corelet_store::{Counter, CounterFailed};
///
/// /// A bit of fuses for each: 64 confirmations that raise a floor, or new key sets.
/// struct Fuses(u64);
///
/// impl Counter for Fuses {
///     fn value(&mut self) -> Result<u32, CounterFailed> {
///         Ok(self.0.trailing_ones())
///     }
///     fn raise(&mut self, to: u32) -> Result<(), CounterFailed> {
///         let bits = u64::MAX.checked_shr(64_u32.wrapping_sub(to)).unwrap_or(0);
///         self.0 |= if to > 64 { return Err(CounterFailed) } else { bits };
///         Ok(())
///     }
/// }
/// # let mut fuses = Fuses(0);
/// # for to in [0, 1, 7, 64] {
/// #     fuses.raise(to)?;
/// #     assert_eq!(fuses.value(), Ok(to));
/// # }
/// # assert_eq!(fuses.raise(65), Err(CounterFailed));
/// # Ok::<(), CounterFailed>(())
/// ```
pub trait Counter {
    /// The number as it is.
    ///
    /// # Errors
    /// If it cannot be read.
    fn value(&mut self) -> Result<u32, CounterFailed>;

    /// Makes it `to`, which is more than it was.
    ///
    /// # Errors
    /// If it cannot be raised, or not so far, as when it is used up: the device [goes on](Error::CounterBehind).
    fn raise(&mut self, to: u32) -> Result<(), CounterFailed>;
}

/// The hardware does not answer, or counts no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CounterFailed;

impl<F: NorFlash, const BANKS: usize, const PLUGINS: usize> Store<F, BANKS, PLUGINS> {
    /// Holds the journal's count against the hardware's: after each start before anything runs, and after each
    /// [`confirm`](Self::confirm) and [`set_keys`](Self::set_keys).
    ///
    /// The record is written first and the counter follows, so a cut in between is mended by the next start. Until then an older
    /// copy of the flash passes. A counter that counts no further still refuses what is older than its number.
    ///
    /// # Errors
    /// [`Error::OldFlash`] if the flash is older than the device, and then nothing in it is to run; [`Error::Counter`] if that cannot
    /// be told; [`Error::CounterBehind`] if the flash is not older, but the counter could not follow, and then all may run.
    pub fn guard(&mut self, counter: &mut dyn Counter) -> Result<(), Error> {
        let found = self.ledger.counts().rises;
        let allowed = counter.value().map_err(|_| Error::Counter)?;
        if found < allowed {
            return Err(Error::OldFlash { found, allowed });
        }
        if found > allowed {
            let behind = |_| Error::CounterBehind { found, allowed };
            counter.raise(found).map_err(behind)?;
        }
        Ok(())
    }

    /// By command of somebody who may do that: takes the flash as it is, though it is older than the device, as it is after it was
    /// [formatted](Self::format). The journal's count becomes the hardware's.
    ///
    /// # Errors
    /// [`Error::Counter`], [`Error::WantsErase`], [`Error::Flash`] or [`Error::NotWritten`].
    pub fn accept_old(&mut self, counter: &mut dyn Counter) -> Result<(), Error> {
        let value = counter.value().map_err(|_| Error::Counter)?;
        let counts = self.ledger.counts();
        if value <= counts.rises {
            return Ok(());
        }
        self.commit(Change::Counts(Counts {
            rises: value,
            ..counts
        }))
    }
}
