//! Records as bytes.

use corelet_image::PluginId;
use crc::{CRC_64_XZ, Crc};

use crate::keys::KeyPart;
use crate::values::{Entry, What};
use crate::{
    Bank, BankId, BankState, Boots, FlashMap, ImageDigest, Offered, Reason, Region, SlotId,
};

/// The format that is written and read here.
pub(crate) const FORMAT: u16 = 1;

/// Bytes of a record without the mark before it.
pub(crate) const RECORD_BYTES: usize = CHECKED_BYTES + 8;

/// Those of them that the checksum is of.
const CHECKED_BYTES: usize = 12 + CHANGE_BYTES;
/// Those of them that say what a kind of record has to say.
pub(crate) const CHANGE_BYTES: usize = 56;

/// The first of the kinds of records that are about values; [`What`] has their order.
pub(crate) const ENTRY_KIND: u8 = 32;

/// The kind of those that have more of a value.
const MORE_KIND: u8 = ENTRY_KIND + What::ALL.len() as u8;

/// The floors in one record.
pub(crate) const FLOORS_PER_RECORD: usize = 4;

/// How checksums are made: bit by bit where flash counts, since a table takes 16 KiB.
#[cfg(not(feature = "table"))]
type Method = crc::NoTable;
#[cfg(feature = "table")]
type Method = crc::Table<16>;

static CRC: Crc<u64, Method> = Crc::<u64, Method>::new(&CRC_64_XZ);

/// One step of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// How often the journal had moved to another region.
    pub generation: u32,
    /// Where the record before it stands; none for the first of a region.
    pub back: Option<u16>,
    /// The counts when it was written.
    pub boots: Boots,
    /// Whether it ended a recovery.
    pub boot: bool,
    /// Whether it was written while the journal moved.
    pub moving: bool,
    pub change: Change,
}

/// What a record says. It says it whole: doing it twice is doing it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Nothing,
    /// The last record of a snapshot.
    Header(Header),
    Bank(BankId, Bank),
    Floors([Floor; FLOORS_PER_RECORD]),
    Rejection(Rejection),
    /// The image's rejection is taken back.
    Forgiven(ImageDigest),
    /// The trial of all these banks begins.
    Try {
        since: Boots,
        set: u8,
        banks: BankSet,
    },
    /// One key of a set, which counts with its last.
    Key(KeyPart),
    Counts(Counts),
    /// A value.
    Entry(Entry),
    /// A part of the value in the next record that is none.
    More([u8; CHANGE_BYTES]),
}

/// What follows from all records before, and a snapshot would lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// How many records raised a floor or the keys' epoch.
    pub rises: u32,
    /// The bank behind the one that was opened last.
    pub next_bank: u8,
}

impl Counts {
    pub(crate) const NONE: Self = Self {
        rises: 0,
        next_bank: 0,
    };
}

/// Some banks: a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BankSet([u8; 32]);

impl BankSet {
    pub(crate) fn insert(&mut self, bank: BankId) {
        if let Some(byte) = self.0.get_mut(usize::from(bank.0 / 8)) {
            *byte |= 1 << (bank.0 % 8);
        }
    }

    pub(crate) fn contains(&self, bank: BankId) -> bool {
        let byte = self.0.get(usize::from(bank.0 / 8));
        byte.is_some_and(|byte| byte >> (bank.0 % 8) & 1 != 0)
    }
}

/// What a journal is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub format: u16,
    pub slots: u8,
    pub banks: u8,
    /// A checksum of where the banks lie, or of how large the halves are.
    pub map: u64,
}

impl Header {
    /// What a journal with this map says.
    pub(crate) fn of<const BANKS: usize>(map: &FlashMap<BANKS>) -> Self {
        let mut checksum = CRC.digest();
        for bank in map.banks() {
            checksum.update(&bank.offset().to_le_bytes());
            checksum.update(&bank.size().to_le_bytes());
        }
        Self {
            format: FORMAT,
            slots: map.slots(),
            banks: BANKS as u8,
            map: checksum.finalize(),
        }
    }

    /// What a journal of values in these halves says: it is one without banks.
    pub(crate) fn of_values(halves: &[Region; 2]) -> Self {
        let mut checksum = CRC.digest();
        for half in halves {
            checksum.update(&half.size().to_le_bytes());
        }
        Self {
            format: FORMAT,
            slots: 0,
            banks: 0,
            map: checksum.finalize(),
        }
    }
}

/// The least security version that is accepted of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Floor {
    pub plugin: PluginId,
    /// 0, which is none, is not kept.
    pub security_version: u32,
}

impl Floor {
    pub(crate) const NONE: Self = Self {
        plugin: PluginId([0; 8]),
        security_version: 0,
    };
}

