//! What a start finds: a journal that moved, one that is damaged, one that is none.

mod support;

use corelet_fault_flash::{Chip, Damage, Fault, Flash, FlashError, Planned, Programming};
use corelet_image::PluginId;
use corelet_store::{
    Bank, BankId, Error, FlashMap, Layout, Offered, Reason, Region, Rejection, Runs, Sectors,
    SlotId, Start, Store,
};
use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};
use sha2::{Digest, Sha256};
use support::{Device, ERASE, MAP, chip, mount, receive, version, with_erases};

const SLOT: SlotId = SlotId(0);
const JOURNAL_SECTORS: usize = 6;

fn install<const WRITE: usize>(store: &mut Device<WRITE>, plugin: u8, number: u8) -> BankId {
    let image = version(plugin, number);
    let bank = receive(store, SLOT, image, 700).unwrap();
    let verify = |store: &mut Device<WRITE>| store.verify(bank, image.id(), image.security_version);
    with_erases(store, verify).unwrap();
    with_erases(store, |store| store.begin_trial(SLOT)).unwrap();
    bank
}

/// All that a store says.
type Said = (Vec<Bank>, [u32; 3], Vec<Rejection>, Runs);

fn said<const WRITE: usize>(store: &Device<WRITE>) -> Said {
    let banks = store.banks().map(|(_, bank)| *bank).collect();
    let floors = [1, 2, 3].map(|plugin| store.floor(version(plugin, 0).id()));
    let mut rejections = store.rejections().to_vec();
    // A move may change their order, which says nothing.
    rejections.sort_by_key(|one| one.digest);
    (banks, floors, rejections, store.runs(SLOT))
}

/// A confirmed version, a rejected one, and one on trial.
fn filled(flash: &Flash<4, ERASE>) -> Said {
    let mut store = mount(flash).unwrap();
    install(&mut store, 1, 1);
    store.confirm(SLOT).unwrap();
    let bank = install(&mut store, 1, 2);
    store.reject(bank, Reason::Silent).unwrap();
    install(&mut store, 2, 7);
    said(&store)
}

fn journal_erases(flash: &Flash<4, ERASE>) -> Vec<u32> {
    let mut erases = flash.erases();
    erases.truncate(2 * JOURNAL_SECTORS);
    erases
}

#[test]
fn a_journal_that_moves_says_the_same() {
    let flash = Flash::new(&chip());
    filled(&flash);
    let mut store = mount(&flash).unwrap();
    let floor = version(2, 0).id();
    for round in 0..100 {
        let before = said(&store);
        while store.wants_erase().is_some() {
            store.erase_step().unwrap();
        }
        assert_eq!(said(&store), before);
        store = mount(&flash).unwrap();
        assert_eq!(said(&store), before, "round {round}");
        if let Some(staged) = store.staged(SLOT) {
            with_erases(&mut store, |store| store.clear(staged)).unwrap();
        } else {
            let Runs::Trial(bank) = store.runs(SLOT) else {
                install(&mut store, 2, 8);
                continue;
            };
            with_erases(&mut store, |store| store.clear(bank)).unwrap();
        }
    }
    assert_eq!(store.floor(floor), 0);
    // Both regions wear alike.
    let erases = journal_erases(&flash);
    let (least, most) = (erases.iter().min().unwrap(), erases.iter().max().unwrap());
    assert!(*least > 2 && most - least <= 1, "{erases:?}");
}

#[test]
fn a_start_erases_nothing_as_a_rule() {
    let flash = Flash::new(&chip());
    let before = filled(&flash);
    let erases = flash.work().erases;
    let mut starts = 0;
    // Nobody does the erase that is asked for.
    while flash.work().erases == erases {
        assert_eq!(said(&mount(&flash).unwrap()), before);
        starts += 1;
    }
    assert!(starts > 30, "{starts}");
    assert_eq!(flash.work().erases, erases + JOURNAL_SECTORS as u64);
}

