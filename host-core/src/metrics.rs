/// What one slot did since its plugin was loaded. Counters stop at their largest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Metrics {
    /// Calls that entered the plugin, `init` included.
    pub calls: u32,
    /// Those of them that did not come to an answer: traps, used-up fuel, refusals, malformed answers.
    pub errors: u32,
    /// Ticks and events that the plugin answered with an error of its own.
    pub failures: u32,
    /// How often a new instance took the place of one that had faulted or was cancelled, and was initialised.
    pub restarts: u32,
    /// Fuel of the last call that was asked for: not of the `init` of an instance that took another one's place.
    pub fuel_last: u64,
    /// Fuel of the most costly call.
    pub fuel_largest: u64,
    /// Fuel of all calls together.
    pub fuel_total: u64,
    /// Bytes of all requests together.
    pub bytes_in: u64,
    /// Bytes of all responses together.
    pub bytes_out: u64,
    /// Errors of the board that calls of the plugin met: storage that is full, corrupted or missing, sensors that fail.
    pub board_errors: u32,
    /// Ticks that were due while something else ran, and were left out.
    pub ticks_missed: u32,
    /// Events that made room for newer ones while the plugin was in the middle of a call.
    pub events_missed: u32,
}

impl Metrics {
    pub(crate) fn count_call(&mut self, fuel: u64, request: usize, response: Option<u32>) {
        self.calls = self.calls.saturating_add(1);
        self.fuel_last = fuel;
        self.fuel_largest = self.fuel_largest.max(fuel);
        self.fuel_total = self.fuel_total.saturating_add(fuel);
        self.bytes_in = self.bytes_in.saturating_add(request as u64);
        match response {
            Some(length) => self.bytes_out = self.bytes_out.saturating_add(u64::from(length)),
            None => self.errors = self.errors.saturating_add(1),
        }
    }
}
