//! `corelet install` of several images over the board's UART.

use corelet_cli::Failure;
use corelet_image::Confirm;

use crate::board::{Board, wait_for};
use crate::command::{corelet, place, running};
use crate::plugin::{bad, image, image_of};

/// The name of the plugin in slot 1.
const OTHER: &str = "other";

fn install(board: &Board, port: &str, images: [&[u8]; 2]) -> Result<(), Failure> {
    let files = [("first", images[0]), ("second", images[1])];
    let [first, second] = files.map(|(name, image)| board.named(name, image));
    let places = [place(0, &first), place(1, &second)];
    corelet(
        port,
        &["install", "--slot", &places[0], "--slot", &places[1]],
    )
}

fn versions(port: &str) -> [String; 2] {
    let running = running(port);
    assert_eq!([running[0].0, running[1].0], [0, 1]);
    [0, 1].map(|slot| running[slot].1.clone())
}

#[test]
fn both_come_to_run_and_with_a_bad_one_neither_stays() {
    let new = |minor| image(minor, 3_000, Confirm::default());
    let other = |minor| image_of(OTHER, minor, 3_000, Confirm::default());
    let (board, mut machine, port) = Board::started(&new(1));
    install(&board, &port, [&new(2), &other(1)]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(versions(&port), ["0.2.0", "0.1.0"]);

    let failure = install(&board, &port, [&new(3), &bad(OTHER, 2)]).unwrap_err();
    let text = failure.to_string();
    assert!(
        text.starts_with("error: other 0.2.0 was rejected: it trapped\n"),
        "{text}"
    );
    assert!(
        text.ends_with("\nnone of the 2 stays\ncounter 0.2.0 still runs\nother 0.1.0 still runs"),
        "{text}"
    );
    assert_eq!(versions(&port), ["0.2.0", "0.1.0"]);
    wait_for(&mut machine, "slot 0: loaded counter 0.2.0");

    // What was not to blame is installed with another.
    install(&board, &port, [&new(3), &other(3)]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(versions(&port), ["0.3.0", "0.3.0"]);
}
