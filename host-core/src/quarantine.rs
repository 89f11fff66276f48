//! Who ran when the device failed, in memory that survives a reset: a plugin that takes the firmware down is not started
//! for ever.

use core::fmt;
use core::sync::atomic::{Ordering, compiler_fence};

use corelet_image::Verified;

use crate::LoadError;

mod words;

#[cfg(test)]
mod tests;

use words::{ImageId, MarkWords, Place};

/// After so many resets an image is not loaded any more.
pub const STRIKES_MAX: u8 = 3;

/// So many images have strikes at once.
const PLACES: usize = 8;

/// Why the device starts, as its reset controller or the firmware before the reset says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reset {
    /// It had no power. No fault of a plugin.
    PowerOn,
    /// Somebody asked for it: a command, a button, a debugger. No fault of a plugin.
    Requested,
    /// The watchdog was not fed.
    Watchdog,
    /// The firmware panicked or faulted.
    Panic,
}

impl Reset {
    const fn is_failure(self) -> bool {
        matches!(self, Self::Watchdog | Self::Panic)
    }
}

impl fmt::Display for Reset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerOn => "power on",
            Self::Requested => "a request",
            Self::Watchdog => "the watchdog",
            Self::Panic => "a panic",
        })
    }
}

/// The resets that are laid to an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Strikes {
    /// How many; it stops at 255.
    pub count: u8,
    /// The last of them.
    pub last: Reset,
}

/// Memory in which a host marks the plugin that runs, and counts the resets that came meanwhile.
///
/// The board owns it: a static that neither start-up code nor anything else than the host writes to, for instance one that the
/// linker script places outside of `.data` and `.bss`. Every content is valid: each record has a check word, and one whose
/// check word is wrong, after power on or because a reset came while it was written, counts as empty. The memory must not
/// be cached, or be written through: a reset drops what a cache has not written back.
///
/// A plugin is marked while it is loaded, in each slice of a call, and while its next instance is made; between two slices nobody is. What
/// [`Host::with_quarantine`](crate::Host::with_quarantine) finds marked after [`Reset::Watchdog`] or [`Reset::Panic`] gets a strike. With
/// three an image is refused, until another version takes its place or [`forgive`](Self::forgive) is called. Good
/// calls take no strike away: a plugin that hangs at every thousandth call is stopped too.
///
/// An image is known by its digest. Those of eight have room; a ninth takes the place of the one that was struck or refused
/// longest ago. So at most eight images should lie on the device.
///
/// # Whose fault it is
///
/// A mark says who ran, not who failed. The driver that a plugin calls is its fault as long as other plugins live with that
/// driver; and so is an interrupt handler or a task of higher priority that fails while the plugin runs. It takes three to condemn.
/// A reset while no plugin ran is the firmware's own: [`unattributed`](Self::unattributed).
#[repr(C)]
pub struct Quarantine {
    mark: MarkWords,
    unattributed: Place,
    /// The one that was struck or refused last is the first.
    places: [Place; PLACES],
}

impl Quarantine {
    /// Memory in which nothing is marked, for computers whose memory no reset leaves.
    pub const fn new() -> Self {
        Self {
            mark: MarkWords::new(),
            unattributed: Place::new(),
            places: [const { Place::new() }; PLACES],
        }
    }

    /// The strikes of an image; none if it has none.
    pub fn strikes(&self, image: &Verified<'_>) -> Option<Strikes> {
        self.find(ImageId::of(image)).map(|(_, strikes)| strikes)
    }

    /// Forgets the strikes of an image: it may be loaded again.
    pub fn forgive(&self, image: &Verified<'_>) {
        let image = ImageId::of(image);
        for place in &self.places {
            if place.read().is_some_and(|(of, _)| of == image) {
                place.erase();
            }
        }
    }

    /// Resets by the watchdog or a panic while no plugin ran, or after which the mark could not be read; none if there were none.
    pub fn unattributed(&self) -> Option<Strikes> {
        self.unattributed.read().map(|(_, strikes)| strikes)
    }

    /// Lays a failure to what was marked, and takes the mark away.
    pub(crate) fn boot(&self, reset: Reset) {
        if reset.is_failure() {
            match self.mark.read() {
                Some(image) => self.strike(image, reset),
                None => {
                    let before = self.unattributed().map_or(0, |strikes| strikes.count);
                    self.unattributed
                        .write(ImageId::NONE, one_more(before, reset));
                }
            }
        }
        self.mark.erase();
    }

    /// The mark of an image that may be loaded.
    ///
    /// # Errors
    /// [`LoadError::Quarantined`].
    pub(crate) fn admit(&'static self, image: &Verified<'_>) -> Result<Mark, LoadError> {
        let image = ImageId::of(image);
        if let Some((index, strikes)) = self.find(image)
            && strikes.count >= STRIKES_MAX
        {
            // It is still on the device: strikes of images that are gone make room first.
            self.put_first(index, image, strikes);
            return Err(LoadError::Quarantined(strikes));
        }
        Ok(Mark {
            words: &self.mark,
            image,
        })
    }

    fn strike(&self, image: ImageId, reset: Reset) {
        let (index, before) = self.find(image).map_or_else(
            || (self.least(), 0),
            |(index, strikes)| (index, strikes.count),
        );
        self.put_first(index, image, one_more(before, reset));
    }

    fn find(&self, image: ImageId) -> Option<(usize, Strikes)> {
        let mut places = self.places.iter().enumerate();
        places.find_map(|(index, place)| match place.read() {
            Some((of, strikes)) if of == image => Some((index, strikes)),
            _ => None,
        })
    }

    /// The place that a new image takes: one that is empty, or the last.
    fn least(&self) -> usize {
        let mut places = self.places.iter();
        places
            .position(|place| place.read().is_none())
            .unwrap_or(PLACES.saturating_sub(1))
    }

    /// Writes a record to the first place; those before `index` move up by one, over what is there.
    fn put_first(&self, index: usize, image: ImageId, strikes: Strikes) {
        let moved = self.places.get(..=index).unwrap_or(&self.places);
        for pair in moved.windows(2).rev() {
            if let [from, to] = pair {
                to.copy(from);
            }
        }
        if let Some(first) = self.places.first() {
            first.write(image, strikes);
        }
    }
}

impl Default for Quarantine {
    fn default() -> Self {
        Self::new()
    }
}

const fn one_more(before: u8, last: Reset) -> Strikes {
    Strikes {
        count: before.saturating_add(1),
        last,
    }
}

/// The right of a loaded plugin to be marked.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    words: &'static MarkWords,
    image: ImageId,
}

impl Mark {
    /// Marks the plugin until the guard is dropped.
    #[inline]
    pub(crate) fn set(self) -> Marked {
        self.words.set(self.image);
        // What follows may be the plugin's last.
        compiler_fence(Ordering::SeqCst);
        Marked(self)
    }
}

/// As long as this lives, a reset is laid to the plugin.
#[must_use]
pub(crate) struct Marked(Mark);

impl Drop for Marked {
    #[inline]
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        self.0.words.clear(self.0.image);
    }
}
