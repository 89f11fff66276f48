//! What interrupts push, and who is told.

use corelet_host::abi::Status;
use corelet_host::plugin::event_handler::functions::Handle;
use corelet_host::plugin::ticker::functions::Tick;
use corelet_host::{
    Blame, CallError, EventQueue, Failure, INBOX, InlineStr, LoadError, Report, SlotId, SlotPolicy,
    Stop, Topics,
};

use crate::board::{MS, ONE, POLICY, TWO, TestHost, host, host_of, load, manifest};
use crate::module::{Module, OK, SAD};

fn listener(host: &mut TestHost, slot: SlotId, topics: &[&'static str], body: &str) {
    let mut manifest = manifest(["first", "second"][usize::from(slot.0)]);
    for topic in topics {
        manifest.topics.push(topic).unwrap();
    }
    load(host, slot, &manifest, &Module::new().export::<Handle>(body)).unwrap();
}

fn handled(slot: SlotId, topic: &'static str) -> Report {
    Report::Handled {
        slot,
        topic,
        result: Ok(()),
    }
}

#[test]
fn a_topic_that_the_policy_does_not_allow_is_refused() {
    let load = |topics| {
        let mut manifest = manifest("listener");
        manifest.topics.push("button").unwrap();
        manifest.topics.push("door").unwrap();
        let mut host = host_of(SlotPolicy { topics, ..POLICY });
        let module = Module::new().export::<Handle>(OK);
        load(&mut host, ONE, &manifest, &module)
    };
    let door = LoadError::Topic(InlineStr::new("door").unwrap());
    assert_eq!(load(Topics::Only(&["button"])), Err(door));
    assert_eq!(door.blame(), Blame::Guest);
    assert!(door.to_string().contains("`door`"), "{door}");
    assert_eq!(load(Topics::Only(&["door", "button"])), Ok(()));
    assert!(load(SlotPolicy::DEVICE.topics).is_err());
}

const IDLE: Report = Report::Idle { next: None };

#[test]
fn an_event_reaches_every_plugin_that_names_its_topic() {
    let queue = EventQueue::<4>::new();
    let mut host = host();
    listener(&mut host, ONE, &["button", "alarm"], OK);
    listener(&mut host, TWO, &["alarm"], OK);
    queue.push("button", &[1], 10).unwrap();
    queue.push("alarm", &[], 20).unwrap();
    queue.push("door", &[], 30).unwrap();
    host.deliver(&queue);
    assert!(queue.is_empty());
    // The slots take turns, and each is told in the order in which things happened.
    assert_eq!(host.poll(), handled(ONE, "button"));
    assert_eq!(host.poll(), handled(TWO, "alarm"));
    assert_eq!(host.poll(), handled(ONE, "alarm"));
    assert_eq!(host.poll(), IDLE);
}

#[test]
fn a_plugin_is_given_topic_time_and_payload() {
    let queue = EventQueue::<4>::new();
    let mut host = host();
    // Answers with a status that is the sum of what it was given.
    listener(
        &mut host,
        ONE,
        &["ab"],
        "(local $sum i64) (local $at i32)
         (loop $next
             (local.set $sum (i64.sub (local.get $sum)
                 (i64.load8_u (i32.add (local.get $request) (local.get $at)))))
             (local.set $at (i32.add (local.get $at) (i32.const 1)))
             (br_if $next (i32.lt_u (local.get $at) (local.get $length))))
         (local.get $sum)",
    );
    queue.push_value::<(u8, u16)>("ab", &(3, 4), 5).unwrap();
    host.deliver(&queue);
    let sum = 2 + i32::from(b'a') + i32::from(b'b') + 5 + 2 + 3 + 4;
    let refused = Stop::Refused(Status::from_code(-sum).unwrap());
    let Report::Handled { result, .. } = host.poll() else {
        panic!("not handled");
    };
    assert_eq!(result, Err(Failure::Call(CallError::Stopped(refused))));
}

#[test]
fn events_that_found_no_room_are_reported() {
    let queue = EventQueue::<2>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], OK);
    for time in 0..5 {
        let _ = queue.push("alarm", &[], time);
    }
    host.deliver(&queue);
    assert_eq!(host.poll(), Report::EventsDropped { count: 3 });
    assert_eq!(host.poll(), handled(ONE, "alarm"));
    assert_eq!(host.poll(), handled(ONE, "alarm"));
    assert_eq!(host.poll(), IDLE);
}

