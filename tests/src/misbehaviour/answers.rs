//! Answers that are no message of the function's type, or too large a one.

use corelet_host::plugin::ticker::functions::Tick;

use crate::neighbour::TICK_MS;
use crate::{Case, Expected, Plugin, manifest, signed};

pub(super) fn cases() -> Vec<Case> {
    // `result<_, error>`: 1, origin, code as zigzag varint, length and bytes of the message.
    [
        ("is empty", vec![], "Call(Malformed(End))"),
        ("ends early", vec![1, 0, 4, 3, b'a'], "Call(Malformed(End))"),
        (
            "goes on after its end",
            vec![0, 0],
            "Call(Malformed(Trailing))",
        ),
        ("has a tag that is none", vec![2], "Call(Malformed(Tag))"),
        (
            "has a case that is none",
            vec![1, 3, 4, 0],
            "Call(Malformed(",
        ),
        (
            "has a number longer than need be",
            vec![1, 0, 0x84, 0, 0],
            "Call(Malformed(Varint))",
        ),
        (
            "has a number that does not fit",
            vec![1, 0, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
            "Call(Malformed(Varint))",
        ),
        (
            "has a string that is no text",
            vec![1, 0, 4, 2, 0xc3, 0x28],
            "Call(Malformed(",
        ),
        (
            "has a string over its bound",
            [vec![1, 0, 4, 33], vec![b'a'; 33]].concat(),
            "Call(Malformed(Bound))",
        ),
        (
            "has a string of 4 GiB",
            vec![1, 0, 4, 0xff, 0xff, 0xff, 0xff, 0x0f],
            "Call(Malformed(Bound))",
        ),
        (
            "is larger than its bound",
            vec![0; 200],
            "Call(AnswerTooLong",
        ),
    ]
    .map(|(what, bytes, words)| {
        let mut manifest = manifest("misbehaving");
        manifest.tick_ms = Some(TICK_MS);
        Case {
            name: format!("an answer that {what}"),
            image: signed(&manifest, &Plugin::new().answer::<Tick>(&bytes).build()),
            expected: Expected::Ticks(words),
        }
    })
    .into()
}