/// An image that is not accepted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rejection {
    /// The image.
    pub digest: ImageDigest,
    /// Why.
    pub reason: Reason,
}

impl Record {
    pub(crate) fn encode(&self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        let (checked, checksum) = bytes.split_at_mut(CHECKED_BYTES);
        let mut writer = Writer(checked);
        writer.put(self.generation.to_le_bytes());
        writer.put(self.back.unwrap_or(u16::MAX).to_le_bytes());
        writer.put(self.boots.all.to_le_bytes());
        writer.put(self.boots.failures.to_le_bytes());
        let flags = u8::from(self.boot) | u8::from(self.moving) << 1;
        writer.put([self.change.kind(), flags]);
        self.change.encode(&mut writer);
        let sum = CRC.checksum(checked);
        Writer(checksum).put(sum.to_le_bytes());
        bytes
    }

    /// The record that `bytes` are, or were before one of their bits changed.
    pub(crate) fn decode(bytes: [u8; RECORD_BYTES]) -> Option<Self> {
        Self::decode_mended(bytes).map(|(record, _)| record)
    }

    /// The same, and whether one had.
    pub(crate) fn decode_mended(mut bytes: [u8; RECORD_BYTES]) -> Option<(Self, bool)> {
        let (checked, checksum) = bytes.split_at_mut(CHECKED_BYTES);
        let found = u64::from_le_bytes(Reader(checksum).take()?);
        let difference = CRC.checksum(checked) ^ found;
        // One bit of difference is a wrong bit of the checksum itself.
        if difference.count_ones() > 1 {
            mend(checked, difference)?;
        }
        let mut reader = Reader(checked);
        let generation = u32::from_le_bytes(reader.take()?);
        let back = u16::from_le_bytes(reader.take()?);
        let all = u16::from_le_bytes(reader.take()?);
        let failures = u16::from_le_bytes(reader.take()?);
        let [kind, flags] = reader.take()?;
        if flags > 3 {
            return None;
        }
        let record = Self {
            generation,
            back: (back != u16::MAX).then_some(back),
            boots: Boots { all, failures },
            boot: flags & 1 != 0,
            moving: flags & 2 != 0,
            change: Change::decode(kind, &mut reader)?,
        };
        Some((record, difference != 0))
    }
}

/// Turns the one bit of `bytes` that makes `difference` in their checksum, if there is one.
///
/// A checksum is linear: the difference that a bit makes depends on how far it is from the end, and on nothing else. It is 1, shifted
/// through the polynomial so often, so it is shifted back until it is 1.
fn mend(bytes: &mut [u8], mut difference: u64) -> Option<()> {
    let polynomial = CRC_64_XZ.poly.reverse_bits();
    for byte in bytes.iter_mut().rev() {
        for bit in (0..8).rev() {
            difference = match difference >> 63 {
                0 => difference << 1,
                _ => (difference ^ polynomial) << 1 | 1,
            };
            if difference == 1 {
                *byte ^= 1 << bit;
                return Some(());
            }
        }
    }
    None
}

