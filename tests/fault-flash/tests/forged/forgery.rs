//! Flash contents that somebody made up: records with valid checksums in places that fit, and then all kinds of things that do not.

use arbitrary::{Result, Unstructured};
use corelet_fault_flash::Flash;
use corelet_store::{BankId, Region};

use super::board::{ALL, BANKS, ERASE, MAP, PLUGINS, SLOTS, plugin};
use super::entries::Names;
use super::record::{HEADER, NOTHING, RECORD_BYTES, Record, header, stride};

/// One of the first `n` numbers as a rule, and any number now and then.
pub(crate) fn few(u: &mut Unstructured<'_>, n: u8) -> Result<u8> {
    let byte: u8 = u.arbitrary()?;
    Ok(if byte < 240 { byte % n } else { byte })
}

/// A journal that is forged.
pub(crate) struct Forged {
    /// Its two regions.
    pub(crate) regions: [Region; 2],
    /// What its header says.
    pub(crate) header: Vec<u8>,
    /// What is in its records.
    pub(crate) about: About,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Banks,
    Values,
}

/// Where the next record goes, and what is to stand in it.
pub(crate) struct Hand<'a, const WRITE: usize> {
    flash: &'a Flash<WRITE, ERASE>,
    journal: &'a Forged,
    region: usize,
    pub(super) place: u16,
    pub(super) next: Record,
    pub(super) names: Names,
}

/// Writes what `u` says into an erased flash.
pub(crate) fn forge<const WRITE: usize>(
    flash: &Flash<WRITE, ERASE>,
    journal: &Forged,
    u: &mut Unstructured<'_>,
) -> Result<()> {
    let mut hand = Hand {
        flash,
        journal,
        region: 0,
        place: 0,
        names: Names::default(),
        next: Record {
            generation: 1,
            back: u16::MAX,
            starts: [1, 0],
            kind: NOTHING,
            flags: 2,
            says: Vec::new(),
        },
    };
    for _ in 0..u.int_in_range(0..=8)? {
        match journal.about {
            About::Banks => {
                let kind = u.int_in_range(2..=8)?;
                hand.record(u, kind)?;
            }
            About::Values => hand.entry(u)?,
        }
    }
    if u.ratio(7, 8)? {
        hand.end_snapshot();
    }
    for _ in 0..u.int_in_range(0..=70)? {
        hand.item(u)?;
    }
    Ok(())
}