#[test]
fn any_one_bit_of_the_journal_may_be_wrong() {
    let flash = Flash::new(&chip());
    let before = filled(&flash);
    let snapshot = flash.snapshot();
    for bit in 0..12 * 1024 * 8 {
        flash.restore(&snapshot);
        flash.flip(bit);
        let store = mount(&flash).unwrap();
        assert_eq!(said(&store), before, "bit {bit}");
        drop(store);
        assert_eq!(said(&mount(&flash).unwrap()), before, "bit {bit}");
    }
}

#[test]
fn a_record_that_is_lost_is_not_passed_over() {
    let flash = Flash::new(&chip());
    filled(&flash);
    let snapshot = flash.snapshot();
    // Places of 80 bytes.
    let last = flash.with_bytes(|bytes| {
        let places = bytes[..6 << 10].chunks_exact(80);
        places.take_while(|place| place[0] != 0xff).count()
    });
    let mut damaged = 0;
    for place in 0..last - 1 {
        flash.restore(&snapshot);
        flash.put(place as u32 * 80 + 4, &[0x55; 8]);
        match mount(&flash) {
            // The record before it was the header's, which shows that the header is whole.
            Err(Error::Unreadable) => assert!(place < 2),
            Err(Error::Damaged { offset }) => {
                assert_eq!(offset, (place as u32 + 1) * 80);
                damaged += 1;
            }
            other => panic!("place {place}: {:?}", other.map(|store| said(&store))),
        }
    }
    assert!(damaged > 10, "{damaged}");
}

#[test]
fn a_flash_with_records_is_not_formatted_by_itself() {
    let flash = Flash::new(&chip());
    filled(&flash);
    for place in 0..2 {
        flash.put(place * 80, &[0x55; 80]);
    }
    assert_eq!(mount(&flash).err(), Some(Error::Unreadable));
    let store: Device<4> = Store::format(flash.clone(), &MAP).unwrap();
    assert_eq!(store.runs(SLOT), Runs::Nothing);
    drop(store);
    assert_eq!(mount(&flash).unwrap().floor(version(1, 0).id()), 0);
}

#[test]
fn whatever_is_in_flash_is_new_or_refused() {
    let flash = Flash::<4, ERASE>::new(&chip());
    let mut state = 1_u32;
    for round in 0..200 {
        let bytes = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Some rounds have mostly erased or mostly zero bytes.
            let byte = (state >> 24) as u8;
            match round % 4 {
                0 => byte,
                1 => byte | (state >> 16) as u8 | (state >> 8) as u8,
                2 => byte & (state >> 16) as u8,
                _ => {
                    if byte < 8 {
                        byte
                    } else {
                        0xff
                    }
                }
            }
        });
        let bytes: Vec<u8> = bytes.take(12 << 10).collect();
        flash.put(0, &bytes);
        let store = mount(&flash).unwrap();
        assert_eq!(store.runs(SLOT), Runs::Nothing);
    }
}

const SMALL: Layout<3> = Layout {
    sectors: &[Sectors {
        count: 40,
        size: 1 << 10,
    }],
    journal: [Region::new(0, 6 << 10), Region::new(6 << 10, 6 << 10)],
    banks: [
        Region::new(12 << 10, 4 << 10),
        Region::new(16 << 10, 8 << 10),
        Region::new(24 << 10, 4 << 10),
    ],
    slots: 2,
    factory: None,
    data: None,
};

#[test]
fn a_journal_is_for_one_map() {
    static OTHER: FlashMap<3> = FlashMap::new(SMALL);
    static SLOTS: FlashMap<3> = FlashMap::new(Layout { slots: 1, ..SMALL });
    let flash = Flash::<4, ERASE>::new(&Chip::uniform(1 << 10, 40));
    Store::<_, 3, 4>::mount(flash.clone(), &OTHER, Start::Ordinary).unwrap();
    for other in [&MAP, &SLOTS] {
        let store = Store::<_, 3, 4>::mount(flash.clone(), other, Start::Ordinary);
        assert_eq!(store.err(), Some(Error::OtherMap));
    }
    Store::<_, 3, 4>::mount(flash, &OTHER, Start::Ordinary).unwrap();
}

