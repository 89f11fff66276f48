use wasmi::Memory;

use crate::limits::Limits;

/// The data of a store: the host's, and what host calls and wasmi need.
pub(crate) struct StoreData<D> {
    pub(crate) data: D,
    /// The guest's memory; none until the instance is made, in which time no guest code runs.
    pub(crate) memory: Option<Memory>,
    pub(crate) limits: Limits,
    /// Set when a host function cost more fuel than there was, and the guest does not have its result yet.
    pub(crate) owed: Option<Owed>,
}

/// The fuel that was missing, and what the guest is given when it is paid.
#[derive(Clone, Copy)]
pub(crate) struct Owed {
    pub(crate) fuel: u64,
    pub(crate) result: i32,
}
