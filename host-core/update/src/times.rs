/// How long an update took in a slot, in nanoseconds of the board's clock: each 0 before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Times {
    /// From the last byte of an image until all of it was read back, hashed and admitted. Its signature was checked when its head
    /// was there.
    pub check: u64,
    /// From the command to test a version until that was initialised; the last call of the version before is in it.
    pub activation: u64,
    /// In which nothing served: from the end of one version until the next was initialised.
    pub gap: u64,
}
