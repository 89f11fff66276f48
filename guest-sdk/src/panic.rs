//! A panic traps; the host answers for the rest.

use core::panic::PanicInfo;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    #[cfg(feature = "panic-location")]
    log_location(info);
    let _ = info;
    core::arch::wasm32::unreachable()
}

/// One line such as `panic at src/lib.rs:19`. The message of the panic would bring `core::fmt`.
#[cfg(feature = "panic-location")]
fn log_location(info: &PanicInfo<'_>) {
    use crate::log::{Level, Line, Show};

    let mut line = Line::new();
    line.text("panic");
    if let Some(location) = info.location() {
        line.text(" at ");
        line.text(location.file());
        line.text(":");
        location.line().show(&mut line);
    }
    line.log(Level::Critical);
}
