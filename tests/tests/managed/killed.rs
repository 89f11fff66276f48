//! The emulator is killed, with signal 9 and at whatever moment, while images are installed and confirmed.
//!
//! `CORELET_KILLS=300 cargo test -p corelet-tests --test managed killed` does so as often as one likes.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use corelet_cli::qemu::{Machine, Next};
use corelet_image::Confirm;
use fastrand::Rng;

use crate::board::Board;
use crate::plugin::image;
use crate::toolkit;

/// How often in the test command.
const KILLS: u32 = 40;

/// Bytes of an image that say nothing: it takes a while to send.
const PADDING: usize = 9_000;

/// What the log of one run said.
#[derive(Default, Debug)]
struct Run {
    /// The version that ran first, and each that took its place.
    versions: Vec<u32>,
    /// Whether a trial was confirmed.
    confirmed: bool,
    /// Ticks that came to their end.
    ticks: u32,
    rolled_back: bool,
    lines: Vec<String>,
}

impl Run {
    fn read(&mut self, machine: &mut Machine) {
        while let Next::Line(line) = machine.line(Duration::ZERO) {
            let message = line.message;
            if let Some(rest) = message.strip_prefix("slot 0: loaded counter 0.") {
                self.versions
                    .push(rest.split('.').next().unwrap().parse().unwrap());
            }
            self.confirmed |= message == "slot 0: confirmed";
            self.rolled_back |= message.contains("rolled back");
            self.ticks += u32::from(message.starts_with("slot 0: tick, "));
            self.lines.push(message);
        }
    }
}

/// Sends the version, if it is not there, and has it tried; until the machine is gone. Returns whether the upload went on where an earlier
/// one was when its machine was killed.
fn install(port: &str, new: &[u8], minor: u32) -> bool {
    let version = format!("0.{minor}.0");
    let client = toolkit::client(port);
    let _ = client.use_auto_frame_size();
    // Each of these fails when the machine is killed, and then there is nothing more to do.
    let Ok(states) = client.image_get_state() else {
        return false;
    };
    let mut went_on = false;
    if !states.iter().any(|state| state.version == version) {
        let (first, sent) = toolkit::upload(&client, new, u64::MAX);
        went_on = first.is_some_and(|first| first >= 4_096);
        if sent.is_err() {
            return went_on;
        }
    }
    let Ok(states) = client.image_get_state() else {
        return went_on;
    };
    let staged = states.iter().find(|state| state.version == version);
    if let Some(staged) = staged
        && !staged.active
    {
        let _ = client.image_set_state(staged.hash.as_deref(), false);
    }
    went_on
}

#[test]
fn whenever_it_is_killed_old_or_new_runs_and_nothing_is_lost() {
    let kills = std::env::var("CORELET_KILLS").ok();
    let kills: u32 = kills.map_or(KILLS, |kills| kills.parse().unwrap());
    let mut rng = Rng::with_seed(11);
    let board = Board::with(&image(1, PADDING, Confirm::default()));
    let (mut confirmed, mut count, mut installed, mut went_on) = (1, 0, 0, 0);
    for kill in 0..kills {
        let minor = confirmed + 1;
        let new = image(minor, PADDING, Confirm::default());
        let (machine, port) = board.start();
        let machine = Arc::new(Mutex::new(machine));
        let killer = {
            let machine = Arc::clone(&machine);
            let wait = Duration::from_millis(rng.u64(0..3_500));
            thread::spawn(move || {
                thread::sleep(wait);
                machine.lock().unwrap().kill();
            })
        };
        went_on += u32::from(install(&port, &new, minor));
        killer.join().unwrap();
        let mut run = Run::default();
        run.read(&mut machine.lock().unwrap());

        // Before the first line there may have been no time for any.
        for &version in &run.versions {
            assert!(version == confirmed || version == minor, "{kill}: {run:#?}");
        }
        assert!(!run.rolled_back, "{kill}: {run:#?}");
        let after = board.count();
        assert!(
            after >= count + run.ticks,
            "{kill}: {count}, {after}: {run:#?}"
        );
        count = after;
        // What was not logged may be confirmed all the same: the next run tells.
        let was_confirmed = run.confirmed || running(&board) == Some(minor);
        if was_confirmed {
            confirmed = minor;
            installed += 1;
        }
    }
    // The transfer ends in spite of it all.
    assert!(installed * 20 >= kills, "{installed} of {kills}");
    assert!(went_on > 0, "every upload began anew");
    println!(
        "{kills} kills, {installed} versions installed, {went_on} uploads went on, {count} ticks counted"
    );
}

/// The minor version that is confirmed in the flash of a board that is off.
fn running(board: &Board) -> Option<u32> {
    use corelet_desktop::Flash;
    use corelet_image::Head;
    use corelet_mps2_an386::{BANKS, FLASH_BYTES, FLASH_MAP};
    use corelet_store::{Runs, SlotId, Start, Store};

    // A copy: to mount it counts a start, and settles what the kill left.
    let copy = board.flash().with_extension("copy");
    std::fs::copy(board.flash(), &copy).unwrap();
    let flash = Flash::in_file(&copy, FLASH_BYTES).unwrap();
    let mut store = Store::<_, BANKS>::mount(flash, &FLASH_MAP, Start::Ordinary).unwrap();
    let Runs::Confirmed(bank) = store.runs(SlotId(0)) else {
        return None;
    };
    let mut head = [0; 512];
    store.read(bank, 0, &mut head).unwrap();
    let manifest = Head::parse(&head).unwrap().unverified_manifest().unwrap();
    Some(manifest.version.minor)
}
