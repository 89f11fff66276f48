//! serde's derives and the `postcard` crate.
#![cfg_attr(target_family = "wasm", no_std)]

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
enum Command<'a> {
    Stop,
    Speed(u16),
    Ramp((u16, u16, u32)),
    Grant(u8),
    #[serde(borrow)]
    Rename(&'a str),
    #[serde(borrow)]
    Schedule(Option<Result<u32, &'a str>>),
}

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let (command, rest) = postcard::take_from_bytes::<Command<'_>>(request).ok()?;
    // serde has neither bounds nor names for flags.
    let within = match command {
        Command::Grant(rights) => rights < 8,
        Command::Rename(name) | Command::Schedule(Some(Err(name))) => name.len() <= 16,
        _ => true,
    };
    if !rest.is_empty() || !within {
        return None;
    }
    let answer = match command {
        Command::Stop => Command::Speed(0),
        Command::Speed(rpm) => Command::Ramp((rpm, rpm, 1000)),
        Command::Ramp((_, to, _)) => Command::Speed(to),
        Command::Grant(rights) => Command::Grant(rights & 1),
        Command::Rename(name) => Command::Schedule(Some(Err(name))),
        Command::Schedule(when) => Command::Schedule(when),
    };
    Some(postcard::to_slice(&answer, response).ok()?.len())
}

corelet_codec_size::export!(answer);
