use corelet_abi::Status;

/// The host functions behind a module's imports, and their state. It is the data of a machine.
pub trait Imports: 'static {
    /// Serves one call: decodes `request`, and writes the response to the front of `response`, which has at least
    /// [`Imports::response_max`] bytes. Returns the response's length.
    ///
    /// `entry` is what the [`Offer`](corelet_admission::Offer) said for this import.
    ///
    /// # Errors
    /// The status that the guest is given instead.
    fn import(&mut self, entry: u16, request: &[u8], response: &mut [u8]) -> Result<usize, Status>;

    /// The most bytes of a response of `entry`.
    fn response_max(&self, entry: u16) -> usize;

    /// The fuel that the last import cost beyond the call itself, and zero from then on. If the guest does not have as
    /// much left, the call ends out of fuel.
    fn take_debt(&mut self) -> u64;
}
