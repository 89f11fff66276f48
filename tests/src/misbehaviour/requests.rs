//! Requests of the plugin that are no messages.

use corelet_host::abi::{Function, Status};
use corelet_host::capability::{logging, monotonic_clock, sensor, storage};

use super::{answers, status};
use crate::{Call, Case, Expected, Plugin, export_key, manifest, message, signed, with_grant};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case::<logging::functions::Log>(
            &[],
            &[
                ("a level that is none", &[6, 0, 0]),
                ("a level longer than need be", &[0x82, 0, 0, 0]),
                (
                    "a context of 17 bytes",
                    &[&[2, 17][..], &[b'a'; 17], &[0]].concat(),
                ),
                (
                    "a message of 121 bytes",
                    &[&[2, 0, 121][..], &[b'a'; 121]].concat(),
                ),
                ("a message that is no text", &[2, 0, 2, 0xc3, 0x28]),
                ("a message cut off", &[2, 0, 5, b'a']),
                ("a byte too many", &[2, 0, 0, 0]),
                ("a message of 4 GiB", &[2, 0, 0xff, 0xff, 0xff, 0xff, 0x0f]),
                ("nothing", &[]),
            ],
        ),
        case::<monotonic_clock::functions::Now>(&[], &[("a byte too many", &[0])]),
        case::<sensor::functions::Read>(
            &message::<sensor::Grant<'static>>(&sensor::Grant {
                channels: &[0],
                reads_per_minute: None,
                reads_per_second: None,
            }),
            &[("nothing", &[]), ("a byte too many", &[0, 0])],
        ),
        case::<storage::functions::Set>(
            &grant(1024),
            &[
                (
                    "a key of 25 bytes",
                    &[&[25][..], &[b'a'; 25], &[0]].concat(),
                ),
                (
                    "a value of 129 bytes",
                    &[&[1, b'a', 0x81, 1][..], &[0; 129]].concat(),
                ),
                ("a value cut off", &[1, b'a', 4, 0, 0]),
                ("a length longer than need be", &[0x81, 0, b'a', 0]),
                ("a key that is no text", &[1, 0xff, 0]),
                ("a byte too many", &[1, b'a', 0, 0]),
            ],
        ),
        case::<storage::functions::ListKeys>(
            &grant(1024),
            &[
                ("a tag that is none", &[2]),
                (
                    "a cursor of eleven bytes",
                    &[&[1][..], &[0x80; 10], &[1]].concat(),
                ),
            ],
        ),
    ]
}

fn grant(bytes: u32) -> Vec<u8> {
    message::<storage::Grant>(&storage::Grant {
        bytes,
        writes_per_day: None,
    })
}

fn case<F: Function>(record: &[u8], requests: &[(&'static str, &[u8])]) -> Case {
    let manifest = with_grant(manifest("misbehaving"), F::INTERFACE, record);
    let mut calls = Vec::new();
    for (name, request) in requests {
        calls.push(Call {
            name,
            ..answers(export_key(F::NAME), request, &status(Status::MALFORMED))
        });
    }
    Case {
        name: format!("requests of {} {}", F::INTERFACE, F::NAME),
        image: signed(&manifest, &Plugin::new().relay::<F>().build()),
        expected: Expected::Calls(calls),
    }
}