#[test]
fn a_journal_has_room_for_all_that_it_has_to_say() {
    static SHORT: FlashMap<3> = FlashMap::new(Layout {
        journal: [Region::new(0, 6 << 10), Region::new(6 << 10, 2 << 10)],
        ..SMALL
    });
    let flash = Flash::<4, ERASE>::new(&Chip::uniform(1 << 10, 40));
    let store = Store::<_, 3, 4>::mount(flash, &SHORT, Start::Ordinary);
    let too_small = Error::JournalTooSmall {
        found: 2048,
        allowed: 43 * 80,
    };
    assert_eq!(store.err(), Some(too_small));
}

/// An STM32F405: 1 MiB in sectors of 16, 64 and 128 KiB.
#[test]
fn large_and_uneven_sectors_are_enough() {
    const KIB: u32 = 1024;
    static FLASH: FlashMap<4> = FlashMap::new(Layout {
        sectors: &[
            Sectors {
                count: 4,
                size: 16 * KIB,
            },
            Sectors {
                count: 1,
                size: 64 * KIB,
            },
            Sectors {
                count: 7,
                size: 128 * KIB,
            },
        ],
        journal: [
            Region::new(16 * KIB, 16 * KIB),
            Region::new(32 * KIB, 16 * KIB),
        ],
        banks: [
            Region::new(64 * KIB, 64 * KIB),
            Region::new(640 * KIB, 128 * KIB),
            Region::new(768 * KIB, 128 * KIB),
            Region::new(896 * KIB, 128 * KIB),
        ],
        slots: 3,
        factory: None,
        data: None,
    });
    let mut sectors = vec![16 * KIB; 4];
    sectors.push(64 * KIB);
    sectors.extend([128 * KIB; 7]);
    let flash = Flash::<4, 16384>::new(&Chip::uneven(&sectors));
    let mut store = Store::<_, 4>::mount(flash.clone(), &FLASH, Start::Ordinary).unwrap();
    for number in 1..=9_u8 {
        let slot = SlotId(number % 3);
        let bytes = vec![number; 60_000];
        let image = Offered {
            digest: Sha256::digest(&bytes).into(),
            bytes: 60_000,
            plugin: PluginId([number % 3; 8]),
            security_version: u32::from(number),
        };
        let bank = store.open(slot, image).unwrap().bank;
        store.erase_step().unwrap();
        assert_eq!(store.receive(slot, 0, &bytes), Ok(60_000));
        store
            .verify(bank, image.plugin, image.security_version)
            .unwrap();
        store.begin_trial(slot).unwrap();
        store.confirm(slot).unwrap();
    }
    // The firmware's sectors were left alone.
    let erases = flash.erases();
    assert_eq!(erases[0], 0);
    assert_eq!(erases[3], 0);
    assert_eq!(erases[5..9], [0; 4]);
    assert_eq!(erases[4] + erases[9] + erases[10] + erases[11], 9);
}

/// What the crate's documentation says.
#[test]
fn memory_is_what_is_stated() {
    use std::mem::size_of;
    type Size<const BANKS: usize, const PLUGINS: usize> = Store<(), BANKS, PLUGINS>;
    let bank = size_of::<Size<5, 4>>() - size_of::<Size<4, 4>>();
    let floor = size_of::<Size<4, 6>>() - size_of::<Size<4, 4>>();
    let all = size_of::<Size<4, 4>>();
    println!("bank {bank}, two floors {floor}, four of each {all}");
    assert_eq!((bank, floor), (64, 24));
    assert!(all <= 4 * bank + 2 * floor + 264 + 290 + 300, "{all}");
}

