//! What plugins keep.

use super::keeper::{OWNERS, Step};
use Step::{Delete, Forget, Idle, Retain, Set};

const LONG: &str = "a key of 24 bytes ......";

fn set(owner: u8, key: &'static str, seed: u8, length: usize) -> Step {
    let value = (0..length).map(|index| seed.wrapping_mul(31) ^ index as u8);
    Set(owner, key, value.collect())
}

/// Values of all lengths come, change and go; the journal moves more than once.
pub(crate) fn life() -> Vec<Step> {
    let mut script = vec![
        set(0, "a", 1, 4),
        set(1, "a", 2, 20),
        set(0, LONG, 3, 128),
        set(0, "a", 1, 4),
        set(2, "", 4, 0),
        Delete(1, "a"),
        Delete(1, "a"),
        set(1, "a", 5, 60),
        set(0, LONG, 6, 72),
        set(2, "", 7, 1),
        Forget(1),
        set(1, LONG, 8, 16),
        set(1, "b", 9, 17),
        Retain(1),
        set(3, "c", 10, 0),
    ];
    for round in 0..6 {
        script.extend([
            set(0, "a", round, 4),
            set(1, "b", round, 48),
            set(0, LONG, round, 17),
            Delete(3, "c"),
            set(3, "d", round, 2),
        ]);
    }
    script.push(Idle);
    script.push(Forget(0));
    script
}

/// Little is kept, and it changes often: the journal moves and moves again.
pub(crate) fn counting() -> Vec<Step> {
    let mut script = vec![
        set(1, "x", 1, 100),
        set(2, "y", 2, 40),
        set(3, "z", 3, 1),
        Delete(3, "z"),
    ];
    for round in 0..60 {
        script.push(set(0, "a", round, 4));
        if round % 20 == 13 {
            script.extend([Idle, Delete(2, "y")]);
        }
        if round % 20 == 19 {
            script.extend([set(2, "y", round, 40), set(3, "z", round, 3)]);
        }
    }
    script
}

/// More than there is room for.
pub(crate) fn full() -> Vec<Step> {
    const KEYS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let mut script = Vec::new();
    for (number, key) in KEYS.into_iter().enumerate() {
        script.push(set(number as u8 % OWNERS, key, number as u8, 128));
    }
    script.extend([
        Delete(1, "1"),
        set(2, "2", 20, 127),
        set(2, "2", 21, 0),
        set(3, "more", 22, 40),
        set(3, "more", 23, 128),
        Forget(0),
        set(3, "more", 24, 128),
    ]);
    script
}

/// Any step.
pub(crate) fn any(rng: &mut fastrand::Rng) -> Step {
    const KEYS: [&str; 6] = ["a", "b", "cd", "", "config", LONG];
    const LENGTHS: [usize; 9] = [0, 1, 4, 4, 16, 39, 40, 96, 128];
    let owner = rng.u8(..OWNERS);
    let key = KEYS[rng.usize(..KEYS.len())];
    match rng.u8(..32) {
        0..21 => set(owner, key, rng.u8(..), LENGTHS[rng.usize(..LENGTHS.len())]),
        21..29 => Delete(owner, key),
        29 => Forget(owner),
        30 => Retain(rng.u8(1..=OWNERS)),
        _ => Idle,
    }
}
