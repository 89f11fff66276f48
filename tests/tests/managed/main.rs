//! The emulated board over its UART, managed by clients that nobody here wrote, and killed while it is.
#![cfg(unix)]

mod board;
mod command;
mod gap;
mod killed;
mod plugin;
mod smpmgr;
mod together;
mod toolkit;