/// Each start is cut in its first write, up to the end of the region, where the chip knows what was not written whole.
#[test]
fn nothing_is_written_over_what_a_cut_left_in_the_last_place() {
    let flash = Flash::<8, ERASE>::new(&chip().programmed(Programming::Checked));
    drop(mount(&flash).unwrap());
    let mut starts = 0;
    loop {
        let snapshot = flash.snapshot();
        flash.plan(Planned::after(0, Fault::Cut(Damage::Prefix(1))));
        assert!(mount(&flash).is_err());
        flash.restart();
        drop(mount(&flash).unwrap());
        assert_eq!(flash.take_misuse(), None, "start {starts}");
        flash.restore(&snapshot);
        let erases = flash.work().erases;
        drop(mount(&flash).unwrap());
        if flash.work().erases > erases {
            break;
        }
        starts += 1;
    }
    assert!(starts > 50, "{starts}");
}

/// A snapshot of more than one sector: one cut while it is written, and a second in the recovery from that.
#[test]
fn a_move_of_several_sectors_may_be_cut_twice() {
    let flash = Flash::<32, ERASE>::new(&chip());
    let mut store = mount(&flash).unwrap();
    install(&mut store, 1, 1);
    with_erases(&mut store, |store| store.confirm(SLOT)).unwrap();
    for number in 1..=7 {
        let bank = install(&mut store, 2, number);
        with_erases(&mut store, |store| store.reject(bank, Reason::Trapped)).unwrap();
    }
    install(&mut store, 3, 1);
    let before = said(&store);
    // Up to a start that has to move the journal.
    let mut snapshot = flash.snapshot();
    drop(store);
    loop {
        let erases = flash.work().erases;
        drop(mount(&flash).unwrap());
        if flash.work().erases > erases {
            break;
        }
        snapshot = flash.snapshot();
    }
    let mut histories = 0;
    let cut = |after: usize| {
        flash.plan(Planned::after(after, Fault::Cut(Damage::None)));
        let failed = mount(&flash).is_err();
        flash.restart();
        flash.cancel();
        failed
    };
    for first in 0.. {
        flash.restore(&snapshot);
        if !cut(first) {
            break;
        }
        let between = flash.snapshot();
        for second in 0.. {
            flash.restore(&between);
            let failed = cut(second);
            let store = mount(&flash);
            let store = store.unwrap_or_else(|error| panic!("{first}, {second}: {error}"));
            assert_eq!(said(&store), before, "{first}, {second}");
            histories += 1;
            if !failed {
                break;
            }
        }
    }
    assert!(histories > 800, "{histories}");
}

/// A flash that cannot be read for a while.
struct Deaf(Flash<4, ERASE>, u32);

impl ErrorType for Deaf {
    type Error = FlashError;
}

impl ReadNorFlash for Deaf {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), FlashError> {
        match self.1.checked_sub(1) {
            Some(left) => {
                self.1 = left;
                Err(FlashError::Driver)
            }
            None => self.0.read(offset, bytes),
        }
    }

    fn capacity(&self) -> usize {
        self.0.capacity()
    }
}

impl NorFlash for Deaf {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = ERASE;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), FlashError> {
        self.0.erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), FlashError> {
        self.0.write(offset, bytes)
    }
}

#[test]
fn a_flash_that_cannot_be_read_is_not_formatted() {
    let flash = Flash::new(&chip().programmed(Programming::Multiwrite));
    let before = filled(&flash);
    let erases = flash.work().erases;
    // All of the places, three times each: for as long as the start, and for good.
    let places = 2 * ((6 << 10) / 80) * 3;
    for (reads, error) in [
        (places, Error::Unreadable),
        (u32::MAX, Error::NotWritten { offset: 0 }),
    ] {
        let deaf = Deaf(flash.clone(), reads);
        let store = Store::<_, 3, 4>::mount(deaf, &MAP, Start::Ordinary);
        assert_eq!(store.err(), Some(error));
    }
    assert_eq!(flash.work().erases, erases);
    assert_eq!(said(&mount(&flash).unwrap()), before);
}
