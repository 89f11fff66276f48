//! A device in memory: two slots, each with what runs and one more bank, and what a reset makes of them.

use std::fmt;

use corelet_image::{Image as Parsed, ImageError, Keys, MAGIC, Version};
use corelet_smp::{
    Code, Denied, Image, LogLine, Managed, Position, Refusal, Slot, State, Target, Upload,
};
use sha2::{Digest, Sha256};

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
    confirmed: bool,
    pending: bool,
    permanent: bool,
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

/// What stays over a reset, and what does not.
#[derive(Clone, Debug, Default)]
pub struct Device {
    banks: [Banks; SLOTS],
    heard: Option<Heard>,
    log: Vec<String>,
    /// How often [`Managed::write`] is yet put off, as while flash is erased.
    busy: u32,
    reset: bool,
    /// How often each upload has to wait at its beginning.
    pub erasing: u32,
    /// Offsets at which uploads began or went on.
    pub opened: Vec<u32>,
    /// Bytes that were written into banks.
    pub written: usize,
    /// How often it was reset, or lost its power.
    pub resets: u32,
}

/// Why the device refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No such slot.
    Slot(u8),
    /// The image does not fit into the bank.
    TooLarge(u32),
    /// It does not begin as an image does.
    NotAnImage,
    /// The image is not what was signed, or not signed.
    Image(ImageError),
    /// The bytes are not those of the digest that came with them.
    Digest,
    /// The bank is in use: its image is pending, runs, or is what a trial falls back to.
    InUse,
    /// Nothing is there.
    Nothing,
    /// It was confirmed before.
    Confirmed,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slot(slot) => write!(f, "there is no slot {slot}: 0 to {}", SLOTS - 1),
            Self::TooLarge(length) => write!(f, "{length} bytes, {BANK} are allowed"),
            Self::NotAnImage => f.write_str("this is no Corelet image"),
            Self::Image(error) => error.fmt(f),
            Self::Digest => f.write_str("the bytes do not have the SHA-256 that came with them"),
            Self::InUse => f.write_str("the image there is in use"),
            Self::Nothing => f.write_str("nothing is there"),
            Self::Confirmed => f.write_str("it was confirmed before"),
        }
    }
}

impl Refusal for Refused {
    fn code(&self) -> Code {
        match self {
            Self::Slot(_) => Code::INVALID_SLOT,
            Self::TooLarge(_) => Code::TOO_LARGE,
            Self::NotAnImage => Code::NOT_AN_IMAGE,
            Self::Image(ImageError::UnknownKey { .. } | ImageError::Unsigned) => Code::DENIED,
            Self::Image(_) => Code::INVALID_HEADER,
            Self::Digest => Code::INVALID_HASH,
            Self::InUse => Code::NO_FREE_SLOT,
            Self::Nothing => Code::NO_IMAGE,
            Self::Confirmed => Code::BAD_STATE,
        }
    }
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
                _ => verified(&partial.bytes),
            };
            match stored {
                Ok(stored) => banks.secondary = Some(stored),
                Err(refused) => {
                    let hash = Parsed::parse(&partial.bytes).map_or([0; 32], |i| i.digest());
                    banks.rejected = Some((hash, refused));
                    return Err(refused);
                }
            }
        }
        self.written += data.len();
        Ok(offset)
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
        hash: image.digest(),
        name: checked.manifest().name.to_owned(),
        version: checked.manifest().version.to_string(),
        confirmed: false,
        pending: false,
        permanent: false,
    })
}

impl Managed for Device {
    type Error = Refused;

