//! A device in memory: two slots, each with what runs and one more bank, and what a reset makes of them.

mod managed;
mod refused;

use corelet_image::{Image as Parsed, Keys, Version};
use sha2::{Digest, Sha256};

pub use refused::Refused;

const SLOTS: usize = 2;
/// Bytes that tell one image from another: a header, a manifest and its signature.
const HEAD: usize = 200;
/// Bytes of a bank.
const BANK: u32 = 64 * 1024;
const HOST: Version = Version::new(0, 1, 0);

/// An image that is there in full, and was verified.
#[derive(Clone, Debug)]
struct Stored {
    bytes: Vec<u8>,
    hash: [u8; 32],
    name: String,
    version: String,
    security_version: u32,
    confirmed: bool,
    /// It passed a trial.
    tried: bool,
    pending: bool,
    permanent: bool,
}

impl Stored {
    fn not_below(self, floor: u32) -> Result<Self, Refused> {
        match self.security_version {
            found if found < floor => Err(Refused::Downgrade {
                found,
                allowed: floor,
            }),
            _ => Ok(self),
        }
    }
}

/// Part of an image.
#[derive(Clone, Debug)]
struct Partial {
    bytes: Vec<u8>,
    length: u32,
    sha: Option<Vec<u8>>,
}

#[derive(Clone, Debug, Default)]
struct Banks {
    primary: Option<Stored>,
    secondary: Option<Stored>,
    partial: Option<Partial>,
    rejected: Option<([u8; 32], Refused)>,
}

/// The beginning of an upload of which it is not known yet which it is.
#[derive(Clone, Debug)]
struct Heard {
    bytes: Vec<u8>,
    length: u32,
}

/// How a version that is tried comes off.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// After so many looks at the slots.
    pub looks: u32,
    /// Confirmed, or not and why.
    pub verdict: Result<(), Refused>,
}

/// What stays over a reset, and what does not.
#[derive(Clone, Debug, Default)]
pub struct Device {
    banks: [Banks; SLOTS],
    heard: Option<Heard>,
    log: Vec<String>,
    /// How often [`Managed::write`] is yet put off, as while flash is erased.
    busy: u32,
    reset: bool,
    /// A trial starts at once and ends so. Without, it starts with the next reset, and nothing but a manager confirms it.
    pub trial: Option<Trial>,
    /// The least security version that is taken.
    pub floor: u32,
    /// The epoch of its keys; none if they cannot be replaced.
    pub key_epoch: Option<u32>,
    /// How often each upload has to wait at its beginning.
    pub erasing: u32,
    /// Offsets at which uploads began or went on.
    pub opened: Vec<u32>,
    /// Bytes that were written into banks.
    pub written: usize,
    /// How often it was reset, or lost its power.
    pub resets: u32,
}

impl Device {
    /// With a confirmed image in a slot.
    pub fn with(mut self, slot: usize, image: &[u8]) -> Self {
        let mut stored = verified(image).expect("a signed image");
        stored.confirmed = true;
        self.banks[slot].primary = Some(stored);
        self
    }

    /// With an image in a slot that may be tried.
    pub fn with_staged(mut self, slot: usize, image: &[u8]) -> Self {
        self.banks[slot].secondary = Some(verified(image).expect("a signed image"));
        self
    }

    /// The bytes of the image that runs in a slot.
    pub fn running(&self, slot: usize) -> Option<&[u8]> {
        self.banks[slot].primary.as_ref().map(|s| &s.bytes[..])
    }

    /// The bytes of the other image in a slot.
    pub fn staged(&self, slot: usize) -> Option<&[u8]> {
        self.banks[slot].secondary.as_ref().map(|s| &s.bytes[..])
    }

    /// Whether what runs in a slot is confirmed.
    pub fn is_confirmed(&self, slot: usize) -> bool {
        self.banks[slot]
            .primary
            .as_ref()
            .is_some_and(|s| s.confirmed)
    }

    /// Bytes that are there of the image that is being received.
    pub fn received(&self, slot: usize) -> usize {
        self.banks[slot]
            .partial
            .as_ref()
            .map_or(0, |p| p.bytes.len())
    }

    /// Whether a manager asked for a reset.
    pub const fn wants_reset(&self) -> bool {
        self.reset
    }

    /// What a plugin would log.
    pub fn log(&mut self, line: &str) {
        self.log.push(line.to_owned());
    }

    /// A reset, asked for or not: what was in flash stays. A pending image runs, and one that runs on trial has not passed it.
    pub fn restart(&mut self) {
        for banks in &mut self.banks {
            if banks.secondary.as_ref().is_some_and(|s| s.pending) {
                std::mem::swap(&mut banks.primary, &mut banks.secondary);
                let started = banks.primary.as_mut().expect("it was the secondary one");
                started.confirmed = started.permanent;
                started.pending = false;
                started.permanent = false;
            } else if banks.primary.as_ref().is_some_and(|s| !s.confirmed)
                && banks.secondary.as_ref().is_some_and(|s| s.confirmed)
            {
                std::mem::swap(&mut banks.primary, &mut banks.secondary);
            }
        }
        self.heard = None;
        self.log.clear();
        self.busy = 0;
        self.reset = false;
        self.resets += 1;
    }

