//! Refusals in words, with the names that stand in the module.

use core::fmt::{self, Write};

use corelet_host::{LoadError, SlotId};
use corelet_image::Image;
use corelet_smp::{Code, Refusal};
use corelet_store::{BankState, Reason};
use embedded_storage::nor_flash::NorFlash;
use heapless::String;

use crate::read::Place;
use crate::{Device, Mapped, Parked, Refused, Updater};

/// The most bytes of what is said; what is longer is cut.
const WORDS_MAX: usize = 200;

/// What a manager is told of a refusal: as [`Refused`] says it, but with names where an import or an export is at fault.
#[derive(Clone, Debug)]
pub struct Said {
    refused: Refused,
    /// Empty where `Refused` says all.
    words: String<WORDS_MAX>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.words.is_empty() {
            self.refused.fmt(f)
        } else {
            f.write_str(&self.words)
        }
    }
}

impl Refusal for Said {
    fn code(&self) -> Code {
        self.refused.code()
    }
}

impl From<Refused> for Said {
    fn from(refused: Refused) -> Self {
        Self {
            refused,
            words: String::new(),
        }
    }
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// A refusal of an upload or a trial in one of these slots.
    pub(crate) fn said(&mut self, slots: &[SlotId], refused: Refused) -> Said {
        let mut said = Said::from(refused);
        let Refused::Load(error) = refused else {
            return said;
        };
        let rejected = BankState::Rejected(Reason::Refused);
        let mut banks = self.store.banks();
        let bank = banks.find(|(_, bank)| bank.state == rejected && slots.contains(&bank.slot));
        if let Some((bank, _)) = bank {
            drop(banks);
            said.words = self.words(Place::Bank(bank), error);
        }
        said
    }

    /// Why the slot's plugin is parked; empty if it is not.
    pub(crate) fn parked_words(&mut self, slot: SlotId) -> String<WORDS_MAX> {
        let installed = self.wanted(slot);
        match (self.parked(slot), installed) {
            (Some(Parked::Load(error)), Some(installed)) => self.words(installed.place, error),
            (Some(why), _) => {
                let mut words = String::new();
                // What has no room is cut.
                let _ = write!(words, "{why}");
                words
            }
            (None, _) => String::new(),
        }
    }

    fn words(&mut self, place: Place, error: LoadError) -> String<WORDS_MAX> {
        let mut words = String::new();
        if let LoadError::Refused(refusal) = error {
            let _ = place.with_image(&mut self.store, &mut |_, bytes| {
                let module = Image::parse(bytes)?.unverified_module();
                // What has no room is cut.
                let _ = write!(words, "{}", refusal.describe(module));
                Ok(())
            });
        }
        if words.is_empty() {
            let _ = write!(words, "{error}");
        }
        words
    }
}