#[test]
fn what_does_not_fit_the_inbox_waits_in_its_queue() {
    let queue = EventQueue::<{ INBOX + 3 }>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], OK);
    for time in 0..queue_length(&queue) {
        queue.push("alarm", &[], time).unwrap();
    }
    let mut handled_in_all = 0;
    host.deliver(&queue);
    assert_eq!(queue.len(), 3);
    while host.poll() == handled(ONE, "alarm") {
        handled_in_all += 1;
        host.deliver(&queue);
    }
    assert_eq!(handled_in_all, INBOX + 3);
}

fn queue_length<const N: usize>(_: &EventQueue<N>) -> u64 {
    N as u64
}

#[test]
fn a_plugins_own_error_is_reported_and_no_fault() {
    let queue = EventQueue::<2>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], SAD);
    queue.push("alarm", &[], 0).unwrap();
    host.deliver(&queue);
    let Report::Handled {
        result: Err(Failure::Plugin(error)),
        ..
    } = host.poll()
    else {
        panic!("no error");
    };
    assert_eq!(
        error.to_string(),
        "the plugin answered with its error 7: sad"
    );
    let metrics = host.metrics(ONE);
    assert_eq!(
        (metrics.failures, metrics.errors, metrics.restarts),
        (1, 0, 0)
    );
}

#[test]
fn a_trap_in_one_handler_keeps_no_event_from_the_next() {
    let queue = EventQueue::<2>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], "unreachable");
    listener(&mut host, TWO, &["alarm"], OK);
    queue.push("alarm", &[], 0).unwrap();
    host.deliver(&queue);
    assert!(matches!(
        host.poll(),
        Report::Handled {
            slot: ONE,
            result: Err(Failure::Call(_)),
            ..
        }
    ));
    assert_eq!(host.poll(), handled(TWO, "alarm"));
    assert_eq!(host.metrics(ONE).restarts, 1);
}

#[test]
fn a_flood_of_events_does_not_keep_ticks_waiting() {
    let queue = EventQueue::<8>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], OK);
    let mut ticked = manifest("ticked");
    ticked.tick_ms = Some(10);
    let module = Module::new().export::<Tick>(OK);
    load(&mut host, TWO, &ticked, &module).unwrap();
    for time in 0..8 {
        queue.push("alarm", &[], time).unwrap();
    }
    host.deliver(&queue);
    host.board_mut().unwrap().now = 10 * MS;
    assert_eq!(host.poll(), handled(ONE, "alarm"));
    assert!(matches!(host.poll(), Report::Ticked { slot: TWO, .. }));
    assert_eq!(host.poll(), handled(ONE, "alarm"));
    assert_eq!(host.poll(), handled(ONE, "alarm"));
}

#[test]
fn lost_events_keep_nothing_from_being_handled_and_ticked() {
    let queue = EventQueue::<1>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], OK);
    let mut manifest = manifest("ticked");
    manifest.tick_ms = Some(10);
    load(&mut host, TWO, &manifest, &Module::new().export::<Tick>(OK)).unwrap();
    let (mut dropped, mut handled, mut ticked) = (0, 0, 0);
    for round in 0..1_000 {
        host.board_mut().unwrap().now = round * 10 * MS;
        for _ in 0..2 {
            let _ = queue.push("alarm", &[], round);
        }
        host.deliver(&queue);
        match host.poll() {
            Report::EventsDropped { count } => dropped += count,
            Report::Handled { .. } => handled += 1,
            Report::Ticked { .. } => ticked += 1,
            report => panic!("{report:?}"),
        }
    }
    assert!(dropped >= 1_000, "{dropped}");
    assert!(handled >= 240, "{handled}");
    assert!(ticked >= 240, "{ticked}");
}

#[test]
fn an_event_for_a_plugin_that_has_left_is_left_out() {
    let queue = EventQueue::<8>::new();
    let mut host = host();
    listener(&mut host, ONE, &["alarm"], OK);
    listener(&mut host, TWO, &["alarm"], OK);
    queue.push("alarm", &[], 0).unwrap();
    host.deliver(&queue);
    host.unload(ONE);
    assert_eq!(host.poll(), handled(TWO, "alarm"));
    assert_eq!(host.poll(), IDLE);
}
