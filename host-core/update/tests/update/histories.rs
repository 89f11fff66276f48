//! What updates come to when power fails in them, or the driver, at every place.

use std::sync::LazyLock;

use corelet_image::Confirm;
use corelet_update::UpdatePolicy;

use crate::board::*;
use crate::cuts::{History, Rig};

const NEW: Plugin = Plugin {
    version: 2,
    ..Plugin::GOOD
};

const OTHER: Plugin = Plugin {
    name: "motor-guard",
    ..Plugin::GOOD
};

/// Images are signed once.
macro_rules! image {
    ($name:ident, $plugin:expr) => {
        static $name: LazyLock<Vec<u8>> = LazyLock::new(|| $plugin.image());
    };
}

image!(OLD_IMAGE, Plugin::GOOD);
image!(NEW_IMAGE, NEW);
image!(BAD_IMAGE, Plugin { tick: TRAP, ..NEW });
image!(
    LAST_WORDS_IMAGE,
    Plugin {
        shutdown: Some(LONG),
        ..Plugin::GOOD
    }
);
image!(OTHER_IMAGE, OTHER);
image!(
    OTHER_NEW_IMAGE,
    Plugin {
        version: 2,
        ..OTHER
    }
);
image!(
    OTHER_BAD_IMAGE,
    Plugin {
        version: 2,
        tick: TRAP,
        ..OTHER
    }
);
image!(
    FRESH_IMAGE,
    Plugin {
        version: 9,
        ..Plugin::GOOD
    }
);

/// Nobody confirms it but the manager.
const BY_COMMAND: UpdatePolicy = UpdatePolicy {
    confirms_itself: false,
    ..UpdatePolicy::DEVICE
};

const SWIFT: UpdatePolicy = UpdatePolicy {
    confirm: Confirm {
        good_calls: 1,
        seconds: 0,
        health: false,
    },
    ..UpdatePolicy::DEVICE
};

fn installed(rig: &mut Rig, image: &[u8]) -> Option<()> {
    rig.upload(ONE, image)?;
    rig.test(&[ONE], &[image])?;
    rig.confirm(ONE)?;
    rig.pass(2).map(drop)
}

fn both(rig: &mut Rig, first: &[u8], second: &[u8]) -> Option<()> {
    rig.upload(ONE, first)?;
    rig.upload(TWO, second)?;
    rig.test(&[ONE, TWO], &[first, second])?;
    rig.pass(4).map(drop)
}

/// Both ways of reading; every byte of a write in the first.
fn sweep(history: &History<'_>) {
    let count = history.sweep(blank());
    let mapped = History {
        step: 19,
        ..*history
    }
    .sweep(blank().mapped());
    println!("{count} histories, and {mapped} where flash is memory");
    assert!(count > 100 && mapped > 60, "{count}, {mapped}");
}

fn one_slot(
    policy: UpdatePolicy,
    old: &[u8],
    new: &[u8],
    step: usize,
    act: &dyn Fn(&mut Rig) -> Option<()>,
) {
    sweep(&History {
        policy,
        before: &|rig| installed(rig, old),
        act,
        allowed: [&[old, new], &[b""]],
        fresh: &FRESH_IMAGE,
        step,
    });
}

#[test]
fn a_version_that_confirms_itself() {
    one_slot(SWIFT, &OLD_IMAGE, &NEW_IMAGE, 1, &|rig| {
        rig.upload(ONE, &NEW_IMAGE)?;
        rig.test(&[ONE], &[&NEW_IMAGE])?;
        rig.pass(4).map(drop)
    });
}

#[test]
fn the_first_version() {
    sweep(&History {
        policy: SWIFT,
        before: &|_| Some(()),
        act: &|rig| installed(rig, &OLD_IMAGE),
        allowed: [&[b"", &OLD_IMAGE], &[b""]],
        fresh: &FRESH_IMAGE,
        step: 7,
    });
}

#[test]
fn a_version_that_traps() {
    one_slot(SWIFT, &OLD_IMAGE, b"", 7, &|rig| {
        rig.upload(ONE, &BAD_IMAGE)?;
        rig.test(&[ONE], &[&BAD_IMAGE])?;
        rig.pass(4).map(drop)
    });
}

#[test]
fn a_version_that_is_rolled_back_forgiven_and_confirmed_by_command() {
    one_slot(BY_COMMAND, &OLD_IMAGE, &NEW_IMAGE, 11, &|rig| {
        rig.upload(ONE, &NEW_IMAGE)?;
        rig.test(&[ONE], &[&NEW_IMAGE])?;
        rig.pass(2)?;
        rig.roll_back(ONE, &NEW_IMAGE)?;
        rig.pass(2)?;
        rig.forgive(&NEW_IMAGE)?;
        installed(rig, &NEW_IMAGE)
    });
}

#[test]
fn a_version_that_takes_the_place_of_one_with_last_words() {
    one_slot(SWIFT, &LAST_WORDS_IMAGE, &NEW_IMAGE, 13, &|rig| {
        rig.upload(ONE, &NEW_IMAGE)?;
        rig.test(&[ONE], &[&NEW_IMAGE])?;
        rig.pass(3).map(drop)
    });
}

#[test]
fn an_upload_that_gives_way_to_another_and_what_runs_is_erased() {
    sweep(&History {
        policy: SWIFT,
        before: &|rig| installed(rig, &OLD_IMAGE),
        act: &|rig| {
            let length = BAD_IMAGE.len() as u32;
            let part = &BAD_IMAGE[..BAD_IMAGE.len() - 1];
            let known = Some(digest(&BAD_IMAGE));
            if rig.plugins.open(ONE, length, known, false).is_ok() {
                // Whatever comes of it: nobody goes on with it.
                let _ = rig.plugins.receive(0, part);
            }
            rig.pass(1)?;
            rig.upload(ONE, &NEW_IMAGE)?;
            rig.erase(&OLD_IMAGE)?;
            rig.pass(1).map(drop)
        },
        allowed: [&[&OLD_IMAGE, b""], &[b""]],
        fresh: &FRESH_IMAGE,
        step: 11,
    });
}

#[test]
fn a_set_that_stays_and_one_of_which_one_traps() {
    for (second, first_stays) in [(&OTHER_NEW_IMAGE, true), (&OTHER_BAD_IMAGE, false)] {
        let stays: [&[u8]; 2] = [&OLD_IMAGE, &NEW_IMAGE];
        let seconds: [&[u8]; 2] = [&OTHER_IMAGE, second];
        let most = if first_stays { 2 } else { 1 };
        sweep(&History {
            policy: SWIFT,
            before: &|rig| both(rig, &OLD_IMAGE, &OTHER_IMAGE),
            act: &|rig| both(rig, &NEW_IMAGE, second),
            allowed: [&stays[..most], &seconds[..most]],
            fresh: &FRESH_IMAGE,
            step: 19,
        });
    }
}
