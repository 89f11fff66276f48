//! What values are kept, where, and at what cost.

use std::collections::BTreeMap;

use corelet_fault_flash::{Chip, Damage, Fault, Flash, Planned, Programming};
use corelet_image::PluginId;
use corelet_store::{
    DataMap, Error, KEY_MAX, MapError, Region, Sectors, VALUE_MAX, Values, entry_bytes,
    entry_records,
};

const KIB: u32 = 1024;
const SECTORS: &[Sectors] = &[Sectors {
    count: 6,
    size: 4 * KIB,
}];
/// The first and the last sector are somebody else's.
const DATA: DataMap = DataMap::new(SECTORS, Region::new(4 * KIB, 16 * KIB));

type Cells<const WRITE: usize> = Flash<WRITE, 4096>;

const A: PluginId = PluginId([1; 8]);
const B: PluginId = PluginId([2; 8]);

fn flash<const WRITE: usize>() -> Cells<WRITE> {
    Flash::new(&Chip::uniform(4 * KIB, 6).programmed(Programming::Checked))
}

fn mount<const WRITE: usize>(flash: &Cells<WRITE>) -> Values<Cells<WRITE>> {
    Values::mount(flash.clone(), DATA).unwrap()
}

fn keys<const WRITE: usize>(values: &mut Values<Cells<WRITE>>, owner: PluginId) -> Vec<String> {
    let (mut cursor, mut buffer, mut keys) = (0, [0; KEY_MAX], Vec::new());
    while let Some((key, next)) = values.keys(owner, cursor, &mut buffer).unwrap() {
        keys.push(key.to_string());
        cursor = next;
    }
    keys.sort();
    keys
}

