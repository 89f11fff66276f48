//! What a journal is about, to the journal itself.

use embedded_storage::nor_flash::NorFlash;

use crate::Error;
use crate::journal::Chain;
use crate::record::Change;

/// What the records of a journal say, taken together, as far as memory holds it.
pub(crate) trait Contents {
    /// Whether more than that is read from the records later, so that each has to be whole.
    const IN_FLASH: bool;

    /// What an empty journal says.
    fn empty() -> Self;

    /// Does what a record says.
    ///
    /// # Errors
    /// If it is not for this firmware; then nothing is changed.
    fn apply(&mut self, change: &Change) -> Result<(), Error>;

    /// Has `write` write the fewest records that say all of it, without a header. `old` are the records that said it so far, and
    /// `places` those of the region where it is written.
    ///
    /// # Errors
    /// Those of `write`, and of reading `old`.
    fn snapshot<F: NorFlash>(
        &self,
        flash: &mut F,
        old: &Chain,
        places: u16,
        write: &mut dyn FnMut(&mut F, Change) -> Result<(), Error>,
    ) -> Result<(), Error>;
}
