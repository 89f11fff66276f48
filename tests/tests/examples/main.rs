//! The SDK's example plugins, built as their authors build them, on the desktop board.

mod average;
mod board;
mod counter;
mod guard;
mod misbehaving;
mod thermostat;