#[test]
fn the_format_is_pinned() {
    let flash = flash::<8>();
    let mut values = mount(&flash);
    values.set(A, "key", &[0xee; 60]).unwrap();
    // Behind the header, and the record that shows that it is whole.
    let start = 4096 + 2 * 88;
    let hex = flash.with_bytes(|bytes| {
        let bytes = bytes[start..start + 2 * 88].iter();
        bytes.map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    let more = [
        "0000000000000000",
        "01000000",
        "0100",
        "01000000",
        "2300",
        &"ee".repeat(19),
        &"00".repeat(37),
        "a2772c4239d34831",
        "ffffffff",
    ];
    let entry = [
        "0000000000000000",
        "01000000",
        "0200",
        "01000000",
        "2000",
        "0101010101010101",
        "ffff",
        "033c",
        "6b6579",
        &"ee".repeat(41),
        "6249f567a4cd969d",
        "ffffffff",
    ];
    assert_eq!(hex, more.concat() + &entry.concat());
    // The next one says in which one's place it stands.
    values.set(A, "key", &[]).unwrap();
    let instead = 4096 + 4 * 88 + 8 + 20;
    assert!(flash.with_bytes(|bytes| bytes[instead..].starts_with(&[3, 0, 3, 0])));
}

#[test]
fn what_is_there_already_is_not_written() {
    let flash = flash::<4>();
    let mut values = mount(&flash);
    values.set(A, "k", &[1; 100]).unwrap();
    let before = flash.work();
    values.set(A, "k", &[1; 100]).unwrap();
    assert_eq!((flash.work() - before).writes, 0);
    assert_eq!(values.delete(A, "other"), Ok(false));
    values.forget(B).unwrap();
    values.retain(|owner| owner == A).unwrap();
    assert_eq!((flash.work() - before).writes, 0);
    values.set(A, "k", &[1; 99]).unwrap();
    assert_eq!(values.get(A, "k", &mut [0; 128]), Ok(Some(&[1; 99][..])));
}

#[test]
fn an_entry_takes_the_records_that_it_is_said_to() {
    for key in [0, 1, 8, KEY_MAX] {
        for value in [0, 19, 20, 21, 43, 44, 76, 77, 100, 101, VALUE_MAX] {
            let flash = flash::<4>();
            let mut values = mount(&flash);
            let (key, value) = ("k".repeat(key), vec![7; value]);
            let before = flash.work();
            values.set(A, &key, &value).unwrap();
            let records = entry_records(key.len(), value.len());
            assert_eq!(
                (flash.work() - before).writes,
                2 * u64::from(records),
                "{key} {value:?}"
            );
            assert_eq!(values.live(), records);
            assert_eq!(values.used(A), Ok(entry_bytes(key.len(), value.len())));
            let mut values = mount(&flash);
            assert_eq!(values.get(A, &key, &mut [0; 128]), Ok(Some(&value[..])));
            // So many bytes count for no less than a record each.
            assert!(entry_bytes(key.len(), value.len()) >= 24 * u32::from(records));
        }
    }
}

#[test]
fn names_and_values_have_their_limits() {
    let mut values = mount(&flash::<4>());
    let (key, value) = ("k".repeat(KEY_MAX), [5; VALUE_MAX]);
    values.set(A, &key, &value).unwrap();
    assert_eq!(values.get(A, &key, &mut [0; 128]), Ok(Some(&value[..])));
    let too_long = |found, allowed| Err(Error::TooLong { found, allowed });
    assert_eq!(values.set(A, "k", &[0; 129]), too_long(129, 128));
    assert_eq!(values.set(A, &"k".repeat(25), &[]), too_long(25, 24));
    assert_eq!(values.get(A, &"k".repeat(25), &mut [0; 128]), Ok(None));
    assert_eq!(values.delete(A, &"k".repeat(25)), Ok(false));
    let mut short = [0; 127];
    assert_eq!(
        values.get(A, &key, &mut short),
        Err(Error::TooLong {
            found: 128,
            allowed: 127
        })
    );
}

#[test]
fn a_full_store_says_so_and_keeps_what_it_has() {
    let flash = flash::<32>();
    let mut values = mount(&flash);
    let allowed = DATA.capacity(32);
    for number in 0..allowed {
        let key = format!("{number}");
        values.set(A, &key, &number.to_le_bytes()).unwrap();
    }
    let full = Err(Error::Full {
        found: allowed + 1,
        allowed,
    });
    for _ in 0..3 {
        assert_eq!(values.set(B, "k", &[1]), full);
    }
    // What is there can be set anew, over and over.
    for round in 0..500_u16 {
        let key = format!("{}", round % allowed);
        values.set(A, &key, &round.to_be_bytes()).unwrap();
    }
    let mut values = mount(&flash);
    assert_eq!(values.live(), allowed);
    assert_eq!(values.set(B, "k", &[1]), full);
    assert_eq!(values.delete(A, "3"), Ok(true));
    assert_eq!(values.set(B, "k", &[1]), Ok(()));
    assert_eq!(keys(&mut values, A).len(), usize::from(allowed) - 1);
}

#[test]
fn many_keys_are_listed_once_whatever_happens_to_them() {
    let flash = flash::<1>();
    let mut values = mount(&flash);
    let all: Vec<String> = (0..60).map(|number| format!("{number:03}")).collect();
    for round in 0..3 {
        for key in &all {
            values.set(A, key, &vec![1; round * 2]).unwrap();
        }
    }
    values.set(B, "000", &[1; 100]).unwrap();
    assert_eq!(values.used(A), Ok(60 * entry_bytes(3, 4)));
    assert_eq!(keys(&mut values, A), all);

    let (mut cursor, mut buffer, mut listed) = (0, [0; KEY_MAX], Vec::new());
    while let Some((key, next)) = values.keys(A, cursor, &mut buffer).unwrap() {
        listed.push(key.to_string());
        cursor = next;
        // What is done between the calls does not move the others.
        values.delete(A, listed.last().unwrap()).unwrap();
        values.set(A, "another", &[listed.len() as u8]).unwrap();
    }
    listed.retain(|key| key != "another");
    listed.sort();
    assert_eq!(listed, all);
    assert_eq!(keys(&mut values, A), ["another"]);
    assert_eq!(values.used(B), Ok(entry_bytes(3, 100)));
}

#[test]
fn what_one_owner_kept_is_forgotten_by_one_record() {
    let flash = flash::<4>();
    let mut values = mount(&flash);
    for key in ["x", "y", "z"] {
        values.set(A, key, &[1; 100]).unwrap();
        values.set(B, key, &[2; 4]).unwrap();
    }
    let before = flash.work();
    values.forget(A).unwrap();
    assert_eq!((flash.work() - before).writes, 2);
    assert_eq!(values.live(), 3);
    values.set(A, "y", &[3]).unwrap();
    for _ in 0..2 {
        assert_eq!(keys(&mut values, A), ["y"]);
        assert_eq!(values.get(A, "x", &mut [0; 128]), Ok(None));
        assert_eq!(values.used(B), Ok(3 * entry_bytes(1, 4)));
        values = mount(&flash);
    }
    values.retain(|owner| owner == B).unwrap();
    assert_eq!(values.used(A), Ok(0));
    assert_eq!(keys(&mut values, B), ["x", "y", "z"]);
}

#[test]
fn who_erases_ahead_does_not_wait_for_an_erase() {
    let flash = flash::<4>();
    let mut values = mount(&flash);
    for round in 0..2000_u32 {
        let before = flash.work().erases;
        values.set(A, "count", &round.to_le_bytes()).unwrap();
        assert_eq!(flash.work().erases, before);
        if values.wants_erase().is_some() {
            values.erase_step().unwrap();
            assert_eq!(flash.work().erases, before + 1);
        }
    }
    // The sectors of both halves wear alike, and the others not at all.
    let erases = flash.erases();
    let data = &erases[1..5];
    let (least, most) = (data.iter().min().unwrap(), data.iter().max().unwrap());
    assert!(*least > 10 && most - least <= 1, "{erases:?}");
    assert_eq!((erases[0], erases[5]), (0, 0));
}

#[test]
fn nothing_outside_the_region_is_touched() {
    let flash = flash::<1>();
    flash.put(0, &[0x5a; 4096]);
    flash.put(5 * 4096, &[0xa5; 4096]);
    let mut values = mount(&flash);
    for count in 0..500_u16 {
        values.set(A, "count", &count.to_le_bytes()).unwrap();
    }
    Values::format(flash.clone(), DATA).unwrap();
    flash.with_bytes(|bytes| {
        assert!(bytes[..4096].iter().all(|byte| *byte == 0x5a));
        assert!(bytes[5 * 4096..].iter().all(|byte| *byte == 0xa5));
    });
}

#[test]
fn what_is_damaged_is_not_given_up_without_a_word() {
    let flash = flash::<4>();
    let mut values = mount(&flash);
    for key in ["a", "b", "c"] {
        values.set(A, key, &[1; 4]).unwrap();
    }
    // A record in the middle, of which more than a bit is wrong.
    flash.put(4096 + 3 * 80 + 20, &[0; 16]);
    let damaged = Error::Damaged {
        offset: 4096 + 4 * 80,
    };
    assert_eq!(Values::mount(flash.clone(), DATA).err(), Some(damaged));
    let kept = Values::mount_or_format(flash.clone(), DATA, |error| error != damaged);
    assert_eq!(kept.err(), Some(damaged));
    let mut values = Values::mount_or_format(flash.clone(), DATA, |_| true).unwrap();
    assert_eq!(keys(&mut values, A), [""; 0]);
    values.set(A, "d", &[1]).unwrap();
    assert_eq!(keys(&mut mount(&flash), A), ["d"]);
}

#[test]
fn a_driver_that_fails_is_no_reason_to_format() {
    let flash = flash::<4>();
    mount(&flash).set(A, "a", &[1]).unwrap();
    flash.plan(Planned::after(0, Fault::Refused(Damage::None)));
    let mounted = Values::mount_or_format(flash.clone(), DATA, |error| panic!("{error}"));
    // The record that a start writes has a second try.
    assert_eq!(keys(&mut mounted.unwrap(), A), ["a"]);
    flash.cut();
    let mounted = Values::mount_or_format(flash.clone(), DATA, |error| panic!("{error}"));
    assert!(matches!(mounted.err(), Some(Error::Flash(_))));
    flash.restart();
    assert_eq!(keys(&mut mount(&flash), A), ["a"]);
}

#[test]
fn a_journal_of_other_halves_is_refused() {
    let flash = flash::<4>();
    mount(&flash).set(A, "a", &[1]).unwrap();
    let other = DataMap::new(SECTORS, Region::new(4 * KIB, 20 * KIB));
    assert_eq!(other.halves()[0], DATA.halves()[0]);
    let mounted = Values::mount(flash.clone(), other);
    assert_eq!(mounted.err(), Some(Error::OtherMap));
}

#[test]
fn a_region_is_two_sectors_at_least() {
    let map = |offset, size| DataMap::try_new(SECTORS, Region::new(offset, size)).err();
    let region = Region::new(4096, 4096);
    assert_eq!(map(4096, 4096), Some(MapError::OneSector(region)));
    let region = Region::new(100, 8192);
    assert_eq!(map(100, 8192), Some(MapError::NotWholeSectors(region)));
    let region = Region::new(20 * KIB, 8192);
    assert_eq!(map(20 * KIB, 8192), Some(MapError::NotWholeSectors(region)));
    assert_eq!(map(0, 8192), None);
    const SMALL: &[Sectors] = &[Sectors {
        count: 4,
        size: 2048,
    }];
    let map = DataMap::try_new(SMALL, Region::new(0, 4096)).unwrap();
    let flash = Flash::<4, 2048>::new(&Chip::uniform(2048, 4));
    assert!(matches!(
        Values::mount(flash, map).err(),
        Some(Error::JournalTooSmall { found: 2048, .. })
    ));
}

/// Noise is an error at most, and then room for a new store.
#[test]
fn a_region_of_noise_can_be_formatted() {
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..50 {
        let flash = flash::<1>();
        let mut noise = [0; 16 << 10];
        rng.fill(&mut noise);
        flash.put(4096, &noise);
        let mut values = Values::mount_or_format(flash.clone(), DATA, |_| true).unwrap();
        values.set(A, "k", &[1]).unwrap();
        assert_eq!(keys(&mut mount(&flash), A), ["k"]);
    }
}

/// The figures of the crate's documentation: what a change and a read cost with as much kept as there is room for.
#[test]
fn what_it_takes() {
    let flash = flash::<4>();
    let mut values = mount(&flash);
    let half = DATA.capacity(4) / 2;
    let mut kept = BTreeMap::new();
    for number in 0..half {
        values.set(A, &format!("{number}"), &[0; 4]).unwrap();
        kept.insert(number, 0);
    }
    let before = flash.work();
    for number in 0..1000_u32 {
        let key = number as u16 % half;
        values
            .set(A, &format!("{key}"), &(number + 1).to_le_bytes())
            .unwrap();
        kept.insert(key, number + 1);
    }
    let work = flash.work() - before;
    assert!(work.erases <= 40, "{work:?}");
    let before = flash.work();
    assert_eq!(values.get(B, "absent", &mut [0; 128]), Ok(None));
    let reads = (flash.work() - before).reads;
    assert!(reads <= 102, "{reads}");
    for (key, number) in kept {
        let value = values
            .get(A, &format!("{key}"), &mut [0; 128])
            .unwrap()
            .map(<[u8]>::to_vec);
        assert_eq!(value, Some(number.to_le_bytes().to_vec()));
    }
}
