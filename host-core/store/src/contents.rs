//! What a journal is about, to the journal itself.

use embedded_storage::nor_flash::NorFlash;

use crate::Error;
use crate::record::Change;

/// What the records of a journal say, taken together, as far as memory holds it.
pub(crate) trait Contents {
    /// What an empty journal says.
    fn empty() -> Self;

    /// Does what a record says.
    ///
    /// # Errors
    /// If it is not for this firmware; then nothing is changed.
    fn apply(&mut self, change: &Change) -> Result<(), Error>;

    /// Has `write` write the fewest records that say all of it, without a header.
    ///
    /// # Errors
    /// Those of `write`.
    fn snapshot<F: NorFlash>(
        &self,
        flash: &mut F,
        write: &mut dyn FnMut(&mut F, Change) -> Result<(), Error>,
    ) -> Result<(), Error>;
}
