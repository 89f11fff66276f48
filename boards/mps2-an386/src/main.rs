//! Firmware for QEMU's mps2-an386, a Cortex-M4F.

fn main() {}
