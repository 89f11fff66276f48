//! What devices go through.

use super::images::version;
use super::model::Step;
use Step::{
    Confirm, Discard, Forgive, Idle, KeySet, Open, Receive, Remove, RollBack, Try, TryBoth, Verify,
    Withdraw,
};

/// Two slots: first installations, an update that is rolled back, one that is confirmed, versions that give way, a downgrade, a
/// removal. It is long enough for the journal to move.
pub(crate) fn life() -> Vec<Step> {
    vec![
        Open(0, version(1, 1)),
        Receive(0),
        Verify(0),
        Try(0),
        Confirm(0),
        Open(0, version(1, 2)),
        Receive(0),
        Verify(0),
        Try(0),
        RollBack(0),
        Open(0, version(1, 2)),
        Open(1, version(2, 3)),
        Open(0, version(1, 5)),
        Discard(1),
        Receive(0),
        Verify(0),
        Try(0),
        Confirm(0),
        Open(0, version(1, 1)),
        Open(1, version(2, 3)),
        Receive(1),
        Open(1, version(2, 2)),
        Receive(1),
        Verify(1),
        Try(1),
        Confirm(1),
        Forgive(version(1, 2)),
        Open(0, version(1, 6)),
        Receive(0),
        Idle,
        Verify(0),
        Remove(1),
        Try(0),
        Confirm(0),
    ]
}

/// One update after an installation.
pub(crate) fn update() -> Vec<Step> {
    life().split_off(4)[..5].to_vec()
}

/// Two slots with a trial in common: it is withdrawn, rolled back, and confirmed, over a slot that runs something and one that does not.
pub(crate) fn together() -> Vec<Step> {
    let mut script = life()[..5].to_vec();
    script.extend(staged(0, 2));
    script.extend(staged(1, 4));
    script.extend([TryBoth, Withdraw(1), TryBoth, RollBack(0)]);
    script.extend(staged(0, 3));
    script.extend([TryBoth, Confirm(1)]);
    script
}

/// Key sets of one to four keys, older ones and the same again, over an update: so many that the journal moves.
pub(crate) fn key_sets() -> Vec<Step> {
    let mut script = vec![KeySet(3), KeySet(2), KeySet(3)];
    script.extend(update());
    for epoch in [4, 7, 6, 8] {
        script.extend([KeySet(epoch), Idle]);
    }
    script.push(Confirm(0));
    script.extend((9..=16).map(KeySet));
    script
}

/// An image that is received for a slot, to be tried.
fn staged(slot: u8, number: u8) -> [Step; 3] {
    let image = version(1 + slot, number);
    [Open(slot, image), Receive(slot), Verify(slot)]
}

/// Nothing but records: many, so that the journal moves and moves again, with a floor, a verdict and no bank in use.
pub(crate) fn records() -> Vec<Step> {
    let mut script = life()[..10].to_vec();
    script.push(Remove(0));
    for _ in 0..25 {
        script.extend([
            Open(0, version(1, 5)),
            Open(1, version(2, 1)),
            Discard(1),
            Idle,
        ]);
    }
    script
}

/// Mostly the next step of an update, for one slot or the other, and now and then any other.
pub(crate) fn mostly_updates() -> impl FnMut(&mut fastrand::Rng) -> Step {
    let mut number = [0; 2];
    move |rng| {
        let slot = rng.u8(..2);
        let image = version(rng.u8(1..=3), rng.u8(1..=11));
        if rng.u8(..5) > 0 {
            let number = &mut number[usize::from(slot)];
            *number = (*number + 1) % 5;
            return match *number {
                1 => Open(slot, image),
                2 => Receive(slot),
                3 => Verify(slot),
                4 if rng.u8(..4) == 0 => TryBoth,
                4 => Try(slot),
                _ if rng.bool() => Confirm(slot),
                _ => RollBack(slot),
            };
        }
        match rng.u8(..13) {
            0 => Open(slot, image),
            1 => Receive(slot),
            2 => Verify(slot),
            3 => Try(slot),
            4 => Confirm(slot),
            5 => RollBack(slot),
            6 => Discard(slot),
            7 => Remove(slot),
            8 => Forgive(image),
            9 => TryBoth,
            10 => Withdraw(slot),
            11 => KeySet(rng.u32(1..12)),
            _ => Idle,
        }
    }
}

/// Any step.
pub(crate) fn any(rng: &mut fastrand::Rng) -> Step {
    let slot = rng.u8(..2);
    let image = version(1 + slot + rng.u8(..2), rng.u8(1..8));
    match rng.u8(..19) {
        0..4 => Open(slot, image),
        4..7 => Receive(slot),
        7..9 => Verify(slot),
        9..11 => Try(slot),
        11 => Confirm(slot),
        12 => RollBack(slot),
        13 => Discard(slot),
        14 => Forgive(image),
        15 => Withdraw(slot),
        16 => TryBoth,
        17 => KeySet(rng.u32(1..12)),
        _ if rng.u8(..4) == 0 => Remove(slot),
        _ => Idle,
    }
}
