//! The plugin that the benchmark calls.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();

/// Without state.
pub struct Echo;

impl Plugin for Echo {
    fn init() -> Result<Self, Error> {
        Ok(Self)
    }
}

impl echo::Guest for Echo {
    fn echo<'a>(&'a mut self, message: echo::Message<'a>) -> echo::Message<'a> {
        echo::Message {
            count: message.count.wrapping_add(1),
            ..message
        }
    }
}

impl storm::Guest for Echo {
    fn calls(&mut self, times: u32) -> u32 {
        let mut last = 0;
        for turn in 0..times {
            last = sum::sum(&[turn as u8; 32]).unwrap_or(0);
        }
        last
    }
}

corelet_guest::export!(Echo);
