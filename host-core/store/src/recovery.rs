//! What the journal says after a start, and the record that settles it.

use embedded_storage::nor_flash::NorFlash;

use crate::compaction;
use crate::contents::Contents;
use crate::journal::{self, ATTEMPTS, Chain, Found, Journal, Places, Room, Wrong};
use crate::record::{Change, FORMAT, Header, Record};
use crate::regions::Regions;
use crate::{Boots, Error, Region, Start};

/// No flash bears so many moves of the journal. Far behind it a region could not be told from the next.
const GENERATION_MAX: u32 = u32::MAX / 2;

/// What one region says.
struct Scan<C> {
    region: Region,
    /// What all records say but the last.
    contents: C,
    /// The highest generation among the records that can be read; none has 0.
    newest: u32,
    /// The highest generation among those of them that were written when its region counted for certain.
    newest_whole: u32,
    /// The header, if a record behind it shows that it was written whole.
    header: Option<Header>,
    /// Where that is, as long as what holds behind it says nothing.
    unused: Option<u16>,
    /// The last record but one, whose place the next record names.
    back: Option<u16>,
    /// The last record, and its place. Whether it was written whole nobody can tell.
    tail: Option<(u16, Record)>,
    /// The first place in which nothing may have been written.
    next: u16,
    /// Whether any mark can be read.
    readable: bool,
    /// Whether there is something behind the last record that is none: a cut met what was written there.
    torn: bool,
    /// Where the first record is that follows none.
    broken: Option<u16>,
    /// Why a record means nothing to this firmware.
    foreign: Option<Error>,
    /// Where records with a wrong bit are.
    wrong: Wrong,
}

impl<C: Contents> Scan<C> {
    fn of<F: NorFlash>(flash: &mut F, region: Region) -> Self {
        let mut scan = Self {
            region,
            contents: C::empty(),
            newest: 0,
            newest_whole: 0,
            header: None,
            unused: None,
            back: None,
            tail: None,
            next: 0,
            readable: false,
            torn: false,
            broken: None,
            foreign: None,
            wrong: Wrong::new(),
        };
        let mut unreadable = false;
        for place in 0..Places::<F>::count(region) {
            match Places::<F>::find(flash, region, place) {
                // Where erased units cannot be read either, all behind the last record are like that.
                Found::Unreadable => unreadable = true,
                Found::Erased => {
                    scan.readable = true;
                    if unreadable {
                        scan.torn = true;
                        scan.next = place;
                    }
                    unreadable = false;
                }
                Found::Marked(record) => {
                    scan.next = place.saturating_add(1);
                    unreadable = false;
                    scan.readable = true;
                    scan.torn = record.is_none();
                    if let Some((record, mended)) = record {
                        if mended {
                            // If there is no room, all of them count as wrong.
                            let _ = scan.wrong.push(place);
                        }
                        scan.follow(place, record);
                    }
                }
            }
        }
        scan
    }

    /// Takes the next record that can be read: it follows the last one, or the one before, if the last one is void.
    fn follow(&mut self, place: u16, record: Record) {
        self.newest = self.newest.max(record.generation);
        if !record.moving {
            self.newest_whole = self.newest_whole.max(record.generation);
        }
        if self.broken.is_some() {
            return;
        }
        match self.tail {
            Some((_, last)) if record.generation != last.generation => {
                self.broken = Some(place);
                return;
            }
            Some((before, last)) if record.back == Some(before) => {
                if let Change::Header(header) = last.change {
                    self.header = Some(header);
                    self.unused = Some(before);
                } else if !last.moving {
                    self.unused = None;
                }
                if let Err(error) = self.contents.apply(&last.change) {
                    self.foreign.get_or_insert(error);
                }
                self.back = Some(before);
            }
            _ if record.back == self.back => {}
            // It ends the move to here once more.
            _ if record.moving && self.unused.is_some() && record.back == self.unused => {
                self.back = record.back;
            }
            _ => {
                self.broken = Some(place);
                return;
            }
        }
        self.tail = Some((place, record));
    }

    /// The generation of a region that is whole.
    fn generation(&self) -> Option<u32> {
        let (_, last) = self.tail.filter(|_| self.header.is_some())?;
        Some(last.generation)
    }

    /// Whether nothing was ever written here but the snapshot of the first journal, which says nothing.
    const fn is_new(&self) -> bool {
        self.newest <= 1 && self.newest_whole == 0
    }
}

/// What was recovered, and where it goes on.
pub(crate) struct Recovered<C> {
    pub contents: C,
    pub journal: Journal,
}

