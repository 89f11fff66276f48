use corelet_host::capability::wall_clock::{Datetime, WallClock};

use super::board::Board;

/// The board has no clock that runs without power, and nothing sets one: plugins that ask get the status `UNAVAILABLE`.
impl WallClock for Board {
    fn now(&mut self) -> Option<Datetime> {
        None
    }

    fn resolution(&mut self) -> Datetime {
        Datetime {
            seconds: 1,
            nanoseconds: 0,
        }
    }
}
