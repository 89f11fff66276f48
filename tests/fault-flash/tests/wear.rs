//! How a thousand updates wear a flash.

#[path = "store/geometry.rs"]
#[allow(dead_code, reason = "each test takes a part")]
mod geometry;
#[path = "store/images.rs"]
mod images;

use corelet_fault_flash::Flash;
use corelet_store::{SlotId, Start};
use geometry::{Geometry, Small};
use images::{ERASE, Opened, receive, version, with_erases};

const UPDATES: u32 = 1000;

/// The least and the most.
fn spread(erases: &[u32]) -> (u32, u32) {
    let (least, most) = (erases.iter().min(), erases.iter().max());
    (*least.unwrap(), *most.unwrap())
}

/// A journal of two sectors and three banks of two, an image that takes a whole bank.
#[test]
fn a_thousand_updates_wear_all_banks_alike() {
    let flash = Flash::<8, ERASE>::new(&Small::chip());
    let mut store = Opened::mount(flash.clone(), Small::map(), Start::Ordinary).unwrap();
    let slot = SlotId(0);
    let before = flash.work();
    let mut image_bytes = 0;
    for number in 0..UPDATES {
        let image = version(1 + (number % 4) as u8, 11);
        image_bytes += image.bytes().len() as u64;
        let bank = receive(&mut store, slot, image, 512).unwrap();
        with_erases(&mut store, |store| {
            store.verify(bank, image.id(), image.security_version)
        })
        .unwrap();
        with_erases(&mut store, |store| store.begin_trial(slot)).unwrap();
        with_erases(&mut store, |store| store.confirm(slot)).unwrap();
    }
    let work = flash.work() - before;
    let erases = flash.erases();
    let (journal, banks) = erases.split_at(4);
    let sector = 4096;
    let written = work.bytes_written as f64 / image_bytes as f64;
    let erased = (work.erases * sector) as f64 / image_bytes as f64;
    println!("erases of each sector: journal {journal:?}, banks {banks:?}");
    println!("for each byte of image: {written:.3} written, {erased:.3} erased");
    let (least, most) = spread(banks);
    assert!(most - least <= 1, "{banks:?}");
    assert_eq!(banks.iter().sum::<u32>(), 2 * UPDATES);
    let (least, most) = spread(journal);
    assert!(most - least <= 1, "{journal:?}");
    assert!(written < 1.2, "{written}");
    assert!(erased < 2.2, "{erased}");
}