/// What a journal says whose last record may be whole or not, once that is decided and written down. Until then nothing is
/// done that depends on it, so it may be decided again after a cut, and otherwise.
pub(crate) fn recover<F: NorFlash, C: Contents>(
    flash: &mut F,
    regions: &Regions,
    header: Header,
    start: Start,
) -> Result<Recovered<C>, Error> {
    let [first, second] = regions.both;
    let first = Scan::<C>::of(flash, first);
    let second = Scan::of(flash, second);
    let (current, other) = match (first.generation(), second.generation()) {
        (None, None) if first.is_new() && second.newest == 0 => {
            if !first.readable && !second.readable {
                check_reads(flash, regions)?;
            }
            return create(flash, regions, header, start);
        }
        (None, None) => return Err(Error::Unreadable),
        (one, another) if one > another => (first, second),
        _ => (second, first),
    };
    let (Some(found), Some((place, last))) = (current.header, current.tail) else {
        return Err(Error::Unreadable);
    };
    check_header(&found, &header)?;
    if let Change::Header(again) = last.change {
        check_header(&again, &header)?;
    }
    if last.generation > GENERATION_MAX {
        return Err(Error::Unreadable);
    }
    let moving = other.newest > last.generation;
    // A newer region was cut while its snapshot was written, or erased once more. It was whole if more than that is there.
    let lost = (other.newest_whole > last.generation).then_some((other.region, 0));
    let broken = current.broken.map(|place| (current.region, place));
    if let Some((region, place)) = broken.or(lost) {
        return Err(Error::Damaged {
            offset: Places::<F>::offset(region, place),
        });
    }
    if let Some(error) = current.foreign {
        return Err(error);
    }
    let mut contents = current.contents;
    contents.apply(&last.change)?;
    let boots = last.boots.after(start);
    let mut journal = Journal {
        last: current.back,
        next: current.next,
        moving: last.moving,
        ..Journal::new::<F>(current.region, last.generation, boots)
    };
    let mut old = Chain {
        region: current.region,
        generation: last.generation,
        last: Some(place),
        doubtful: Some(last.encode()),
        wrong: current.wrong,
    };
    // The last record is written again and not pointed to: if a cut left it half programmed, it may be gone tomorrow.
    // And behind what a cut left of a record nothing is written, since tomorrow it may be one. But if the last record ends the move to
    // here, the region may not count tomorrow, and the other one must not be erased before it does for certain: by a record that names
    // the header too, which makes void whatever is between them.
    let appends = !moving && (!current.torn || last.moving);
    let settled = appends && journal.insist(flash, last.change, true)? == Room::Enough;
    let mut moves = !settled;
    if settled {
        journal.moving = false;
        // Now the region counts whatever the doubtful record reads as, so the other one may be erased. What is read again later is to
        // have no wrong bit.
        old.wrong.retain(|wrong| *wrong != place);
        moves = C::IN_FLASH && !old.wrong.is_empty();
        old = Chain {
            wrong: old.wrong,
            ..journal.chain()
        };
    }
    if moves {
        let region = other.region;
        regions.erase(flash, region)?;
        journal = Journal::new::<F>(region, last.generation.saturating_add(1), boots);
        compaction::write_snapshot(flash, header, &contents, &old, &mut journal, true)?;
    }
    Ok(Recovered { contents, journal })
}

/// Where nothing can be read, either the chip does not read what is erased, or it does not work just now, and is not to be
/// formatted. A mark tells: written over another it changes nothing, and behind a journal it makes that move.
///
/// On such a chip what a cut has met cannot be read before it is erased. When the device was new that may have been a mark here, or the
/// erase of the first region, so other places are tried.
fn check_reads<F: NorFlash>(flash: &mut F, regions: &Regions) -> Result<(), Error> {
    let places = (0..ATTEMPTS).flat_map(|place| regions.both.map(|region| (region, place)));
    for (region, place) in places {
        journal::write(
            flash,
            Places::<F>::offset(region, place),
            Places::<F>::mark(),
        )?;
        match Places::find(flash, region, place) {
            Found::Marked(None) => return Ok(()),
            Found::Marked(Some(_)) => return Err(Error::Unreadable),
            Found::Erased | Found::Unreadable => {}
        }
    }
    let [first, _] = regions.both;
    Err(Error::NotWritten {
        offset: first.offset(),
    })
}

/// The first journal of a flash.
pub(crate) fn create<F: NorFlash, C: Contents>(
    flash: &mut F,
    regions: &Regions,
    header: Header,
    start: Start,
) -> Result<Recovered<C>, Error> {
    let [region, _] = regions.both;
    regions.erase(flash, region)?;
    let contents = C::empty();
    let mut journal = Journal::new::<F>(region, 1, Boots::default().after(start));
    compaction::write_snapshot(flash, header, &contents, &Chain::EMPTY, &mut journal, true)?;
    Ok(Recovered { contents, journal })
}

fn check_header(found: &Header, expected: &Header) -> Result<(), Error> {
    if found.format != FORMAT {
        return Err(Error::Format {
            found: found.format,
            allowed: FORMAT,
        });
    }
    if found != expected {
        return Err(Error::OtherMap);
    }
    Ok(())
}
