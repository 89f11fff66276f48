use wasmi::{Memory, StoreLimits};

/// The data of a store: the host's, and what host calls and wasmi need.
pub(crate) struct StoreData<D> {
    pub(crate) data: D,
    /// The guest's memory; none until the instance is made, in which time no guest code runs.
    pub(crate) memory: Option<Memory>,
    /// One instance, one memory within the budget, one table that keeps the size it is made with.
    pub(crate) limits: StoreLimits,
}
