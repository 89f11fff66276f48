//! What becomes of a plugin's data.

use std::time::Duration;

use corelet_cli::FlashFile;
use corelet_cli::qemu::{Machine, Next};
use corelet_image::Confirm;
use corelet_mps2_an386::DATA;

use crate::board::{Board, wait_for};
use crate::plugin::image;
use crate::toolkit::{client, try_out};

/// Has the board run until the plugin has counted some ticks more, and returns the count.
fn ticks(board: &Board, mut machine: Machine) -> u32 {
    for _ in 0..3 {
        wait_for(&mut machine, "slot 0: tick, ");
    }
    machine.kill();
    board.count()
}

#[test]
fn it_is_kept_over_an_update_and_goes_with_the_plugin() {
    let (board, machine, _) = Board::started(&image(1, 0, Confirm::default()));
    let old = ticks(&board, machine);
    assert!(old >= 3, "{old}");

    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");
    let client = client(&port);
    try_out(&client, image(2, 0, Confirm::default()), "0.2.0");
    wait_for(&mut machine, "slot 0: confirmed");
    drop(client);
    let new = ticks(&board, machine);
    assert!(new >= old + 3, "{old}, {new}");

    FlashFile::open(&board.flash())
        .and_then(|mut flash| flash.put_image(0, &[]))
        .unwrap();
    let (mut machine, _) = board.start();
    wait_for(&mut machine, "start after ");
    // What a start does, it does before it waits for anything.
    while machine.line(Duration::from_secs(2)) != Next::Nothing {}
    machine.kill();
    assert_eq!(board.count(), 0);
}

/// As the firmware of before may have left it, or whoever had the chip.
#[test]
fn a_region_that_means_nothing_is_erased_and_used() {
    let board = Board::with(&image(1, 0, Confirm::default()));
    let mut flash = std::fs::read(board.flash()).unwrap();
    let region = DATA.range();
    flash[region.start as usize..region.end as usize].fill(0x5a);
    std::fs::write(board.flash(), flash).unwrap();
    let (machine, _) = board.start();
    let count = ticks(&board, machine);
    assert!((3..100).contains(&count), "{count}");
}
