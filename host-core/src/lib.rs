//! Plugin slots for firmware: signed WebAssembly modules under budgets and grants.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
// Generated code says `::corelet_host`, also in here.
extern crate self as corelet_host;
#[cfg(test)]
extern crate std;

pub mod capability;
pub mod plugin;

mod audit;
mod error;
mod event;
mod exports;
mod generated;
mod grants;
mod host;
mod interface_name;
mod load;
mod metrics;
mod policy;
mod poll;
mod quota;
mod report;
mod schedule;
mod session;
mod slot;
mod text;

pub use corelet_abi as abi;
pub use corelet_admission::{ImportRefusal, Limits};
pub use corelet_image::Version;
pub use corelet_load::{Budget, Stop, Trap};
pub use corelet_macros::host_bindgen as bindgen;

pub use audit::{AUDIT_ENTRIES, AuditEntry, Denial};
pub use capability::{
    Caller, Capability, HostCall, HostFunction, Interface, MAX_INTERFACES, MeetGrants, Table,
    TableError,
};
pub use error::{Blame, CallError, Failure, Fault, LoadError, PluginError};
pub use event::{EventError, EventQueue, PAYLOAD_MAX, TOPIC_MAX};
pub use grants::GrantError;
pub use host::{Host, INBOX};
pub use metrics::Metrics;
pub use policy::{Allow, EncodeGrant, Limit, OnFault, Policy, SlotPolicy};
pub use report::Report;
pub use session::Session;
pub use slot::{SlotId, SlotState};
pub use text::InlineStr;

/// The version of this host, which images are verified for.
pub const VERSION: Version = Version::new(0, 1, 0);

/// The most bytes of a plugin's name.
pub const PLUGIN_NAME_MAX: usize = corelet_image::NAME_MAX;

/// A plugin's name.
pub type PluginName = InlineStr<PLUGIN_NAME_MAX>;

/// The topic of an event.
pub(crate) type Topic = InlineStr<TOPIC_MAX>;

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_package() {
        let package = env!("CARGO_PKG_VERSION");
        assert_eq!(std::format!("{}", crate::VERSION), package);
    }
}
