//! The journal as places in a region of flash.

use core::marker::PhantomData;

use embedded_storage::nor_flash::{NorFlash, NorFlashError};
use heapless::Vec;

use crate::record::{Change, RECORD_BYTES, Record};
use crate::{Boots, Error, Region};

/// The smallest mark.
const UNIT_MIN: usize = 4;

/// The largest unit that is written or read at once.
pub(crate) const UNIT_MAX: usize = 32;

/// How often a read is tried before its bytes count as unreadable.
const READS: usize = 3;

/// Reads, and tries again: a unit whose checksum is wrong stays unreadable, a disturbed bus does not.
pub(crate) fn read<F: NorFlash>(flash: &mut F, offset: u32, bytes: &mut [u8]) -> Result<(), Error> {
    let mut result = flash.read(offset, bytes);
    for _ in 1..READS {
        if result.is_ok() {
            break;
        }
        result = flash.read(offset, bytes);
    }
    result.map_err(|error| Error::Flash(error.kind()))
}

pub(crate) fn write<F: NorFlash>(flash: &mut F, offset: u32, bytes: &[u8]) -> Result<(), Error> {
    let result = flash.write(offset, bytes);
    result.map_err(|error| Error::Flash(error.kind()))
}

pub(crate) fn erase<F: NorFlash>(flash: &mut F, sector: Region) -> Result<(), Error> {
    let result = flash.erase(sector.offset(), sector.end());
    result.map_err(|error| Error::Flash(error.kind()))
}

/// How often a record is tried that has to be written, each time in the next place.
pub(crate) const ATTEMPTS: u16 = 4;

/// Bytes from one place to the next, in a flash that writes and reads so many at once.
pub(crate) const fn stride(unit: usize) -> u32 {
    let unit = if unit < UNIT_MIN { UNIT_MIN } else { unit };
    (unit + RECORD_BYTES.next_multiple_of(unit)) as u32
}

/// The most places that are used of a region: memory has a bit for each of those that values are in.
pub(crate) const PLACES_MAX: u16 = 1024;

/// How many places there are in so many bytes.
pub(crate) const fn places(bytes: u32, stride: u32) -> u16 {
    let places = bytes / stride;
    if places < PLACES_MAX as u32 {
        places as u16
    } else {
        PLACES_MAX
    }
}

/// Places for records in a flash like `F`.
pub(crate) struct Places<F>(PhantomData<F>);

/// What is in a place.
#[derive(Debug)]
pub(crate) enum Found {
    /// Its mark is erased, so nothing was written behind it.
    Erased,
    /// Its mark cannot be read.
    Unreadable,
    /// Its mark is there, and a record or what a cut left of one; and whether the record had a wrong bit.
    Marked(Option<(Record, bool)>),
}

impl<F: NorFlash> Places<F> {
    /// What is written at once: the mark.
    const UNIT: usize = {
        let (read, write) = (F::READ_SIZE, F::WRITE_SIZE);
        assert!(
            read.is_power_of_two() && write.is_power_of_two(),
            "the flash reads and writes powers of two"
        );
        assert!(
            read <= UNIT_MAX && write <= UNIT_MAX,
            "the flash reads and writes 32 bytes at once, or less"
        );
        let unit = if read < write { write } else { read };
        if unit < UNIT_MIN { UNIT_MIN } else { unit }
    };
    const BODY: usize = RECORD_BYTES.next_multiple_of(Self::UNIT);

    /// Bytes from one place to the next.
    pub(crate) const STRIDE: u32 = stride(Self::UNIT);

    /// How many there are in a region.
    pub(crate) const fn count(region: Region) -> u16 {
        places(region.size(), Self::STRIDE)
    }

    /// Where a place is, which is within the region.
    pub(crate) fn offset(region: Region, place: u16) -> u32 {
        region
            .offset()
            .saturating_add(Self::STRIDE.saturating_mul(u32::from(place)))
    }

    pub(crate) fn find(flash: &mut F, region: Region, place: u16) -> Found {
        let offset = Self::offset(region, place);
        let mut mark = [0; UNIT_MAX];
        let mark = mark.get_mut(..Self::UNIT).unwrap_or_default();
        if read(flash, offset, mark).is_err() {
            return Found::Unreadable;
        }
        if mark.iter().all(|byte| *byte == 0xff) {
            return Found::Erased;
        }
        let body = Self::body(flash, offset);
        Found::Marked(body.ok().and_then(Record::decode_mended))
    }

    /// Whether the mark of a place can be read. On a chip that cannot read erased units, one that a cut has met cannot be told from
    /// those, and never be read again before it is erased.
    fn is_marked(flash: &mut F, offset: u32) -> bool {
        let mut mark = [0xff; UNIT_MAX];
        let mark = mark.get_mut(..Self::UNIT).unwrap_or_default();
        read(flash, offset, mark).is_ok() && mark.iter().any(|byte| *byte != 0xff)
    }

    /// What stands before a record.
    pub(crate) fn mark() -> &'static [u8] {
        const ZERO: [u8; UNIT_MAX] = [0; UNIT_MAX];
        ZERO.get(..Self::UNIT).unwrap_or_default()
    }

    fn body(flash: &mut F, offset: u32) -> Result<[u8; RECORD_BYTES], Error> {
        let mut buffer = [0; RECORD_BYTES + UNIT_MAX];
        let body = buffer.get_mut(..Self::BODY).unwrap_or_default();
        read(flash, offset + Self::UNIT as u32, body)?;
        Ok(*buffer.first_chunk().unwrap_or(&[0; RECORD_BYTES]))
    }
}

/// Records with a wrong bit. If there are as many as fit, any may be one.
pub(crate) type Wrong = Vec<u16, 8>;

