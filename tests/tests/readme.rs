//! The README shows code that is compiled and tested elsewhere.

const README: &str = include_str!("../../README.md");

#[test]
fn the_readme_has_the_firmware_that_is_compiled() {
    assert!(README.contains(include_str!("../examples/firmware/firmware.rs")));
}

#[test]
fn the_readme_has_the_thermostat_that_is_tested() {
    let source = include_str!("../../guest-sdk/examples/thermostat/src/lib.rs");
    let implementation = source.find("#![cfg_attr").zip(source.find("#[cfg(test)]"));
    let (start, end) = implementation.expect("the thermostat is a plugin with tests");
    assert!(README.contains(source[start..end].trim_end()));
    for file in [
        include_str!("../../guest-sdk/examples/thermostat/wit/world.wit"),
        include_str!("../../guest-sdk/examples/thermostat/corelet.toml"),
    ] {
        assert!(README.contains(&format!("\n{file}```")), "{file}");
    }
}
