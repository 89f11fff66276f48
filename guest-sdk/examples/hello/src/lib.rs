//! The smallest plugin: one log line with a number in it.
#![cfg_attr(target_family = "wasm", no_std)]
corelet_guest::bindgen!();

/// A plugin that keeps nothing.
#[derive(Debug)]
pub struct Hello;

impl Plugin for Hello {
    fn init(config: &Config) -> Result<Self, Error> {
        corelet_guest::info!("hello, {}", config.number);
        Ok(Self)
    }
}
corelet_guest::export!(Hello);

#[cfg(test)]
#[test]
fn logs_the_number_of_its_configuration() {
    Hello::init(&Config { number: 42 }).unwrap();
    assert_eq!(corelet_guest::sim::log(), "hello, 42");
}
