use std::boxed::Box;
use std::vec::Vec;

use core::sync::atomic::AtomicU32;

use super::*;

fn id(number: u32) -> ImageId {
    ImageId::new([number, !number])
}

/// Every word of the memory.
fn words(memory: &Quarantine) -> Vec<&AtomicU32> {
    let mark = memory.mark.words();
    let places = core::iter::once(&memory.unattributed).chain(&memory.places);
    mark.into_iter()
        .chain(places.flat_map(Place::words))
        .collect()
}

fn values(memory: &Quarantine) -> Vec<u32> {
    let words = words(memory).into_iter();
    words.map(|word| word.load(Ordering::Relaxed)).collect()
}

fn memory_of(values: &[u32]) -> Quarantine {
    let memory = Quarantine::new();
    for (word, value) in words(&memory).into_iter().zip(values) {
        word.store(*value, Ordering::Relaxed);
    }
    memory
}

/// The device fails while an image runs, and starts again.
fn fails(memory: &Quarantine, image: ImageId, reset: Reset) {
    memory.mark.set(image);
    memory.boot(reset);
}

fn strikes(memory: &Quarantine, image: ImageId) -> u8 {
    memory.find(image).map_or(0, |(_, strikes)| strikes.count)
}

fn unattributed(memory: &Quarantine) -> u8 {
    memory.unattributed().map_or(0, |strikes| strikes.count)
}

/// Two images with strikes, and one that ran when the device stopped.
fn some_history() -> Quarantine {
    let memory = Quarantine::new();
    fails(&memory, id(1), Reset::Watchdog);
    fails(&memory, id(1), Reset::Panic);
    fails(&memory, id(2), Reset::Watchdog);
    memory.boot(Reset::Panic);
    memory.mark.set(id(1));
    memory
}

#[test]
fn the_size_is_what_the_board_has_to_leave() {
    assert_eq!(words(&Quarantine::new()).len() * 4, size_of::<Quarantine>());
    assert_eq!(size_of::<Quarantine>(), 156);
}

#[test]
fn only_a_failure_is_a_strike() {
    for reset in [Reset::PowerOn, Reset::Requested] {
        let memory = Quarantine::new();
        fails(&memory, id(1), reset);
        memory.boot(Reset::Watchdog);
        assert_eq!(strikes(&memory, id(1)), 0, "the mark is gone: {reset}");
        assert_eq!(unattributed(&memory), 1);
    }
    for reset in [Reset::Watchdog, Reset::Panic] {
        let memory = Quarantine::new();
        fails(&memory, id(1), reset);
        let expected = Strikes {
            count: 1,
            last: reset,
        };
        assert_eq!(memory.find(id(1)), Some((0, expected)));
        assert_eq!(memory.unattributed(), None);
    }
}

#[test]
fn strikes_outlast_power_if_the_memory_does() {
    let memory = some_history();
    memory.boot(Reset::PowerOn);
    assert_eq!(strikes(&memory, id(1)), 2);
    assert_eq!(strikes(&memory, id(2)), 1);
}

#[test]
fn a_mark_that_was_taken_away_blames_nobody() {
    let memory: &'static Quarantine = Box::leak(Box::default());
    let mark = Mark {
        words: &memory.mark,
        image: id(1),
    };
    drop(mark.set());
    memory.boot(Reset::Watchdog);
    assert_eq!((strikes(memory, id(1)), unattributed(memory)), (0, 1));
    let _marked = mark.set();
    memory.boot(Reset::Watchdog);
    assert_eq!((strikes(memory, id(1)), unattributed(memory)), (1, 1));
}

#[test]
fn a_reset_between_two_words_of_a_mark_blames_nobody() {
    let before = memory_of(&[]);
    before.mark.set(id(1));
    before.mark.clear(id(1));
    let after = memory_of(&values(&before));
    after.mark.set(id(2));
    for written in 0..3 {
        let mut words = values(&before);
        words[..written].copy_from_slice(&values(&after)[..written]);
        let memory = memory_of(&words);
        memory.boot(Reset::Watchdog);
        assert_eq!(unattributed(&memory), 1, "{written} words");
        assert_eq!(memory.places.iter().find_map(Place::read), None);
    }
}