impl Change {
    const fn kind(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Header(_) => 1,
            Self::Bank(..) => 2,
            Self::Floors(_) => 3,
            Self::Rejection(_) => 4,
            Self::Forgiven(_) => 5,
            Self::Try { .. } => 6,
            Self::Key(_) => 7,
            Self::Counts(_) => 8,
            Self::Entry(entry) => ENTRY_KIND + entry.what as u8,
            Self::More(_) => MORE_KIND,
        }
    }

    fn encode(&self, writer: &mut Writer<'_>) {
        match self {
            Self::Nothing => {}
            Self::Header(header) => {
                writer.put(header.format.to_le_bytes());
                writer.put([header.slots, header.banks]);
                writer.put(header.map.to_le_bytes());
            }
            Self::Bank(id, bank) => {
                let (state, reason, detail) = numbers(bank.state);
                writer.put([id.0, bank.slot.0, state, reason]);
                writer.put(detail.to_le_bytes());
                writer.put(bank.image.bytes.to_le_bytes());
                writer.put(bank.image.security_version.to_le_bytes());
                writer.put(bank.image.plugin.0);
                writer.put(bank.image.digest);
            }
            Self::Floors(floors) => {
                for floor in floors {
                    writer.put(floor.plugin.0);
                    writer.put(floor.security_version.to_le_bytes());
                }
            }
            Self::Rejection(rejection) => {
                writer.put(rejection.digest);
                writer.put([rejection.reason as u8]);
            }
            Self::Forgiven(digest) => writer.put(*digest),
            Self::Try { since, set, banks } => {
                writer.put(counts(*since).to_le_bytes());
                writer.put([*set]);
                writer.put(banks.0);
            }
            Self::Key(part) => {
                writer.put(part.epoch.to_le_bytes());
                writer.put([part.index, part.count]);
                writer.put(part.key);
            }
            Self::Counts(counts) => {
                writer.put(counts.rises.to_le_bytes());
                writer.put([counts.next_bank]);
            }
            Self::Entry(entry) => entry.encode(writer),
            Self::More(bytes) => writer.put(*bytes),
        }
    }

    fn decode(kind: u8, reader: &mut Reader<'_>) -> Option<Self> {
        Some(match kind {
            0 => Self::Nothing,
            1 => {
                let format = u16::from_le_bytes(reader.take()?);
                let [slots, banks] = reader.take()?;
                Self::Header(Header {
                    format,
                    slots,
                    banks,
                    map: u64::from_le_bytes(reader.take()?),
                })
            }
            2 => {
                let [id, slot, state, reason] = reader.take()?;
                let detail = u32::from_le_bytes(reader.take()?);
                let bytes = u32::from_le_bytes(reader.take()?);
                let security_version = u32::from_le_bytes(reader.take()?);
                let plugin = PluginId(reader.take()?);
                let image = Offered {
                    digest: reader.take()?,
                    bytes,
                    plugin,
                    security_version,
                };
                let bank = Bank {
                    state: state_of(state, reason, detail)?,
                    slot: SlotId(slot),
                    image,
                };
                Self::Bank(BankId(id), bank)
            }
            3 => {
                let mut floors = [Floor::NONE; FLOORS_PER_RECORD];
                for floor in &mut floors {
                    floor.plugin = PluginId(reader.take()?);
                    floor.security_version = u32::from_le_bytes(reader.take()?);
                }
                Self::Floors(floors)
            }
            4 => {
                let digest = reader.take()?;
                let [reason] = reader.take()?;
                Self::Rejection(Rejection {
                    digest,
                    reason: reason_of(reason)?,
                })
            }
            5 => Self::Forgiven(reader.take()?),
            6 => {
                let since = boots_of(u32::from_le_bytes(reader.take()?));
                let [set] = reader.take()?;
                Self::Try {
                    since,
                    set,
                    banks: BankSet(reader.take()?),
                }
            }
            7 => {
                let epoch = u32::from_le_bytes(reader.take()?);
                let [index, count] = reader.take()?;
                Self::Key(KeyPart {
                    epoch,
                    index,
                    count,
                    key: reader.take()?,
                })
            }
            8 => {
                let rises = u32::from_le_bytes(reader.take()?);
                let [next_bank] = reader.take()?;
                Self::Counts(Counts { rises, next_bank })
            }
            MORE_KIND => Self::More(reader.take()?),
            _ => {
                let what = What::ALL.get(usize::from(kind.checked_sub(ENTRY_KIND)?))?;
                Self::Entry(Entry::decode(*what, reader)?)
            }
        })
    }
}

/// A state as its number, its reason's or set's, and what else it holds.
const fn numbers(state: BankState) -> (u8, u8, u32) {
    match state {
        BankState::Empty => (0, 0, 0),
        BankState::Opening => (1, 0, 0),
        BankState::Receiving { offset } => (2, 0, offset),
        BankState::Received => (3, 0, 0),
        BankState::Verified => (4, 0, 0),
        BankState::Trial { since, set } => (5, set, counts(since)),
        BankState::Confirmed => (6, 0, 0),
        BankState::Rejected(reason) => (7, reason as u8, 0),
    }
}

/// Both counts as one number.
const fn counts(boots: Boots) -> u32 {
    (boots.failures as u32) << 16 | boots.all as u32
}

const fn boots_of(counts: u32) -> Boots {
    Boots {
        all: counts as u16,
        failures: (counts >> 16) as u16,
    }
}

fn state_of(number: u8, reason: u8, detail: u32) -> Option<BankState> {
    Some(match number {
        0 => BankState::Empty,
        1 => BankState::Opening,
        2 => BankState::Receiving { offset: detail },
        3 => BankState::Received,
        4 => BankState::Verified,
        5 => BankState::Trial {
            since: boots_of(detail),
            set: reason,
        },
        6 => BankState::Confirmed,
        7 => BankState::Rejected(reason_of(reason)?),
        _ => return None,
    })
}

fn reason_of(number: u8) -> Option<Reason> {
    Reason::ALL.get(usize::from(number)).copied()
}

/// What is left to be written.
pub(crate) struct Writer<'a>(&'a mut [u8]);

impl Writer<'_> {
    pub(crate) fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        let all = core::mem::take(&mut self.0);
        // Every change fits, which a test shows.
        if let Some((first, rest)) = all.split_first_chunk_mut() {
            *first = bytes;
            self.0 = rest;
        }
    }
}