impl<const WRITE: usize> Hand<'_, WRITE> {
    fn item(&mut self, u: &mut Unstructured<'_>) -> Result<()> {
        let about = self.journal.about;
        match u.int_in_range(0..=20)? {
            2..=8 if about == About::Values => self.entry(u)?,
            12 | 13 if about == About::Values => self.entries(u)?,
            kind @ 0..=8 => self.record(u, kind)?,
            9 => self.record(u, 2)?,
            10 => self.end_snapshot(),
            11 => {
                self.region = 1 - self.region;
                self.place = 0;
                self.names.clear();
                self.next.back = u16::MAX;
                self.next.generation = self.next.generation.wrapping_add(1);
                self.next.flags = 2;
            }
            12 | 13 => {
                let (bytes, _) = u.choose(&ALL)?;
                let bank = u.int_in_range(0..=BANKS as u8 - 1)?;
                if let Some(region) = MAP.bank(BankId(bank)) {
                    let length = bytes.len().min(region.size() as usize);
                    self.flash.put(region.offset(), &bytes[..length]);
                }
            }
            14 => {
                let bytes: [u8; 32] = u.arbitrary()?;
                let length = u.int_in_range(1..=bytes.len())?;
                let capacity = self.flash.with_bytes(<[u8]>::len);
                let offset = u.int_in_range(0..=capacity - length)? as u32;
                self.flash.put(offset, &bytes[..length]);
            }
            15 => {
                // Of the record that was put last, as a rule.
                let (bytes, mark) = stride(WRITE);
                let before = usize::from(self.place.saturating_sub(1)) * bytes + mark;
                let region = self.journal.regions[self.region];
                let bit = u.int_in_range(0..=RECORD_BYTES * 8 - 1)?;
                if before + RECORD_BYTES <= region.size() as usize {
                    let offset = region.offset() as usize + before;
                    self.flash.flip(offset * 8 + bit);
                }
            }
            16 => self.place = u.arbitrary::<u8>()?.into(),
            17 => self.next.back = i16::from(u.arbitrary::<i8>()?) as u16,
            18 => self.next.generation = *u.choose(&[0, 1, 2, 3, u32::MAX - 1, u32::MAX])?,
            19 => self.next.flags = few(u, 4)?,
            _ => self.next.starts = u.arbitrary()?,
        }
        Ok(())
    }

    fn record(&mut self, u: &mut Unstructured<'_>, kind: u8) -> Result<()> {
        self.next.kind = kind;
        self.next.says = says(u, kind)?;
        if kind == HEADER {
            self.next.says.clone_from(&self.journal.header);
            if u.ratio(1, 8)? {
                self.next.says[few(u, 12)? as usize % 12] ^= 1;
            }
        }
        self.put();
        Ok(())
    }

    fn end_snapshot(&mut self) {
        self.next.kind = HEADER;
        self.next.says.clone_from(&self.journal.header);
        self.put();
        self.next.kind = NOTHING;
        self.next.says.clear();
        self.put();
        self.next.flags = 0;
    }

    /// Puts the record in the next place of the region, if there is one.
    pub(super) fn put(&mut self) {
        let region = self.journal.regions[self.region];
        let (bytes, mark) = stride(WRITE);
        let offset = usize::from(self.place) * bytes;
        if offset + bytes > region.size() as usize {
            return;
        }
        let offset = region.offset() + offset as u32;
        self.flash.put(offset, &vec![0; mark]);
        self.flash.put(offset + mark as u32, &self.next.encode());
        self.next.back = self.place;
        self.place += 1;
    }
}

pub(crate) fn right_header() -> Vec<u8> {
    let banks = (0..BANKS as u8).filter_map(|bank| MAP.bank(BankId(bank)));
    let banks: Vec<_> = banks.map(|bank| (bank.offset(), bank.size())).collect();
    header(SLOTS, &banks)
}

/// What a record of this kind says.
fn says(u: &mut Unstructured<'_>, kind: u8) -> Result<Vec<u8>> {
    let mut says = Vec::new();
    match kind {
        NOTHING | HEADER => {}
        2 => {
            let (_, image) = u.choose(&ALL)?;
            let state = few(u, 8)?;
            says.extend([few(u, BANKS as u8)?, few(u, SLOTS)?, state, few(u, 10)?]);
            let detail: [u32; 5] = [0, 1024, 2048, 3072, u.arbitrary()?];
            says.extend(u.choose(&detail)?.to_le_bytes());
            let bytes = if u.ratio(7, 8)? {
                image.bytes
            } else {
                u.arbitrary()?
            };
            says.extend(bytes.to_le_bytes());
            let security_version = u32::from(few(u, 4)?);
            says.extend(security_version.to_le_bytes());
            says.extend(plugin(few(u, PLUGINS)?).0);
            says.extend(image.digest);
        }
        3 => {
            for _ in 0..4 {
                says.extend(plugin(few(u, PLUGINS)?).0);
                says.extend(u32::from(few(u, 4)?).to_le_bytes());
            }
        }
        4 | 5 => {
            let (_, image) = u.choose(&ALL)?;
            says.extend(image.digest);
            if u.ratio(1, 4)? {
                says[0] = few(u, 4)?;
            }
            says.push(few(u, 10)?);
        }
        6 => {
            says.extend(u.arbitrary::<[u8; 4]>()?);
            says.extend([few(u, 3)?, u.arbitrary::<u8>()?]);
        }
        7 => {
            says.extend(u32::from(few(u, 4)?).to_le_bytes());
            says.extend([few(u, 5)?, few(u, 5)?]);
            says.extend([u.arbitrary::<u8>()?; 32]);
        }
        8 => {
            says.extend(u.arbitrary::<[u8; 4]>()?);
            says.push(few(u, 4)?);
        }
        _ => says.extend(u.arbitrary::<[u8; 32]>()?),
    }
    Ok(says)
}
