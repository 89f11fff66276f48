//! Refusals in words, with the names that stand in the module.

use alloc::string::String;
use core::fmt::{self, Write};

use corelet_host::{LoadError, Refusal as ModuleRefusal, SlotId};
use corelet_smp::{Code, Refusal};
use embedded_storage::nor_flash::NorFlash;

use crate::incoming::module;
use crate::read::Place;
use crate::{Device, Mapped, Parked, Refused, Updater};

/// The most bytes of what is said: more than a refusal with two of the longest names that an import may have.
const WORDS_MAX: usize = 450;
/// Ends what had no room.
const CUT: char = '…';

/// A text on the heap, so that a refusal takes little of the stack; empty where there is no heap for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words(String);

impl Words {
    fn of(words: &dyn fmt::Display) -> Self {
        let mut text = String::new();
        if text.try_reserve_exact(WORDS_MAX).is_ok() {
            let mut this = Self(text);
            // What has no room is cut.
            let _ = write!(this, "{words}");
            return this;
        }
        Self::default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Write for Words {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = WORDS_MAX.saturating_sub(self.0.len());
        if piece.len() <= room.saturating_sub(CUT.len_utf8()) {
            self.0.push_str(piece);
            return Ok(());
        }
        let end = piece.floor_char_boundary(room.saturating_sub(CUT.len_utf8()));
        self.0.push_str(piece.get(..end).unwrap_or_default());
        self.0.push(CUT);
        Err(fmt::Error)
    }
}

/// What a manager is told of a refusal: as [`Refused`] says it, but with names where an import or an export is at fault.
#[derive(Clone, Debug)]
pub struct Said {
    refused: Refused,
    /// Empty where `Refused` says all.
    words: Words,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.words.is_empty() {
            self.refused.fmt(f)
        } else {
            self.words.fmt(f)
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
            words: Words::default(),
        }
    }
}

impl<B, F, const SLOTS: usize, const BANKS: usize, const PLUGINS: usize>
    Updater<B, F, SLOTS, BANKS, PLUGINS>
where
    B: Device + 'static,
    F: NorFlash + Mapped,
{
    /// A refusal of an upload or a trial: of what is `held` of an image, or of one that is in a bank.
    pub(crate) fn said(&mut self, refused: Refused, held: &[u8]) -> Said {
        let mut said = Said::from(refused);
        if let Refused::Load(LoadError::Refused(refusal)) = refused {
            said.words = match self.refused_in {
                Some(bank) if held.is_empty() => self.words(Place::Bank(bank), refusal),
                _ => words(refusal, held),
            };
        }
        said
    }

    /// Why the slot's plugin is parked, if names say more of it than [`Parked`] does.
    pub(crate) fn parked_words(&mut self, slot: SlotId) -> Words {
        let installed = self.wanted(slot);
        match (self.parked(slot), installed) {
            (Some(Parked::Load(LoadError::Refused(refusal))), Some(installed)) => {
                self.words(installed.place, refusal)
            }
            _ => Words::default(),
        }
    }

    fn words(&mut self, place: Place, refusal: ModuleRefusal) -> Words {
        let mut named = Words::default();
        let _ = place.with_image(&mut self.store, &mut |_, bytes| {
            named = words(refusal, bytes);
            Ok(())
        });
        named
    }
}

/// What is wrong with the module of `image`, of which there may be no more than the beginning.
fn words(refusal: ModuleRefusal, image: &[u8]) -> Words {
    Words::of(&refusal.describe(module(image)))
}