/// What is left to be read.
pub(crate) struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    pub(crate) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn records() -> Vec<Record> {
        let image = Offered {
            digest: [0xab; 32],
            bytes: 0x0102_0304,
            plugin: PluginId([7; 8]),
            security_version: 0xa1a2_a3a4,
        };
        let since = Boots {
            all: 0x1122,
            failures: 0x3344,
        };
        let mut states = std::vec![
            BankState::Empty,
            BankState::Opening,
            BankState::Receiving {
                offset: 0xdead_beef
            },
            BankState::Received,
            BankState::Verified,
            BankState::Trial { since, set: 0 },
            BankState::Trial { since, set: 200 },
            BankState::Confirmed,
        ];
        states.extend(Reason::ALL.map(BankState::Rejected));
        let banks = states.into_iter().map(|state| Bank {
            state,
            slot: SlotId(3),
            image,
        });
        let mut changes: Vec<Change> = banks.map(|bank| Change::Bank(BankId(9), bank)).collect();
        let floor = Floor {
            plugin: PluginId([5; 8]),
            security_version: 77,
        };
        changes.extend([
            Change::Nothing,
            Change::Header(Header {
                format: FORMAT,
                slots: 2,
                banks: 5,
                map: u64::MAX - 1,
            }),
            Change::Floors([floor, Floor::NONE, floor, Floor::NONE]),
            Change::Forgiven([0xcd; 32]),
            Change::Try {
                since,
                set: 3,
                banks: BankSet([0x5a; 32]),
            },
            Change::Key(KeyPart {
                epoch: 0x0102_0304,
                index: 1,
                count: 4,
                key: [0x7e; 32],
            }),
            Change::Counts(Counts {
                rises: 0x0a0b_0c0d,
                next_bank: 7,
            }),
            Change::More(core::array::from_fn(|index| index as u8)),
        ]);
        changes.extend(What::ALL.map(|what| {
            let (entry, _) = Entry::new(what, PluginId([9; 8]), b"a key", &[3; 128]);
            Change::Entry(Entry {
                instead: (what == What::Set).then_some(0x9abc),
                ..entry
            })
        }));
        changes.extend(Reason::ALL.map(|reason| {
            Change::Rejection(Rejection {
                digest: [0xef; 32],
                reason,
            })
        }));
        let records = changes.into_iter().enumerate();
        let record = |(index, change): (usize, Change)| Record {
            generation: 0x5566_7788,
            back: (index % 2 == 0).then_some(0x99aa),
            boots: since,
            boot: index % 3 == 0,
            moving: index % 5 == 0,
            change,
        };
        records.map(record).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        for record in records() {
            assert_eq!(Record::decode(record.encode()), Some(record));
        }
    }

    #[test]
    fn one_wrong_bit_is_mended() {
        for record in records() {
            for bit in 0..RECORD_BYTES * 8 {
                let mut bytes = record.encode();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(Record::decode(bytes), Some(record), "bit {bit}");
            }
        }
    }

    #[test]
    fn two_wrong_bits_are_no_record() {
        let record = records()[2];
        let bits = RECORD_BYTES * 8;
        for one in 0..bits {
            for other in (one + 1..bits).step_by(1 + one % 13) {
                let mut bytes = record.encode();
                bytes[one / 8] ^= 1 << (one % 8);
                bytes[other / 8] ^= 1 << (other % 8);
                assert_eq!(Record::decode(bytes), None, "bits {one} and {other}");
            }
        }
    }

    #[test]
    fn what_is_cut_off_is_no_record() {
        for record in records() {
            let whole = record.encode();
            // The last byte may be one bit away from an erased one.
            for length in 0..RECORD_BYTES - 1 {
                let mut bytes = [0xff; RECORD_BYTES];
                bytes[..length].copy_from_slice(&whole[..length]);
                let read = Record::decode(bytes);
                assert!(read.is_none() || read == Some(record), "{length} bytes");
            }
        }
    }

    #[test]
    fn the_format_is_pinned() {
        let record = Record {
            generation: 2,
            back: Some(3),
            boots: Boots {
                all: 4,
                failures: 1,
            },
            boot: true,
            moving: false,
            change: Change::Bank(
                BankId(5),
                Bank {
                    state: BankState::Receiving { offset: 4096 },
                    slot: SlotId(1),
                    image: Offered {
                        digest: core::array::from_fn(|index| index as u8),
                        bytes: 5000,
                        plugin: PluginId(*b"pluginid"),
                        security_version: 6,
                    },
                },
            ),
        };
        let mut hex = std::string::String::new();
        for byte in record.encode() {
            hex += &std::format!("{byte:02x}");
        }
        let expected = [
            "02000000",
            "0300",
            "04000100",
            "0201",
            "05010200",
            "00100000",
            "88130000",
            "06000000",
            "706c7567696e6964",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "1f9043fc14610c1c",
        ];
        assert_eq!(hex, expected.concat());
    }
}
