//! Generated codecs.
#![cfg_attr(target_family = "wasm", no_std)]

mod runtime {
    pub(crate) use corelet_abi as abi;
}

mod bindings {
    corelet_macros::host_bindgen!({ path: "wit", crate: crate::runtime });
}

use bindings::variants::functions::Handle;
use bindings::variants::{Command, Rights};
use corelet_abi::{decode_request, encode_response};

fn answer(request: &[u8], response: &mut [u8]) -> Option<usize> {
    let (command,) = decode_request::<Handle>(request).ok()?;
    let answer = match command {
        Command::Stop => Command::Speed(0),
        Command::Speed(rpm) => Command::Ramp((rpm, rpm, 1000)),
        Command::Ramp((_, to, _)) => Command::Speed(to),
        Command::Grant(rights) => Command::Grant(rights & Rights::READ),
        Command::Rename(name) => Command::Schedule(Some(Err(name))),
        Command::Schedule(when) => Command::Schedule(when),
    };
    encode_response::<Handle>(&answer, response).ok()
}

corelet_codec_size::export!(answer);
