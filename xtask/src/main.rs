//! Set-up, demo, test, size: cargo xtask.

fn main() {}
