use corelet_desktop::Desktop;
use corelet_host::{EventQueue, Report};
use corelet_tests::build_example;

use crate::board::{ONE, TWO, lines, load, plugins};

/// What an interrupt fills.
static BUTTONS: EventQueue<4> = EventQueue::new();

#[test]
fn counts_the_events_that_it_asked_for_and_lost_ones_are_reported() {
    let mut host = plugins(Desktop::in_virtual_time());
    load(&mut host, ONE, &build_example("event-counter")).unwrap();
    load(&mut host, TWO, &build_example("hello")).unwrap();
    for (topic, time) in [("button", 1), ("window", 2), ("door", 3), ("button", 4)] {
        BUTTONS.push(topic, b"", time).unwrap();
    }
    assert!(BUTTONS.push("button", b"", 5).is_err());

    host.deliver(&BUTTONS);
    let mut handled = Vec::new();
    let mut dropped = 0;
    loop {
        match host.poll() {
            Report::Handled {
                slot,
                topic,
                result,
            } => handled.push((slot, topic, result.is_ok())),
            Report::EventsDropped { count } => dropped += count,
            Report::Idle { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    let expected = [
        (ONE, "button", true),
        (ONE, "door", true),
        (ONE, "button", true),
    ];
    assert_eq!(handled, expected);
    assert_eq!(dropped, 1);
    let board = host.board_mut().unwrap();
    let button = board.stored("event-counter", "button").unwrap();
    assert_eq!(button, Some(2_u32.to_le_bytes().to_vec()));
    let expected = [
        "[hello] hello, 42",
        "[event-counter] button no. 1",
        "[event-counter] door no. 1",
        "[event-counter] button no. 2",
    ];
    assert_eq!(lines(board), expected);
}
