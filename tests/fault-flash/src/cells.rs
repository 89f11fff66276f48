//! The flash's bytes, what was done to each write unit, and damage that is done to them.

use std::ops::Range;

use fastrand::Rng;

use crate::{Chip, Damage, Programming};

/// Write units are no larger.
pub(crate) const UNIT_MAX: usize = 32;

/// How many units of a sector are weak at the most after an erase was cut.
const WEAK_MAX: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Erased,
    Programmed,
    /// Not to its end.
    Torn,
}

/// A unit whose bits are not all 0 or 1.
#[derive(Clone, Debug)]
struct Weak {
    offset: usize,
    /// Bits that read differently each time.
    bits: [u8; UNIT_MAX],
    reads_left: u32,
    starts_left: u32,
}

/// The cells of one sector. What lies outside `touched` is erased.
#[derive(Clone, Debug)]
struct Sector {
    range: Range<usize>,
    touched: Range<usize>,
    /// Sectors of the same version have the same contents.
    version: u64,
    erases: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Cells {
    unit: usize,
    programming: Programming,
    /// Whether each unit has a checksum.
    checked: bool,
    bytes: Vec<u8>,
    units: Vec<Unit>,
    sectors: Vec<Sector>,
    weak: Vec<Weak>,
    version: u64,
}

impl Cells {
    /// Erased ones. `version` is the first of those that nobody else gives to a sector.
    pub(crate) fn new(chip: &Chip, unit: usize, version: u64) -> Self {
        let capacity = chip.capacity() as usize;
        let mut end = 0;
        let sectors = chip.sectors().iter().map(|size| {
            let start = end;
            end += *size as usize;
            Sector {
                range: start..end,
                touched: start..start,
                version,
                erases: 0,
            }
        });
        Self {
            unit,
            programming: chip.programming(),
            checked: matches!(
                chip.programming(),
                Programming::Checked | Programming::CheckedWhenErased
            ),
            sectors: sectors.collect(),
            bytes: vec![0xff; capacity],
            units: vec![Unit::Erased; capacity / unit],
            weak: Vec::new(),
            version,
        }
    }

