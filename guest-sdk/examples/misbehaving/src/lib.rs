//! Does one of the things that a host must survive: which one, and after how many good ticks, says its configuration.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();
use core::hint::black_box;
use corelet_guest::info;

/// A plugin that behaves for a while.
#[derive(Debug)]
pub struct Misbehaving {
    misdeed: Misdeed,
    good_ticks: u32,
}

impl Plugin for Misbehaving {
    fn init(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            misdeed: config.misdeed,
            good_ticks: config.good_ticks,
        })
    }
}

impl ticker::Guest for Misbehaving {
    fn tick(&mut self) -> Result<(), Error> {
        if let Some(left) = self.good_ticks.checked_sub(1) {
            self.good_ticks = left;
            return Ok(());
        }
        match self.misdeed {
            Misdeed::None => {}
            Misdeed::EndlessLoop => loop {
                black_box(self.good_ticks);
            },
            Misdeed::Panic => panic!("as its configuration has it"),
            Misdeed::ExhaustStack => {
                black_box(deeper(self.good_ticks));
            }
            Misdeed::GrowMemory => grow_memory(),
            Misdeed::FloodStorage => flood_storage()?,
            Misdeed::FloodLog => (0..1_000).for_each(|line| info!("line {line} of many")),
            Misdeed::AnswerError => return Err(Error::new(13, "as its configuration has it")),
        }
        Ok(())
    }
}
corelet_guest::export!(Misbehaving);

/// Needs stack both in linear memory and in the interpreter.
#[allow(unconditional_recursion)]
fn deeper(depth: u32) -> u32 {
    let frame = black_box([depth; 16]);
    deeper(depth.wrapping_add(1)).wrapping_add(frame.iter().sum())
}

fn flood_storage() -> Result<(), Error> {
    for number in 0..u8::MAX {
        storage::set(
            key(&[b'a' + number / 26, b'a' + number % 26]),
            &[number; 64],
        )?;
    }
    Ok(())
}

fn key(letters: &[u8]) -> &str {
    core::str::from_utf8(letters).unwrap_or("key")
}

/// One page is one byte.
#[cfg(target_family = "wasm")]
fn grow_memory() {
    if core::arch::wasm32::memory_grow(0, 1 << 30) == usize::MAX {
        core::arch::wasm32::unreachable();
    }
}

/// There is no linear memory that could grow.
#[cfg(not(target_family = "wasm"))]
fn grow_memory() {}

#[cfg(test)]
mod tests {
    use super::{ticker::Guest, *};
    use corelet_guest::sim;

    fn misbehaving(misdeed: Misdeed, good_ticks: u32) -> Misbehaving {
        Misbehaving::init(&Config {
            misdeed,
            good_ticks,
        })
        .unwrap()
    }

    #[test]
    fn behaves_as_long_as_it_is_told() {
        let mut plugin = misbehaving(Misdeed::AnswerError, 2);
        let answers: Vec<_> = (0..3)
            .map(|_| plugin.tick().map_err(|error| error.code))
            .collect();
        assert_eq!(answers, [Ok(()), Ok(()), Err(13)]);
    }

    #[test]
    fn a_flood_of_storage_ends_at_the_quota() {
        let mut plugin = misbehaving(Misdeed::FloodStorage, 0);
        let error = plugin.tick().unwrap_err();
        assert_eq!((error.message, error.code), ("corelet:host/storage", 2));
    }

    #[test]
    fn a_flood_of_lines_ends_at_the_quota() {
        misbehaving(Misdeed::FloodLog, 0).tick().unwrap();
        assert!((1..1_000).contains(&sim::logs().len()));
    }
}