/// The records that hold, from the last to the first.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub region: Region,
    pub generation: u32,
    /// Where the last one is; none if there are none.
    pub last: Option<u16>,
    /// What that one is, if it may read otherwise tomorrow.
    pub doubtful: Option<[u8; RECORD_BYTES]>,
    /// Those that have to be mended, each time they are read.
    pub wrong: Wrong,
}

/// The front of a record, which is read alone: whole units of every size.
pub(crate) const FRONT_BYTES: usize = 2 * UNIT_MAX;

impl Chain {
    /// No records.
    pub(crate) const EMPTY: Self = Self {
        region: Region::new(0, 0),
        generation: 0,
        last: None,
        doubtful: None,
        wrong: Wrong::new(),
    };

    /// That the record in a place is not what it was at the start.
    pub(crate) fn damaged<F: NorFlash>(&self, place: u16) -> Error {
        Error::Damaged {
            offset: Places::<F>::offset(self.region, place),
        }
    }

    /// Reads the first bytes of a record as they are. A wrong bit is mended in those that are known to have one.
    pub(crate) fn front<F: NorFlash>(
        &self,
        flash: &mut F,
        place: u16,
        front: &mut [u8; FRONT_BYTES],
    ) -> Result<(), Error> {
        let is_wrong =
            !self.wrong.is_empty() && (self.wrong.is_full() || self.wrong.contains(&place));
        if is_wrong || self.doubtful.is_some() && self.last == Some(place) {
            let whole = self.record(flash, place)?.encode();
            *front = *whole.first_chunk().unwrap_or(&[0; FRONT_BYTES]);
            return Ok(());
        }
        let offset = Places::<F>::offset(self.region, place);
        read(flash, offset + Places::<F>::UNIT as u32, front)
    }

    /// A record, whose wrong bit is mended.
    pub(crate) fn record<F: NorFlash>(&self, flash: &mut F, place: u16) -> Result<Record, Error> {
        let bytes = match self.doubtful.filter(|_| self.last == Some(place)) {
            Some(bytes) => bytes,
            None => Places::<F>::body(flash, Places::<F>::offset(self.region, place))?,
        };
        Record::decode(bytes).ok_or(self.damaged::<F>(place))
    }
}

/// Where records go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Journal {
    /// Which of the map's two regions, and how many places it has.
    pub region: Region,
    pub places: u16,
    pub generation: u32,
    pub boots: Boots,
    /// Where the last record is; none before the first.
    pub last: Option<u16>,
    /// The first place in which nothing may have been written.
    pub next: u16,
    /// Whether it does not count yet: its snapshot is being written.
    pub moving: bool,
    /// Whether a record was not written whole although there was power: it may read as if it had been.
    pub doubtful: bool,
}

impl Journal {
    /// A journal in a region that was erased.
    pub(crate) fn new<F: NorFlash>(region: Region, generation: u32, boots: Boots) -> Self {
        Self {
            region,
            places: Places::<F>::count(region),
            generation,
            boots,
            last: None,
            next: 0,
            moving: true,
            doubtful: false,
        }
    }

    /// What was written to it.
    pub(crate) fn chain(&self) -> Chain {
        Chain {
            region: self.region,
            generation: self.generation,
            last: self.last,
            ..Chain::EMPTY
        }
    }

    /// How many records there is room for. The last place stays erased, so that behind every record there is one that can be read
    /// where the chip reads erased units: that tells what a cut left in a mark from what was never written.
    pub(crate) const fn free(&self) -> u16 {
        self.places.saturating_sub(1).saturating_sub(self.next)
    }

    /// Writes a record. Whatever was in doubt before is void once it is there.
    ///
    /// # Errors
    /// [`Error::WantsErase`] without a place; otherwise the place is used up, and if its record is in doubt now, `doubtful` says so.
    pub(crate) fn append<F: NorFlash>(
        &mut self,
        flash: &mut F,
        change: Change,
        boot: bool,
    ) -> Result<(), Error> {
        if self.free() == 0 {
            return Err(Error::WantsErase);
        }
        let place = self.next;
        let offset = Places::<F>::offset(self.region, place);
        let record = Record {
            generation: self.generation,
            back: self.last,
            boots: self.boots,
            boot,
            moving: self.moving,
            change,
        };
        let record = record.encode();
        let mut buffer = [0xff; RECORD_BYTES + UNIT_MAX];
        if let Some(start) = buffer.first_chunk_mut() {
            *start = record;
        }
        let body = buffer.get(..Places::<F>::BODY).unwrap_or_default();
        let mark = Places::<F>::mark();

        self.next = place.saturating_add(1);
        write(flash, offset, mark)?;
        if !Places::<F>::is_marked(flash, offset) {
            return Err(Error::NotWritten { offset });
        }
        self.doubtful = true;
        write(flash, offset + Places::<F>::UNIT as u32, body)?;
        if Places::<F>::body(flash, offset).ok() != Some(record) {
            return Err(Error::NotWritten { offset });
        }
        self.doubtful = false;
        self.last = Some(place);
        Ok(())
    }

    /// Writes a record, and tries again.
    pub(crate) fn insist<F: NorFlash>(
        &mut self,
        flash: &mut F,
        change: Change,
        boot: bool,
    ) -> Result<Room, Error> {
        let mut result = Ok(());
        for _ in 0..ATTEMPTS {
            if self.free() == 0 {
                return Ok(Room::None);
            }
            result = self.append(flash, change, boot);
            if result.is_ok() {
                break;
            }
        }
        result.map(|()| Room::Enough)
    }
}

/// Whether there was a place for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Enough,
    None,
}
