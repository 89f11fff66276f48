//! # The store: plugin images and plugin data in NOR flash
//!
//! [`Values`] are what plugins keep themselves: the last part of this page. Before that it is about images.
//!
//! Images lie in banks, and a journal says what each bank holds. A new version is received into a spare bank while the old one
//! works, is read back and verified, runs on trial, and is confirmed or rolled back. Power may fail at any moment, also while what it
//! left is recovered. This page is the specification; [`FlashMap`] says where things lie.
//!
//! ```
//! use corelet_store::{Error, FlashMap, Layout, Offered, Reason, Region, Runs, Sectors, SlotId, Start, Store};
//! # use corelet_fault_flash::{Chip, Flash};
//! # use corelet_image::PluginId;
//! # use sha2::{Digest, Sha256};
//!
//! static MAP: FlashMap<2> = FlashMap::new(Layout {
//!     sectors: &[Sectors { count: 8, size: 4096 }],
//!     journal: [Region::new(0, 4096), Region::new(4096, 4096)],
//!     banks: [Region::new(0x2000, 0x3000), Region::new(0x5000, 0x3000)],
//!     slots: 1,
//!     factory: None,
//!     data: None,
//! });
//!
//! # let flash = Flash::<4, 4096>::new(&Chip::uniform(4096, 8));
//! let mut store: Store<_, 2> = Store::mount(flash, &MAP, Start::Ordinary)?;
//! let slot = SlotId(0);
//! # let bytes = [7; 5_000];
//! # let image = Offered {
//! #     digest: Sha256::digest(bytes).into(), bytes: 5_000, plugin: PluginId([1; 8]), security_version: 0
//! # };
//! // Of an image that comes, the first bytes are header, manifest and signature. They are checked, and then:
//! let opened = store.open(slot, image)?;
//! let mut offset = opened.offset;
//! while offset < image.bytes {
//!     if store.wants_erase().is_some() {
//!         store.erase_step()?; // when it suits
//!     }
//!     offset = store.receive(slot, offset, &bytes[offset as usize..])?;
//! }
//! // Read from the bank, its signature is checked again, and it is admitted. What it says of itself is held against what was said.
//! store.verify(opened.bank, image.plugin, image.security_version)?;
//! store.begin_trial(slot)?;
//! assert_eq!(store.runs(slot), Runs::Trial(opened.bank));
//! # let it_works = true;
//! if it_works {
//!     store.confirm(slot)?;
//! } else {
//!     store.reject(opened.bank, Reason::Trapped)?;
//! }
//! # assert_eq!(store.runs(slot), Runs::Confirmed(opened.bank));
//! # Ok::<(), Error>(())
//! ```
//!
//! ## What holds
//!
//! After every cut of power, at any place in any operation, and any number of them:
//!
//! 1. What was acknowledged is there. Of a call that was cut off all or nothing is; of [`receive`](Store::receive), whole sectors.
//! 2. A slot runs what is on trial in it, or else what was confirmed, or else what came with the device. Only a verified image gets on
//!    trial, and only one on trial is confirmed: all bytes were read back, and are those that were accepted.
//! 3. The bank of a confirmed image is not given to another one before the slot has another confirmed image, but by command
//!    ([`clear`](Store::clear)).
//! 4. A plugin's floor, its least security version, never falls. It rises with a confirmation and with nothing else, by the same record.
//!    So it is with the epoch of the keys, which rises with a new key set: all of its keys count, or those before.
//! 5. An image that was rejected is not accepted or tried again until it is [forgiven](Store::forgive). Damage on the way or in flash is
//!    no rejection in this sense: whoever sends nonsense under a good image's digest does not keep it away.
//! 6. A start erases the sectors of one of the journal's two regions at most, and none as a rule. Other erases are
//!    [asked for](Store::wants_erase), one sector at a time.
//! 7. Recovering twice is recovering once, but for the count of starts.
//!
//! An error of the driver without a cut ends the call: it has happened wholly or not at all, and memory says which.
//!
//! It is taken for granted that a write or an erase which the driver says is done stays as it is, but for one bit in each record; that
//! the next is not begun before; and that a cut changes nothing but what the one under way is for. That may be anything then, and another
//! thing each time it is read.
//!
//! ## States of a bank
//!
//! What an event makes of a bank:
//!
//! | | Open | Progress | Complete | Verify | Try | Confirm | Withdraw | Replace | Supersede | Reject | Clear |
//! |---|---|---|---|---|---|---|---|---|---|---|---|
//! | Empty | Opening | – | – | – | – | – | – | – | – | – | – |
//! | Opening | Opening | Receiving | Received | – | – | – | – | – | Empty | Damaged | Empty |
//! | Receiving | Opening | Receiving | Received | – | – | – | – | – | Empty | Damaged | Empty |
//! | Received | Opening | – | – | Verified | – | – | – | – | Empty | Rejected | Empty |
//! | Verified | Opening | – | – | – | Trial | – | – | – | Empty | Rejected | Empty |
//! | Trial | – | – | – | – | – | Confirmed | Verified | – | – | Rejected | Empty |
//! | Confirmed | – | – | – | – | – | – | – | Empty | – | – | Empty |
//! | Rejected | Opening | – | – | – | – | – | – | – | – | – | Empty |
//!
//! *Open*: an image was accepted. *Progress*: so many bytes are in flash, more than before, up to a sector's end. *Complete*: all are.
//! *Verify*: they were read back, have the digest that was accepted, and whoever runs the image has admitted it. *Try* and *Confirm* say
//! themselves. *Withdraw*: the trial ends without a verdict, by command or since it came to nothing with another image that is
//! tried together with this one. *Replace*: another bank of the slot was confirmed. *Supersede*: another image was accepted for the slot. *Reject*: the
//! image is not to run; *Damaged* is a rejection for that reason, and the only one of an image that is not all there. *Clear*: by
//! command. All else cannot happen.
//!
//! A slot has at most one bank that is confirmed, one on trial, and one that is staged, Opening to Verified; none is opened for it
//! while one is on trial.
//!
//! Images of several slots can be tried together ([`begin_trial_of`](Store::begin_trial_of)), as one that needs what another one brings.
//! They go on trial by one record, and are confirmed by one. If one of them is rejected, cleared or withdrawn, the same record withdraws
//! the others: they are not to blame, and wait as Verified.
//!
//! ## Keys
//!
//! A device trusts the keys of its firmware until it is given a [key set](corelet_image::KeySet), which the root key signed
//! ([`set_keys`](Store::set_keys)); then those of the set with the highest epoch that it was given, and no others. Whoever verifies images asks
//! [`keys`](Store::keys). The epoch never falls, but with [`format`](Store::format).
//!
//! ## An older flash
//!
//! All that never falls stands in the flash, and whoever can write that can put back an older copy of it. The journal counts how often a
//! floor or the epoch of the keys rose, and [`guard`](Store::guard) holds the count against a [`Counter`] in hardware, if there is one. When that
//! one is used up, devices go on: what is older than its last number is still refused, and further rises are not guarded.
//!
//! ## Wear
//!
//! An image goes into the smallest bank that is large enough and free. Banks of one size take turns, so 1,000 updates of one slot with
//! three banks erase each sector of them 333 or 334 times, and the journal's sectors take turns anyway.
//!
//! ## Receiving
//!
//! A sector of a bank is erased right before it is written, in the same run of the device, so that nothing is written where a cut may
//! have left half-programmed cells. When all of it is written, a record says so. After a cut an image so goes on at the last such sector,
//! which is erased again, and the hash of what is before is taken from flash. After a mere loss of the link it goes on in memory.
//!
//! ## The journal
//!
//! Two regions, of which one is in use, and the other one is older, erased, or about to be used. A region is a row of places, 1,024 at most:
//!
//! ```text
//! mark     one unit: the flash's WRITE_SIZE or READ_SIZE, the larger, 4 bytes at least; all zero
//! record   76 bytes, and 0xff up to a whole unit
//! ```
//!
//! | bytes of a record | what, little-endian |
//! |---|---|
//! | 0–3 | generation: 1 in the first region that was used, one more with each move |
//! | 4–5 | the place of the record before it; `ffff` for the first of a region |
//! | 6–7, 8–9 | starts of the device, and those after a failure |
//! | 10 | kind |
//! | 11 | bit 0: it ended a recovery; bit 1: it was written while the journal moved, or ends the move once more |
//! | 12–67 | what it says; zero where that is shorter |
//! | 68–75 | CRC-64/XZ of bytes 0–67 |
//!
//! | kind | says |
//! |---|---|
//! | 0 | nothing |
//! | 1 | header: format 1 (`u16`), slots, banks (`u8`), CRC-64/XZ of all banks' offsets and sizes (`u32` each) |
//! | 2 | bank: number, slot, state, reason (`u8`), detail, image's bytes, security version (`u32`), plugin (8 bytes), digest (32) |
//! | 3 | four floors: plugin (8 bytes), security version (`u32`), 0 for none |
//! | 4 | rejection: digest (32 bytes), reason (`u8`) |
//! | 5 | forgiven: digest (32 bytes) |
//! | 6 | trial: starts when it began, and those after a failure (`u16` each), set (`u8`), a bit for each bank (32 bytes) |
//! | 7 | a key of a set: epoch (`u32`), its number from 0, how many keys the set has (`u8`), key (32 bytes) |
//! | 8 | counts: how many records raised floors or the keys' epoch (`u32`), the bank behind the one that was opened last (`u8`) |
//!
//! States count from 0 for Empty in the order of the table above, reasons in that of [`Reason`]. A state's detail is the offset
//! of Receiving, and for Trial the starts when it began in the low half, with those after a failure in the high half. For Trial the set
//! stands in the place of the reason: a number above 0 that banks have in common which are tried together. Kinds 32 to 35 are about
//! [values](#values). Other kinds, and flags, are for later formats.
//!
//! The keys of a set are written in order, and it counts with the last of them, if its epoch is higher than that of the set before. The
//! first one makes void what there is of another set that does not count.
//!
//! A record says a bank's state whole, so that doing it twice is doing it once. What follows from it is not written: confirming raises
//! the floor, empties the bank that was confirmed before and confirms the others of the set, any other end of a trial withdraws those,
//! a bank that is staged empties another one that is for the slot, and a rejection that
//! is a verdict is remembered; forgiving empties banks in which the image is rejected.
//!
//! ### Writing
//!
//! Places are used in order, each once, all but the last. The mark is written by one write, and after it the record by another,
//! which is then read and compared. A cut that cannot be seen, since the place reads as erased, so met the mark and nothing else;
//! written again the mark gets the same bits, and cells that were half programmed are programmed whole. Where anything can be seen
//! nothing is written again.
//!
//! A chip that cannot read erased units does not show where a cut has met one, and that one cannot be read either before it is
//! erased. So the mark is read before the record is written, and if it cannot be, the next place is taken.
//!
//! If the driver fails, the next record does not name the one in doubt as the record before it. That makes it void, whatever it reads as
//! later. This record is written at once if the driver lets it.
//!
//! ### Reading
//!
//! A record with one wrong bit is the record that it was: 64 bits of checksum are enough to mend one, and to tell two.
//!
//! A record holds if the next one that can be read names its place. It is void if that one names the record before it. If it does
//! neither, something was lost that was whole ([`Error::Damaged`]). So the last record is neither: a cut may have left it such that it
//! reads as valid now and not tomorrow. Recovery therefore does not keep it, but writes it again, with the place of the record before it
//! and one more start. Nothing is done that depends on it before that is written, so a cut leads to another recovery, which may
//! find otherwise and decide otherwise. If there is something behind the last record, what a cut left, no
//! record is written behind that, since it might be valid tomorrow and name another record: the journal moves to the other region. Only
//! behind the [end of a move](#moving) a record is written all the same.
//!
//! Whatever bytes there are, a start ends, and either the store does its work with them or says why not. A header further on counts as the
//! first one does; an image that is larger than its bank, or goes on within a sector, was for another map, and so were more values than a half takes; and a generation above 2³¹ − 1
//! is none that a flash lives to see ([`Error::Unreadable`]).
//!
//! ### Moving
//!
//! The other region is erased, gets the fewest records that say all there is, then the header, then one more record. It counts if that
//! one can be read, or one behind it that names the header: then header and snapshot are whole. Until then the region before it
//! counts, and nothing is written there from the header on. Of two regions that count, the higher generation holds.
//! If a start finds records of a higher generation that do not count, it moves again before anything else: unless there are some behind
//! the snapshot. Then the region counted once, and to go back to the one before it would lose what was acknowledged
//! ([`Error::Damaged`]).
//!
//! The record behind the header says nothing but that the move has ended. If it is the last one, the region may not count tomorrow, and
//! the one before it is all there is: so that one stays, and the start ends the move once more, also behind what a cut left, by a record
//! that says the same, is flagged in the same way, and names the header. It makes void what stands between: others like it, and what a
//! cut left of the first record that names one of them. Behind a record that says something it cannot stand. Only if there is no place
//! for it, after more than twenty cuts that met it, the other region is erased.
//!
//! The journal asks for the move when 16 records more have room. 8 of them are kept for starts, so the move cannot wait any more after
//! eight starts without one.
//!
//! ### A new flash
//!
//! A flash without any valid record gets a first journal in its first region; if nothing at all can be read, not before a mark was
//! written that can, in one of the first four places of either region, since a flash that does not work just now is not new. With records, but no region that counts, it is
//! [`Error::Unreadable`]: what it knew of floors and rejections is lost only by [`format`](Store::format).
//!
//! ## Values
//!
//! Small values of many owners, each under a key of its own, in a journal of their own: [`DataMap`] says where its two regions lie, the
//! halves of one. All that is said above of the journal holds of this one too. A header has no slots and banks, and the checksum of the
//! halves' sizes.
//!
//! ```
//! use corelet_store::{DataMap, Error, Region, Sectors, Values};
//! # use corelet_fault_flash::{Chip, Flash};
//! # use corelet_image::PluginId;
//!
//! const DATA: DataMap = DataMap::new(&[Sectors { count: 4, size: 4096 }], Region::new(0, 4 * 4096));
//!
//! # let flash = Flash::<4, 4096>::new(&Chip::uniform(4096, 4));
//! # let owner = PluginId([1; 8]);
//! let mut values = Values::mount(flash, DATA)?;
//! values.set(owner, "set-point", &30_000_i32.to_le_bytes())?;
//! if values.wants_erase().is_some() {
//!     values.erase_step()?; // when it suits; a `set` that finds no room does it else
//! }
//! let mut buffer = [0; 128];
//! assert_eq!(values.get(owner, "set-point", &mut buffer)?, Some(&30_000_i32.to_le_bytes()[..]));
//! # Ok::<(), Error>(())
//! ```
//!
//! After every cut, at any place and any number of them, the values are those that were acknowledged; of a call that was cut off all
//! or nothing has happened, but of [`retain`](Values::retain) it may have with some of the owners. A start erases one half at most.
//!
//! | kind | says |
//! |---|---|
//! | 32 | value: owner (8 bytes), the place of the record that held the key's value so far (`u16`), length of key, of value (`u8`), then 44 bytes of both |
//! | 33 | deleted: the same without a value |
//! | 34 | forgotten, all that the owner kept: the same without a key |
//! | 35 | more: 56 bytes of the key and value in the next record of kind 32 |
//!
//! Key and value stand one behind the other. What does not fit the last record of a change stands in the ones before it, so the last one
//! makes the change, and those without it are nothing. A key that had no value names the place `ffff`.
//!
//! A record of kind 32 holds if none behind it names its place, and none of kind 34 is about its owner. So one look at each record, from
//! the last one to the first, tells which of them hold, and memory keeps a bit for each place: 1,024, and of larger halves no more
//! are used. It keeps nothing of the values. A read looks at the records that hold, and no others, for owner and key, and checks the
//! checksum of what it returns. All checksums are checked by a start, and if a bit is wrong, the journal moves: so what is compared is
//! whole.
//!
//! The move copies each record that holds, with those of kind 35 that belong to it, and asks for no memory. Entries take three quarters
//! of a half at most ([`DataMap::capacity`]), so a move leaves a quarter for changes.
//!
//! ## What it takes
//!
//! Memory: 64 bytes for each bank, 12 for each floor, 264 for rejections, 290 for keys, 210 besides, of which most is for an image that is being
//! received. A start takes twice the first four on the stack. Flash: 80 to 128 bytes for each record, by the size of the unit. An
//! update writes five records, and one for each sector but the last of its image; a start writes one.
//!
//! Values: 210 bytes of memory beside the flash's driver, and some 1,200 on the stack. An entry takes one record, two above 44 bytes of
//! key and value, three above 100. With units of 4 bytes a half of 32 KiB has 409 places; if 100 values of 4 bytes are kept, 1000 changes
//! take 3 or 4 moves. A read reads 64 bytes for each entry that it passes, whatever was written before.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod bank;
mod compaction;
mod contents;
mod counter;
mod erase;
mod error;
mod journal;
mod keys;
mod ledger;
mod map;
mod receive;
mod record;
mod recovery;
mod regions;
mod state;
mod store;
mod values;

pub use bank::{Bank, BankId, ImageDigest, Offered};
pub use corelet_image::SlotId;
pub use counter::{Counter, CounterFailed};
pub use error::{Blame, Error};
pub use ledger::REJECTIONS_MAX;
pub use map::{Factory, FlashMap, Layout, MapError, Region, Sectors};
pub use receive::Opened;
pub use record::Rejection;
pub use state::{BankState, Boots, Reason, Start};
pub use store::{Runs, Store};
pub use values::{DataMap, ENTRY_BYTES, KEY_MAX, VALUE_MAX, Values, entry_bytes, entry_records};

use record::Floor;