    fn images(&mut self, show: &mut dyn FnMut(&Image<'_>)) {
        for (slot, banks) in (0..).zip(&self.banks) {
            let positions = [
                (Position::Primary, &banks.primary),
                (Position::Secondary, &banks.secondary),
            ];
            for (position, stored) in positions {
                let Some(stored) = stored else { continue };
                show(&Image {
                    slot,
                    position,
                    version: &stored.version,
                    hash: &stored.hash,
                    bootable: true,
                    pending: stored.pending,
                    confirmed: stored.confirmed,
                    active: position == Position::Primary,
                    permanent: stored.permanent,
                });
            }
        }
    }

    fn open(&mut self, upload: &Upload<'_>) -> Result<u32, Refused> {
        self.heard = None;
        let banks = self.slot(upload.slot)?;
        if upload.length > BANK {
            return Err(Refused::TooLarge(upload.length));
        }
        if !upload.data.starts_with(&MAGIC) {
            return Err(Refused::NotAnImage);
        }
        let trial = banks.primary.as_ref().is_some_and(|s| !s.confirmed);
        let pending = banks.secondary.as_ref().is_some_and(|s| s.pending);
        if (trial && banks.secondary.is_some()) || pending {
            return Err(Refused::InUse);
        }
        if upload.sha.is_some() {
            return self.begin(upload.slot, upload.length, upload.sha);
        }
        self.heard = Some(Heard {
            bytes: Vec::new(),
            length: upload.length,
        });
        Ok(0)
    }

    fn write(&mut self, slot: u8, offset: u32, data: &[u8]) -> Result<u32, Refused> {
        if let Some(less) = self.busy.checked_sub(1) {
            self.busy = less;
            return Ok(offset);
        }
        let Some(heard) = &mut self.heard else {
            return self.keep(slot, offset, data);
        };
        assert_eq!(heard.bytes.len(), offset as usize, "not what was wanted");
        heard.bytes.extend(data);
        if heard.bytes.len() < HEAD.min(heard.length as usize) {
            return Ok(heard.bytes.len() as u32);
        }
        let heard = self.heard.take().expect("it is there");
        let offset = self.begin_heard(slot, &heard)?;
        if offset > 0 {
            return Ok(offset);
        }
        self.keep(slot, 0, &heard.bytes)
    }

    fn test(&mut self, image: &Target) -> Result<(), Refused> {
        let banks = self.slot(image.slot)?;
        let stored = banks.secondary.as_mut().ok_or(Refused::Nothing)?;
        stored.pending = true;
        Ok(())
    }

    fn confirm(&mut self, image: &Target) -> Result<(), Refused> {
        if image.confirmed {
            return Err(Refused::Confirmed);
        }
        let banks = self.slot(image.slot)?;
        match image.position {
            Position::Primary => {
                let stored = banks.primary.as_mut().ok_or(Refused::Nothing)?;
                stored.confirmed = true;
            }
            Position::Secondary => {
                let stored = banks.secondary.as_mut().ok_or(Refused::Nothing)?;
                stored.pending = true;
                stored.permanent = true;
            }
        }
        Ok(())
    }

    fn erase(&mut self, slot: u8, position: Position) -> Result<(), Refused> {
        let banks = self.slot(slot)?;
        let trial = banks.primary.as_ref().is_some_and(|s| !s.confirmed);
        let pending = banks.secondary.as_ref().is_some_and(|s| s.pending);
        if position == Position::Primary && banks.primary.is_some() || trial || pending {
            return Err(Refused::InUse);
        }
        banks.secondary = None;
        banks.partial = None;
        Ok(())
    }

    fn reset(&mut self, _: bool) -> Result<(), Refused> {
        self.reset = true;
        Ok(())
    }

    fn statistics(&mut self, show: &mut dyn FnMut(&str)) {
        ["slot0", "slot1"].into_iter().for_each(show);
    }

    fn counters(&mut self, group: &str, show: &mut dyn FnMut(&str, u64)) -> bool {
        let Some(banks) = group
            .strip_prefix("slot")
            .and_then(|slot| self.banks.get(slot.parse::<usize>().ok()?))
        else {
            return false;
        };
        show(
            "images",
            u64::from(banks.primary.is_some()) + u64::from(banks.secondary.is_some()),
        );
        show("largest", u64::MAX);
        true
    }

    fn slots(&mut self, show: &mut dyn FnMut(&Slot<'_>)) {
        const NONE: Slot<'static> = Slot {
            slot: 0,
            state: State::Empty,
            plugin: "",
            version: "",
            hash: None,
            received: None,
            reason: None,
        };
        for (slot, banks) in (0..).zip(&self.banks) {
            match &banks.primary {
                Some(stored) => show(&Slot {
                    slot,
                    state: if stored.confirmed {
                        State::Confirmed
                    } else {
                        State::Trial
                    },
                    plugin: &stored.name,
                    version: &stored.version,
                    hash: Some(&stored.hash),
                    ..NONE
                }),
                None => show(&Slot { slot, ..NONE }),
            }
            if let Some(stored) = &banks.secondary {
                show(&Slot {
                    slot,
                    state: if stored.confirmed {
                        State::Confirmed
                    } else {
                        State::Verified
                    },
                    plugin: &stored.name,
                    version: &stored.version,
                    hash: Some(&stored.hash),
                    ..NONE
                });
            }
            if let Some(partial) = &banks.partial {
                show(&Slot {
                    slot,
                    state: State::Receiving,
                    received: Some((partial.bytes.len() as u32, partial.length)),
                    ..NONE
                });
            }
            if let Some((hash, refused)) = &banks.rejected {
                show(&Slot {
                    slot,
                    state: State::Rejected,
                    hash: Some(hash),
                    reason: Some(refused),
                    ..NONE
                });
            }
        }
    }

    fn logs(&mut self, from: u32, show: &mut dyn FnMut(&LogLine<'_>) -> bool) {
        let from = if from as usize > self.log.len() {
            0
        } else {
            from
        };
        for (number, text) in (0..).zip(&self.log).skip(from as usize) {
            let line = LogLine {
                number,
                time: u64::from(number) * 1_000,
                plugin: "thermostat",
                level: 2,
                text,
            };
            if !show(&line) {
                return;
            }
        }
    }

    fn audit(&mut self, show: &mut dyn FnMut(&Denied<'_>)) {
        for (slot, function) in (0..).zip(["read", "set", "get-a-thing-of-a-long-name"]) {
            show(&Denied {
                slot,
                plugin: "thermostat",
                interface: "corelet:host/sensor",
                function,
                reason: &"the quota is used up",
                time: 5_000,
                count: 17,
            });
        }
    }

    fn rollback(&mut self, slot: u8) -> Result<(), Refused> {
        let banks = self.slot(slot)?;
        if !banks.secondary.as_ref().is_some_and(|s| s.confirmed) {
            return Err(Refused::Nothing);
        }
        std::mem::swap(&mut banks.primary, &mut banks.secondary);
        Ok(())
    }

    fn forgive(&mut self, hash: &[u8; 32]) -> Result<(), Refused> {
        let mut rejected = self.banks.iter_mut().map(|banks| &mut banks.rejected);
        let found = rejected
            .find(|rejected| rejected.as_ref().is_some_and(|(found, _)| found == hash))
            .ok_or(Refused::Nothing)?;
        *found = None;
        Ok(())
    }

    fn test_together(&mut self, slots: &[u8]) -> Result<(), Refused> {
        for &slot in slots {
            if self.slot(slot)?.secondary.is_none() {
                return Err(Refused::Nothing);
            }
        }
        for &slot in slots {
            let banks = self.slot(slot)?;
            if let Some(stored) = &mut banks.secondary {
                stored.pending = true;
            }
        }
        Ok(())
    }
}
