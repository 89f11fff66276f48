use wasmi::Memory;

use crate::limits::Limits;

/// The data of a store: the host's, and what host calls and wasmi need.
pub(crate) struct StoreData<D> {
    pub(crate) data: D,
    /// The guest's memory; none until the instance is made, in which time no guest code runs.
    pub(crate) memory: Option<Memory>,
    pub(crate) limits: Limits,
}
