//! What forged journals once led to, each by itself.

use corelet_fault_flash::Flash;
use corelet_store::{BankState, Error, Start, Store};

use super::board::{ALL, BANKS, ERASE, FLOORS, MAP, chip, plugin};
use super::forgery::right_header;
use super::record::{HEADER, NOTHING, Record, stride};

const BANK: u8 = 2;

type Mounted = Result<Store<Flash<4, ERASE>, BANKS, FLOORS>, Error>;

/// Mounts a journal with these kinds of records, and what they say, behind an empty snapshot.
fn mount(generation: u32, records: &[(u8, Vec<u8>)]) -> Mounted {
    let flash = Flash::<4, ERASE>::new(&chip());
    let snapshot = [(HEADER, right_header()), (NOTHING, Vec::new())];
    let mut back = u16::MAX;
    for (place, (kind, says)) in (0..).zip(snapshot.iter().chain(records)) {
        let record = Record {
            generation,
            back,
            starts: [1, 0],
            kind: *kind,
            flags: if place < 2 { 2 } else { 0 },
            says: says.clone(),
        };
        let (bytes, mark) = stride(4);
        let offset = u32::from(place) * bytes as u32;
        flash.put(offset, &vec![0; mark]);
        flash.put(offset + mark as u32, &record.encode());
        back = place;
    }
    Store::mount(flash, &MAP, Start::Ordinary)
}

/// An image of 700 bytes, as they are said to be `bytes`, in a bank for the first slot.
fn bank(number: u8, state: u8, detail: u32, bytes: u32) -> (u8, Vec<u8>) {
    let mut says = vec![number, 0, state, 0];
    says.extend(detail.to_le_bytes());
    says.extend(bytes.to_le_bytes());
    says.extend(1_u32.to_le_bytes());
    says.extend(plugin(1).0);
    says.extend(ALL[1].1.digest);
    (BANK, says)
}

fn states(mounted: &Mounted) -> Vec<BankState> {
    let store = mounted.as_ref().expect("it is mounted");
    store.banks().map(|(_, bank)| bank.state).collect()
}

#[test]
fn an_image_is_not_larger_than_its_bank_and_goes_on_at_a_sector() {
    const RECEIVING: u8 = 2;
    for (detail, bytes, fits) in [
        (1024, 2048, true),
        (2048, 2048, true),
        (5, 2048, false),
        (1024, 2049, false),
        (3072, 3072, false),
        (2048, 1500, false),
    ] {
        let mounted = mount(1, &[bank(0, RECEIVING, detail, bytes)]);
        let expected = if fits { None } else { Some(Error::OtherMap) };
        assert_eq!(mounted.err(), expected, "{detail} of {bytes}");
    }
}

#[test]
fn a_slot_has_one_staged_image() {
    const OPENING: u8 = 1;
    const VERIFIED: u8 = 4;
    let mounted = mount(1, &[bank(1, OPENING, 0, 700), bank(0, VERIFIED, 0, 700)]);
    let expected = [BankState::Verified, BankState::Empty, BankState::Empty];
    assert_eq!(states(&mounted), expected);
}

#[test]
fn an_empty_bank_says_nothing_of_an_image() {
    let store = mount(1, &[bank(0, 0, 0, 700)]).expect("it is mounted");
    let (_, bank) = store.banks().next().expect("there are banks");
    assert_eq!((bank.state, bank.image.bytes), (BankState::Empty, 0));
}

#[test]
fn a_later_header_is_for_this_firmware_too() {
    let (found, allowed) = (0, 1);
    let mut header = right_header();
    header[0] = found as u8;
    let mounted = mount(1, &[(HEADER, header)]);
    assert_eq!(mounted.err(), Some(Error::Format { found, allowed }));
    assert!(mount(1, &[(HEADER, right_header())]).is_ok());
}

#[test]
fn no_journal_has_moved_so_often() {
    assert!(mount(u32::MAX / 2, &[]).is_ok());
    assert_eq!(mount(u32::MAX, &[]).err(), Some(Error::Unreadable));
}
