//! Pointers and lengths that the plugin claims: of every import, and of its answers.

use corelet_host::abi::{Function, Status};
use corelet_host::capability::{logging, monotonic_clock, sensor, storage, wall_clock};

use super::{answers, calls, status};
use crate::{Call, Case, Expected, MEMORY, Plugin, export_key, manifest, signed, with_grant};

pub(super) fn cases() -> Vec<Case> {
    vec![
        import::<logging::functions::Log>(),
        import::<monotonic_clock::functions::Now>(),
        import::<monotonic_clock::functions::Resolution>(),
        import::<wall_clock::functions::Now>(),
        import::<wall_clock::functions::Resolution>(),
        import::<sensor::functions::Channels>(),
        import::<sensor::functions::Read>(),
        import::<storage::functions::Get>(),
        import::<storage::functions::Set>(),
        import::<storage::functions::Delete>(),
        import::<storage::functions::Exists>(),
        import::<storage::functions::ListKeys>(),
        export(),
    ]
}

fn import<F: Function>() -> Case {
    let manifest = with_grant(manifest("misbehaving"), F::INTERFACE, &[]);
    let calls = claims(F::REQUEST_MAX as u32, F::RESPONSE_MAX as u32);
    Case {
        name: format!("pointers of {} {}", F::INTERFACE, F::NAME),
        image: signed(&manifest, &Plugin::new().probe::<F>().build()),
        expected: Expected::Calls(
            calls
                .into_iter()
                .map(|(claim, refusal)| {
                    let request: Vec<u8> = claim.into_iter().flat_map(u32::to_le_bytes).collect();
                    answers(export_key(F::NAME), &request, &status(refusal))
                })
                .collect(),
        ),
    }
}

/// Request pointer and length, response pointer and capacity; and what the host says.
fn claims(request_max: u32, response_max: u32) -> Vec<([u32; 4], Status)> {
    // A function without a response is given room for one all the same, since where there is none the pointer means nothing.
    let room = response_max.max(1);
    let outside = [
        [MEMORY, 1, 16, room],
        [MEMORY - 1, 2, 16, room],
        [0, MEMORY + 1, 16, room],
        [0x7fff_ffff, 1, 16, room],
        [0xffff_ffff, 1, 16, room],
        [0xffff_fff0, 0x20, 16, room],
        [1, 0xffff_ffff, 16, room],
        [0, 1, MEMORY, room],
        [0, 1, MEMORY - room + 1, room],
        [0, 1, 0xffff_ffff, room],
        [0, 1, 0xffff_fff0, 0xffff_ffff],
        [0, 1, 0, 0xffff_ffff],
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff],
    ];
    let overlapping = [
        [16, 8, 16, room],
        [16 + room - 1, 8, 16, room],
        [9, 8, 16, room],
        [0, MEMORY, 16, room],
    ];
    let mut claims = Vec::new();
    claims.extend(outside.map(|claim| (claim, Status::OUT_OF_BOUNDS)));
    claims.extend(overlapping.map(|claim| (claim, Status::OVERLAP)));
    if response_max > 0 {
        claims.push(([0, 1, 16, response_max - 1], Status::RESPONSE_BUFFER));
        claims.push(([0, 1, 0xffff_ffff, 0], Status::RESPONSE_BUFFER));
    }
    // Up to the last byte of the memory all is well, but that these two bytes are no request.
    let end = MEMORY - 2;
    claims.push(([end, 2, end - room, room], Status::MALFORMED));
    claims.push(([end - room + 1, 2, MEMORY - room, room], Status::OVERLAP));
    if request_max > 0 {
        claims.push(([0xffff_ffff, 0, 16, room], Status::MALFORMED));
    }
    claims
}

/// What an export returns, word for word.
fn export() -> Case {
    let plugin = Plugin::new().export("answer", "(i64.load (local.get $request))");
    let call = |result: i64, expected: Result<Vec<u8>, &'static str>| Call {
        name: "",
        export: export_key("answer"),
        request: result.to_le_bytes().into(),
        expected,
    };
    let at = |pointer: u32, length: u32| (u64::from(pointer) << 32 | u64::from(length)) as i64;
    let outside = "Stopped(AnswerOutOfBounds";
    let malformed = "Stopped(MalformedResult";
    let memory = MEMORY;
    calls(
        "pointers of answers",
        &plugin,
        vec![
            call(at(memory, 1), Err(outside)),
            call(at(memory - 1, 2), Err(outside)),
            call(at(0, memory + 1), Err(outside)),
            call(at(0, 0xffff_ffff), Err(outside)),
            call(at(1, 0xffff_ffff), Err(outside)),
            call(at(0x7fff_ffff, 1), Err(outside)),
            call(at(0x7fff_ffff, 0xffff_ffff), Err(outside)),
            call(at(0x8000_0000, 1), Err(malformed)),
            call(at(0xffff_fffe, 0xffff_ffff), Err(malformed)),
            call(at(0xffff_ffff, 1), Err(malformed)),
            call(i64::MIN, Err(malformed)),
            call(i64::from(i32::MIN) - 1, Err(malformed)),
            call(
                i64::from(i32::MIN),
                Err("Stopped(Refused(Status(-2147483648)))"),
            ),
            call(-1, Err("Stopped(Refused(Status(-1)))")),
            call(at(memory - 2, 2), Ok(vec![0xff, 0xff])),
            call(at(0x7fff_ffff, 0), Ok(Vec::new())),
        ],
    )
}
