//! What a device came with runs until an update does, and when there is none any more.

use std::fs;

use corelet_image::Confirm;

use crate::board::{Board, wait_for};
use crate::command::{corelet, place, running};
use crate::plugin::{BY_COMMAND, image};
use crate::toolkit;

#[test]
fn what_came_with_the_device_runs_where_no_update_does() {
    let board = Board::that_came_with(&image(1, 0, Confirm::default()));
    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");

    let file = board.named("second", &image(2, 0, Confirm::default()));
    let done = |result: Result<(), corelet_cli::Failure>| {
        result.unwrap_or_else(|failure| panic!("{failure}"));
    };
    done(corelet(&port, &["install", "--slot", &place(0, &file)]));
    assert_eq!(running(&port), [(0, "0.2.0".to_owned())]);
    done(corelet(&port, &["erase", "--slot", "0", "--active"]));
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");

    // A trial that somebody ends.
    let client = toolkit::client(&port);
    toolkit::try_out(&client, image(3, 0, BY_COMMAND), "0.3.0");
    drop(client);
    wait_for(&mut machine, "slot 0: loaded counter 0.3.0");
    done(corelet(&port, &["rollback", "--slot", "0"]));
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");

    // A trial whose image is damaged while the board is off.
    let fourth = image(4, 0, BY_COMMAND);
    let client = toolkit::client(&port);
    toolkit::try_out(&client, fourth.clone(), "0.4.0");
    drop(client);
    wait_for(&mut machine, "slot 0: loaded counter 0.4.0");
    machine.kill();
    drop(machine);
    let mut flash = fs::read(board.flash()).unwrap();
    let at = flash
        .windows(fourth.len())
        .position(|found| found == fourth);
    // In its module.
    flash[at.unwrap() + fourth.len() - 1] ^= 1;
    fs::write(board.flash(), flash).unwrap();
    let (mut machine, port) = board.start();
    wait_for(&mut machine, "slot 0: rolled back: Damaged");
    wait_for(&mut machine, "slot 0: loaded counter 0.1.0");
    assert_eq!(running(&port), [(0, "0.1.0".to_owned())]);
}
