//! Answers that lie: about where they are, how long they are, and what they are.

use corelet_host::plugin::ticker::functions::Tick;
use corelet_tests::{MEMORY, OK, Plugin, misbehaviour};

use crate::{Case, Expected};

const CLASS: &str = "answers that lie";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = pointers();
    cases.extend(bytes());
    cases.extend(misbehaviours());
    cases
}

fn pointers() -> Vec<Case> {
    let mut cases = Vec::new();
    let words = [
        0,
        1,
        2,
        MEMORY - 1,
        MEMORY,
        MEMORY + 1,
        0xffff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_fffe,
        u32::MAX,
    ];
    for pointer in words {
        for length in words {
            let result = (u64::from(pointer) << 32 | u64::from(length)) as i64;
            let fits = u64::from(pointer) + u64::from(length) <= MEMORY.into();
            let expected = match result {
                // An answer, which is of no use outside the memory; a status; neither.
                0.. if length == 0 || fits => Expected::Answers,
                0.. => Expected::Stops("AnswerOutOfBounds"),
                _ if result >= i32::MIN.into() => Expected::Stops("Refused("),
                _ => Expected::Stops("MalformedResult"),
            };
            let plugin = Plugin::new().export("run", &format!("(i64.const {result})"));
            let kind = format!("{length} bytes at");
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                pointer.into(),
                &plugin,
                expected,
            ));
        }
    }
    cases
}

/// Of `tick`, whose answer is one of a type, and of `init`.
fn bytes() -> Vec<Case> {
    let mut cases = Vec::new();
    let fails = Expected::Stops("");
    for length in [0, 1, 2, 3, 5, 36, 37, 40, 100, 200] {
        for byte in [0xff, 0x80, 2, 1, 0] {
            let answer = vec![byte; length];
            let plugin = Plugin::new().answer::<Tick>(&answer);
            let expected = match (byte, length) {
                (0, 1) => Expected::Answers,
                // An error of the plugin's own is one too.
                (1, _) => Expected::Survived,
                _ => fails,
            };
            let kind = format!("{byte:#x} from a tick");
            cases.push(Case::of_plugin(
                CLASS,
                kind,
                length as u64,
                &plugin,
                expected,
            ));
        }
        let refused = Expected::Refused("Init(");
        let init = Plugin::with_init(&format!("(i64.const {})", 0x7fe << 32 | length as u64))
            .export("run", OK);
        cases.push(Case::of_plugin(
            CLASS,
            "0xff from init",
            length as u64,
            &init,
            refused,
        ));
    }
    cases
}

/// Everything that the tests of single misbehaviours know.
fn misbehaviours() -> Vec<Case> {
    let cases = misbehaviour::cases().into_iter();
    cases
        .map(|case| Case {
            class: "misbehaviours",
            kind: case.name,
            size: case.image.len() as u64,
            image: case.image,
            expected: Expected::Survived,
        })
        .collect()
}
