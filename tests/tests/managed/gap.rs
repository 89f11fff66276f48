//! How many instructions an update takes, and for how many of them nothing serves.

use corelet_cli::qemu::{INSTRUCTION, Pace};
use corelet_image::Image;
use corelet_tests::{build_example, with_config};

use crate::board::{Board, wait_for};
use crate::toolkit;

/// What each step may take at most, in instructions for each KiB of image and besides. The signature is in none of them: it is checked
/// when the image's head is there.
const CHECK: (u64, u64) = (700_000, 500_000);
const GAP: (u64, u64) = (1_400_000, 1_000_000);

/// `NAME N ns` in a line of the log, in instructions.
fn instructions(line: &str, name: &str) -> u64 {
    let time = line.split(&format!(", {name} ")).nth(1);
    let time = time.and_then(|rest| rest.split(' ').next()?.parse::<u64>().ok());
    time.unwrap_or_else(|| panic!("no {name} in {line}")) / INSTRUCTION.as_nanos() as u64
}

#[test]
fn what_an_update_takes_is_bounded() {
    let old = build_example("thermostat");
    let config = Image::parse(&old).unwrap();
    let mut config = config.unverified_manifest().unwrap().config.to_vec();
    // Another set point.
    config[0] ^= 2;
    let new = with_config(&old, &config);
    let board = Board::with(&old);
    let (mut machine, port) = board.start_at(Pace::Instructions);
    wait_for(&mut machine, "slot 0: loaded thermostat");
    let client = toolkit::client(&port);
    let bytes = new.len() as u64;
    toolkit::try_out(&client, new, "0.1.0");
    let line = wait_for(&mut machine, "slot 0: loaded thermostat");
    let [check, activation, gap] =
        ["check", "activation", "gap"].map(|name| instructions(&line, name));
    println!("image of {bytes} B: check {check}, activation {activation}, gap {gap} instructions");
    let most = |(each, besides): (u64, u64)| each * bytes / 1024 + besides;
    assert!((1..=most(CHECK)).contains(&check), "{check}");
    assert!((1..=most(GAP)).contains(&gap), "{gap}");
    assert!((gap..=2 * most(GAP)).contains(&activation), "{activation}");
}
