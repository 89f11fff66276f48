//! A vendor's own interface, as its firmware implements it: nothing in the host knows of pumps.

use corelet_desktop::Desktop;
use corelet_host::Caller;
use corelet_host::capability::logging::{Level, Log};
use corelet_host::capability::monotonic_clock::MonotonicClock;

corelet_host::bindgen!({ path: "wit/pump" });

/// A board with a motor.
pub struct Pump {
    /// Time and log.
    pub desktop: Desktop,
    /// The speed that was asked for.
    pub rpm: u16,
    /// The current, in milliamperes for each revolution per minute.
    pub load: f32,
    /// Whether the rotor turns.
    pub stalled: bool,
}

impl Pump {
    /// A pump that stands still, in virtual time.
    pub fn new() -> Self {
        Self {
            desktop: Desktop::in_virtual_time(),
            rpm: 0,
            load: 0.1,
            stalled: false,
        }
    }
}

impl Default for Pump {
    fn default() -> Self {
        Self::new()
    }
}

impl motor::Host for Pump {
    fn set_speed(&mut self, cx: &mut Caller<'_>, rpm: u16) -> Result<(), motor::Error> {
        let grant = cx.grant::<motor::Grant>();
        if grant.is_none_or(|grant| rpm > grant.max_rpm) {
            cx.deny();
            return Err(motor::Error::OutOfRange);
        }
        self.rpm = rpm;
        Ok(())
    }

    fn measure(&mut self, _: &mut Caller<'_>) -> Result<motor::Status, motor::Error> {
        if self.stalled {
            return Err(motor::Error::Stalled);
        }
        Ok(motor::Status {
            rpm: self.rpm,
            milliamps: (f32::from(self.rpm) * self.load) as u32,
        })
    }
}

impl MonotonicClock for Pump {
    fn now(&mut self) -> u64 {
        MonotonicClock::now(&mut self.desktop)
    }

    fn resolution(&mut self) -> u64 {
        MonotonicClock::resolution(&mut self.desktop)
    }
}

impl Log for Pump {
    fn log(&mut self, plugin: &str, level: Level, context: &str, message: &str) {
        Log::log(&mut self.desktop, plugin, level, context, message);
    }
}
