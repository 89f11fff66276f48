//! The capability table: what firmware offers to plugins, and how a call from a plugin reaches it.
//!
//! Interfaces are described by constants that `bindgen!` makes, and registered with `Host::with`. The standard ones
//! have no privilege over a vendor's.

mod caller;
mod table;

pub mod logging;
pub mod monotonic_clock;
pub mod sensor;
pub mod storage;
pub mod wall_clock;

use core::time::Duration;

use corelet_abi::{MeetError, Shape, Status};

pub use caller::Caller;
pub(crate) use table::SlotOffer;
pub use table::{MAX_INTERFACES, Table, TableError};

use crate::Version;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One function that a firmware offers.
pub struct HostFunction<B: 'static> {
    /// For instance `set-speed`.
    pub name: &'static str,
    /// Its whole signature.
    pub shape: Shape,
    /// The most bytes of a request.
    pub request_max: usize,
    /// The most bytes of a response; the buffer that the function gets is at least that large.
    pub response_max: usize,
    /// Decodes the request, does it, and encodes the response; returns the response's length in bytes.
    pub call: HostCall<B>,
}

/// What serves a call: the board, who calls, the request, and where the response goes.
pub type HostCall<B> = fn(&mut B, &mut Caller<'_>, &[u8], &mut [u8]) -> Result<usize, Status>;

/// Makes the common part of two encoded grants, `asked` and `allowed`, in a third buffer, and returns its length.
pub type MeetGrants = fn(&[u8], &[u8], &mut [u8]) -> Result<usize, MeetError>;

/// One interface that a firmware offers.
pub struct Interface<B: 'static> {
    /// Without a version, for instance `vendor:pump/motor`.
    pub name: &'static str,
    /// The version that the firmware was built for.
    pub version: Version,
    /// How two `grant` records meet; none if the interface has no such record.
    pub meet_grants: Option<MeetGrants>,
    /// Its functions, at most 256.
    pub functions: &'static [HostFunction<B>],
}

/// An interface that a board of type `B` can serve. `bindgen!` implements it on a type `Capability` in the
/// interface's module, for every `B` that implements the interface's `Host` trait.
pub trait Capability<B: 'static> {
    /// The interface, with a function pointer for each of its functions.
    const INTERFACE: &'static Interface<B>;
}