#[test]
fn a_bit_that_flips_loses_a_record_and_makes_none() {
    let whole = values(&some_history());
    for bit in 0..whole.len() * 32 {
        let mut flipped = whole.clone();
        flipped[bit / 32] ^= 1 << (bit % 32);
        let memory = memory_of(&flipped);
        memory.boot(Reset::Watchdog);
        let found: Vec<_> = memory.places.iter().filter_map(Place::read).collect();
        assert!(
            found
                .iter()
                .all(|(image, _)| [id(1), id(2)].contains(image)),
            "bit {bit}"
        );
        let counts = (
            strikes(&memory, id(1)),
            strikes(&memory, id(2)),
            unattributed(&memory),
        );
        let expected = match bit / 32 {
            // The mark: it was somebody.
            0..3 => (2, 1, 2),
            // The firmware's own failures.
            3..7 => (3, 1, 0),
            // The first image was struck earlier, so it is the second.
            7..11 => (3, 0, 1),
            11..15 => (1, 1, 1),
            // Empty places.
            _ => (3, 1, 1),
        };
        assert_eq!(counts, expected, "bit {bit}");
    }
}

#[test]
fn random_contents_are_empty() {
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 32) as u32
    };
    for _ in 0..100_000 {
        let contents: Vec<u32> = (0..39).map(|_| random()).collect();
        let memory = memory_of(&contents);
        memory.boot(Reset::Watchdog);
        assert_eq!(unattributed(&memory), 1);
        assert_eq!(memory.places.iter().find_map(Place::read), None);
    }
}

#[test]
fn a_ninth_image_takes_the_place_of_the_one_that_waited_longest() {
    let memory = Quarantine::new();
    for image in 1..=8 {
        fails(&memory, id(image), Reset::Watchdog);
    }
    fails(&memory, id(1), Reset::Watchdog);
    fails(&memory, id(9), Reset::Watchdog);
    let counts: Vec<_> = (1..=9).map(|image| strikes(&memory, id(image))).collect();
    assert_eq!(counts, [2, 0, 1, 1, 1, 1, 1, 1, 1]);
}

#[test]
fn eight_images_that_fail_in_turn_are_all_stopped() {
    let memory = Quarantine::new();
    for image in 1..=8 {
        // Of versions that are gone.
        fails(&memory, id(100 + image), Reset::Panic);
    }
    let mut resets = 0;
    while let Some(image) = (1..=8).find(|image| strikes(&memory, id(*image)) < STRIKES_MAX) {
        fails(&memory, id(image), Reset::Watchdog);
        resets += 1;
        assert!(resets <= 24);
    }
    assert_eq!(resets, 24);
}

#[test]
fn counts_stop_at_their_largest_value() {
    let memory = Quarantine::new();
    for _ in 0..300 {
        fails(&memory, id(1), Reset::Panic);
        memory.boot(Reset::Panic);
    }
    assert_eq!((strikes(&memory, id(1)), unattributed(&memory)), (255, 255));
}

#[test]
fn a_reset_within_a_move_loses_one_record_at_most() {
    let before = Quarantine::new();
    for image in 1..=4 {
        fails(&before, id(image), Reset::Watchdog);
    }
    let start = values(&before);
    // Each word that the move writes, in the order in which it does: from the back, and the first place last.
    let places = (0..4).rev();
    let order: Vec<usize> = places
        .flat_map(|place| 7 + 4 * place..11 + 4 * place)
        .collect();
    let after = memory_of(&start);
    fails(&after, id(1), Reset::Watchdog);
    let end = values(&after);
    for cut in 0..=order.len() {
        let mut words = start.clone();
        for word in &order[..cut] {
            words[*word] = end[*word];
        }
        let memory = memory_of(&words);
        let lost = (1..=4)
            .filter(|image| strikes(&memory, id(*image)) == 0)
            .count();
        assert!(lost <= 1, "cut {cut}: {lost} lost");
    }
}
