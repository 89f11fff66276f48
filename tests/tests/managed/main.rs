//! The emulated board over its UART, managed by clients that nobody here wrote, and killed while it is.
#![cfg(unix)]

mod board;
mod gap;
mod killed;
mod plugin;
mod smpmgr;
mod toolkit;