    /// The same upload goes on, and another takes its place.
    fn begin(&mut self, slot: u8, length: u32, sha: Option<&[u8]>) -> Result<u32, Refused> {
        let banks = self.slot(slot)?;
        if let (Some(stored), Some(sha)) = (&banks.secondary, sha)
            && Sha256::digest(&stored.bytes)[..].starts_with(sha)
            && stored.bytes.len() == length as usize
        {
            return Ok(length);
        }
        let same = |partial: &&mut Partial| {
            partial.length == length && sha.is_some() && partial.sha.as_deref() == sha
        };
        if let Some(partial) = banks.partial.as_mut().filter(same) {
            let offset = partial.bytes.len() as u32;
            self.opened.push(offset);
            return Ok(offset);
        }
        banks.secondary = None;
        banks.rejected = None;
        banks.partial = Some(Partial {
            bytes: Vec::new(),
            length,
            sha: sha.map(<[u8]>::to_vec),
        });
        self.busy = self.erasing;
        self.opened.push(0);
        Ok(0)
    }

    /// As [`begin`](Self::begin), when the first bytes have to tell.
    fn begin_heard(&mut self, slot: u8, heard: &Heard) -> Result<u32, Refused> {
        let begins = |there: &[u8]| {
            let both = there.len().min(heard.bytes.len());
            there[..both] == heard.bytes[..both]
        };
        let banks = self.slot(slot)?;
        if let Some(stored) = &banks.secondary
            && begins(&stored.bytes)
            && stored.bytes.len() == heard.length as usize
        {
            return Ok(heard.length);
        }
        if let Some(partial) = &banks.partial
            && begins(&partial.bytes)
            && partial.length == heard.length
            && partial.bytes.len() >= heard.bytes.len()
        {
            let offset = partial.bytes.len() as u32;
            self.opened.push(offset);
            return Ok(offset);
        }
        self.begin(slot, heard.length, None)
    }

    fn keep(&mut self, slot: u8, offset: u32, data: &[u8]) -> Result<u32, Refused> {
        let floor = self.floor;
        let banks = self.slot(slot)?;
        let partial = banks.partial.as_mut().ok_or(Refused::Nothing)?;
        assert_eq!(partial.bytes.len(), offset as usize, "not what was wanted");
        partial.bytes.extend(data);
        let offset = partial.bytes.len() as u32;
        if offset == partial.length {
            let partial = banks.partial.take().expect("it is there");
            let digest = Sha256::digest(&partial.bytes);
            let stored = match &partial.sha {
                Some(sha) if !digest[..].starts_with(sha) => Err(Refused::Digest),
                _ => verified(&partial.bytes).and_then(|stored| stored.not_below(floor)),
            };
            match stored {
                Ok(stored) => banks.secondary = Some(stored),
                Err(refused) => {
                    banks.rejected = Some((digest.into(), refused));
                    return Err(refused);
                }
            }
        }
        self.written += data.len();
        Ok(offset)
    }

    /// One more look at the slots; the last one ends the trial.
    fn look(&mut self) {
        let Some(trial) = &mut self.trial else { return };
        let tried = |banks: &&mut Banks| banks.primary.as_ref().is_some_and(|s| !s.confirmed);
        let Some(banks) = self.banks.iter_mut().find(tried) else {
            return;
        };
        if let Some(less) = trial.looks.checked_sub(1) {
            trial.looks = less;
            return;
        }
        match trial.verdict {
            Ok(()) => {
                if let Some(stored) = &mut banks.primary {
                    stored.confirmed = true;
                    stored.tried = true;
                }
            }
            Err(refused) => {
                let stored = std::mem::replace(&mut banks.primary, banks.secondary.take());
                banks.rejected = stored.map(|stored| (stored.hash, refused));
            }
        }
    }

    fn slot(&mut self, slot: u8) -> Result<&mut Banks, Refused> {
        self.banks
            .get_mut(usize::from(slot))
            .ok_or(Refused::Slot(slot))
    }
}

fn verified(bytes: &[u8]) -> Result<Stored, Refused> {
    let image = Parsed::parse(bytes).map_err(Refused::Image)?;
    let keys = Keys::NONE.accept_development();
    let checked = image.verify(&keys, HOST).map_err(Refused::Image)?;
    Ok(Stored {
        bytes: bytes.to_vec(),
        hash: Sha256::digest(bytes).into(),
        name: checked.manifest().name.to_owned(),
        version: checked.manifest().version.to_string(),
        security_version: checked.manifest().security_version,
        confirmed: false,
        tried: false,
        pending: false,
        permanent: false,
    })
}