    /// Makes these what `other` are, which have the same chip, by copying what differs.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        for (sector, from) in self.sectors.iter_mut().zip(&other.sectors) {
            if sector.version == from.version {
                continue;
            }
            let both = union(&sector.touched, &from.touched);
            self.bytes[both.clone()].copy_from_slice(&other.bytes[both.clone()]);
            let units = both.start / self.unit..both.end / self.unit;
            self.units[units.clone()].copy_from_slice(&other.units[units]);
            sector.clone_from(from);
        }
        self.weak.clone_from(&other.weak);
    }

    pub(crate) fn unit(&self) -> usize {
        self.unit
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn erases(&self) -> impl Iterator<Item = u32> {
        self.sectors.iter().map(|sector| sector.erases)
    }

    /// The sectors that make up exactly the bytes from `from` to `to`.
    pub(crate) fn sectors(&self, from: u32, to: u32) -> Option<Range<usize>> {
        let starts = |at: u32| {
            let start = |sector: &Sector| sector.range.start == at as usize;
            let end = at as usize == self.bytes.len();
            let found = self.sectors.iter().position(start);
            found.or(end.then_some(self.sectors.len()))
        };
        Some(starts(from)?..starts(to)?)
    }

    /// Where a sector is.
    pub(crate) fn sector(&self, index: usize) -> Range<usize> {
        self.sectors[index].range.clone()
    }

    /// Whether a unit of these bytes was programmed since it was erased, as far as one could tell by reading.
    pub(crate) fn programmed(&self, offset: usize, length: usize) -> Option<usize> {
        let blank = self.programming == Programming::CheckedWhenErased;
        let units = offset / self.unit..(offset + length) / self.unit;
        units
            .filter(|unit| match self.units[*unit] {
                Unit::Erased => false,
                // Neither can be read, so who writes here cannot know.
                Unit::Torn if blank => false,
                _ => true,
            })
            .map(|unit| unit * self.unit)
            .find(|at| !self.is_weak(*at))
    }

    /// Where `data` would set a bit that is 0.
    pub(crate) fn sets_bit(&self, offset: usize, data: &[u8]) -> Option<usize> {
        let old = &self.bytes[offset..offset + data.len()];
        let sets = |(old, new): (&u8, &u8)| old & new != *new;
        let at = offset + old.iter().zip(data).position(sets)?;
        (!self.is_weak(at / self.unit * self.unit)).then_some(at)
    }

    fn is_weak(&self, offset: usize) -> bool {
        self.weak.iter().any(|weak| weak.offset == offset)
    }

    /// Fills `bytes` from `offset` on; false if the chip refuses a unit of them.
    pub(crate) fn read(&mut self, offset: usize, bytes: &mut [u8], rng: &mut Rng) -> bool {
        let end = offset + bytes.len();
        bytes.copy_from_slice(&self.bytes[offset..end]);
        let mut readable = true;
        if !self.weak.is_empty() {
            readable = self.read_weak(offset, bytes, rng);
        }
        if self.checked {
            let erased = self.programming == Programming::CheckedWhenErased;
            let units = &self.units[offset / self.unit..end.div_ceil(self.unit)];
            let refused = |unit: &Unit| *unit == Unit::Torn || erased && *unit == Unit::Erased;
            // All of them at once: to stop at the first takes longer.
            readable &= !units.iter().fold(false, |any, unit| any | refused(unit));
        }
        readable
    }

    /// Puts what weak bits happen to be into `bytes`; false if the chip's checksum told. What is read last is what stays.
    fn read_weak(&mut self, offset: usize, bytes: &mut [u8], rng: &mut Rng) -> bool {
        let (unit, mut readable) = (self.unit, true);
        let mut index = 0;
        while let Some(weak) = self.weak.get_mut(index) {
            let at = weak.offset;
            if at + unit <= offset || at >= offset + bytes.len() {
                index += 1;
                continue;
            }
            weak.reads_left = weak.reads_left.saturating_sub(1);
            let last = weak.reads_left == 0;
            let now = self.happens(index, rng);
            for (index, now) in now[..unit].iter().enumerate() {
                let byte = (at + index).checked_sub(offset);
                if let Some(byte) = byte.and_then(|at| bytes.get_mut(at)) {
                    *byte = *now;
                }
            }
            let refused = self.checked && rng.bool();
            readable &= !refused;
            if last {
                self.settle(index, &now, refused);
            } else {
                index += 1;
            }
        }
        readable
    }

    /// Counts a start of the device.
    pub(crate) fn start(&mut self, rng: &mut Rng) {
        let mut index = 0;
        while let Some(weak) = self.weak.get_mut(index) {
            weak.starts_left = weak.starts_left.saturating_sub(1);
            if weak.starts_left > 0 {
                index += 1;
                continue;
            }
            let now = self.happens(index, rng);
            self.settle(index, &now, rng.bool());
        }
    }

    /// What a weak unit is, this time.
    fn happens(&self, index: usize, rng: &mut Rng) -> [u8; UNIT_MAX] {
        let Weak {
            offset, mut bits, ..
        } = self.weak[index];
        for (bits, byte) in bits.iter_mut().zip(&self.bytes[offset..][..self.unit]) {
            *bits = byte ^ *bits & rng.u8(..);
        }
        bits
    }

    /// A weak unit whose time is over is `now` from now on; if there is a checksum, it may be wrong.
    fn settle(&mut self, index: usize, now: &[u8; UNIT_MAX], refused: bool) {
        let Weak { offset, .. } = self.weak.swap_remove(index);
        let now = &now[..self.unit];
        self.bytes[offset..][..self.unit].copy_from_slice(now);
        self.units[offset / self.unit] = match self.checked {
            false if erased(now) => Unit::Erased,
            true if refused => Unit::Torn,
            _ => Unit::Programmed,
        };
        self.touch(offset, self.unit);
    }

    /// Says that bytes change: their sector is another one from now on.
    fn touch(&mut self, offset: usize, length: usize) {
        let sector = self.sectors.partition_point(|one| one.range.end <= offset);
        let mut from = offset;
        for sector in &mut self.sectors[sector..] {
            if from >= offset + length {
                break;
            }
            let to = sector.range.end.min(offset + length);
            self.version += 1;
            sector.version = self.version;
            sector.touched = union(&sector.touched, &(from..to));
            from = to;
        }
    }

    /// Programs whole units, as far as the damage lets it.
    pub(crate) fn program(&mut self, offset: usize, data: &[u8], damage: Damage, rng: &mut Rng) {
        let unit = self.unit;
        let (whole, rest) = match damage {
            Damage::Whole => (data.len(), None),
            Damage::Prefix(bytes) => {
                let bytes = (bytes as usize).min(data.len());
                (bytes / unit * unit, Some(bytes % unit))
            }
            Damage::Bits(units) | Damage::Weak(units) => {
                ((units as usize * unit).min(data.len()), None)
            }
            _ => return,
        };
        self.touch(offset, (whole + unit).min(data.len()));
        for (byte, new) in self.bytes[offset..].iter_mut().zip(&data[..whole]) {
            *byte &= new;
        }
        for state in &mut self.units[offset / unit..(offset + whole) / unit] {
            // What was torn stays so until it is erased, if there is a checksum to tell.
            if *state != Unit::Torn || !self.checked {
                *state = Unit::Programmed;
            }
        }
        self.firm(offset, &data[..whole]);

        let (at, data) = (offset + whole, &data[whole..]);
        if data.is_empty() || rest == Some(0) {
            return;
        }
        let mut weak = [0; UNIT_MAX];
        // How many of the bits are weak: half of them, a quarter, and so on, so that at times it is one.
        let rare = rng.u32(1..=8);
        for (index, new) in data[..unit].iter().enumerate() {
            let byte = &mut self.bytes[at + index];
            match damage {
                Damage::Prefix(_) if Some(index) < rest => *byte &= new,
                Damage::Bits(_) => *byte &= new | rng.u8(..),
                Damage::Weak(_) => {
                    weak[index] = (0..rare).fold(*byte & !new, |bits, _| bits & rng.u8(..));
                    *byte &= new | weak[index];
                }
                _ => {}
            }
        }
        if weak.iter().any(|bits| *bits != 0) {
            self.weaken(at, weak, rng);
        }
        self.damaged(at, data[..unit].iter().any(|byte| *byte != 0xff));
    }

    /// Bits of weak units that `data` programs at `offset` are 0 from now on.
    fn firm(&mut self, offset: usize, data: &[u8]) {
        self.weak.retain_mut(|weak| {
            let Some(data) = weak
                .offset
                .checked_sub(offset)
                .and_then(|at| data.get(at..))
            else {
                return true;
            };
            if data.is_empty() {
                return true;
            }
            for (bits, new) in weak.bits.iter_mut().zip(data) {
                *bits &= new;
            }
            weak.bits[..self.unit].iter().any(|bits| *bits != 0)
        });
    }

    /// Notes that the unit at `offset` was worked on, but not to the end.
    fn damaged(&mut self, offset: usize, marked: bool) {
        let cells = &self.bytes[offset..offset + self.unit];
        // On a chip without a checksum, what reads as erased cannot be told from it.
        let state = &mut self.units[offset / self.unit];
        *state = if erased(cells) && !(self.checked && marked) {
            Unit::Erased
        } else if self.weak.iter().any(|weak| weak.offset == offset) {
            // Whether it can be read is decided with each read.
            Unit::Programmed
        } else {
            Unit::Torn
        };
    }

    fn weaken(&mut self, offset: usize, bits: [u8; UNIT_MAX], rng: &mut Rng) {
        self.weak.retain(|weak| weak.offset != offset);
        let by_reads = rng.bool();
        self.weak.push(Weak {
            offset,
            bits,
            reads_left: if by_reads { rng.u32(1..32) } else { u32::MAX },
            starts_left: if by_reads { u32::MAX } else { rng.u32(2..6) },
        });
    }

    /// Erases a sector, as far as the damage lets it.
    pub(crate) fn erase(&mut self, index: usize, damage: Damage, rng: &mut Rng) {
        let Sector { range, touched, .. } = self.sectors[index].clone();
        let cells = match damage {
            Damage::None => return,
            // All of it, also what was erased.
            Damage::Zeroed => range.clone(),
            Damage::Half => touched.start..touched.end.min(range.start + range.len() / 2),
            _ => touched.clone(),
        };
        self.version += 1;
        let sector = &mut self.sectors[index];
        sector.version = self.version;
        sector.erases += 1;
        if cells.is_empty() {
            return;
        }
        self.weak.retain(|weak| !cells.contains(&weak.offset));
        let units = cells.start / self.unit..cells.end / self.unit;
        match damage {
            Damage::Zeroed => {
                sector.touched = range;
                self.bytes[cells].fill(0);
                self.units[units].fill(Unit::Torn);
            }
            Damage::Some | Damage::Unsettled => {
                for byte in &mut self.bytes[cells] {
                    *byte |= rng.u8(..);
                }
                if damage == Damage::Unsettled {
                    for _ in 0..WEAK_MAX {
                        let mut bits = [0; UNIT_MAX];
                        bits.fill_with(|| rng.u8(..));
                        self.weaken(rng.usize(units.clone()) * self.unit, bits, rng);
                    }
                }
                for unit in units {
                    if self.units[unit] != Unit::Erased {
                        self.damaged(unit * self.unit, true);
                    }
                }
            }
            Damage::Half => {
                self.bytes[cells].fill(0xff);
                self.units[units].fill(Unit::Erased);
            }
            _ => {
                sector.touched = sector.range.start..sector.range.start;
                self.bytes[cells].fill(0xff);
                self.units[units].fill(Unit::Erased);
            }
        }
    }

    pub(crate) fn is_written(&self, offset: usize) -> bool {
        self.units[offset / self.unit] != Unit::Erased
    }

    /// Makes a bit what it is not, as if nobody had done it.
    pub(crate) fn flip(&mut self, bit: usize) {
        let first = bit / 8 / self.unit * self.unit;
        self.touch(first, self.unit);
        self.bytes[bit / 8] ^= 1 << (bit % 8);
    }

    /// Puts `bytes` where they are, as if they had been written whole.
    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        let first = offset / self.unit * self.unit;
        let end = (offset + bytes.len()).next_multiple_of(self.unit);
        self.touch(first, end - first);
        self.bytes[offset..offset + bytes.len()].copy_from_slice(bytes);
        for at in (first..end).step_by(self.unit) {
            self.units[at / self.unit] = if erased(&self.bytes[at..at + self.unit]) {
                Unit::Erased
            } else {
                Unit::Programmed
            };
        }
    }
}

fn erased(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0xff)
}

fn union(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    if one.is_empty() {
        return other.clone();
    }
    if other.is_empty() {
        return one.clone();
    }
    one.start.min(other.start)..one.end.max(other.end)
}
