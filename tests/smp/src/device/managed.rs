//! The device as the server sees it.

use corelet_image::{DEVELOPMENT_KEY, KeySet, MAGIC};
use corelet_smp::{Denied, Image, LogLine, Managed, Position, Slot, State, Target, Upload};

use super::{BANK, Device, HEAD, Heard, Refused};

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
        if trial && banks.secondary.is_some() {
            return Err(Refused::OnTrial(upload.slot));
        }
        if pending {
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
        let at_once = self.trial.is_some();
        let banks = self.slot(image.slot)?;
        let stored = banks.secondary.as_mut().ok_or(Refused::Nothing)?;
        if at_once {
            std::mem::swap(&mut banks.primary, &mut banks.secondary);
        } else {
            stored.pending = true;
        }
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
        self.look();
        for (slot, banks) in (0..).zip(&self.banks) {
            match &banks.primary {
                Some(stored) => show(&Slot {
                    state: if stored.confirmed {
                        State::Confirmed
                    } else {
                        State::Trial
                    },
                    plugin: &stored.name,
                    version: &stored.version,
                    hash: Some(&stored.hash),
                    reason: stored.tried.then_some(&"after 3 good calls"),
                    ..Slot::empty(slot)
                }),
                None => show(&Slot::empty(slot)),
            }
            if let Some(stored) = &banks.secondary {
                show(&Slot {
                    state: if stored.confirmed {
                        State::Confirmed
                    } else {
                        State::Verified
                    },
                    plugin: &stored.name,
                    version: &stored.version,
                    hash: Some(&stored.hash),
                    ..Slot::empty(slot)
                });
            }
            if let Some(partial) = &banks.partial {
                show(&Slot {
                    state: State::Receiving,
                    received: Some((partial.bytes.len() as u32, partial.length)),
                    ..Slot::empty(slot)
                });
            }
            if let Some((hash, refused)) = &banks.rejected {
                show(&Slot {
                    state: State::Rejected,
                    hash: Some(hash),
                    reason: Some(refused),
                    ..Slot::empty(slot)
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

    fn key_epoch(&self) -> Option<u32> {
        self.key_epoch
    }

    fn set_keys(&mut self, set: &[u8]) -> Result<(), Refused> {
        let epoch = self.key_epoch.as_mut().ok_or(Refused::NoRootKey)?;
        let set = KeySet::parse(set).and_then(|set| set.verify(&DEVELOPMENT_KEY));
        let later = set.map_err(Refused::KeySet)?.epoch();
        if later <= *epoch {
            return Err(Refused::OldKeys(later));
        }
        *epoch = later;
        Ok(())
    }
}
